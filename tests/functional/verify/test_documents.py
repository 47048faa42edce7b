"""``audit verify DOC.md``: the document itself is audited too, and held against the tree that it was written for."""

from __future__ import annotations

import json

import pytest

DOCUMENT = """\
# Audit of the shop

**File:** `shop/store.py:1`
**Problem:** `import os`

- `shop/bridge.py:1` - `import shop.store`
- `shop/trainer.py:90` is where it ends
- `shop/store.py` (4 failures)
- No remaining OldRecord references
- See `../../../etc/passwd.txt:1` and `shop/eval/scores.py:2`

Training cannot start:

```
$ python ./tools/train.py steps=10; touch escaped
$ python -m shop.trainer
```

```
  File "/home/dev/shop/shop/bridge.py", line 1, in <module>
    import shop.stores
  File "shop/store.py", line 1
ModuleNotFoundError: No module named 'shop.eval'
```

2 files changed:

- one
"""


@pytest.fixture
def documented(shop):
    """The shop after its store and its tools were deleted, with a document that was written for that tree."""
    shop.commit("Add tools", {"tools/run.py": "", "tools/train.py": "", "shop/record.py": "class OldRecord: ...\n"})
    shop.commit(
        "Delete the store",
        {"shop/store.py": None, "tools/train.py": None, "shop/record.py": "def use(): return OldRecord\n"},
    )
    shop.commit("Write the audit", {"audit.md": DOCUMENT})
    return shop


def test_what_a_document_cites_quotes_and_commands_is_held_against_the_tree(documented, audit) -> None:
    done = audit(documented.root, "verify", "audit.md", "--since", "HEAD~2", "--format", "json")
    result = json.loads(done.stdout)

    assert done.returncode == 1
    assert [
        (each["line"], each["kind"], each["text"], each["verdict"], each["reason"])
        for each in result["statements"]
        if each["predicate"] or "passwd" in each["text"]
    ] == [
        (3, "citation", "shop/store.py:1", "refuted", "shop/store.py is not in the tree"),
        (6, "citation", "shop/bridge.py:1", "verified", "line 1 of shop/bridge.py says so"),
        (7, "citation", "shop/trainer.py:90", "refuted", "shop/trainer.py has 3 lines, so no line 90"),
        (9, "unreferenced", "No remaining OldRecord references", "refuted",
         "OldRecord is still used in 1 place of 1 file"),
        (10, "none", "See `../../../etc/passwd.txt:1` and `shop/eval/scores.py:2`", "unverified",
         "no predicate is known for this sentence"),
        (10, "none", "../../../etc/passwd.txt:1", "unverified", "../../../etc/passwd.txt leads out of the repository"),
        (10, "citation", "shop/eval/scores.py:2", "verified",
         "shop/eval/scores.py has line 2; what it says was not compared"),
        (15, "entry", "python ./tools/train.py steps=10", "refuted",
         "its entry point tools/train.py is not in the tree"),
        (16, "entry", "python -m shop.trainer", "verified", "module shop.trainer is in the tree"),
    ]  # fmt: skip
    commit = documented.git("rev-parse", "HEAD~1")[:10]
    removed = f"(removed in {commit}, 2025-08-27: Delete the store)"
    assert [(each["line"], each["code"], each["message"]) for each in result["document_findings"]] == [
        (3, "DOC001", f"cites shop/store.py:1: shop/store.py is not in the tree {removed}"),
        (7, "DOC002", "cites shop/trainer.py:90: shop/trainer.py has 3 lines, so no line 90"),
        (8, "DOC001", f"speaks of shop/store.py, which is not in the tree {removed}"),
        (15, "DOC004",
         "shows the command python ./tools/train.py steps=10: its entry point tools/train.py is not in the tree"),
        (20, "DOC003", "quotes a traceback: it says that there is no module shop.eval, which is shop/eval/__init__.py"),
        (20, "DOC003",
         "quotes a traceback: line 1 of shop/bridge.py says 'import shop.store', not 'import shop.stores'"),
        (22, "DOC003", f"quotes a traceback: shop/store.py is not in the tree {removed}"),
        (26, "DOC005", "says 2 files and lists 1"),
    ]  # fmt: skip


