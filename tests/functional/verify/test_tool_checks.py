"""What a document says of checks by other programs: shown by running them as the tree configures them."""

from __future__ import annotations

import json

SETTINGS = '[tool.ruff]\ninclude = ["shop/eval/*.py"]\n\n[tool.mypy]\nstrict = true\n'
REPORT = "# Quality\n\n- Ruff: 0 violations\n- mypy: 0 errors\n- flake8 passes\n"


def verdicts(done) -> list[tuple[str, str]]:
    return [(each["verdict"], each["reason"]) for each in json.loads(done.stdout)["statements"]]


def test_a_check_counts_where_it_is_configured_and_was_run(shop, audit) -> None:
    shop.commit(
        "Tell",
        {"REPORT.md": REPORT, "pyproject.toml": SETTINGS},
    )
    unsaid = [
        ("unverified", "mypy is not told here which files to check, so what was checked cannot be told"),
        ("unverified", "this tree does not configure flake8, so what was checked, and how, cannot be told"),
    ]

    unrun = audit(shop.root, "verify", "REPORT.md", "--format", "json")
    assert verdicts(unrun) == [("unverified", "it was not run: that needs --run"), *unsaid]
    assert json.loads(unrun.stdout)["statements"][0]["reproduce"] == "python -m ruff check ."

    clean = audit(shop.root, "verify", "REPORT.md", "--run", "--format", "json")
    assert verdicts(clean) == [("verified", "it exited 0"), *unsaid]

    shop.commit("Import more", {"shop/eval/plots.py": "import os\n"})
    worse = audit(shop.root, "verify", "REPORT.md", "--run", "--format", "json", "--at", "HEAD")
    assert verdicts(worse) == [("refuted", "it exited 1, not with exit status 0"), *unsaid]
    assert "F401" in json.loads(worse.stdout)["statements"][0]["evidence"][0]["excerpt"]
