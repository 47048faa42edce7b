"""``audit replay``: whether recorded evidence comes out again, on the commit that it was gathered on."""

from __future__ import annotations

import json

import pytest

CLAIMS = {
    "rules/claims/shop.yaml": (
        "claims:\n"
        "  - id: store-there\n"
        "    text: The store is there.\n"
        "    expect: {exists: shop/store.py}\n"
        "  - id: till-runs\n"
        "    text: The till runs.\n"
        "    needs: [store-there]\n"
        "    expect: {command: {run: [python, -m, shop.till], within: 60, stdout_has: till}}\n"
    ),
    "shop/till.py": "print('the till is open')\n",
}


@pytest.fixture
def recorded(shop, audit):
    """Phase 1 of a shop whose claims hold, committed with its report; afterwards everything was deleted."""
    shop.commit("Claim", CLAIMS)
    assert audit(shop.root, "verify", "--phase", "1").returncode == 0
    shop.commit("Report", {"shop/later.py": ""})
    shop.commit("Delete the store", {"shop/store.py": None, "shop/till.py": None})
    return shop


def test_old_evidence_comes_out_again_although_the_tree_has_changed(recorded, audit) -> None:
    done = audit(recorded.root, "replay", "1", "--run")
    commit = recorded.git("rev-parse", "HEAD~2")
    assert done.returncode == 0
    assert done.stdout == (
        f"phase 1, asked again on {commit[:12]} (the commit that was recorded)\n\n"
        "same store-there: verified -> verified: The store is there.\n"
        "same till-runs: verified -> verified: The till runs.\n\n"
        "same: 2 same, 0 unknown, 0 different\n"
    )


def test_without_run_nothing_runs_and_what_rests_on_running_is_unknown(recorded, audit) -> None:
    done = audit(recorded.root, "replay", "1")
    assert done.returncode == 2
    assert "unknown till-runs: verified -> not asked: The till runs.\n" in done.stdout
    assert "  its verdict rests on running code of the repository: that needs --run\n" in done.stdout
    assert audit(recorded.root, "replay", "1", "store-there").returncode == 0


def test_a_forged_report_is_found_out(recorded, audit, ledger) -> None:
    ledger.unlink()
    path = recorded.root / "reports/phase-1.json"
    report = json.loads(path.read_text())
    report["statements"][0]["verdict"] = "refuted"
    report["statements"][1]["evidence"][0]["exit"] = 3
    report["statements"][1]["evidence"][0]["digest"] = "0" * 16
    path.write_text(json.dumps(report))
    done = audit(recorded.root, "replay", "1", "--run", "--format", "json")
    assert done.returncode == 1
    result = json.loads(done.stdout)
    assert result["how"] == f"the newest commit that holds the tree {report['tree'][:12]}"
    assert [each["sameness"] for each in result["statements"]] == ["different", "different"]
    assert result["statements"][1]["differences"] == [
        "`python -m shop.till` ended with 3 and ends with 0",
        "the output of `python -m shop.till` is another one, times and scratch paths aside",
    ]


def test_a_report_alone_is_enough_where_the_tree_was_committed_with_its_report(recorded, audit, ledger) -> None:
    ledger.unlink()
    assert audit(recorded.root, "replay", "1", "store-there").returncode == 0


def test_a_check_is_replayed_by_its_findings(recorded, audit) -> None:
    recorded.commit("Import it still", {"shop/cart.py": "import shop.store\n"})
    audit(recorded.root, "check", "--since", "HEAD~1")
    recorded.commit("Mend", {"shop/cart.py": ""})
    done = audit(recorded.root, "replay", "run:2")
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "same: 1 same, 0 unknown, 0 different")
    assert audit(recorded.root, "replay", "run:2", "store-there").returncode == 2


def test_a_tree_that_was_never_committed_cannot_be_asked_again(recorded, audit) -> None:
    (recorded.root / "shop/odd.py").write_text("x = 1\n")
    audit(recorded.root, "verify", "--no-run")
    done = audit(recorded.root, "replay", "run:2")
    assert (done.returncode, done.stdout) == (2, "")
    assert "was made on a tree that no commit of this repository holds" in done.stderr


def test_an_unknown_claim_is_told_with_the_nearest(recorded, audit) -> None:
    done = audit(recorded.root, "replay", "1", "store-their")
    assert done.returncode == 2
    assert done.stderr == "audit: phase 1 judged no claim 'store-their', did you mean 'store-there'?\n"


def test_the_claims_of_a_document_are_asked_of_the_commit_it_was_held_against(recorded, audit) -> None:
    recorded.commit("Say so", {"done.md": "# Done\n\n- Deleted `shop/store.py`\n"})
    assert audit(recorded.root, "verify", "done.md", "--since", "HEAD~3", "--phase", "2").returncode == 0
    recorded.commit("Bring it back", {"shop/store.py": "", "done.md": None})
    assert audit(recorded.root, "replay", "2").returncode == 0


def test_a_predicate_that_is_not_understood_is_unknown(recorded, audit, ledger) -> None:
    ledger.unlink()
    path = recorded.root / "reports/phase-1.json"
    report = json.loads(path.read_text())
    report["statements"][0]["predicate"] = {"sparkles": True}
    path.write_text(json.dumps(report))
    done = audit(recorded.root, "replay", "1", "store-there")
    assert done.returncode == 2
    assert "this audit does not understand its predicate: claims.yaml:1: unknown predicate 'sparkles'" in done.stdout


def test_what_the_audit_writes_itself_is_no_reference_to_what_is_gone(recorded, audit) -> None:
    recorded.commit("Import it still", {"shop/cart.py": "import shop.store\n"})
    audit(recorded.root, "verify", "--phase", "2", "--since", "HEAD~2")
    audit(recorded.root, "baseline", "write", "--since", "HEAD~2")
    recorded.commit("Report", {})
    done = audit(recorded.root, "check", "--since", "HEAD~3", "--format", "json")
    assert [each["path"] for each in json.loads(done.stdout)["findings"]] == ["shop/cart.py"]
