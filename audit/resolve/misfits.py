"""Calls that fitted a signature at the base and do not fit it now, and members that an instance has lost."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

import msgspec

from audit.model.calls import Access, LostMember, Misfit
from audit.model.facts import Span
from audit.resolve.judging import Judge
from audit.resolve.program import Program

ReadMany = Callable[[Iterable[str]], Iterator[tuple[str, bytes | None]]]


class Silent(msgspec.Struct, frozen=True):
    """What breaks without a word at import: calls, and reads of members."""

    misfits: tuple[Misfit, ...] = ()
    members: tuple[LostMember, ...] = ()


def silent_breaks(
    program: Program,
    base: Program,
    *,
    renamed: Mapping[str, str],
    accesses_in: Callable[[str, frozenset[str]], tuple[Access, ...]],
    content_of: Callable[[str], bytes | None],
    read_base: ReadMany,
) -> Silent:
    """Every such call and read of the tree.

    ``renamed`` maps paths of now to paths of then. ``accesses_in`` tells of some names how a file uses them: it is
    asked when something changed, and only about files that use a changed name. ``content_of`` gives the bytes of a
    file, ``read_base`` those of files of then.
    """
    judge = Judge(program, base, renamed)
    wanted = {path: names for path in sorted(program.index.names) if (names := judge.wanted_in(path))}
    misfits: list[Misfit] = []
    members: list[LostMember] = []
    doubtful: list[tuple[Misfit, bytes]] = []
    for path, names in wanted.items():
        for access in accesses_in(path, names):
            lost = judge.lost_member(path, access)
            found = judge.misfit(path, access) if lost is None else None
            members += [lost] if lost is not None else []
            if found is not None and not found.fails:
                doubtful.append((found, _text_of(content_of(path) or b"", access.span)))
            elif found is not None:
                misfits.append(found)
    misfits += _as_at_base(doubtful, judge.file_before, read_base)
    return Silent(tuple(misfits), tuple(members))


def _as_at_base(
    doubtful: list[tuple[Misfit, bytes]], file_before: Callable[[str], str | None], read_base: ReadMany
) -> list[Misfit]:
    """The calls that nobody touched since the base: what was written anew means the new parameters."""
    files = {each.site.path: file_before(each.site.path) for each, _ in doubtful}
    before = dict(read_base({path for path in files.values() if path is not None})) if doubtful else {}
    return [each for each, text in doubtful if text in (before.get(files[each.site.path] or "") or b"")]


def _text_of(content: bytes, span: Span) -> bytes:
    """The source of a node, from the start of its first line to the end of its last."""
    return b"\n".join(content.splitlines()[span[0] - 1 : span[2]])
