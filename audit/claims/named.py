"""Sentences that open with the name of a file, a class or a function and describe it: they say that it is there."""

from __future__ import annotations

import re
from typing import Final

import msgspec

from audit.claims.blocks import Block
from audit.claims.names import FOLDER, PATH
from audit.claims.place import place_of
from audit.claims.signatures import parameters_of
from audit.claims.titles import lists_deleted
from audit.model.predicates import AnyPredicate, Cited, Exists, Signature
from audit.model.regex import regex

_AT: Final = r"(?::\d[\d,-]*)?"
_DESCRIBED: Final = r"\s*(?P<aside>\([^()]*\)\s*)?(?:$|(?:[—–:-]|-->?|=>|→|←)\s+(?P<description>.*)$|[.!]$)"
_OTHER_FILE: Final = (
    r"/?(?:[\w.@+-]+/)+[\w@+-][\w.@+-]*\.(?:tsx?|jsx?|mjs|vue|css|scss|html?|sql|j2|jinja2?|ps1|bat|xml|csv|proto|tf|rs|go|java|rb|"
    r"c|h|cc|cpp|hpp|cu)"
)
"""A file of other languages, which counts below a folder only: "Node.js" is none."""
_ANY_FILE: Final = rf"(?:{PATH.pattern}|{_OTHER_FILE})"
_FILE: Final = regex(rf"^`(?P<path>{_ANY_FILE}){_AT}`{_DESCRIBED}", re.IGNORECASE)
_BARE_FILE: Final = regex(
    rf"^(?P<path>(?:[\w.@+-]+/)*[\w@+-][\w.@+-]*\.(?:py|pyi|md|rst|ya?ml|toml|sh|ipynb)){_DESCRIBED}"
)
_LABELLED: Final = regex(
    rf"^(?P<label>[A-Za-z][\w &/-]{{0,40}}?)\s*:\s*`(?P<path>{PATH.pattern})`\s*(?:\([^()]*\)\s*)?(?:$|[.!,;—–-])",
    re.IGNORECASE,
)
_IN_BRACKETS: Final = regex(
    rf"^[A-Z][\w &/-]{{2,50}}\(`?(?P<path>(?:[\w.@+-]+/|/)+[\w.-]+\.(?:py|md|ipynb|ya?ml|sh)){_AT}`?\)\W*$"
)
_SYMBOL: Final = regex(
    r"^`(?P<name>(?:[A-Za-z_]\w*\.)*(?:[A-Za-z_]\w*(?=\()|(?=\w*[a-z])[A-Z]\w*[A-Z]\w*|test_[a-z0-9]\w*))"
    rf"(?:\((?P<taken>[^`()]*)\))?(?:\s*->\s*[^`]+)?`{_DESCRIBED}"
)
_KIND: Final = regex(
    r"^(?:(?:key|new|main|core|helper|public)\s+)*(?:class|function|method|helper|module|script)(?:es|s)?\s*:\s+(?=`)",
    re.IGNORECASE,
)
"""A label that says of what kind the name behind it is."""
_SEVERAL: Final = regex(
    rf"^(?P<names>`[A-Za-z_]\w*(?:\(\))?`(?:(?:\s*(?:,|/|&)\s*(?:and\s+)?|\s+and\s+)`[A-Za-z_]\w*(?:\(\))?`)+){_DESCRIBED}"
)
"""Several functions or classes with one description: "`load()`, `save()` - Read and write it"."""
_BARE_CLASS: Final = regex(rf"^(?P<name>[A-Z][a-z0-9]+(?:[A-Z][a-z0-9]*)+){_DESCRIBED}")
_TEST_FILE: Final = regex(r"(?:.*/)?(?:test_[\w-]+|[\w-]+_test)\.py")
_CHANGING: Final = regex(
    r"\b(?:deleted?|removed?|removal|renamed?|moved?|archived?|old|original|legacy|obsolete|redundant|unused|deprecated|can\s+be|"
    r"before|missing|created\s+by|generated?|generates|outputs?|writes|produces|examples?|temporary|superseded|replaced|"
    r"merged|consolidated|duplicates?|instead|ignored?|third[- ]party|external|runtime|logs?|backups?)\b|→|->",
    re.IGNORECASE,
)
"""Words of a list or a description by which a file may be one that is gone, comes later, or lies elsewhere."""
_LOCATED: Final = regex(
    r"^[^`]*\b(?:lives?|resides?|located|defined|declared|implemented|stored|kept|managed|configured|documented|cent(?:ral|er)\w*|"
    rf"found|handled|maintained)\s+(?:in|under|at|inside|within|by)\s+(?:the\s+|an?\s+)?`(?P<path>{PATH.pattern}|{FOLDER.pattern})`[^`]*$",
    re.IGNORECASE,
)
"""A sentence that says where something is: "Source code lives under a `src/` layout"."""
_MOVED_TO: Final = regex(r"^`[^`]+`\s*(?:→|-->?|=>)\s*`")
"""A name with an arrow to another one, which tells where it went."""
_DELETING: Final = regex(r"\b(?:deleted?|removed?|removal)\b", re.IGNORECASE)
"""Words by which what stands below a heading, however far, may be gone."""
_VERDICTS: Final = regex(r"\b(?:no|not|never|non|without)\b|❌", re.IGNORECASE)


