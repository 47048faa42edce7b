"""The report of a phase: whole, the same each time but for times, and about the tree without its reports."""

from __future__ import annotations

import json
import re
from pathlib import Path

FIRST_RECORD = [
    "schema_version", "tool_version", "document", "documents", "at", "since", "phase", "tree", "dirty", "interpreter",
    "statements", "summary", "overall", "roots", "contracts", "examined",
]  # fmt: skip
FIRST_EXAMINED = ["python_files", "modules", "other_files", "findings", "skipped"]


def without_times(text: str) -> str:
    """A report with its only differing values blanked: seconds, in the JSON and in the last section."""
    body, _, times = text.partition("## Times")
    body = re.sub(r'"seconds": [\d.]+', '"seconds": 0', body)
    return f"{body}## Times{re.sub(r'[|] [0-9.]+ [|]', '| 0 |', times)}" if times else body


def report(root: Path, phase: int = 1) -> tuple[str, str]:
    return tuple(without_times((root / f"reports/phase-{phase}.{ending}").read_text()) for ending in ("md", "json"))


def test_regenerating_it_changes_nothing_but_times(shop, audit) -> None:
    assert audit(shop.root, "verify", "--phase", "1").returncode == 0
    first = report(shop.root)
    audit(shop.root, "verify", "--phase", "1")
    again = report(shop.root)
    shop.commit("Commit the report")
    audit(shop.root, "verify", "--phase", "1")
    committed = report(shop.root)

    assert again == first
    assert committed == first
    assert json.loads(first[1])["tree"] == shop.git("rev-parse", "HEAD~1^{tree}")
    assert json.loads(first[1])["at"] == f"tree:{shop.git('rev-parse', 'HEAD~1^{tree}')}"
    assert json.loads(first[1])["dirty"] is False
    shop.write({"shop/eval/plots.py": "X = 1\n"})
    audit(shop.root, "verify", "--phase", "1")
    assert json.loads(report(shop.root)[1])["tree"] != json.loads(first[1])["tree"]


def test_it_is_written_again_from_its_json(shop, audit) -> None:
    audit(shop.root, "verify", "--phase", "1")
    files = [shop.root / f"reports/phase-1.{ending}" for ending in ("md", "html")]
    written = [file.read_text() for file in files]
    for file in files:
        file.write_text("edited")

    assert audit(shop.root, "report", "1").stdout == "wrote reports/phase-1.md\nwrote reports/phase-1.html\n"
    assert [file.read_text() for file in files] == written


def test_it_is_printed_in_each_format(shop, audit) -> None:
    audit(shop.root, "verify", "--phase", "1")

    for name, ending in (("markdown", "md"), ("html", "html"), ("json", "json")):
        printed = audit(shop.root, "report", "1", "--format", name).stdout
        assert printed == (shop.root / f"reports/phase-1.{ending}").read_text()


def test_a_phase_that_is_not_there_is_told_with_those_that_are(shop, audit) -> None:
    audit(shop.root, "verify", "--phase", "1")
    done = audit(shop.root, "report", "4")

    assert done.returncode == 2
    assert done.stderr == "audit: reports/phase-4.json does not exist; there is phase 1\n"


def test_a_damaged_record_is_told_and_nothing_is_written(shop, audit) -> None:
    shop.write({"reports/phase-1.json": '{"schema_version": 1, "tool'})
    done = audit(shop.root, "report", "1")

    assert done.returncode == 2
    assert done.stderr.startswith("audit: reports/phase-1.json holds no verification (Input data was truncated)")
    assert sorted(path.name for path in (shop.root / "reports").iterdir()) == ["phase-1.json"]


def test_a_record_without_what_later_versions_added_is_written_again(shop, audit) -> None:
    audit(shop.root, "verify", "--phase", "1")
    path = shop.root / "reports/phase-1.json"
    path.write_text(json.dumps(as_first_written(json.loads(path.read_text()))))

    assert audit(shop.root, "report", "1").returncode == 0
    assert "# Audit of phase 1" in (shop.root / "reports/phase-1.md").read_text()
    assert "Audit of phase 1" in (shop.root / "reports/phase-1.html").read_text()


def as_first_written(record: dict) -> dict:
    """A record as the first version wrote it."""
    old = {key: record[key] for key in FIRST_RECORD}
    old["examined"] = {key: record["examined"][key] for key in FIRST_EXAMINED}
    for statement in old["statements"]:
        for key in ("required", "needs", "cite", "roots"):
            del statement[key]
        for piece in statement["evidence"]:
            del piece["facts"]
    return old


def test_what_changed_since_the_phase_before_is_told(shop, audit) -> None:
    audit(shop.root, "verify", "--phase", "1")
    shop.commit("Delete the store", {"shop/store.py": None})
    done = audit(shop.root, "verify", "--phase", "2", "--since", "HEAD~1")

    assert done.returncode == 1
    assert done.stderr.splitlines() == [f"audit: wrote reports/phase-2.{ending}" for ending in ("json", "md", "html")]
    text, data = report(shop.root, 2)
    assert [(each["id"], each["before"], each["now"]) for each in json.loads(data)["changes"]] == [
        ("imports", "verified", "refuted"),
        ("training", "verified", "unverified"),
        ("loading", "verified", "refuted"),
    ]
    assert "## What changed since phase 1" in text


def test_a_red_report_reads_from_the_verdict_to_the_mend(broken, audit) -> None:
    audit(broken.root, "verify", "--phase", "6", "--since", "HEAD~1")
    text, data = report(broken.root, 6)

    ids = re.sub(r"\b([0-9a-f]{10}|[0-9a-f]{12}|[0-9a-f]{40})\b", "ID", text)
    assert ids == (Path(__file__).parent / "red_report.md").read_text()
    assert json.loads(data)["phase"] == 6
