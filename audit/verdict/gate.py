"""The last word of a check: which findings count, and the exit code."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from audit.model.codes import CODES
from audit.model.errors import UsageError
from audit.model.findings import CheckResult, Finding
from audit.model.suggest import did_you_mean


def selected(findings: Iterable[Finding], select: Iterable[str], ignore: Iterable[str]) -> tuple[Finding, ...]:
    """The findings whose code starts with a selected prefix (all, when none is given) and no ignored one.

    Raises:
        UsageError: a prefix that fits no code.
    """
    chosen, dropped = tuple(select), tuple(ignore)
    for prefix in (*chosen, *dropped):
        if not any(code.startswith(prefix) for code in CODES):
            raise UsageError(f"no code starts with '{prefix}'{did_you_mean(prefix, CODES)}; see audit explain")
    return tuple(
        finding
        for finding in findings
        if (not chosen or finding.code.startswith(chosen)) and not (dropped and finding.code.startswith(dropped))
    )


def narrowed(result: CheckResult, select: Iterable[str], ignore: Iterable[str]) -> CheckResult:
    """The same result with the chosen findings only."""
    return msgspec.structs.replace(result, findings=selected(result.findings, select, ignore))


def exit_code(result: CheckResult, *, strict: bool) -> int:
    """1 when a finding is at or above the gate, else 2 when something could not be checked, else 0.

    The gate is an error; with ``strict`` a warning too. A baselined finding is below every gate. Nothing
    analysed is never a pass.
    """
    if any((strict or finding.severity == "error") and not finding.baselined for finding in result.findings):
        return 1
    coverage = result.coverage
    if coverage.modules == 0 or any(skipped.incomplete for skipped in coverage.skipped):
        return 2
    return 0
