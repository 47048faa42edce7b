"""The report of a phase: whole, the same each time but for times, and about the tree without its reports."""

from __future__ import annotations

import json
import re
from pathlib import Path


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
    written = (shop.root / "reports/phase-1.md").read_text()
    (shop.root / "reports/phase-1.md").write_text("edited")

    assert audit(shop.root, "report", "1").stdout == "wrote reports/phase-1.md\n"
    assert (shop.root / "reports/phase-1.md").read_text() == written


def test_what_changed_since_the_phase_before_is_told(shop, audit) -> None:
    audit(shop.root, "verify", "--phase", "1")
    shop.commit("Delete the store", {"shop/store.py": None})
    done = audit(shop.root, "verify", "--phase", "2", "--since", "HEAD~1")

    assert done.returncode == 1
    assert done.stderr.splitlines() == ["audit: wrote reports/phase-2.json", "audit: wrote reports/phase-2.md"]
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
