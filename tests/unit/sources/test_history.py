"""What history says of paths, from clones that are whole and from clones that are not."""

from __future__ import annotations

from audit.sources.git import Git
from audit.sources.history import History
from audit.sources.repository import Repository
from tests.unit.sources.conftest import GitFolder


def _lose(repository: GitFolder, name: str) -> None:
    """Take the content of a file out of the clone, as one that was made with a filter lacks it."""
    blob = repository.git("rev-parse", name)
    (repository.root / ".git" / "objects" / blob[:2] / blob[2:]).unlink()


def test_renames_are_told_although_the_content_of_large_files_is_absent(repository: GitFolder) -> None:
    code = "".join(f"def function_{number}(): return {number}\n" for number in range(20))
    base = repository.commit({"old.py": code, "old.bin": "1\n" * 99, "same.csv": "a,b\n" * 50, "empty.txt": ""})
    for name in ("old.py", "old.bin", "same.csv", "empty.txt"):
        (repository.root / name).unlink()
    now = repository.commit(
        {"new.py": f"{code}\n\nlast = 1\n", "new.bin": "1\n" * 98, "moved.csv": "a,b\n" * 50, "void.py": ""}
    )
    whole = {"old.py": "new.py", "old.bin": "new.bin", "same.csv": "moved.csv"}
    assert History(Git(repository.root), base, now).renames() == whole
    _lose(repository, f"{base}:old.bin")
    assert History(Git(repository.root), base, now).renames() == {"old.py": "new.py", "same.csv": "moved.csv"}


def test_subjects_of_commits_may_hold_any_byte(repository: GitFolder) -> None:
    base = repository.commit({"old.py": "def store(): ...\n", "kept.py": "a = 1\n"})
    (repository.root / "old.py").unlink()
    repository.commit({"kept.py": "a = 2\n"})
    subject = "Conflicts: \x01\told.py \x01\tkept.py \x02 \x0b\x1e end"
    repository.git("commit", "--quiet", "--amend", "--message", subject)
    now = repository.git("rev-parse", "HEAD")

    history = History(Git(repository.root), base, now)
    told = [
        history.removed("old.py"),
        history.removed_definition("store"),
        *(each.retirement for each in history.changes("kept.py")),
        *Repository(repository.root).first_parents(base, now),
    ]
    assert [(each.commit, each.subject) for each in told if each is not None] == [(now, subject)] * 4
