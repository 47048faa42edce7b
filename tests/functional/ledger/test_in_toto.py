"""A phase as an in-toto test result: held against the field rules of the specification."""

from __future__ import annotations

import json
import re
from typing import Any

import msgspec
import pytest

from audit.model.verdicts import Verification
from audit.report.in_toto import as_statement

HEX = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")


def mistakes_of(statement: dict[str, Any]) -> list[str]:
    """What of a statement breaks a rule of Statement v1, ResourceDescriptor v1 or test-result v0.1."""
    found = []
    if statement.get("_type") != "https://in-toto.io/Statement/v1":
        found.append("_type")
    if statement.get("predicateType") != "https://in-toto.io/attestation/test-result/v0.1":
        found.append("predicateType")
    if set(statement) != {"_type", "subject", "predicateType", "predicate"}:
        found.append("fields of the statement")
    subjects = statement["subject"]
    names = [each.get("name") for each in subjects]
    if not subjects or len(set(names)) != len(names):
        found.append("subject: at least one, names unique")
    found += ["subject: each needs a digest in lowercase hex" for each in subjects if not _is_immutable(each)]
    predicate = statement["predicate"]
    if predicate.get("result") not in ("PASSED", "WARNED", "FAILED"):
        found.append("result")
    if not set(predicate) <= {"result", "configuration", "url", "passedTests", "warnedTests", "failedTests"}:
        found.append("fields of the predicate")
    described = [bool({"uri", "digest", "content"} & set(each)) for each in predicate["configuration"]]
    if not all(described):
        found.append("configuration: each needs uri, digest or content")
    listings = (predicate.get(name, []) for name in ("passedTests", "warnedTests", "failedTests"))
    if not all(isinstance(name, str) for listing in listings for name in listing):
        found.append("names of tests")
    return found


def _is_immutable(subject: dict[str, Any]) -> bool:
    digests = subject.get("digest", {})
    return bool(digests) and all(
        algorithm in ("gitCommit", "gitTree") and HEX.fullmatch(value) for algorithm, value in digests.items()
    )


@pytest.fixture
def phase(shop, audit) -> Verification:
    """The verified phase of a shop in order."""
    assert audit(shop.root, "verify", "--phase", "1").returncode == 0
    return msgspec.json.decode((shop.root / "reports/phase-1.json").read_bytes(), type=Verification)


def with_verdicts(phase: Verification, *verdicts: str, overall: str, **changes) -> Verification:
    statements = tuple(
        msgspec.structs.replace(each, verdict=verdict, **changes)
        for each, verdict in zip(phase.statements, verdicts, strict=True)
    )
    return msgspec.structs.replace(
        phase, statements=statements, overall=msgspec.structs.replace(phase.overall, verdict=overall)
    )


def test_a_phase_is_exported_by_the_rules(phase, shop, audit) -> None:
    done = audit(shop.root, "report", "1", "--format", "in-toto", "--url", "https://example.org/run/1")
    assert done.returncode == 0
    statement = json.loads(done.stdout)
    assert mistakes_of(statement) == []
    assert statement["subject"] == [
        {"name": "tree without reports/", "digest": {"gitTree": shop.git("rev-parse", "HEAD^{tree}")}}
    ]
    predicate = statement["predicate"]
    configuration = predicate.pop("configuration")
    assert predicate == {
        "result": "PASSED",
        "url": "https://example.org/run/1",
        "passedTests": ["rules/claims/shop.yaml:store-there", "rules/claims/shop.yaml:all-there"],
        "warnedTests": [],
        "failedTests": [],
    }
    assert [each["name"] for each in configuration] == ["rules/claims/shop.yaml", "migration-audit"]


def test_a_commit_is_a_subject_of_its_own_unless_the_tree_differs_from_it(phase) -> None:
    at = msgspec.structs.replace(phase, at="c" * 40)
    assert as_statement(at)["subject"][0] == {"name": "commit", "digest": {"gitCommit": "c" * 40}}
    assert len(as_statement(msgspec.structs.replace(at, dirty=True))["subject"]) == 1


@pytest.mark.parametrize(
    ("verdicts", "overall", "result"),
    [
        (("verified", "verified"), "verified", "PASSED"),
        (("verified", "unverified"), "verified", "WARNED"),
        (("verified", "partly"), "partly", "WARNED"),
        (("verified", "unverified"), "unverified", "FAILED"),
        (("verified", "refuted"), "verified", "FAILED"),
        (("error", "verified"), "error", "FAILED"),
        ((None, None), "unverified", "FAILED"),
    ],
)
def test_what_could_not_be_told_is_never_a_pass(phase, verdicts, overall, result) -> None:
    statement = as_statement(with_verdicts(phase, *verdicts, overall=overall), "https://example.org/run/1")
    assert mistakes_of(statement) == []
    assert (statement["predicate"]["result"], statement["predicate"]["url"]) == (result, "https://example.org/run/1")


def test_a_waived_failure_warns(phase) -> None:
    waived = with_verdicts(phase, "refuted", "refuted", overall="partly", waived="until 2026-01-01")
    predicate = as_statement(waived)["predicate"]
    assert (predicate["result"], len(predicate["warnedTests"]), predicate["failedTests"]) == ("WARNED", 2, [])


def test_what_was_asked_for_is_told_by_its_digest(phase) -> None:
    first = as_statement(phase)["predicate"]["configuration"][0]["digest"]
    asked = msgspec.structs.replace(phase.statements[0], predicate={"absent": {"names": ["x"]}})
    other = msgspec.structs.replace(phase, statements=(asked, *phase.statements[1:]))
    assert as_statement(other)["predicate"]["configuration"][0]["digest"] != first
