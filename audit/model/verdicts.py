"""Verdicts: each statement judged, the whole summed up, and what a reader can do about it.

These structures are the JSON of `audit verify`, field by field, so that a report can be written again from
the file alone.
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from audit.model.claims import Tense, Weight
from audit.model.codes import Severity
from audit.model.difference import Difference
from audit.model.documents import DocumentFinding
from audit.model.evidence import Evidence
from audit.model.trend import TrendPoint
from audit.model.waivers import JudgedWaiver

Verdict = Literal["verified", "partly", "refuted", "unverified", "error"]


class Judgement(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one predicate; ``findings`` are fingerprints, ``roots`` targets of root causes."""

    verdict: Verdict
    reason: str
    coverage: str = ""
    evidence: tuple[Evidence, ...] = ()
    findings: tuple[str, ...] = ()
    roots: tuple[str, ...] = ()


class JudgedStatement(msgspec.Struct, frozen=True, kw_only=True):
    """A statement with its verdict; the verdict is None for a statement that is no claim.

    ``required`` is what its predicates ask for, in words; ``reproduce`` a command that anyone can paste;
    ``waived`` why its failure is accepted, and until when.
    """

    id: str
    document: str
    line: int
    end_line: int
    text: str
    tense: Tense
    kind: str
    predicate: dict[str, Any]
    verdict: Verdict | None
    reason: str
    coverage: str
    weight: Weight
    evidence: tuple[Evidence, ...]
    findings: tuple[str, ...]
    reproduce: str
    required: str = ""
    needs: tuple[str, ...] = ()
    cite: str = ""
    roots: tuple[str, ...] = ()
    waived: str = ""


class Summary(msgspec.Struct, frozen=True, kw_only=True):
    """How many statements came out how; ``judged`` counts those that had a predicate."""

    statements: int
    judged: int
    verified: int
    partly: int
    refuted: int
    unverified: int
    error: int
    plans: int
    admissions: int
    quotations: int
    waived: int = 0


class Overall(msgspec.Struct, frozen=True, kw_only=True):
    """The verdict on the whole, its risk in words, and the rule by which both were found."""

    verdict: Verdict
    risk: str
    rule: str


class ChainLink(msgspec.Struct, frozen=True, kw_only=True):
    """One import of a chain that leads to a missing target."""

    importer: str
    imported: str
    site: str


class RootCause(msgspec.Struct, frozen=True, kw_only=True):
    """A root cause as a report needs it: where, what it kills, since when, and by what chain.

    ``links`` is one chain, from what a user starts to the target; ``spread`` the import by which each killed
    module dies.
    """

    target: str
    sites: tuple[str, ...]
    kills_modules: int
    kills_tests: int
    kills_entry_points: tuple[str, ...]
    revives: int
    chain: tuple[str, ...]
    links: tuple[ChainLink, ...]
    retired_in: dict[str, str] | None = None
    replacement: str | None = None
    spread: tuple[ChainLink, ...] = ()


class ContractLine(msgspec.Struct, frozen=True, kw_only=True):
    """One import contract with its outcome."""

    name: str
    outcome: str
    message: str
    modules_examined: int


class StandingFinding(msgspec.Struct, frozen=True, kw_only=True):
    """A finding as a record keeps it: what identifies it, and where it stood when it was seen."""

    fingerprint: str
    code: str
    severity: Severity
    path: str
    line: int | None
    target: str
    referrer: str
    new: bool | None = None
    baselined: bool = False


class Examined(msgspec.Struct, frozen=True, kw_only=True):
    """How much of the tree the static part looked at, and what it left out and why.

    ``modules_found`` counts those that could not be read too; ``dead_modules`` are those that cannot be imported
    because of a missing name.
    """

    python_files: int
    modules: int
    other_files: int
    findings: int
    skipped: tuple[tuple[str, str], ...]
    modules_found: int | None = None
    dead_modules: int = 0


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """A statement whose verdict differs from that of the phase before; None where it did not stand."""

    id: str
    text: str
    before: str | None
    now: str | None


class Verification(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that one `audit verify` found.

    ``at`` names what was judged: a commit, or ``tree:<id>``. ``tree`` is the id of the git tree without
    ``reports/``, so that committing a report does not change what the report is about. ``at_reason`` says why
    that commit, where the user named none; ``notes`` what of the documents could not be read as it was meant;
    ``trend`` the phases before this one, in their order; ``difference`` what is otherwise than in the last of them.
    ``findings`` are those that stand in the tree, and ``unimportable`` the modules that cannot be imported, both
    found without running it; None in a report of an audit that did not list them.
    """

    schema_version: int
    tool_version: str
    document: str | None
    documents: tuple[str, ...]
    at: str | None
    since: str | None
    phase: int | None
    tree: str | None
    dirty: bool
    interpreter: str
    statements: tuple[JudgedStatement, ...]
    summary: Summary
    overall: Overall
    roots: tuple[RootCause, ...]
    contracts: tuple[ContractLine, ...]
    examined: Examined
    document_findings: tuple[DocumentFinding, ...] = ()
    previous_phase: int | None = None
    changes: tuple[Change, ...] = ()
    at_reason: str = ""
    waivers: tuple[JudgedWaiver, ...] = ()
    notes: tuple[str, ...] = ()
    trend: tuple[TrendPoint, ...] = ()
    findings: tuple[StandingFinding, ...] | None = None
    unimportable: tuple[str, ...] | None = None
    difference: Difference | None = None
