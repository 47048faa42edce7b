"""``audit verify`` of what is said of commits: that they are there, and what they themselves did."""

from __future__ import annotations

import json
from textwrap import dedent

import pytest


@pytest.fixture
def history(shop):
    """Two commits after the first: one that deletes and adds files, and one that merges a request. With their ids."""
    deleted = shop.commit(
        "Swap the stores", {"shop/store.py": None, "shop/shelf.py": "class Shelf: ...\n", "shop/bridge.py": ""}
    )
    merged = shop.commit("Tidy up (#17)", {"shop/plots.py": ""})
    return shop, deleted, merged


def judged(shop, audit, *arguments: object) -> list[tuple[object, ...]]:
    """Kind, verdict and reason of every statement that speaks of commits."""
    done = audit(shop.root, "verify", *arguments, "--format", "json")
    return [
        (each["verdict"], each["reason"])
        for each in json.loads(done.stdout)["statements"]
        if each["kind"] == "commit" or "commit" in each["reason"] or "branch" in each["reason"]
    ]


def test_a_document_is_held_against_history_and_what_it_does_not_know_refutes_nothing(history, audit) -> None:
    shop, deleted, merged = history
    one, two, base = deleted[:8], merged[:8], shop.git("rev-parse", "HEAD~2")
    shop.git("branch", "cull")
    document = f"""\
        - Commit {one} deleted `shop/store.py` and added nothing
        - Commit {one} deleted `shop/store.py`.
        - Commit {one} added `shop/shelf.py`, `Shelf`
        - Commit {two} deleted `shop/store.py`
        - Commit {two} added the `Shelf` class
        - Fixed by commit 0123abc
        - Merged in #17
        - Merged in #18
        - Work goes on on branch `cull`
        - Work goes on on branch `gone`
        """
    shop.commit("Write", {"notes.md": dedent(document)})

    reasons = dict.fromkeys(judged(shop, audit, "notes.md", "--since", base))
    assert list(reasons) == [
        ("verified", f"{deleted[:10]} removed shop/store.py"),
        ("verified", f"{deleted[:10]} added shop/shelf.py, Shelf"),
        ("refuted", f"{merged[:10]} does not remove shop/store.py"),
        ("unverified", "the lines of that commit do not show what became of Shelf"),
        (
            "unverified",
            "no one commit of this clone starts with 0123abc; it may be of another repository, or rewritten",
        ),
        ("verified", f"{merged[:10]} is in the history: Tidy up (#17)"),
        ("unverified", "no commit before the tree says that it merged #18"),
        ("verified", "cull is a branch of this clone"),
        ("unverified", "this clone has no branch gone; one that was merged is often removed"),
    ]  # fmt: skip


def test_a_claims_file_is_taken_at_its_word(history, audit) -> None:
    shop, deleted, merged = history
    claims = [
        f'{{id: "{deleted[:8]}", removed: [shop/store.py], added: [Shelf]}}',
        f'{{id: "{merged[:8]}", removed: [shop/store.py]}}',
        f'{{id: "{merged[:8]}", added: [Shelf]}}',
        '{id: "0123abcd"}',
        "{merged: 18}",
        "{branch: gone}",
    ]
    text = "".join(f"- {{id: c{n}, text: t, expect: {{commit: {claim}}}}}\n" for n, claim in enumerate(claims))
    shop.write({"claims.yaml": f"claims:\n{text}"})

    assert judged(shop, audit, "claims.yaml") == [
        ("verified", f"{deleted[:10]} removed shop/store.py and added Shelf"),
        ("refuted", f"{merged[:10]} does not remove shop/store.py"),
        ("unverified", f"{merged[:10]} does not add Shelf"),
        ("refuted", "this repository has no commit 0123abcd"),
        ("unverified", "no commit before the tree says that it merged #18"),
        ("unverified", "this clone has no branch gone; one that was merged is often removed"),
    ]


def test_a_shallow_clone_refutes_no_commit(history, audit, tmp_path) -> None:
    shop, deleted, merged = history
    shop.git("clone", "--quiet", "--depth", "1", f"file://{shop.root}", str(tmp_path / "shallow"))
    shallow = tmp_path / "shallow"
    (shallow / "claims.yaml").write_text(
        f'claims: [{{id: a, text: t, expect: {{commit: [{{id: "{deleted}"}}, {{id: "{merged}"}}]}}}}]'
    )
    done = audit(shallow, "verify", "claims.yaml", "--format", "json")
    (statement,) = json.loads(done.stdout)["statements"]

    assert (done.returncode, statement["verdict"]) == (2, "unverified")
    assert statement["reason"] == (f"this clone is shallow and has no commit {deleted}: run git fetch --unshallow")
