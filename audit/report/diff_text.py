"""What is otherwise between two runs, for a terminal and for a page."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from audit.model.difference import Difference, FindingChange, VerdictChange
from audit.report.markdown_text import code, escaped, table
from audit.report.phase_view import counted
from audit.report.terminal_text import Style, printable

_SHOWN: Final = 20


def render_diff_text(difference: Difference, paint: Style) -> str:
    """What is worse first, then what is better, then the rest; one line an item."""
    lines = [_headline(difference, paint), *_overall(difference)]
    for title, colour, items in _groups(difference):
        lines += ["", paint(f"{title}:", colour), *_listed(items)]
    if not difference.findings_known:
        lines += ["", "Findings are not compared: one of the two does not list its findings."]
    return "\n".join(lines) + "\n"


def render_diff_markdown(difference: Difference) -> str:
    """The same as a page."""
    lines = [f"# From {difference.before} to {difference.now}", "", f"**{escaped(_verdict(difference))}**"]
    lines += ["", *(f"{escaped(line)}." for line in _overall(difference))]
    claims = [
        *((each, "better") for each in difference.improved),
        *((each, "worse") for each in difference.regressed),
        *((each, "unsettled") for each in difference.unsettled),
        *((each, "newly waived") for each in difference.waived),
        *((each, "no longer waived") for each in difference.unwaived),
        *((each, "newly claimed") for each in difference.claimed),
        *((each, "no longer claimed") for each in difference.dropped),
    ]
    if claims:
        rows = [
            (
                code(each.id),
                escaped(each.text),
                each.before or "—",
                each.now or "—",
                how,
                escaped("; ".join(each.causes)),
            )
            for each, how in claims
        ]
        lines += ["", "## Claims", "", *table(("Claim", "Text", "Before", "Now", "", "What else changed"), rows)]
    for title, _, items in _groups(difference, claims=False):
        lines += ["", f"## {title}", "", *(f"- {escaped(item)}" for item in _cut(items))]
    if not difference.findings_known:
        lines += ["", "Findings are not compared: one of the two does not list its findings."]
    return "\n".join(lines) + "\n"


def _headline(difference: Difference, paint: Style) -> str:
    colour = "red" if difference.regressions else "green"
    return f"{difference.before} -> {difference.now}: {paint(_verdict(difference), colour)}"


def _verdict(difference: Difference) -> str:
    if difference.is_empty:
        return "nothing is otherwise"
    if difference.regressions:
        return f"worse in {counted(len(difference.regressions), 'respect')}"
    return "nothing is worse"


def _overall(difference: Difference) -> list[str]:
    lines = []
    if difference.verdict_before or difference.verdict_now:
        before = f"{difference.verdict_before or 'no verdict'} ({difference.risk_before or 'no claim was judged'})"
        now = f"{difference.verdict_now or 'no verdict'} ({difference.risk_now or 'no claim was judged'})"
        lines.append(f"overall: {before} -> {now}" if before != now else f"overall: still {now}")
    tree = "the same tree" if difference.same_tree else "another tree"
    return [*lines, f"{counted(difference.compared, 'claim')} stand in both, judged on {tree}"]


def _groups(difference: Difference, *, claims: bool = True) -> Iterator[tuple[str, str, list[str]]]:
    """Title, colour and items of what there is; empty groups are left out."""
    judged = [
        ("No longer true", "red", [_claim(each) for each in difference.regressed]),
        ("Now true", "green", [_claim(each) for each in difference.improved]),
        ("Told otherwise, true neither then nor now", "yellow", [_claim(each) for each in difference.unsettled]),
        ("Newly waived", "yellow", [_single(each, each.now) for each in difference.waived]),
        ("No longer waived", "yellow", [_single(each, each.now) for each in difference.unwaived]),
        ("Newly claimed", "yellow", [_single(each, each.now) for each in difference.claimed]),
        ("No longer claimed", "yellow", [_single(each, f"was {each.before}") for each in difference.dropped]),
    ]
    rest = [
        ("New findings", "red", [_finding(each) for each in difference.findings_new]),
        ("Findings fixed", "green", [_finding(each) for each in difference.findings_fixed]),
        ("Findings that moved", "yellow", _moved(difference)),
        ("New root causes", "red", list(difference.roots_new)),
        ("Root causes gone", "green", list(difference.roots_gone)),
        ("Modules that can no longer be imported", "red", list(difference.modules_died)),
        ("Modules that can be imported again", "green", list(difference.modules_revived)),
        ("Import contracts no longer kept", "red", list(difference.contracts_broken)),
        ("Import contracts kept again", "green", list(difference.contracts_mended)),
        ("Import contracts added", "yellow", list(difference.contracts_added)),
        ("Import contracts dropped", "yellow", list(difference.contracts_dropped)),
        ("Numbers", "yellow", [f"{n.name}: {n.before:g} -> {n.now:g}{_mark(n.worse)}" for n in difference.numbers]),
    ]
    worse = ("Worse", "red", list(difference.regressions))
    for title, colour, items in [worse, *(judged if claims else []), *rest]:
        if items:
            yield title, colour, items


def _moved(difference: Difference) -> list[str]:
    """Findings that are in another file now; a line that moved is no news."""
    return [
        f"{_finding(each)}, before at {each.moved_from}"
        for each in difference.findings_moved
        if each.site.rpartition(":")[0] != each.moved_from.rpartition(":")[0]
    ]


def _mark(worse: bool | None) -> str:
    return "" if worse is None else " (worse)" if worse else " (better)"


def _claim(change: VerdictChange) -> str:
    line = f"{change.id}: {change.before} -> {change.now}: {change.text}"
    said = [part for part in (change.reason, "; ".join(change.causes)) if part]
    return "\n".join([line, *(f"  {part}" for part in said)])


def _single(change: VerdictChange, verdict: str | None) -> str:
    return f"{change.id}: {verdict}: {change.text}"


def _finding(change: FindingChange) -> str:
    return f"{change.site}: {change.code} {change.target}"


def _cut(items: Sequence[str]) -> list[str]:
    more = [f"and {len(items) - _SHOWN} more; --format json lists all"] if len(items) > _SHOWN else []
    return [*items[:_SHOWN], *more]


def _listed(items: Sequence[str]) -> list[str]:
    return [
        f"  {line[: len(line) - len(line.lstrip())]}{printable(line)}"
        for item in _cut(items)
        for line in item.split("\n")
    ]
