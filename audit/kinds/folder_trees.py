"""Folder trees drawn in documents, with lines or by indentation: the path of each file and folder in them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import msgspec
from msgspec.structs import replace

from audit.kinds.deletion import speaks_of_deletion
from audit.kinds.forms import form_of
from audit.kinds.texts import Positions
from audit.model.mentions import DRAWN, Mention
from audit.model.regex import regex

_LINE: Final = regex(
    r"^(?P<before>[ \t\u00a0│|]*(?:[├└+`|\\][─-]*[┬ \t\u00a0]*)?)"
    r"(?P<name>\.|/|(?:[\w.@][\w.@+*-]*/)*[\w.@][\w.@+*-]*/?)"
    r"(?P<note>[ \t]*$|[ \t]*(?:#|//|<[-=]|←|→|—|–|\(|:[ ]|-[ ]|[ \t]{2}).*)"
)
_DRAWN: Final = frozenset("│├└|+`")
_PLACEHOLDERS: Final = ("...", "…", "etc")
_MIN_LINES: Final = 3
_MAX_BESIDE: Final = 16
"""How many paths tell where a tree begins."""


class _Entry(msgspec.Struct, frozen=True):
    """One line of a tree: how far in its name begins, the name, where it lies, and what is said of it."""

    depth: int
    name: str
    start: int
    note: str


def tree_mentions(content: str, offset: int, positions: Positions, role: str) -> Iterator[Mention] | None:
    """The paths that a drawn tree shows; None where the content is no tree.

    The first line may be the folder that holds the rest, known by the slash at its end, or ``.``.
    """
    entries = _entries(content, offset)
    return None if entries is None else _mentions(entries, positions, role)


def _entries(content: str, offset: int) -> list[_Entry] | None:
    entries: list[_Entry] = []
    drawn = 0
    for line in content.splitlines(keepends=True):
        bare = line.strip()
        if bare.strip("│| ") and bare not in _PLACEHOLDERS:
            found = _LINE.match(line.rstrip("\r\n"))
            if found is None:
                if not any(each in bare for each in _PLACEHOLDERS):
                    return None
            else:
                drawn += not _DRAWN.isdisjoint(found["before"])
                start = offset + found.start("name")
                entries.append(_Entry(len(found["before"].expandtabs()), found["name"], start, found["note"]))
        offset += len(line)
    if len(entries) < _MIN_LINES or entries[0].depth > min(each.depth for each in entries):
        return None
    is_indented = entries[0].name.endswith("/") and all(each.depth > entries[0].depth for each in entries[1:])
    return entries if drawn >= len(entries) - 1 or is_indented else None


def _mentions(entries: list[_Entry], positions: Positions, role: str) -> Iterator[Mention]:
    above: list[_Entry] = []
    paths: list[str] = []
    found: list[Mention] = []
    for entry in entries:
        above = [each for each in above if each.depth < entry.depth]
        parts = [each.name.strip("/") for each in (*above, entry) if each.name not in (".", "./", "/")]
        above.append(entry)
        path = "/".join(parts)
        paths.append(path)
        is_said = any(speaks_of_deletion(each.note) for each in above)
        if not is_said and "*" not in path and (form_of(path) == "path" or entry.name.endswith("/")):
            span = positions.span(entry.start, entry.start + len(entry.name))
            kind = DRAWN if len(parts) > 1 else "path"
            found.append(Mention("REF008", kind, path, "path", role, "warning", span))
    beside = tuple(paths[1 : _MAX_BESIDE + 1])
    return (replace(each, beside=beside) if each.kind == DRAWN else each for each in found)
