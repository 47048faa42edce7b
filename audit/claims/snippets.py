"""Reads the code blocks that show a part of the tree: quoted code, places with their lines, drawn file trees."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

import msgspec

from audit.claims.blocks import Fence
from audit.claims.former import former_lines
from audit.claims.names import PATH
from audit.claims.sizes import size_of_drawn_file
from audit.model.predicates import Absent, AnyPredicate, Bound, Cited, Count
from audit.model.regex import regex

_TEXTS: Final = frozenset({"", "text", "txt", "plain", "plaintext"})
_PLACE: Final = regex(
    rf"^\s*(?:[-*]\s+)?(?P<path>{PATH.pattern}):(?P<first>\d+)(?:-(?P<last>\d+))?\s*(?:[-–—:]|\s{{2,}})\s*(?P<code>\S.*?)\s*$"
)
_STATEMENT: Final = regex(r"^(?:from\s+\S+\s+import\s+\S|import\s+[\w.]+(?:\s+as\s+\w+)?$|def\s+\w+\(|class\s+\w+)")
_INTRO: Final = regex(
    rf"(?:^|\b(?:in|from|of|file|at|current)\b\W*|\()`?(?P<path>{PATH.pattern})(?::(?P<first>\d+)(?:-(?P<last>\d+))?)?`?\W*:?\W*$",
    re.IGNORECASE,
)
_TITLE: Final = regex(
    r"^\s*#\s*(?:file:\s*)?(?P<path>(?:[\w.@+-]+/)+[\w.@+-]+\.py)(?::(?P<first>\d+)(?:-(?P<last>\d+))?)?\s*(?:[(—–-].*)?$",
    re.IGNORECASE,
)
_CHANGE: Final = regex(
    r"\b(?:before|after|old|new|was|should|will|would|replace\w*|change\w*|add\w*|create\w*|fix\w*|update\w*|example|proposed|"
    r"required|instead|previous\w*|original\w*|removed?|deleted?)\b",
    re.IGNORECASE,
)
_DELETING: Final = regex(r"\b(?:delet(?:e[ds]?|ion)|remov(?:e[ds]?|al))\b", re.IGNORECASE)
"""Titles by which code that stands below them, however far, may be gone."""
_BRANCH: Final = regex(r"^(?P<before>[\s│|]*)(?:[├└]──|[|`+]--)\s*(?P<name>[^\s#←]+)\s*(?P<note>.*)$")
_ROOT: Final = regex(r"^(?P<name>\.?/?(?:[\w.@+-]+/)+)\s*(?:#.*)?$")
_GONE: Final = regex(r"\b(?:deleted|removed|gone)\b|❌", re.IGNORECASE)
_LINES: Final = regex(r"\blines?\b", re.IGNORECASE)
"""A note on lines that went is one on a file that is there."""
_HOLDS: Final = regex(r"\W*(?P<number>\d+)\s+(?:python\s+)?(?:files|modules)\W*$", re.IGNORECASE)
_OTHER_TREE: Final = regex(
    r"\b(?:before|old|previous\w*|former\w*|original\w*|was|were|used\s+to|proposed|planned|target|desired|ideal|should|will|"
    r"would|recommended|suggested)\b",
    re.IGNORECASE,
)
"""What announces a tree as it was, or as it is to be."""
_UNREAD: Final = regex(r"[\u0370-\u1dff\u2e80-\ud7ff\uf900-\ufaff]")
"""Letters of other scripts: whether such words announce a tree as it was, is or will be, is not known."""
_TO_COME: Final = regex(r"\b(?:new|todo|planned|will|to be|generated|created|optional|future|not)\b", re.IGNORECASE)


class ShownPlace(msgspec.Struct, frozen=True):
    """A part of a code block that says what the tree holds: its text, its line, and what must be so."""

    text: str
    line: int
    fence: Fence
    predicates: tuple[AnyPredicate, ...]


def shown_places(fences: Sequence[Fence]) -> Iterator[ShownPlace]:
    """Everything that the code blocks show of the tree, block by block."""
    for fence in fences:
        if fence.quoted:
            continue
        if fence.language in _TEXTS:
            yield from _cited_lines(fence)
            yield from _file_tree(fence)
        elif fence.language in ("python", "py", "python3"):
            yield from _quoted_code(fence)


def _cited_lines(fence: Fence) -> Iterator[ShownPlace]:
    """Lines such as ``pkg/a.py:12 - import os``; only code is compared, prose behind a place is not."""
    former = former_lines(fence)
    for number, line in enumerate(fence.code.splitlines(), start=fence.line):
        match = _PLACE.match(line) if number not in former else None
        if match is None or match["code"].startswith("in <"):
            continue
        says = match["code"].strip("`") if _STATEMENT.match(match["code"].strip("`")) else ""
        last = int(match["last"]) if match["last"] else None
        if int(match["first"]):
            cited = Cited(path=match["path"], first=int(match["first"]), last=last, says=says)
            yield ShownPlace(line.strip(), number, fence, (cited,))


def _quoted_code(fence: Fence) -> Iterator[ShownPlace]:
    """Code that is said to stand in a file; what was left out of it, and its comments, are not compared."""
    title = _TITLE.match(fence.code.splitlines()[0]) if fence.code.strip() else None
    match = title or _INTRO.search(fence.intro)
    if match is None or _CHANGE.search(fence.intro) or any(map(_CHANGE.search, fence.headings[-1:])):
        return
    if any(map(_DELETING.search, fence.headings[fence.titled :])):
        return
    first = int(match["first"]) if match["first"] else None
    parts = _parts(fence.code.splitlines()[title is not None :])
    if not parts or first == 0:
        return
    last = int(match["last"]) if match["last"] else None
    says = (
        [Cited(path=match["path"], first=first, last=last, says=part) for part in parts]
        if last
        else [Cited(path=match["path"], says=part) for part in parts]
    )
    offset = next(
        number for number, line in enumerate(fence.code.splitlines()) if line.strip() and (number or not title)
    )
    yield ShownPlace(fence.code.splitlines()[offset].strip(), fence.line + offset, fence, tuple(says))


def _parts(lines: Sequence[str]) -> list[str]:
    """The pieces of some code between lines that stand for what was left out."""
    parts: list[list[str]] = [[]]
    for line in lines:
        bare = line.strip()
        if bare in ("...", "…", "# ...", "# …", "pass  # ...") or bare.startswith("#"):
            parts.append([])
        elif bare:
            parts[-1].append(re.sub(r"\s+#\s.*$", "", line))
    return ["\n".join(part) for part in parts if part]


def _file_tree(fence: Fence) -> Iterator[ShownPlace]:
    """The files of a drawn tree, each under the folders that it hangs from, and the numbers of files in them."""
    announced = (fence.intro, *fence.headings[-1:])
    if any(map(_OTHER_TREE.search, announced)) or any(map(_UNREAD.search, announced)):
        return
    folders: list[tuple[int, str]] = []
    root = ""
    former = former_lines(fence)
    for number, line in enumerate(fence.code.splitlines(), start=fence.line):
        if number in former:
            continue
        top = _ROOT.match(line)
        if top is not None:
            root, folders = top["name"].removeprefix("./"), []
            continue
        branch = _BRANCH.match(line)
        if branch is None:
            continue
        depth = len(branch["before"])
        folders = [each for each in folders if each[0] < depth]
        name = branch["name"].removeprefix("./").removesuffix(":")
        text = f"{name} {branch['note']}".strip()
        path = "".join((root, *(each for _, each in folders), name))
        if name.endswith("/"):
            folders.append((depth, name))
            held = _HOLDS.match(branch["note"])
            if held is not None and not _TO_COME.search(branch["note"]) and not _GONE.search(branch["note"]):
                count = Bound(int(held["number"]), int(held["number"]))
                yield ShownPlace(text, number, fence, (Count(files=f"{path}*", expected=count),))
        elif PATH.fullmatch(path) and not _TO_COME.search(branch["note"]):
            gone = _GONE.search(branch["note"]) and not _LINES.search(branch["note"])
            predicate: AnyPredicate = Absent(names=(path,)) if gone else Cited(path=path)
            sizes = () if gone else size_of_drawn_file(path, branch["note"])
            yield ShownPlace(text, number, fence, (predicate, *sizes))
