"""``audit claims extract``: a document as a list of statements, and as a claims file that can be verified."""

from __future__ import annotations

import json
import subprocess

import pytest

DOCUMENT = """\
# Phase 6

## Results

- ✅ Zero Import Errors: All modules import successfully
- We will remove the bridge

Files successfully deleted:
- `shop/old.py` (said "gone": it is)
- `/srv/checkout/shop/older.py`

The scores were a success.
"""


def test_every_statement_is_listed_with_its_place_and_its_predicate_or_the_reason_there_is_none(shop, audit) -> None:
    shop.write({"phase_6.md": DOCUMENT})
    done = audit(shop.root, "claims", "extract", "phase_6.md", "--format", "json")
    result = json.loads(done.stdout)

    assert done.returncode == 0
    assert done.stderr == "5 statements: 4 claims, 1 plan, 0 admissions, 0 quotations; 3 with a predicate\n"
    assert [
        (each["id"], each["line"], each["end_line"], each["tense"], each["kind"], each["predicate"], each["reason"])
        for each in result["statements"]
    ] == [
        ("L5", 5, 5, "claim", "imports", {"imports": {}}, ""),
        ("L6", 6, 6, "plan", "none", None, "no claim: plan"),
        ("L9", 9, 9, "claim", "absent", {"absent": {"names": ["shop/old.py"]}}, ""),
        ("L10", 10, 10, "claim", "absent", {"absent": {"names": ["/srv/checkout/shop/older.py"]}}, ""),
        ("L12", 12, 12, "claim", "none", None, "no predicate is known for this sentence"),
    ]
    assert result["statements"][2]["context"] == ["Phase 6", "Results", "Files successfully deleted:"]
    assert result["summary"]["with_predicate"] == 3


def test_the_yaml_is_a_claims_file(shop, audit) -> None:
    shop.write({"phase_6.md": DOCUMENT})
    audit(shop.root, "claims", "extract", "phase_6.md", "--output", "phase_6.yaml")
    written = (shop.root / "phase_6.yaml").read_text()
    done = audit(shop.root, "verify", "phase_6.yaml", "--format", "json")

    assert written == (
        "# 5 statements: 4 claims, 1 plan, 0 admissions, 0 quotations; 3 with a predicate\n"
        "document: phase_6.md\n"
        "claims:\n"
        "  - id: phase_6-L5\n"
        "    text: 'Zero Import Errors: All modules import successfully'\n"
        "    cite: phase_6.md:5\n"
        "    weight: core\n"
        "    expect:\n"
        "      imports: {}\n"
        "  # line 6, plan: We will remove the bridge (no claim: plan)\n"
        "  - id: phase_6-L9\n"
        "    text: '`shop/old.py` (said \"gone\": it is)'\n"
        "    cite: phase_6.md:9\n"
        "    weight: core\n"
        "    expect:\n"
        "      absent:\n"
        "        names:\n"
        "        - shop/old.py\n"
        "  # line 10, claim: `/srv/checkout/shop/older.py` "
        "(a name that audit verify fits to the tree; write it in full to keep it)\n"
        "  # line 12, claim: The scores were a success. (no predicate is known for this sentence)\n"
    )
    assert [(each["id"], each["verdict"]) for each in json.loads(done.stdout)["statements"]] == [
        ("phase_6-L5", "unverified"),
        ("phase_6-L9", "verified"),
    ]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("empty.md", b"", "audit: empty.md: no statement was found, so there is nothing to extract\n"),
        ("binary.md", b"\0", "audit: binary.md is no text, so it holds no claim; give a Markdown document\n"),
        ("notes.txt", b"x", "audit: notes.txt: give a Markdown document (.md)\n"),
        ("gone.md", None, "audit: gone.md cannot be read: No such file or directory\n"),
    ],
)
def test_what_holds_no_claims_is_one_message(audit, tmp_path, name, content, message) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    done: subprocess.CompletedProcess[str] = audit(tmp_path, "claims", "extract", name)

    assert (done.returncode, done.stdout, done.stderr) == (2, "", message)
