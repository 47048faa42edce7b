"""Bad input to `audit verify`, `report` and `smoke`: one clear message, exit code 2, nothing written."""

from __future__ import annotations

import json

import pytest


def told(done) -> str:
    """What a user sees of a refused call."""
    assert (done.returncode, done.stdout) == (2, "")
    return done.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["gone.md"], "audit: gone.md does not exist, neither on disk nor in the tree\n"),
        (["README.txt"], "audit: README.txt: give a Markdown document (.md) or a claims file (.yaml)\n"),
        (["empty.md"], "audit: empty.md: no statement was found, so there is nothing to verify\n"),
        (["binary.md"], "audit: binary.md is no text, so it holds no claim; give a Markdown document\n"),
        (["empty.yaml"], "audit: empty.yaml:1: the file is empty: write 'claims:' and at least one claim\n"),
        (
            ["bad.yaml"],
            """audit: bad.yaml:1: a claims file needs the key 'claims'
audit: bad.yaml:1: unknown key 'claim' in a claims file: did you mean 'claims'?
""",
        ),
        (["--only", "trainin"], "audit: --only trainin: no claim has that id, did you mean 'training'?\n"),
        (["--output", "gone/result.json"], "audit: cannot write gone/result.json: there is no folder gone\n"),
        (["--output", "shop"], "audit: cannot write shop: it is a folder; name a file in it\n"),
        (["shop", "tests"], "audit: name one repository, not 2: shop, tests\n"),
        (
            ["--since", "nope"],
            "audit: --since nope: no such commit in {root}; git log --oneline shows the commits there are\n",
        ),
    ],
)
def test_each_mistake_is_one_message(shop, audit, arguments, message) -> None:
    shop.write({"empty.md": "\n", "binary.md": "\0", "empty.yaml": "", "bad.yaml": "claim: []\n", "README.txt": "x"})

    assert told(audit(shop.root, "verify", *arguments, "--phase", "1")) == message.format(root=shop.root)
    assert not (shop.root / "reports").exists()


def test_a_document_that_is_not_committed_is_found_in_the_repository_that_is_named(shop, audit, tmp_path) -> None:
    shop.write({"notes/done.md": "- Deleted `shop/gone.py`\n"})
    outside = tmp_path / "elsewhere"
    outside.mkdir()

    done = audit(outside, "verify", shop.root, "notes/done.md")

    assert "notes/done.md:1" in done.stdout
    assert done.stderr == ""


def test_every_mistake_of_every_claims_file_is_told_at_once(shop, audit) -> None:
    shop.write(
        {
            "rules/claims/shop.yaml": "claims:\n  - {id: a, text: t, expect: {comand: {run: x}}}\n",
            "rules/claims/b.yaml": "claims:\n  - {id: a, txt: t, expect: {exists: shop}, needs: [zz]}\n",
        }
    )

    assert told(audit(shop.root, "verify")).splitlines() == [
        "audit: rules/claims/b.yaml:2: 'a' needs 'zz', which no claim has",
        "audit: rules/claims/b.yaml:2: a claim needs the key 'text'",
        "audit: rules/claims/b.yaml:2: unknown key 'txt' in a claim: did you mean 'text'?",
        "audit: rules/claims/shop.yaml:2: the id 'a' is taken (by rules/claims/b.yaml:2); choose another",
        "audit: rules/claims/shop.yaml:2: unknown predicate 'comand': did you mean 'command'?",
    ]


def test_a_tree_without_claims_is_never_a_pass(shop, audit) -> None:
    shop.write({"rules/claims/shop.yaml": None})

    assert told(audit(shop.root, "verify")) == (
        "audit: there is no claim to verify: rules/claims/ holds no claims file; "
        "write one, or name a document: audit verify DOC.md\n"
    )


def test_a_plain_folder_is_verified_too(audit, tmp_path) -> None:
    folder = tmp_path / "plain"
    (folder / "rules" / "claims").mkdir(parents=True)
    (folder / "pkg.py").write_text("X = 1\n")
    (folder / "rules/claims/a.yaml").write_text("claims: [{id: a, text: t, expect: {imports: pkg}}]\n")

    done = audit(folder, "verify")

    assert (done.returncode, done.stdout.splitlines()[0]) == (0, "VERIFIED: NO RISK FOUND: EVERY CLAIM VERIFIED")


