"""Calls that no longer fit -> findings (REF013)."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from audit.model.calls import Misfit
from audit.model.codes import CODES
from audit.model.findings import Finding, Retirement


def call_findings(misfits: Iterable[Misfit], changed_in: Callable[[Misfit], Retirement | None]) -> tuple[Finding, ...]:
    """One finding for each call; ``changed_in`` tells the commit that changed the signature.

    They are always new: a misfit is a call that fitted the signature of the base.
    """
    found = []
    for each in misfits:
        change = changed_in(each)
        how = "; no other method has its name" if each.resolved == "the only one of its name" else ""
        when = f", changed in {change.commit[:10]} on {change.date[:10]}: {change.subject}" if change else ""
        instead = f"; {each.remedy}" if each.remedy else ""
        before = f"; at the base it was {each.before}" if each.before else ""
        found.append(
            Finding(
                code="REF013",
                severity=CODES["REF013"].severity if each.fails else "warning",
                site=each.site,
                kind="call",
                target=each.target,
                referrer=each.referrer,
                message=f"{each.target}{each.after} {each.why}{before}{when}{how}{instead}",
                new=True,
                retired_in=change,
                breaks_import=each.fails and each.context == "eager",
            )
        )
    return tuple(found)
