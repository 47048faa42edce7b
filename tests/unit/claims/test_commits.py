"""Commits, branches and merged requests that sentences name, and what a commit is said to have done."""

from __future__ import annotations

import pytest

from audit.claims.markdown import read_document
from audit.model.commits import Commit

OLD, NEW = "pkg/old.py", "pkg/new.py"


def commits(text: str) -> list[Commit]:
    statements = read_document("doc.md", text.encode(), may_run=False).statements
    return [each for statement in statements for each in statement.predicates if isinstance(each, Commit)]


@pytest.mark.parametrize(
    ("sentence", "said"),
    [
        ("Commit abc1234 changed the loader.", Commit(id="abc1234")),
        ("This was fixed in `4c14e01`.", Commit(id="4c14e01")),
        ("The loader is broken since 4c14e01 (August).", None),
        (f"Commit 4c14e01 deleted `{OLD}`.", Commit(id="4c14e01", removed=(OLD,))),
        (f"4c14e01 (wrappers) removed `{OLD}` and `OldStore`.", Commit(id="4c14e01", removed=(OLD, "OldStore"))),
        (f"- `{OLD}` was deleted in 4c14e01.", Commit(id="4c14e01", removed=(OLD,))),
        (f"- Removed `{OLD}` in commit `4c14e01`", Commit(id="4c14e01", removed=(OLD,))),
        (f"- `{NEW}` was added by commit 4c14e01", Commit(id="4c14e01", added=(NEW,))),
        (f"- Commit 4c14e01 renamed `{OLD}` to `{NEW}`", Commit(id="4c14e01", removed=(OLD,), added=(NEW,))),
        (f"- Commit 4c14e01 removed `{OLD}` references", Commit(id="4c14e01")),
        (f"- Commit 4c14e01 removed the loading logic of `{OLD}`", Commit(id="4c14e01")),
        ("- Working on branch `richard-foo`", Commit(branch="richard-foo")),
        ("**Branch:** richard-foo", Commit(branch="richard-foo")),
        ("- It was merged in #123", Commit(merged=123)),
        # What is no id, no fact, or not about this tree.
        ("- Runs in 1234567 steps", None),
        ("- It is in defaced order", None),
        ("- Colours are given by 4c14e01-like strings", None),
        ("- It will be fixed in 4c14e01", None),
        ('- They wrote "fixed in 4c14e01"', None),
        ("> fixed in 4c14e01", None),
        ("## 1.2.0\n\n- Fixed in 4c14e01", None),
        ("- A branch of the tree", None),
    ],
)
def test_a_commit_that_a_sentence_names_is_looked_for(sentence, said) -> None:
    assert commits(sentence) == ([] if said is None else [said])