def test_reports_that_cannot_be_written_or_read_are_told(shop, audit) -> None:
    assert told(audit(shop.root, "report", "3")) == (
        "audit: reports/phase-3.json does not exist; write it with audit verify --phase 3\n"
    )
    shop.write({"reports/phase-3.json": "{}"})
    assert "reports/phase-3.json holds no verification" in told(audit(shop.root, "report", "3"))
    shop.write({"reports/phase-3.json": None, "reports/phase-3.md/x": "a folder in the way"})
    assert told(audit(shop.root, "verify", "--no-run", "--phase", "3")) == (
        "audit: the report cannot be written to reports: phase-3.md is a folder\n"
    )
    assert [path.name for path in (shop.root / "reports").iterdir()] == ["phase-3.md"]
    shop.write({"reports/phase-3.md/x": None})
    (shop.root / "reports/phase-3.md").rmdir()
    (shop.root / "reports").rmdir()
    shop.write({"reports": "a file in the way"})
    assert told(audit(shop.root, "verify", "--no-run", "--phase", "3")) == (
        "audit: the report cannot be written: reports is a file; move it away\n"
    )


def test_a_tree_without_smoke_has_nothing_to_run(shop, audit) -> None:
    done = audit(shop.root, "smoke")

    assert done.returncode == 2
    assert done.stdout == "the smoke could not run: the tree has no smoke package, so there is no scenario to run\n"


SMOKE = """\
import json, sys
train = {"name": "train", "outcome": "passed", "seconds": 1.5}
stages = [train, {"name": "evaluate", "outcome": OUTCOME, "reason": REASON}]
report = {"schema_version": 1, "scenarios": [{"name": "demo", "outcome": OUTCOME, "stages": stages}]}
open(sys.argv[-1], "w").write(json.dumps(report))
sys.exit(OUTCOME != "passed")
"""


@pytest.mark.parametrize(("outcome", "reason", "code"), [("passed", "", 0), ("failed", "no episode", 1)])
def test_each_stage_of_the_smoke_is_shown(shop, audit, outcome, reason, code) -> None:
    source = f"OUTCOME, REASON = {outcome!r}, {reason!r}\n{SMOKE}"
    shop.write({"smoke/__init__.py": "", "smoke/__main__.py": source})
    done = audit(shop.root, "smoke", "demo")

    assert done.returncode == code
    assert done.stdout.splitlines()[:3] == [
        f"demo: {outcome}",
        "  train     passed      1.5 s",
        f"  evaluate  {outcome}           " + (f"  {reason}" if reason else ""),
    ]
    assert done.stdout.splitlines()[-1].startswith(f"{2 - code} of 2 stages passed in 1 scenarios (")


def test_a_file_that_is_nested_too_deeply_leaves_what_is_said_of_it_open(shop, audit) -> None:
    deep = "import shop.store\n\nx = " + "-" * 20_000 + "1\n\nclass Deep: ...\n"
    said = "- `shop/deep.py` no longer imports `shop.store`\n"
    said += "- It imports in this order: `shop.deep -> shop.trainer -> shop.store`\n"
    said += (
        "- `shop/deep.py` uses `shop.store`\n- `shop/deep.py:1`: `import shop.store`\n- `Deep` inherits from `Base`\n"
    )
    claim = "- {id: same, text: t, expect: {unchanged: {symbols: [shop.deep.Deep], base: HEAD~1}}}\n"
    shop.commit("Deep", {"shop/deep.py": deep, "tests/test_deep.py": f"from shop import deep\n{deep}"})
    shop.commit("Report", {"REPORT.md": f"# Report\n\n{said}", "rules/claims/deep.yaml": f"claims:\n{claim}"})

    done = audit(shop.root, "verify", "REPORT.md", "rules/claims/deep.yaml", "--format", "json")
    verdicts = [each["verdict"] for each in json.loads(done.stdout)["statements"]]
    assert "refuted" not in verdicts
    assert (len(verdicts), done.stderr.count("Traceback")) == (7, 0)
