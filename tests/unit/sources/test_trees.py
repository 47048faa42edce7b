"""Which files a tree holds, on disk and at a commit, and what is left out with which reason."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from audit.model.errors import SourceError, UsageError
from audit.model.findings import Skipped
from audit.sources.repository import Repository
from audit.sources.tree import MAX_BYTES

if TYPE_CHECKING:
    from tests.unit.sources.conftest import GitFolder


def test_the_work_tree_holds_tracked_and_untracked_files_but_no_ignored_ones(repository: GitFolder) -> None:
    commit = repository.commit({".gitignore": "*.log\nbuild/\n", "kept.py": "x = 1\n", "deleted.py": "", "a/b.py": ""})
    repository.write({"kept.py": "x = 2\n", "new.py": "", "noise.log": "", "build/made.py": ""})
    (repository.root / "deleted.py").unlink()
    tree = Repository(repository.root).tree()
    assert list(tree.entries) == [".gitignore", "a/b.py", "kept.py", "new.py"]
    assert tree.read("kept.py") == b"x = 2\n"
    assert tree.read("deleted.py") is None
    assert (tree.commit, tree.dirty, tree.skipped) == (commit, True, ())


def test_a_clean_work_tree_is_not_dirty(repository: GitFolder) -> None:
    repository.commit({"a.py": ""})
    assert not Repository(repository.root).tree().dirty


def test_a_commit_holds_what_was_committed(repository: GitFolder) -> None:
    first = repository.commit({"a.py": "x = 1\n", "b.py": ""})
    repository.commit({"a.py": "x = 2\n"})
    tree = Repository(repository.root).tree(first)
    assert list(tree.entries) == ["a.py", "b.py"]
    assert tree.read("a.py") == b"x = 1\n"
    assert tree.read("c.py") is None
    assert (tree.commit, tree.dirty) == (first, False)


def test_a_bare_repository_needs_a_revision(repository: GitFolder, tmp_path: Path) -> None:
    commit = repository.commit({"a.py": ""})
    bare = tmp_path / "bare.git"
    repository.git("clone", "--quiet", "--bare", ".", str(bare))
    assert list(Repository(bare).tree("main").entries) == ["a.py"]
    assert Repository(bare).tree(commit[:8]).commit == commit
    with pytest.raises(UsageError, match="bare repository without a work tree; name a commit with --at"):
        Repository(bare).tree()


def test_a_folder_inside_a_repository_is_a_tree_of_its_own(repository: GitFolder) -> None:
    commit = repository.commit({"a.py": "", "part/b.py": "x = 1\n", "part/deep/c.py": ""})
    part = Repository(repository.root / "part")
    assert list(part.tree().entries) == list(part.tree(commit).entries) == ["b.py", "deep/c.py"]
    assert part.tree(commit).read("b.py") == part.tree().read("b.py") == b"x = 1\n"


def test_a_linked_work_tree_reads_like_the_first(repository: GitFolder, tmp_path: Path) -> None:
    commit = repository.commit({"a.py": "x = 1\n"})
    repository.git("worktree", "add", "--quiet", "--detach", str(tmp_path / "second"))
    tree = Repository(tmp_path / "second").tree()
    assert (list(tree.entries), tree.commit, tree.dirty) == (["a.py"], commit, False)


def test_a_plain_folder_has_no_revisions(tmp_path: Path) -> None:
    (tmp_path / "pkg" / "__pycache__").mkdir(parents=True)
    (tmp_path / "pkg" / "a.py").touch()
    (tmp_path / "pkg" / "__pycache__" / "a.py").touch()
    tree = Repository(tmp_path).tree()
    assert (list(tree.entries), tree.commit, tree.dirty) == (["pkg/a.py"], None, False)
    with pytest.raises(UsageError, match="--at needs a git repository"):
        Repository(tmp_path).tree("HEAD")
    with pytest.raises(UsageError, match="--since needs a git repository"):
        Repository(tmp_path).base("HEAD")


def test_a_repository_without_commits_is_read_from_disk(repository: GitFolder) -> None:
    repository.write({"a.py": ""})
    tree = Repository(repository.root).tree()
    assert (list(tree.entries), tree.commit, tree.dirty) == (["a.py"], None, True)
    with pytest.raises(UsageError, match="--at HEAD: no such commit"):
        Repository(repository.root).tree("HEAD")


@pytest.mark.parametrize("revision", ["nonsense", "--output=x", "", "HEAD:a.py", "main..main"])
def test_what_is_no_commit_is_said_to_be_none(repository: GitFolder, revision: str) -> None:
    repository.commit({"a.py": ""})
    with pytest.raises(UsageError, match="no such commit"):
        Repository(repository.root).tree(revision)


def test_a_shallow_clone_cannot_be_compared(repository: GitFolder, tmp_path: Path) -> None:
    repository.commit({"a.py": ""})
    repository.commit({"b.py": ""})
    repository.git("clone", "--quiet", "--depth", "1", f"file://{repository.root}", str(tmp_path / "shallow"))
    shallow = Repository(tmp_path / "shallow")
    assert list(shallow.tree("HEAD").entries) == ["a.py", "b.py"]
    with pytest.raises(SourceError, match=r"this clone is shallow.*git fetch --unshallow"):
        shallow.base("HEAD")
    with pytest.raises(UsageError, match=r"HEAD~1: no such commit.*the clone is shallow"):
        shallow.tree("HEAD~1")


@pytest.mark.parametrize("how", ["on disk", "at a commit"])
def test_links_are_followed_inside_the_tree_only(repository: GitFolder, tmp_path: Path, how: str) -> None:
    (tmp_path / "outside.py").touch()
    repository.write({"real/a.py": "x = 1\n", "deep/keep.py": ""})
    for link, target in {
        "file.py": "real/a.py",
        "folder": "real",
        "deep/up.py": "../real/a.py",
        "chain.py": "file.py",
        "loop": ".",
        "deep/loop": "../deep",
        "outside.py": "../outside.py",
        "absolute.py": str(repository.root / "real" / "a.py"),
        "nowhere.py": "missing.py",
    }.items():
        (repository.root / link).symlink_to(target)
    commit = repository.commit({})
    opened = Repository(repository.root)
    tree = opened.tree() if how == "on disk" else opened.tree(commit)
    assert list(tree.entries) == ["deep/keep.py", "deep/up.py", "file.py", "folder/a.py", "real/a.py"]
    assert tree.read("folder/a.py") == tree.read("deep/up.py") == tree.read("file.py") == b"x = 1\n"
    assert {each.path: each.reason for each in tree.skipped} == {
        "absolute.py": "symbolic link that leads out of the tree, not followed",
        "chain.py": "symbolic link to another symbolic link, not followed",
        "deep/loop": "symbolic link loop, not followed",
        "loop": "symbolic link loop, not followed",
        "nowhere.py": "symbolic link to nothing, not followed",
        "outside.py": "symbolic link that leads out of the tree, not followed",
    }


@pytest.mark.parametrize("how", ["on disk", "at a commit"])
def test_a_submodule_is_no_part_of_the_tree(repository: GitFolder, tmp_path: Path, how: str) -> None:
    repository.commit({"a.py": ""})
    repository.git("clone", "--quiet", ".", str(tmp_path / "other"))
    repository.git("submodule", "--quiet", "add", str(tmp_path / "other"), "lib")
    commit = repository.commit({})
    opened = Repository(repository.root)
    tree = opened.tree() if how == "on disk" else opened.tree(commit)
    assert list(tree.entries) == [".gitmodules", "a.py"]
    (skipped,) = tree.skipped
    assert skipped.path == "lib"
    assert "submodule" in skipped.reason


@pytest.mark.parametrize("how", ["on disk", "at a commit"])
def test_any_name_that_a_file_can_have(repository: GitFolder, how: str) -> None:
    names = ["with space.py", "new\nline.py", "tab\there.py", 'quo"te.py', "-dash.py", "größe.py", "back\\slash.py"]
    names.append(os.fsdecode(b"latin-\xe9.py"))
    commit = repository.commit({name: f"x = {number}\n" for number, name in enumerate(names)})
    opened = Repository(repository.root)
    tree = opened.tree() if how == "on disk" else opened.tree(commit)
    assert sorted(tree.entries) == sorted(names)
    assert dict(tree.read_many(names)) == {name: b"x = %d\n" % number for number, name in enumerate(names)}


def test_a_missing_object_is_a_file_without_bytes(repository: GitFolder) -> None:
    commit = repository.commit({"a.py": "x = 1\n", "b.py": "x = 2\n"})
    blob = repository.git("rev-parse", "HEAD:a.py")
    (repository.root / ".git" / "objects" / blob[:2] / blob[2:]).unlink()
    tree = Repository(repository.root).tree(commit)
    assert dict(tree.read_many(["a.py", "b.py"])) == {"a.py": None, "b.py": b"x = 2\n"}


def test_a_file_too_large_to_be_source_is_not_read(repository: GitFolder) -> None:
    with (repository.root / "huge.py").open("wb") as file:
        file.truncate(MAX_BYTES + 1)
    tree = Repository(repository.root).tree()
    assert tree.read("huge.py") is None
    assert tree.entries["huge.py"].why_unread == "larger than 20 MB: not read"


def test_what_is_neither_file_nor_folder_is_skipped(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.py")
    tree = Repository(tmp_path).tree()
    assert tree.skipped == (Skipped("pipe.py", "neither a file nor a folder"),)
    assert tree.entries == {}


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read every folder")
def test_a_folder_that_may_not_be_listed_leaves_the_check_incomplete(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o000)
    try:
        (skipped,) = Repository(tmp_path).tree().skipped
    finally:
        closed.chmod(0o700)
    assert (skipped.path, skipped.incomplete) == ("closed", True)


def test_paths_that_are_no_repository_are_said_to_be_none(tmp_path: Path) -> None:
    (tmp_path / "file.py").touch()
    with pytest.raises(UsageError, match=r"nowhere does not exist; give the folder of a repository"):
        Repository(tmp_path / "nowhere")
    with pytest.raises(UsageError, match=r"file\.py is a file; give the folder of a repository"):
        Repository(tmp_path / "file.py")


def test_a_broken_repository_is_no_plain_folder(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "HEAD").write_text("nonsense")
    with pytest.raises(SourceError, match="not a git repository"):
        Repository(tmp_path)


def test_a_repository_that_belongs_to_another_is_refused_with_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    git = tmp_path / "bin" / "git"
    git.parent.mkdir()
    git.write_text('#!/bin/sh\necho "fatal: detected dubious ownership; see safe.directory" >&2\nexit 128\n')
    git.chmod(0o755)
    monkeypatch.setenv("PATH", f"{git.parent}{os.pathsep}{os.environ['PATH']}")
    (tmp_path / "tree" / ".git").mkdir(parents=True)
    with pytest.raises(SourceError, match=r"if you trust it, run git config --global --add safe\.directory"):
        Repository(tmp_path / "tree")
