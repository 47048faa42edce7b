"""Reads code blocks that show a command together with what it printed: test runs, and searches that found nothing."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

import msgspec

from audit.claims.blocks import Block, Fence
from audit.claims.commands import command_lines, commands_of, words_of
from audit.model.commandline import tests_of
from audit.model.predicates import AnyPredicate, Bound, Count, Pytest
from audit.model.regex import regex

_COUNTED: Final = regex(
    r"(?<![\d.])(?P<number>\d+)\s+(?P<what>passed|failed|errors?|skipped|deselected)\b", re.IGNORECASE
)
_NOTHING: Final = regex(
    r"#\s*(?:→|->|=>|returns?:?|result:?|expected:?|output:?)?\s*"
    r"(?:(?:0|no|zero)\s+(?:matches|results?|hits|occurrences|references|output)|(?:returns\s+)?nothing|empty|none)\b",
    re.IGNORECASE,
)
_PRINTED_NOTHING: Final = regex(
    r"^\s*(?:#\s*)?\(?(?:(?:0|no|zero)\s+(?:matches|results?|hits|output)(?:\s+found)?|nothing|empty)\)?\W*$",
    re.IGNORECASE,
)
_PLAIN: Final = regex(r"[\w\s./:-]+")
"""A pattern that means itself, but for dots, which then mean a dot."""


class ShownOutcome(msgspec.Struct, frozen=True):
    """A command of a code block with what came of it: its text, its line, and what must be so."""

    text: str
    line: int
    fence: Fence
    predicates: tuple[AnyPredicate, ...]


def shown_outcomes(fences: Sequence[Fence]) -> Iterator[ShownOutcome]:
    """Every test run and every empty search that is shown with its outcome."""
    for fence in fences:
        if fence.quoted:
            continue
        run: tuple[int, str, tuple[str, ...]] | None = None
        search: tuple[int, str, tuple[AnyPredicate, ...]] | None = None
        for number, line in enumerate(fence.code.splitlines(), start=fence.line):
            command = line.partition(" #")[0].strip().removeprefix("$ ")
            words = words_of(command)
            nodes = tests_of(words) if words else None
            if nodes is not None:
                run = (number, command, nodes)
            elif words and words[0] in ("grep", "rg", "git"):
                found = _empty_search(words)
                search = (number, command, found) if found else None
            if run is not None and (outcome := _outcome(line)) is not None:
                yield ShownOutcome(run[1], run[0], fence, (msgspec.structs.replace(outcome, nodes=run[2]),))
                run = None
            same = search is not None and search[0] == number
            if search is not None and (_NOTHING.search(line) if same else _PRINTED_NOTHING.match(line)):
                yield ShownOutcome(search[1], search[0], fence, search[2])
            if search is not None and not same and line.strip():
                search = None


def test_runs(fences: Sequence[Fence]) -> tuple[tuple[Fence, tuple[str, ...]], ...]:
    """Every code block that shows a test command, with what the last one in it runs."""
    found: list[tuple[Fence, tuple[str, ...]]] = []
    for fence in fences:
        commands = (run for _, text in command_lines(fence) for run in commands_of(words_of(text) or ()))
        shown = [nodes for run in commands if (nodes := tests_of(run)) is not None]
        found += [(fence, shown[-1])] if shown else []
    return tuple(found)


def tests_above(block: Block, runs: Sequence[tuple[Fence, tuple[str, ...]]]) -> tuple[str, ...]:
    """What the last of some test runs above a sentence, under the same headings, runs; none without one."""
    above = (nodes for fence, nodes in reversed(runs) if fence.line < block.line and fence.headings == block.headings)
    return next(above, ())


def _outcome(line: str) -> Pytest | None:
    """The counts of a line such as ``=== 12 passed, 1 skipped in 0.2s ===``; nothing is said of what it leaves out."""
    counts = {match["what"].lower().rstrip("s"): int(match["number"]) for match in _COUNTED.finditer(line)}
    if "passed" not in counts or "deselected" in counts or "%" in line:
        return None
    bounds = {
        name: Bound(counts[name], counts[name]) for name in ("passed", "failed", "error", "skipped") if name in counts
    }
    return Pytest(
        nodes=(),
        passed=bounds["passed"],
        failed=bounds.get("failed"),
        errors=bounds.get("error"),
        skipped=bounds.get("skipped"),
    )


def _empty_search(words: tuple[str, ...]) -> tuple[AnyPredicate, ...]:
    """That a search finds nothing: ``grep -r "old_name" src/``; nothing where its pattern or places are not plain."""
    if words[:2] == ("git", "grep"):
        words = words[1:]
    if words[0] not in ("grep", "rg") or set(words) & {"|", "||", "&&", ";"}:
        return ()
    included = [word.partition("=")[2] for word in words if word.startswith("--include=")]
    rest = [word for word in words[1:] if not word.startswith("-")]
    options = "".join(word[1:] for word in words[1:] if re.fullmatch(r"-[A-Za-z]+", word))
    if set(options) & set("vLcefABCP") or not rest or not _PLAIN.fullmatch(rest[0]) or len(included) > 1:
        return ()
    pattern = re.escape(rest[0])
    pattern = rf"\b{pattern}\b" if "w" in options else pattern
    pattern = f"(?i){pattern}" if "i" in options else pattern
    ending = included[0] if included else ""
    places = [_glob(place, ending) for place in rest[1:] or ["."]]
    # The document names what it searched for: a search of everything would find the document itself.
    if not all(places) or any(place in ("**", "**/*") for place in places):
        return ()
    return tuple(Count(occurrences=pattern, within=place, expected=Bound(0, 0)) for place in places)


def _glob(place: str, ending: str) -> str:
    """The files of a place as a glob; empty where it leads out of the tree."""
    place = place.removeprefix("./")
    if place.startswith(("/", "~")) or ".." in place:
        return ""
    if place in ("", "."):
        return f"**/{ending}" if ending else "**"
    if "*" in place or re.search(r"\.\w+$", place):
        return place
    return f"{place.rstrip('/')}/**/{ending or '*'}"
