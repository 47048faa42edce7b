"""`audit verify` on a small shop: green when all holds, red with the root when it does not, honest in between."""

from __future__ import annotations

import json
from pathlib import Path

STATEMENT_KEYS = {
    "id", "line", "end_line", "text", "tense", "kind", "predicate", "verdict", "reason", "coverage", "weight",
    "evidence", "findings", "reproduce",
}  # fmt: skip


def judged(done) -> dict[str, tuple[str, str]]:
    return {each["id"]: (each["verdict"], each["reason"]) for each in json.loads(done.stdout)["statements"]}


def files(root: Path) -> dict[str, bytes]:
    return {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def test_all_claims_hold(shop, audit) -> None:
    before = files(shop.root)
    done = audit(shop.root, "verify")

    assert done.returncode == 0
    assert done.stdout == (
        "VERIFIED: NO RISK FOUND: EVERY CLAIM VERIFIED\n"
        "3 of 3 core claims verified.\n"
        "\n"
        "verified imports (core, rules/claims/shop.yaml:2)\n"
        "  All modules of the shop import.\n"
        "  all 7 modules import [7 of 7 modules imported, each on its own]\n"
        "  reproduce: audit verify rules/claims/shop.yaml --only imports\n"
        "\n"
        "verified training (core, rules/claims/shop.yaml:5)\n"
        "  Training runs and leaves a model.\n"
        "  it exited 0 and created model.bin [4 expectations checked]\n"
        "  reproduce: python -m shop.trainer\n"
        "\n"
        "verified scores (core, rules/claims/shop.yaml:9)\n"
        "  The scores are tested.\n"
        "  2 tests collected: 2 passed [2 tests in 1 of 3 modules (shop.eval)]\n"
        "  reproduce: python -m pytest tests/test_scores.py\n"
        "\n"
        "verified loading (supporting, rules/claims/shop.yaml:12)\n"
        "  Loading takes a path and an epoch.\n"
        "  `load(path, epoch)` [1 definition read]\n"
        "  reproduce: audit verify rules/claims/shop.yaml --only loading\n"
        "\n"
        "judged 4 of 4 statements: 4 verified (8 modules in 9 files read)\n"
    )
    assert done.stderr == ""
    assert files(shop.root) == before


def test_a_deleted_module_turns_the_whole_red_with_its_chain_and_commit(broken, audit) -> None:
    done = audit(broken.root, "verify", "--since", "HEAD~1", "--format", "json")
    result = json.loads(done.stdout)

    assert done.returncode == 1
    assert judged(done) == {
        "imports": ("refuted", "2 of 6 modules do not import: ModuleNotFoundError: No module named 'shop.store'"),
        "training": ("unverified", "blocked by 'imports' (refuted)"),
        "scores": ("verified", "2 tests collected: 2 passed"),
        "loading": ("refuted", "shop.store.load no longer exists"),
    }
    assert result["overall"]["verdict"] == "refuted"
    assert result["overall"]["risk"] == "HIGH RISK: PARTIAL SYSTEM RECOVERY"
    (root,) = result["roots"]
    assert (root["target"], root["sites"], root["kills_modules"]) == ("shop.store", ["shop/bridge.py:1"], 2)
    assert root["retired_in"]["subject"] == "Delete the store"
    imports = result["statements"][0]
    assert imports["roots"] == ["shop.store"]
    assert [(each["path"], each["line"]) for each in imports["evidence"][1:3]] == [("shop/bridge.py", 1)] * 2
    assert imports["findings"]


def test_mending_it_turns_the_whole_green_again(broken, audit) -> None:
    broken.write({"shop/bridge.py": "", "shop/store.py": "def load(path, epoch): ...\n"})

    assert audit(broken.root, "verify").returncode == 0


def test_the_json_is_the_contract(shop, audit) -> None:
    result = json.loads(audit(shop.root, "verify", "--no-run", "--format", "json").stdout)

    assert result["schema_version"] == 1
    assert result["document"] == "rules/claims/shop.yaml"
    assert (result["at"], result["since"], result["phase"]) == (shop.git("rev-parse", "HEAD"), None, None)
    assert all(set(each) >= STATEMENT_KEYS for each in result["statements"])
    assert result["summary"] == {
        "statements": 4, "judged": 4, "verified": 1, "partly": 0, "refuted": 0, "unverified": 3, "error": 0,
        "plans": 0, "admissions": 0, "quotations": 0, "waived": 0,
    }  # fmt: skip
    assert set(result["overall"]) == {"verdict", "risk", "rule"}
    assert result["statements"][3]["predicate"] == {
        "signature": {"callable": "shop.store.load", "parameters": ["path", "epoch"]}
    }


FOREIGN = """\
claims:
  - id: marks
    text: It writes.
    expect: {{command: {{run: [sh, -c, "echo ran >> {marker}"]}}}}
  - id: marks-again
    text: It writes, said twice.
    expect: {{command: {{run: [sh, -c, "echo ran >> {marker}"]}}}}
  - id: store
    text: The store is there.
    expect: {{exists: shop/store.py}}
"""


def test_foreign_claims_run_nothing_unless_told_and_then_only_once(shop, audit, tmp_path) -> None:
    marker, claims = tmp_path / "marker", tmp_path / "claims.yaml"
    claims.write_text(FOREIGN.format(marker=marker))

    kept = audit(shop.root, "verify", claims, "--format", "json")
    assert kept.returncode == 2
    assert judged(kept) == {
        "marks": ("unverified", "it was not run: that needs --run"),
        "marks-again": ("unverified", "it was not run: that needs --run"),
        "store": ("verified", "shop/store.py is in the tree"),
    }
    assert json.loads(kept.stdout)["statements"][0]["reproduce"] == f"sh -c 'echo ran >> {marker}'"
    assert not marker.exists()

    assert audit(shop.root, "verify", claims, "--run").returncode == 0
    assert marker.read_text() == "ran\n"


DOCUMENT = """\
# Phase 6

- ✅ Zero Import Errors: All modules import successfully
- Deleted `shop/store.py`
- `tests/test_scores.py`: 2 tests passing
- We will remove the bridge

The scores were a success.
"""


def test_a_document_is_judged_statically_without_run(broken, audit) -> None:
    broken.commit("Write the document", {"phase_6.md": DOCUMENT})
    done = audit(broken.root, "verify", "phase_6.md", "--since", "HEAD~2", "--format", "json")

    assert done.returncode == 1
    assert judged(done) == {
        "L3": ("refuted", "2 of 7 modules cannot be imported: 1 import statement in 1 file names shop.store"),
        "L4": ("verified", "shop/store.py is not in the tree"),
        "L5": ("unverified", "it was not run: that needs --run"),
        "L6": (None, "no claim: work still to do"),
        "L8": ("unverified", "no predicate is known for this sentence"),
    }
    result = json.loads(done.stdout)
    assert result["statements"][0]["evidence"][0]["line"] == 1
    assert "Delete the store" in result["statements"][1]["evidence"][0]["summary"]
    assert result["summary"] | {"judged": 3, "plans": 1, "unverified": 2} == result["summary"]


def test_a_document_is_judged_by_running_when_told(broken, audit) -> None:
    broken.write({"phase_6.md": DOCUMENT})
    done = audit(broken.root, "verify", "phase_6.md", "--run", "--format", "json")

    assert judged(done)["L5"] == ("verified", "2 tests collected: 2 passed")
    assert json.loads(done.stdout)["statements"][2]["coverage"] == "2 tests in 1 of 3 modules (shop.eval)"


def test_the_same_document_holds_for_an_earlier_commit_and_in_a_bare_repository(broken, audit, tmp_path) -> None:
    broken.commit("Write the document", {"phase_6.md": DOCUMENT})
    broken.git("clone", "--quiet", "--bare", str(broken.root), str(tmp_path / "bare.git"))
    earlier = audit(broken.root, "verify", "phase_6.md", "--run", "--at", "HEAD~2", "--format", "json")
    bare = audit(tmp_path, "verify", tmp_path / "bare.git", "phase_6.md", "--run", "--at", "HEAD", "--format", "json")

    assert {name: verdict for name, (verdict, _) in judged(earlier).items()} == {
        "L3": "verified", "L4": "refuted", "L5": "verified", "L6": None, "L8": "unverified",
    }  # fmt: skip
    assert {name: verdict for name, (verdict, _) in judged(bare).items()} == {
        "L3": "refuted", "L4": "verified", "L5": "verified", "L6": None, "L8": "unverified",
    }  # fmt: skip


def test_paths_of_another_machine_are_fitted_to_the_tree_or_left_alone(broken, audit) -> None:
    document = (
        "Files deleted:\n\n- `/srv/checkout/shop/store.py`\n- `/srv/checkout/gone/elsewhere.py`\n"
        "- `/srv/checkout/shop/bridge.py`\n"
    )
    broken.write({"doc.md": document})
    found = judged(audit(broken.root, "verify", "doc.md", "--since", "HEAD~1", "--format", "json"))

    assert found == {
        "L3": ("verified", "shop/store.py is not in the tree"),
        "L4": (
            "unverified",
            "/srv/checkout/gone/elsewhere.py lies on another machine, and no end of it is or was a path of this tree",
        ),
        "L5": ("refuted", "shop/bridge.py is in the tree"),
    }


def test_a_deleted_path_is_known_without_a_base(broken, audit) -> None:
    """Which paths ever went is asked of the whole history where no base is named."""
    broken.write({"doc.md": "Files deleted:\n\n- `/srv/checkout/shop/store.py`\n- `/srv/checkout/never/was.py`\n"})
    found = judged(audit(broken.root, "verify", "doc.md", "--format", "json"))

    assert {line: verdict for line, (verdict, _) in found.items()} == {"L3": "verified", "L4": "unverified"}


def test_one_claim_is_judged_with_what_it_needs(broken, audit) -> None:
    done = audit(broken.root, "verify", "rules/claims/shop.yaml", "--only", "training", "--format", "json")

    assert list(judged(done)) == ["imports", "training"]


def test_what_the_environment_lacks_is_exit_code_2_and_no_refutation(shop, audit) -> None:
    shop.write({"shop/bridge.py": "import not_installed_anywhere\n"})
    done = audit(shop.root, "verify", "--format", "json")

    assert done.returncode == 2
    assert judged(done)["imports"] == (
        "unverified",
        "2 modules could not be checked here: not_installed_anywhere is not installed",
    )
    assert json.loads(done.stdout)["overall"]["verdict"] == "unverified"


def test_a_citation_that_leads_nowhere_is_told(shop, audit) -> None:
    shop.write(
        {
            "rules/claims/shop.yaml": (
                "claims:\n"
                "  - {id: a, text: t, cite: 'docs/gone.md:3', expect: {exists: shop}}\n"
                "  - {id: b, text: t, cite: 'shop/bridge.py:99', expect: {exists: shop}}\n"
                "  - {id: c, text: t, cite: 'shop/bridge.py:1', expect: {exists: shop}}\n"
            )
        }
    )
    found = json.loads(audit(shop.root, "verify", "--format", "json").stdout)["document_findings"]

    assert [(each["code"], each["statement"], each["message"]) for each in found] == [
        ("DOC001", "a", "cites docs/gone.md, which is not in the tree"),
        ("DOC002", "b", "cites line 99 of shop/bridge.py, which has 1"),
    ]
