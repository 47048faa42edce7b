"""What a repository says of single commits and branches, and one that is none says nothing."""

from __future__ import annotations

from pathlib import Path

from audit.sources.commits import GitCommits
from audit.sources.git import Git
from audit.sources.identity import commit_of_tree
from audit.sources.repository import Repository
from audit.sources.tree import is_in
from tests.unit.sources.conftest import GitFolder


def test_a_branch_is_one_of_its_own_or_of_a_remote(repository: GitFolder) -> None:
    commit = repository.commit({"a.py": ""})
    for ref in ("refs/heads/feature/own", "refs/remotes/origin/feature/theirs", "refs/tags/marked"):
        repository.git("update-ref", ref, commit)
    commits = GitCommits(Git(repository.root), commit, "", shallow=False)
    asked = ("main", "feature/own", "feature/theirs", "theirs", "marked", "origin/feature/theirs", "feature")
    assert [name for name in asked if commits.has_branch(name)] == ["main", "feature/own", "feature/theirs"]


def test_a_pull_request_is_merged_by_the_commit_whose_subject_says_so(repository: GitFolder) -> None:
    for subject in ("Add the store (#12)", "Mention (#12) once", "Merge pull request #13 from a/b", "Revert #14"):
        repository.git("commit", "--quiet", "--allow-empty", "--message", f"{subject}\n\nAfter a review (#14)")
    commits = GitCommits(Git(repository.root), "HEAD", "", shallow=False)
    merging = [commits.merging(number) for number in (1, 12, 13, 14)]
    assert [found and found.subject for found in merging] == [
        None, "Add the store (#12)", "Merge pull request #13 from a/b", None
    ]  # fmt: skip


def test_a_tree_is_found_wholly_or_without_a_folder(repository: GitFolder) -> None:
    first = repository.commit({"a.py": "", "b/c.py": ""})
    tree = repository.git("rev-parse", "HEAD^{tree}")
    second = repository.commit({"reports/phase-1.md": "", "a.py": "x = 1\n"})
    repository.git("rm", "-rq", "reports")
    without = repository.git("write-tree")
    searched = [commit_of_tree(Repository(repository.root), each, "reports") for each in (tree, without, "0" * 40)]
    assert searched == [first, second, None]
    assert commit_of_tree(Repository(repository.root / "b"), tree, "reports") is None


def test_a_folder_without_a_repository_has_no_remotes_and_no_commits(tmp_path: Path) -> None:
    plain = Repository(tmp_path)
    assert plain.addresses() == []
    assert commit_of_tree(plain, "0" * 40, "reports") is None


def test_a_repository_that_is_said_to_be_bare_has_no_work_tree(repository: GitFolder) -> None:
    repository.commit({"a.py": ""})
    assert not Repository(repository.root).bare
    repository.git("config", "core.bare", "true")
    assert Repository(repository.root).bare


def test_what_has_no_commit_has_no_history(repository: GitFolder) -> None:
    unborn = Repository(repository.root).tree()
    repository.commit({"a.py": ""})
    folder = Repository(repository.root)
    now = folder.tree()
    assert (folder.history(unborn, now), folder.history(now, unborn)) == (None, None)
    assert folder.history(now, now) is not None


def test_a_path_lies_in_a_folder_by_whole_names() -> None:
    paths = ("a", "a/b.py", "ab/c.py", "b/a", "c/d/e.py")
    assert [path for path in paths if is_in(path, ("a", "c/d"))] == ["a", "a/b.py", "c/d/e.py"]
    assert not is_in("a", ())
