"""Compares two runs: what was mended, what is worse, what is claimed now that was not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

import msgspec

from audit.ledger.matching import FINDINGS, STATEMENTS, demand, paired, wording
from audit.ledger.numbers import number_changes
from audit.model.difference import Difference, FindingChange, VerdictChange
from audit.model.records import RunRecord
from audit.model.verdicts import JudgedStatement, StandingFinding

_HOLDS: Final = ("verified", "partly")
_WORSE: Final = ("verified", "partly", "unverified", "error", "refuted")
"""Overall verdicts from best to worst, for the whole of a run."""


def compare(before: RunRecord, now: RunRecord) -> Difference:
    """What is otherwise in ``now``. Exchanging the two exchanges what is better and what is worse.

    Only sentences with a predicate are compared: the others say nothing that could change.
    """
    pairs, dropped, claimed = paired(_judged(before), _judged(now), STATEMENTS)
    changes = [_change(old, new, causes(old, new, before, now)) for old, new in pairs if old.verdict != new.verdict]
    findings_known = before.findings is not None and now.findings is not None
    moved, fixed, came = paired(before.findings or (), now.findings or (), FINDINGS) if findings_known else ([], [], [])
    contracts_before = {each.name: each.outcome for each in before.contracts}
    contracts_now = {each.name: each.outcome for each in now.contracts}
    both = [name for name in contracts_now if name in contracts_before]
    dead_before, dead_now = set(before.unimportable or ()), set(now.unimportable or ())
    modules_known = before.unimportable is not None and now.unimportable is not None
    difference = Difference(
        before=before.context.name,
        now=now.context.name,
        same_tree=before.context.tree is not None and before.context.tree == now.context.tree,
        verdict_before=before.verdict,
        verdict_now=now.verdict,
        risk_before=before.risk,
        risk_now=now.risk,
        compared=len(pairs),
        improved=tuple(each for each in changes if _is_worse(each.now, each.before)),
        regressed=tuple(each for each in changes if _is_worse(each.before, each.now)),
        unsettled=tuple(
            each for each in changes if not _is_worse(each.before, each.now) and not _is_worse(each.now, each.before)
        ),
        claimed=tuple(_change(None, each) for each in claimed),
        dropped=tuple(_change(each, None) for each in dropped),
        waived=tuple(_change(old, new) for old, new in pairs if new.waived and not old.waived),
        unwaived=tuple(_change(old, new) for old, new in pairs if old.waived and not new.waived),
        findings_known=findings_known,
        findings_fixed=tuple(_finding(each) for each in fixed),
        findings_new=tuple(_finding(each) for each in came),
        findings_moved=tuple(_finding(new, _site(old)) for old, new in moved if _site(old) != _site(new)),
        roots_gone=_without([root.target for root in before.roots], [root.target for root in now.roots]),
        roots_new=_without([root.target for root in now.roots], [root.target for root in before.roots]),
        contracts_mended=tuple(n for n in both if contracts_now[n] == "kept" != contracts_before[n]),
        contracts_broken=tuple(n for n in both if contracts_before[n] == "kept" != contracts_now[n]),
        contracts_added=_without(list(contracts_now), list(contracts_before)),
        contracts_dropped=_without(list(contracts_before), list(contracts_now)),
        modules_revived=tuple(sorted(dead_before - dead_now)) if modules_known else (),
        modules_died=tuple(sorted(dead_now - dead_before)) if modules_known else (),
        numbers=number_changes(before, now, pairs),
    )
    return _with_regressions(difference)


def _judged(run: RunRecord) -> list[JudgedStatement]:
    return [each for each in run.statements if each.predicate and each.verdict is not None]


def _is_worse(before: str | None, now: str | None) -> bool:
    """Whether a claim held, wholly or partly, and holds less now. Between what does not hold there is no order."""
    return before in _HOLDS and now != before and (now not in _HOLDS or before == "verified")


def causes(old: JudgedStatement, new: JudgedStatement, before: RunRecord, now: RunRecord) -> tuple[str, ...]:
    """What changed between the two that may have changed the verdict."""
    ran_before, ran_now = ({piece.command for piece in each.evidence if piece.command} for each in (old, new))
    first, second = before.context, now.context
    places = [name for name in first.environment if second.environment.get(name, "") != first.environment[name]]
    found = [
        ("the claim is worded otherwise", wording(old) != wording(new)),
        ("the claim asks for something else", demand(old) != demand(new)),
        ("the tree changed", first.tree != second.tree),
        ("it was run before and not now", bool(ran_before and not ran_now)),
        ("it was run now and not before", bool(ran_now and not ran_before)),
        ("other commands were run", bool(ran_before and ran_now and ran_before != ran_now)),
        (f"the environment changed ({', '.join(places)})", bool(places and (ran_before or ran_now))),
        ("its failure is waived now", bool(new.waived and not old.waived)),
        ("its waiver is gone", bool(old.waived and not new.waived)),
        ("the base of the comparison changed", first.since != second.since),
        ("the audit itself changed", first.tool_version != second.tool_version),
    ]
    said = tuple(words for words, holds in found if holds)
    return said or ("nothing that is recorded changed: the outcome cannot be repeated",)


def _change(old: JudgedStatement | None, new: JudgedStatement | None, said: tuple[str, ...] = ()) -> VerdictChange:
    shown = new if new is not None else old
    if shown is None:
        raise ValueError("a change needs a claim")
    return VerdictChange(
        id=shown.id,
        document=shown.document,
        text=shown.text,
        before=old.verdict if old is not None else None,
        now=new.verdict if new is not None else None,
        reason=shown.reason,
        causes=said,
        id_before=old.id if old is not None and old.id != shown.id else "",
    )


def _finding(finding: StandingFinding, moved_from: str = "") -> FindingChange:
    return FindingChange(
        fingerprint=finding.fingerprint,
        code=finding.code,
        severity=finding.severity,
        target=finding.target,
        site=_site(finding),
        moved_from=moved_from,
    )


def _site(finding: StandingFinding) -> str:
    return finding.path if finding.line is None else f"{finding.path}:{finding.line}"


def _without(these: Sequence[str], those: Sequence[str]) -> tuple[str, ...]:
    return tuple(name for name in dict.fromkeys(these) if name not in those)


def _with_regressions(difference: Difference) -> Difference:
    return msgspec.structs.replace(difference, regressions=tuple(_regressions(difference)))


def _regressions(difference: Difference) -> Iterator[str]:
    """What is worse, in words. What is no longer claimed is told, but no regression: nothing was seen to break."""
    ranks = {verdict: rank for rank, verdict in enumerate(_WORSE)}
    if ranks.get(difference.verdict_now, 0) > ranks.get(difference.verdict_before, 0) and difference.verdict_before:
        yield f"the overall verdict went from {difference.verdict_before} to {difference.verdict_now}"
    yield from _claims_worse(difference)
    errors = [each for each in difference.findings_new if each.severity == "error"]
    if errors:
        yield f"{_counted(len(errors), 'new finding')} that fail{'s' if len(errors) == 1 else ''} at run time"
    for name in difference.contracts_broken:
        yield f"the import contract {name} is no longer kept"
    if difference.modules_died:
        yield f"{_counted(len(difference.modules_died), 'more module')} cannot be imported"
    said = tuple(f"{each.id}: " for each in difference.regressed)
    for number in difference.numbers:
        if number.worse and not number.name.startswith(said):
            yield f"{number.name}: {number.before:g} before, {number.now:g} now"


def _claims_worse(difference: Difference) -> Iterator[str]:
    """A claim whose failure is waived is told elsewhere: somebody has accepted it."""
    accepted = {each.id for each in difference.waived}
    for each in difference.regressed:
        if each.id not in accepted:
            yield f"{each.id} was {each.before} and is {each.now}"
    for each in difference.unsettled:
        if each.now == "refuted" and each.id not in accepted:
            yield f"{each.id} was {each.before} and is refuted"
    for each in difference.unwaived:
        if each.now not in _HOLDS:
            yield f"{each.id} is {each.now}, and no longer waived"
    for each in difference.claimed:
        if each.now == "refuted":
            yield f"{each.id} is newly claimed and refuted"


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
