"""Calls that fitted a signature at the base and do not fit it now, and members that an instance has lost."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final, TypeVar

import msgspec

from audit.model.calls import Access, LostMember, Misfit, Request
from audit.model.facts import Span
from audit.model.findings import Site
from audit.model.regex import regex
from audit.resolve.judging import Judge
from audit.resolve.lost_fixtures import LostFixtures
from audit.resolve.program import Program

_FUNCTION: Final = regex(rb"\s*(?:async\s+)?def\s+(\w+)")

_Break = TypeVar("_Break", Misfit, LostMember)
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
    accesses_in: Callable[[Mapping[str, frozenset[str]]], Mapping[str, tuple[Access, ...]]],
    requests_in: Callable[[str, frozenset[str]], tuple[Request, ...]],
    content_of: Callable[[str], bytes | None],
    read_base: ReadMany,
) -> Silent:
    """Every such call and read of the tree.

    ``renamed`` maps paths of now to paths of then. ``accesses_in`` tells how files use the names that are wanted of
    each: those that changed, in files that use any; ``requests_in`` where a file asks for fixtures. ``content_of``
    gives the bytes of a file, ``read_base`` those of files of then.
    """
    judge = Judge(program, base, renamed)
    wanted = {path: names for path in sorted(program.index.names) if (names := judge.wanted_in(path))}
    misfits: list[Misfit] = []
    members: list[LostMember] = []
    doubtful: list[tuple[Misfit, _Written]] = []
    for path, accesses in accesses_in(wanted).items():
        for access in accesses:
            lost = judge.members.judge(path, access)
            found = judge.misfit(path, access) if lost is None else None
            if lost is None and found is None:
                judge.lone_members.note(path, access)
            members += [lost] if lost is not None else []
            if found is not None and not found.fails:
                doubtful.append((found, _written(content_of(path) or b"", access.span)))
            elif found is not None:
                misfits.append(found)
    unknown = [
        (lost, _written(content_of(lost.site.path) or b"", access.span)) for lost, access in judge.lone_members.lost()
    ]
    members += _as_at_base(unknown, judge.file_before, read_base)
    members += _lost_fixtures(program, base, judge.fixtures, requests_in)
    misfits += _as_at_base(doubtful, judge.file_before, read_base)
    return Silent(tuple(misfits), tuple(members))


def _lost_fixtures(
    program: Program,
    base: Program,
    fixtures: LostFixtures,
    requests_in: Callable[[str, frozenset[str]], tuple[Request, ...]],
) -> Iterator[LostMember]:
    """The requests of tests for fixtures that are gone."""
    for path in fixtures.asking():
        for request in requests_in(path, fixtures.names):
            place = fixtures.lost(path, request)
            if place is not None:
                yield LostMember(
                    site=Site(path, *request.span),
                    referrer=program.index.names[path],
                    module=base.index.names[place[0]],
                    symbol=place[1].name,
                    context="lazy",
                    kind="fixture",
                )


def _as_at_base(
    doubtful: list[tuple[_Break, _Written]], file_before: Callable[[str], str | None], read_base: ReadMany
) -> list[_Break]:
    """The calls and reads that nobody touched since the base: what was written anew means what there is now."""
    files = {each.site.path: file_before(each.site.path) for each, _ in doubtful}
    before = dict(read_base({path for path in files.values() if path is not None})) if doubtful else {}
    return [each for each, call in doubtful if _stood(call, before.get(files[each.site.path] or "") or b"")]


class _Written(msgspec.Struct, frozen=True):
    """How a call is written: its lines, and the function whose body it stands in, empty for that of the module."""

    text: bytes
    function: bytes


def _written(content: bytes, span: Span) -> _Written:
    lines = content.splitlines()
    indent = _indent(lines[span[0] - 1]) if span[0] <= len(lines) else 0
    function = b""
    for line in reversed(lines[: span[0] - 1]):
        if line.strip() and _indent(line) < indent:
            indent = _indent(line)
            if found := _FUNCTION.match(line):
                function = found[1]
                break
    return _Written(b"\n".join(lines[span[0] - 1 : span[2]]), function)


def _stood(call: _Written, before: bytes) -> bool:
    """Whether a file held the call, in a function of the same name: the same words elsewhere are another call."""
    place = before.find(call.text)
    while place >= 0:
        line = before.count(b"\n", 0, place) + 1
        last = line + call.text.count(b"\n")
        if _written(before, (line, 1, last, 1)).function == call.function:
            return True
        place = before.find(call.text, place + 1)
    return False


def _indent(line: bytes) -> int:
    return len(line) - len(line.lstrip())
