"""Puts the result of `audit verify` together: the structure that every report is written from."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import msgspec

from audit import __version__
from audit.model.claims import Dossier, Statement
from audit.model.codebase import Codebase
from audit.model.verdicts import (
    Examined,
    JudgedStatement,
    Judgement,
    Verification,
)
from audit.probes.snapshot import REPORTS
from audit.verdict.overall import assess, summarise
from audit.verdict.standing import contract_line, root_cause, standing
from audit.verdict.waiving import apply_waivers, waiver_notes
from audit.verification.document_findings import document_findings
from audit.verification.reproduce import reproduce


class Subject(msgspec.Struct, frozen=True, kw_only=True):
    """What was judged: the commits asked for, the tree that they led to, and the phase it is for.

    ``at`` is None for a work tree; ``shown_at`` then still names what was judged. ``at_reason`` says why this
    commit was chosen where the user named none, ``run`` what the user said of running code;
    ``today`` decides which waivers have expired.
    """

    at: str | None
    since: str | None
    shown_at: str | None
    tree: str | None
    dirty: bool
    phase: int | None
    interpreter: str
    at_reason: str = ""
    run: bool | None = None
    today: date


def assemble(
    dossiers: Sequence[Dossier], judgements: dict[str, Judgement], codebase: Codebase, subject: Subject
) -> Verification:
    """Everything known of one audit."""
    check = codebase.check
    judged, waivers = apply_waivers(
        [
            _judged(statement, judgements.get(statement.id), subject)
            for dossier in dossiers
            for statement in dossier.statements
        ],
        [waiver for dossier in dossiers for waiver in dossier.waivers],
        check.findings,
        subject.today,
    )
    examined = _examined(codebase)
    documents = tuple(dict.fromkeys(dossier.document for dossier in dossiers if dossier.statements))
    return Verification(
        schema_version=1,
        tool_version=__version__,
        document=documents[0] if len(documents) == 1 else None,
        documents=documents,
        at=subject.shown_at,
        since=subject.since,
        phase=subject.phase,
        tree=subject.tree,
        dirty=subject.dirty,
        interpreter=subject.interpreter,
        statements=judged,
        summary=summarise(judged),
        overall=assess(judged, examined.dead_modules),
        roots=tuple(root_cause(root) for root in check.roots),
        contracts=tuple(contract_line(contract) for contract in check.contracts),
        examined=examined,
        document_findings=document_findings(dossiers, judgements, codebase),
        at_reason=subject.at_reason,
        waivers=waivers,
        notes=(
            *(f"{dossier.path}: {note}" for dossier in dossiers for note in dossier.notes),
            *waiver_notes(waivers),
        ),
        findings=tuple(standing(each) for each in check.findings if not each.site.path.startswith(f"{REPORTS}/")),
        unimportable=tuple(sorted({name for root in check.roots for name in root.killed})),
    )


def _judged(statement: Statement, judgement: Judgement | None, subject: Subject) -> JudgedStatement:
    reason = judgement.reason if judgement is not None else statement.obstacle or _not_judged(statement)
    told = judgement is not None and (_is_claim(statement) or judgement.verdict in ("verified", "partly", "refuted"))
    return JudgedStatement(
        id=statement.id,
        document=statement.path,
        line=statement.line,
        end_line=statement.end_line,
        text=statement.text,
        tense=statement.tense,
        kind=statement.kind,
        predicate=statement.predicate,
        verdict=judgement.verdict if judgement is not None and told else "unverified" if _is_claim(statement) else None,
        reason=reason,
        coverage=judgement.coverage if judgement is not None else statement.coverage,
        weight=statement.weight,
        evidence=judgement.evidence if judgement is not None else (),
        findings=judgement.findings if judgement is not None else (),
        reproduce=reproduce(statement, subject.at, subject.since, asked=subject.run) if statement.predicates else "",
        required="; ".join(str(predicate) for predicate in statement.predicates),
        needs=statement.needs,
        cite=str(statement.cite) if statement.cite is not None else "",
        roots=judgement.roots if judgement is not None else (),
    )


def _is_claim(statement: Statement) -> bool:
    return statement.tense == "claim"


def _not_judged(statement: Statement) -> str:
    words = {"plan": "work still to do", "admission": "a defect that is admitted", "quotation": "somebody else's words"}
    return f"no claim: {words[statement.tense]}"


def _examined(codebase: Codebase) -> Examined:
    """What was read, without the reports: they are about the tree, and not part of what is reported on."""
    check = codebase.check
    reports = sum(path.startswith(f"{REPORTS}/") for path in codebase.paths())
    return Examined(
        python_files=check.coverage.python_files,
        modules=check.coverage.modules,
        other_files=check.coverage.other_files - reports,
        findings=sum(not finding.site.path.startswith(f"{REPORTS}/") for finding in check.findings),
        skipped=tuple((skipped.path, skipped.reason) for skipped in check.coverage.skipped),
        modules_found=check.coverage.modules_found,
        dead_modules=len({name for root in check.roots for name in root.killed}),
    )