def test_the_commands_of_a_document_are_never_run_even_with_run(documented, audit) -> None:
    audit(documented.root, "verify", "audit.md", "--run")

    assert not (documented.root / "escaped").exists()
    assert not (documented.root / "model.bin").exists()


def judged_at(done) -> tuple[str, str]:
    """The commit that a document was held against, and why that one."""
    result = json.loads(done.stdout)
    return result["at"], result["at_reason"]


def test_a_document_is_held_against_the_commit_that_last_changed_it(documented, audit) -> None:
    written = documented.git("rev-parse", "HEAD")
    documented.commit("Go on", {"shop/later.py": ""})
    later = documented.git("rev-parse", "HEAD")

    assert judged_at(audit(documented.root, "verify", "audit.md", "--format", "json")) == (
        written,
        "the commit that last changed audit.md",
    )
    assert judged_at(audit(documented.root, "verify", "audit.md", "--at", "HEAD", "--format", "json")) == (later, "")
    assert "judged at " + written[:12] in audit(documented.root, "verify", "audit.md").stdout
    assert "the commit that last changed audit.md" in audit(
        documented.root, "verify", "audit.md", "--format", "markdown"
    ).stdout  # fmt: skip


def test_a_commit_that_only_moves_a_document_is_not_what_it_tells_of(documented, audit) -> None:
    written = documented.git("rev-parse", "HEAD")
    documented.commit("File it", {"audit.md": None, "docs/archive/audit.md": DOCUMENT})

    assert judged_at(audit(documented.root, "verify", "docs/archive/audit.md", "--format", "json")) == (
        written,
        "the commit that last changed docs/archive/audit.md",
    )

    changed = documented.commit("Correct it", {"docs/archive/audit.md": None, "docs/audit.md": DOCUMENT + "\nMore.\n"})
    assert judged_at(audit(documented.root, "verify", "docs/audit.md", "--format", "json"))[0] == changed


def test_a_document_that_no_commit_holds_as_it_is_is_held_against_head(documented, audit, tmp_path) -> None:
    head = documented.git("rev-parse", "HEAD")
    documented.write({"audit.md": DOCUMENT + "\nMore.\n", "new.md": "- Deleted `shop/store.py`\n"})
    (tmp_path / "outside.md").write_text("- Deleted `shop/store.py`\n")

    for name in ("audit.md", "new.md", "../outside.md"):
        done = audit(documented.root, "verify", name, "--format", "json")
        assert judged_at(done) == (head, f"HEAD, because no commit holds {name} as it is")


def test_a_folder_without_commits_is_read_as_it_is(audit, tmp_path) -> None:
    (tmp_path / "plain").mkdir()
    (tmp_path / "plain/doc.md").write_text("- Deleted `store.py`\n\n- Created `pkg/b.py`\n")
    done = audit(tmp_path / "plain", "verify", "doc.md", "--format", "json")

    assert judged_at(done) == (None, "the folder has no commit, so its files on disk were read")
    assert done.returncode == 2


def test_what_was_run_is_reproduced_with_run(shop, audit) -> None:
    shop.commit("Say it", {"said.md": "# Done\n\n- ✅ All modules import successfully.\n- Next: sweep the floor\n"})
    with_run = audit(shop.root, "verify", "said.md", "--run")
    without = audit(shop.root, "verify", "said.md")

    assert "reproduce: audit verify said.md --only L3 --at" in with_run.stdout
    assert [line.split()[-1] for line in with_run.stdout.splitlines() if "reproduce:" in line] == ["--run"]
    assert "--run" not in [
        word for line in without.stdout.splitlines() if "reproduce:" in line for word in line.split()
    ]
    assert " 1 plan (" in with_run.stdout.splitlines()[-1]
