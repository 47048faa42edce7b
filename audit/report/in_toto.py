"""A phase as an in-toto Statement (version 1) with the predicate of a test result (version 0.1).

The statement is not signed: a signing tool wraps it in a DSSE envelope of type ``application/vnd.in-toto+json``.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from typing import Any, Final, Literal

from audit.model.verdicts import JudgedStatement, Verification

STATEMENT: Final = "https://in-toto.io/Statement/v1"
PREDICATE: Final = "https://in-toto.io/attestation/test-result/v0.1"

_Outcome = Literal["passed", "warned", "failed"]


def render_in_toto(verification: Verification, url: str = "") -> str:
    """One JSON document; ``url`` leads to the run, such as a job of continuous integration."""
    return json.dumps(as_statement(verification, url), indent=2, ensure_ascii=False) + "\n"


def as_statement(verification: Verification, url: str = "") -> dict[str, Any]:
    """The statement as plain values.

    The tests are the judged claims. One that could not be told is no failure that was seen, and no pass: it is
    among the warned, and so is one whose failure is waived. The result is FAILED where a claim failed, where the
    overall verdict is worse than partly, and where nothing was judged.
    """
    claims = [each for each in verification.statements if each.predicate and each.verdict is not None]
    names: dict[_Outcome, list[str]] = {"passed": [], "warned": [], "failed": []}
    for claim in claims:
        names[_outcome(claim)].append(f"{claim.document}:{claim.id}")
    return {
        "_type": STATEMENT,
        "subject": _subject(verification),
        "predicateType": PREDICATE,
        "predicate": {
            "result": _result(verification, names),
            "configuration": _configuration(verification, claims),
            **({"url": url} if url else {}),
            "passedTests": names["passed"],
            "warnedTests": names["warned"],
            "failedTests": names["failed"],
        },
    }


def _outcome(claim: JudgedStatement) -> _Outcome:
    if claim.verdict == "verified":
        return "passed"
    return "failed" if claim.verdict in ("refuted", "error") and not claim.waived else "warned"


def _result(verification: Verification, names: dict[_Outcome, list[str]]) -> str:
    told = verification.overall.verdict in ("verified", "partly")
    if names["failed"] or not told or not any(names.values()):
        return "FAILED"
    return "WARNED" if names["warned"] or verification.overall.verdict == "partly" else "PASSED"


def _subject(verification: Verification) -> list[dict[str, Any]]:
    """The commit, where one was judged, and the tree without ``reports/``, which is a git tree id of its own."""
    found = []
    at = verification.at
    if at is not None and not at.startswith("tree:") and not verification.dirty:
        found.append({"name": "commit", "digest": {"gitCommit": at}})
    if verification.tree is not None:
        found.append({"name": "tree without reports/", "digest": {"gitTree": verification.tree}})
    return found


def _configuration(verification: Verification, claims: Sequence[JudgedStatement]) -> list[dict[str, Any]]:
    """What was asked for, each document by a digest of its predicates, and by what it was judged."""
    documents = {claim.document: [each for each in claims if each.document == claim.document] for claim in claims}
    described: list[dict[str, Any]] = [
        {
            "name": document,
            "digest": {"sha256": _digest({each.id: each.predicate for each in asked})},
            "mediaType": "application/json",
            "annotations": {"digestOf": "the predicates by claim, as JSON with sorted keys and without spaces"},
        }
        for document, asked in documents.items()
    ]
    tool = {"name": "migration-audit", "uri": f"pkg:pypi/migration-audit@{verification.tool_version}"}
    return [*described, {**tool, "annotations": {"interpreter": verification.interpreter, "since": verification.since}}]


def _digest(value: object) -> str:
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()
