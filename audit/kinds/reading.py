"""One file as one kind reads it, and the key under which the reading is kept."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Final

import msgspec

from audit.kinds.deletion import is_record
from audit.kinds.kind import Kind
from audit.kinds.texts import UnreadableError, in_utf8
from audit.kinds.words import packed_words
from audit.model.mentions import Mention

_SAME: Final = b"="
"""Begins a line of words that are those of an earlier line: no word begins so."""


class Reading(msgspec.Struct, frozen=True, array_like=True):
    """What one kind read from one content; ``reason`` says why it could not."""

    mentions: tuple[Mention, ...] = ()
    reason: str = ""


def read_with(kind: Kind, path: str, content: bytes) -> Reading:
    """What a kind reads, or why it cannot: nothing without a look where the content lacks every mark of the kind."""
    content = in_utf8(content)
    if kind.marks and not any(mark in content for mark in kind.marks):
        return Reading()
    try:
        return Reading(kind.read(path, content))
    except UnreadableError as error:
        return Reading(reason=str(error))


def may_tell(kind: Kind, path: str) -> bool:
    """Whether a finding can come of what a kind reads in a file it wants: none does of what a document says of the
    past."""
    return kind.codes != ("REF008",) or not is_record(path)


def reading_key(blob: str, kind: Kind, path: str) -> str:
    """What a reading depends on: the content, the kind, and the file's own name."""
    return f"reading {blob} {kind.name} {path.rpartition('/')[2].encode('utf-8', 'backslashreplace').decode()}"


def words_key(blob: str, kinds: Iterable[Kind]) -> str:
    """What the words of a content depend on: the content, and the kinds that want the file."""
    return f"words {blob} {_names(tuple(kinds))}"


@cache
def _names(kinds: tuple[Kind, ...]) -> str:
    return " ".join(kind.name for kind in kinds)


def words_of(content: bytes, kinds: Iterable[Kind]) -> bytes:
    """The words of a content as far as each kind that wants it looks at it, a line for each: one that looks for marks
    needs one. Where a kind looks at the same as one before it, its line is a mark and the place of that one."""
    content = in_utf8(content)
    seen: list[tuple[int, bytes]] = []
    lines: list[bytes] = []
    for place, kind in enumerate(kinds):
        if kind.always or (kind.marks and not any(map(content.__contains__, kind.marks))):
            lines.append(b"")
            continue
        excerpt = kind.excerpt(content)
        same = next((before for before, each in seen if each == excerpt), None)
        if same is None:
            seen.append((place, excerpt))
            lines.append(packed_words(excerpt))
        else:
            lines.append(b"%s%d" % (_SAME, same))
    return b"\n".join(lines)


def each_words(packed: bytes) -> list[bytes]:
    """The packed words for each kind, in their order, of what `words_of` gave."""
    lines = packed.split(b"\n")
    return [lines[int(line[len(_SAME) :])] if line.startswith(_SAME) else line for line in lines]