class Described(msgspec.Struct, frozen=True):
    """What a sentence names first and then describes: the name as it is written, and what must be so."""

    text: str
    predicate: AnyPredicate


def mention(block: Block) -> tuple[AnyPredicate, ...]:
    """A sentence that is nothing but the name of a file, perhaps behind a label: it says that the file is there."""
    if block.kind in ("row", "title") or _is_of_change(block):
        return ()
    file = _FILE.match(block.text) or _BARE_FILE.match(block.text)
    cites = file is not None and f"{file['path']}:" in block.text  # a citation is a statement of its own
    if file is not None and not cites and not file["description"] and not file["aside"] and "/" in file["path"]:
        return (Cited(path=file["path"]),)
    labelled = _LABELLED.match(block.text) or _IN_BRACKETS.match(block.text)
    if labelled is None or _CHANGING.search(_without(labelled)):
        return ()
    return (Cited(path=labelled["path"]),)


def described(block: Block) -> Described | None:
    """The file, class or function that a sentence opens with and then describes.

    What it says of it is another matter: only that it is there is claimed beyond doubt.
    """
    if block.kind == "title" or _is_of_change(block):
        return None
    if block.kind == "row":
        return _in_row(block)
    block = msgspec.structs.replace(block, text=_KIND.sub("", block.text))
    match = _FILE.match(block.text) or _BARE_FILE.match(block.text)
    if _MOVED_TO.match(block.text):
        return None
    if match is not None and _is_plain(match):
        return Described(match["path"], Cited(path=match["path"]))
    match = _LOCATED.match(block.text)
    if match is not None and not _CHANGING.search(_without(match)) and not _VERDICTS.search(_without(match)):
        where: AnyPredicate = (
            Exists(names=(match["path"],)) if match["path"].endswith("/") else Cited(path=match["path"])
        )
        return Described(match["path"], where)
    path, _ = place_of(block)
    match = _BARE_CLASS.match(block.text) if block.kind == "item" else None
    if match is not None and _is_plain(match):
        return Described(match["name"], Exists(names=(match["name"],)))
    several = _SEVERAL.match(block.text)
    if several is not None and _is_plain(several):
        names = re.findall(r"`(\w+)(\(?)", several["names"])
        if all(bracket or re.fullmatch(r"[A-Z]\w*[a-z]\w*[A-Z]\w*", name) for name, bracket in names):
            prefix = f"{path}::" if path.endswith(".py") else ""
            return Described(several["names"], Exists(names=tuple(f"{prefix}{name}" for name, _ in names)))
    match = _SYMBOL.match(block.text)
    is_alone = match is not None and block.kind == "item" and match["taken"] == "" and not match["description"]
    if match is None or not (_is_plain(match) or (is_alone and path.endswith(".py"))):
        return None
    name, taken = match["name"], match["taken"] or ""
    written = block.text.split("`")[1]
    parameters = parameters_of(taken) if "=" in taken or ":" in taken else None
    if parameters:  # a call may name its arguments as it likes, but gives them no default and no type
        has = tuple(each.lstrip("*") for each in parameters)
        return Described(written, Signature(callable=f"{path}::{name}" if path.endswith(".py") else name, has=has))
    if name.startswith("test_") and _TEST_FILE.fullmatch(path):
        return Described(written, Exists(names=(f"{path}::{name}",)))
    if path.endswith(".py"):  # another of that name elsewhere is not the one that is meant
        return Described(written, Cited(path=path, says=name.rpartition(".")[2]))
    return Described(written, Exists(names=(name,)))


def _is_of_change(block: Block) -> bool:
    above = block.headings[block.titled : -1]
    if lists_deleted(block) or any(map(_DELETING.search, above)):
        return True
    return _CHANGING.search(" ".join((block.lead, *block.parents, *block.headings[-1:]))) is not None


def _without(match: re.Match[str]) -> str:
    return match.string[: match.start("path")] + match.string[match.end("path") :]


def _is_plain(match: re.Match[str]) -> bool:
    said = f"{match['aside'] or ''} {match['description'] or ''}"
    return bool(said.strip()) and not _CHANGING.search(said) and not _VERDICTS.search(said)


def _in_row(block: Block) -> Described | None:
    """The one file that a row is about: alone in its first cell."""
    first = block.cells[0][1].strip().strip("*") if block.cells else ""
    match = re.fullmatch(rf"`?(?P<path>{_ANY_FILE}){_AT}`?", first)
    rest = " ".join(f"{head} {cell}" for head, cell in block.cells[1:])
    if match is None or _CHANGING.search(rest) or _VERDICTS.search(rest):
        return None
    return Described(match["path"], Cited(path=match["path"]))
