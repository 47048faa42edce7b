"""The result of `audit check` for people: findings in reading order, root causes, contracts, one summary."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from audit.model.findings import CheckResult, ContractResult, Coverage, Finding, Mend, Root, printable
from audit.report.terminal_text import Style, plain

_COLOURS: Final = {"error": "red", "warning": "yellow", "kept": "green", "broken": "red", "invalid": "yellow"}
_MAX_CHAIN: Final = 12


def render_text(result: CheckResult, style: Style = plain) -> str:
    """The whole report as text, ending in the summary line."""
    sections = [
        list(_findings(result, style)),
        list(_roots(result.roots, style)),
        list(_mends(result.mends)),
        list(_contracts(result.contracts, style)),
        [summary_line(result)],
    ]
    return "\n\n".join("\n".join(section) for section in sections if section) + "\n"


def render_concise(result: CheckResult, style: Style = plain) -> str:
    """One line a finding, then the summary line."""
    lines = [
        f"{_place(finding)}: {style(finding.code, _COLOURS[finding.severity])} {finding.target}"
        for finding in result.findings
        if not finding.baselined
    ]
    return "\n".join((*lines, summary_line(result))) + "\n"


def summary_line(result: CheckResult) -> str:
    """What was found in how much: no number without its coverage."""
    standing = [finding for finding in result.findings if not finding.baselined]
    files = len({finding.site.path for finding in standing})
    parts = [f"{_count(len(standing), 'finding')} in {_count(files, 'file')}" if standing else "no findings"]
    warnings = sum(finding.severity == "warning" for finding in standing)
    details = [f"{_count(len(standing) - warnings, 'error')}, {_count(warnings, 'warning')}"] if standing else []
    if result.since is not None and standing:
        details.append(f"{sum(finding.new is True for finding in standing)} new since {result.since[:10]}")
    if len(standing) < len(result.findings):
        details.append(f"{len(result.findings) - len(standing)} more accepted by the baseline")
    if result.suppressed:
        details.append(f"{result.suppressed} more suppressed in place")
    if details:
        parts.append(": " + ", ".join(details))
    return "".join(parts) + f" ({coverage_words(result.coverage)})"


def coverage_words(coverage: Coverage) -> str:
    """How much was analysed, and where to read what was not."""
    words = f"{coverage.modules} of {coverage.modules_found} modules analysed"
    missing = coverage.modules_found - coverage.modules
    unread = sum(skipped.incomplete for skipped in coverage.skipped)
    if missing or unread:
        words += f"; {max(missing, unread)} not: see audit roots"
    return words


def _findings(result: CheckResult, style: Style) -> Iterator[str]:
    for finding in result.findings:
        if finding.baselined:
            continue
        old = " [old]" if finding.new is False else ""
        code = style(finding.code, _COLOURS[finding.severity])
        yield f"{_place(finding)}: {code} {finding.severity}{old}: {finding.message}"


def _roots(roots: tuple[Root, ...], style: Style) -> Iterator[str]:
    if not roots:
        return
    killed = set().union(*(root.killed for root in roots))
    verb = "kills" if len(roots) == 1 else "kill"
    yield f"Root causes: {_count(len(roots), 'missing name')} {verb} {_count(len(killed), 'module')}"
    for number, root in enumerate(roots, 1):
        kills = [_count(len(root.killed), "module")]
        if root.kills_tests:
            kills.append(_count(root.kills_tests, "test"))
        if root.kills_entry_points:
            kills.append("the command " + ", ".join(root.kills_entry_points))
        revived = f"mending it alone revives {root.revives}"
        yield f"  {number}. {style(root.target, 'red')} kills {', '.join(kills)}; {revived}"
        yield f"     named at {', '.join(str(site) for site in root.sites)}"
        shown = root.links if len(root.links) <= _MAX_CHAIN else root.links[-_MAX_CHAIN:]
        for link in shown:
            arrow = f"{printable(link.importer)} -> {printable(link.imported)}"
            yield f"     {arrow}  ({link.site})"


def _mends(mends: tuple[Mend, ...]) -> Iterator[str]:
    if len(mends) < 2:
        return
    yield "Mend in this order, most modules for the fewest places first:"
    for number, mend in enumerate(mends, 1):
        places = _count(len(mend.sites), "place")
        yield f"  {number}. {' and '.join(mend.targets)} ({places}) revives {_count(mend.revives, 'module')}"


def _contracts(contracts: tuple[ContractResult, ...], style: Style) -> Iterator[str]:
    if not contracts:
        return
    yield "Import contracts:"
    for contract in contracts:
        outcome = style(contract.outcome, _COLOURS[contract.outcome])
        examined = f" ({_count(contract.modules_examined, 'module')} examined)" if contract.modules_examined else ""
        yield f"  {outcome}: {contract.name}{examined}{': ' + contract.message if contract.message else ''}"
        for chain in contract.chains:
            steps = "".join(f" -> {link.imported} ({link.site})" for link in chain)
            yield f"     {chain[0].importer}{steps}"


def _place(finding: Finding) -> str:
    column = f":{finding.site.column}" if finding.site.column is not None else ""
    return f"{finding.site}{column}"


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
