"""A report stands up to `audit verify` itself; an edit that changes what it says does not."""

from __future__ import annotations

import json

import pytest

RECORDED = "'(../rules/claims/shop.yaml#L9) | core | ✅ verified | 2 tests collected: 2 passed |'"
EDITS = {
    ("| ❌ refuted | 2 |", "| ❌ refuted | 0 |"): [
        "DOC007 says '| ❌ refuted | 0 |', where its record says '| ❌ refuted | 2 |'",
        "DOC005 says a total of 4 for Claims, whose rows add up to 2",
    ],
    ("#L9) | core | ✅ verified |", "#L9) | core | ❌ refuted |"): [
        f"DOC007 says {RECORDED.replace('✅ verified', '❌ refuted')}, where its record says {RECORDED}",
    ],
    ("- Kills 2 modules; mending it alone revives 2.\n", ""): [
        "DOC007 leaves out '- Kills 2 modules; mending it alone revives 2.', which its record says",
    ],
    ("## What works\n", "All is well.\n\n## What works\n"): [
        "DOC007 says 'All is well.', of which its record knows nothing",
    ],
}


@pytest.fixture
def reported(broken, audit):
    """The broken shop with its report of phase 6 committed."""
    audit(broken.root, "verify", "--phase", "6", "--since", "HEAD~1")
    broken.commit("Commit the report")
    return broken


@pytest.fixture
def judged(reported, audit):
    """Verifies the report as it is: the exit code, and the result."""

    def run() -> tuple[int, dict]:
        done = audit(reported.root, "verify", "reports/phase-6.md", "--format", "json")
        return done.returncode, json.loads(done.stdout)

    return run


def findings(result: dict) -> list[str]:
    return [f"{each['code']} {each['message']}" for each in result["document_findings"]]


def test_a_red_report_is_right_about_itself(judged) -> None:
    code, result = judged()

    assert (code, result["overall"]["verdict"]) == (0, "verified")
    assert (result["document_findings"], result["notes"]) == ([], [])
    assert result["summary"]["judged"] == result["summary"]["verified"] > 5


def test_every_edit_is_caught_where_it_was_made(reported, judged) -> None:
    path = reported.root / "reports/phase-6.md"
    text = path.read_text()
    told, codes = {}, set()
    for truth, lie in EDITS:
        assert text.count(truth) == 1
        path.write_text(text.replace(truth, lie))
        code, result = judged()
        codes.add(code)
        told[truth, lie] = findings(result)

    assert told == EDITS
    assert codes == {1}


def test_a_wrong_place_is_caught_in_the_tree_and_in_the_record(reported, judged) -> None:
    path = reported.root / "reports/phase-6.md"
    path.write_text(path.read_text().replace("[`shop/bridge.py:1`](../shop/bridge.py#L1)", "`shop/bridge.py:77`"))
    code, result = judged()

    assert code == 1
    assert {each["text"] for each in result["statements"] if each["verdict"] == "refuted"} == {"shop/bridge.py:77"}
    assert {each["code"] for each in result["document_findings"]} == {"DOC002", "DOC007"}


def test_a_record_that_was_edited_with_its_report_contradicts_itself(reported, audit, judged) -> None:
    path = reported.root / "reports/phase-6.json"
    record = json.loads(path.read_text())
    record["statements"][0]["verdict"] = "verified"
    path.write_text(json.dumps(record))
    audit(reported.root, "report", "6")
    code, result = judged()

    assert code == 1
    assert "DOC007 rests on a record whose statements do not add up to its summary" in findings(result)


def test_a_report_without_its_record_is_read_like_any_document(reported, judged) -> None:
    (reported.root / "reports/phase-6.json").unlink()
    code, result = judged()

    assert code == 0
    assert result["notes"] == [
        "reports/phase-6.md: there is no reports/phase-6.json beside this report, so its lines could not be compared"
    ]
