"""Every case of ``cases/*.md``: what the audit finds is exactly what the document says, line for line."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from audit.model.findings import Finding
from audit.pipeline import open_codebase
from tests.documents.cases import Case, Expectation, read_cases
from tests.documents.repository import write_repository

DOCUMENTS = sorted((Path(__file__).parent / "cases").glob("*.md"))
CASES = {
    f"{document.name}:{case.line} {case.name.rpartition(' - ')[2]}"[:90]: case
    for document in DOCUMENTS
    for case in read_cases(document.read_bytes().decode())
}


@pytest.mark.parametrize("name", CASES)
def test_case(name: str, tmp_path: Path) -> None:
    case = CASES[name]
    write_repository(tmp_path / "repository", case.commits)
    result = open_codebase(
        tmp_path / "repository",
        at="main",
        since="base" if len(case.commits) > 1 else None,
        jobs=1,
        use_cache=False,
    ).check
    differences = _differences(case, result.findings)
    assert not differences, "\n".join(differences)
    assert sorted(each.path for each in result.coverage.skipped) == list(case.skipped)


def test_the_corpus_is_as_large_as_it_claims() -> None:
    breaks = sum(1 for case in CASES.values() if case.expected)
    assert len(CASES) >= 215
    assert breaks >= 130
    assert len(CASES) - breaks >= 65


def _differences(case: Case, findings: tuple[Finding, ...]) -> list[str]:
    """What is expected and not found, and what is found and not expected; matched one to one."""
    found = {_as_expectation(finding): finding.message for finding in findings}
    wanted, present = Counter(case.expected), Counter(_as_expectation(finding) for finding in findings)
    return [f"missing: {each}" for each in (wanted - present).elements()] + [
        f"unexpected: {each}: {found[each]}" for each in (present - wanted).elements()
    ]


def _as_expectation(finding: Finding) -> Expectation:
    return Expectation(
        finding.site.path,
        finding.site.line or 0,
        finding.code,
        finding.target,
        finding.severity,
        finding.new,
        finding.replacement or "",
    )
