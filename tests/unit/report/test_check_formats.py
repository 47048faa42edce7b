"""What forges and CI servers read of a check: nothing of a repository breaks the format, and their limits are met."""

from __future__ import annotations

import json
from xml.etree import ElementTree

from markdown_it import MarkdownIt

from audit.model.findings import CheckResult, Coverage, Finding, Site
from audit.report.check import render

HOSTILE = 'it says ::error::x, %0A | "<b>&" \x1b[31m @team\nhttps://example.org'


def finding(number: int = 1, *, path: str = "a/b.py", line: int | None = 1, message: str = "gone") -> Finding:
    return Finding(
        code="REF001" if number % 2 else "REF008",
        severity="error" if number % 2 else "warning",
        site=Site(path, line, None if line is None else 1),
        kind="import",
        target="a.gone",
        referrer="a.b",
        message=message,
    )


def result(*findings: Finding) -> CheckResult:
    return CheckResult(
        commit="c" * 40, dirty=False, since=None, coverage=Coverage(2, 2, 0, modules_found=2), findings=findings,
        roots=(), contracts=(),
    )  # fmt: skip


def run(text: str) -> dict:
    return json.loads(text)["runs"][0]


def test_sarif_of_a_binary_file_in_a_folder_with_a_space_names_the_file_alone() -> None:
    [each] = run(render(result(finding(path="my data/ü.pkl", line=None)), "sarif"))["results"]

    assert each["locations"] == [
        {"physicalLocation": {"artifactLocation": {"uri": "my%20data/%C3%BC.pkl", "uriBaseId": "ROOT"}}}
    ]


def test_sarif_tells_findings_of_one_name_in_one_file_apart() -> None:
    results = run(render(result(finding(line=1), finding(line=7)), "sarif"))["results"]

    fingerprint = finding().fingerprint
    assert [each["partialFingerprints"] for each in results] == [
        {"auditFingerprint/v1": fingerprint, "primaryLocationLineHash": f"{fingerprint}:{occurrence}"}
        for occurrence in (1, 2)
    ]


def test_sarif_keeps_the_gravest_where_a_forge_keeps_only_some() -> None:
    log = run(render(result(*(finding(number, line=number) for number in range(1, 9001))), "sarif"))

    levels = [each["level"] for each in log["results"]]
    assert (len(levels), levels.count("error")) == (5000, 4500)
    [invocation] = log["invocations"]
    assert [each["message"]["text"] for each in invocation["toolExecutionNotifications"]] == [
        "4000 findings of lesser weight are left out: a forge keeps 5000; see --format json"
    ]


def test_junit_can_be_read_whatever_a_message_holds() -> None:
    suite = ElementTree.fromstring(render(result(finding(message=HOSTILE, line=None)), "junit")).find("testsuite")

    assert suite is not None
    case = suite.find("testcase")
    assert case is not None
    assert (case.get("file"), case.get("line")) == ("a/b.py", None)
    assert case.findtext("failure") == HOSTILE.replace("\x1b", "\ufffd")


def test_an_annotation_is_one_line_whatever_a_message_holds() -> None:
    first, _summary = render(result(finding(message=HOSTILE, path="a,b:c.py", line=None)), "github").splitlines()

    assert first == (
        "::error file=a%2Cb%3Ac.py,title=REF001::"
        'it says ::error::x, %250A | "<b>&" \x1b[31m @team%0Ahttps://example.org'
    )


def test_annotations_beyond_what_a_step_shows_are_counted() -> None:
    lines = render(result(*(finding(number, line=number) for number in range(1, 26))), "github").splitlines()

    assert [line.split(" ")[0] for line in lines[:25]] == ["::error"] * 13 + ["::warning"] * 12
    assert lines[25] == "5 more annotations than a step shows: read this log for all of them"


def test_a_row_of_a_job_summary_stays_a_row() -> None:
    text = render(result(finding(message=HOSTILE)), "markdown")

    tokens = MarkdownIt("commonmark").enable("table").parse(text)
    cells = [token for token in tokens if token.type == "inline"][-5:]
    assert [cell.content.replace("\\", "") for cell in cells][:3] == ["`a/b.py:1`", "REF001", "error"]
    assert {child.type for cell in cells for child in cell.children or ()} <= {"text", "code_inline", "text_special"}


def test_a_job_summary_folds_what_is_long_and_stays_below_its_limit() -> None:
    text = render(result(*(finding(number, line=number, message="x" * 200) for number in range(1, 9001))), "markdown")

    assert "<summary>1950 more findings</summary>" in text
    assert text.endswith("7,000 more findings: see the log, or --format json.\n")
    assert len(text.encode()) < 2**20
