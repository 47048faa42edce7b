"""What ``.gitignore`` files leave out, read by git from a tree that lies nowhere."""

from __future__ import annotations

from pathlib import Path

from audit.sources.ignores import ignored_paths
from audit.testing import MemoryTree

RULES = {".gitignore": "*.log\n/dist/\n", "docs/.gitignore": "_build\n!_build/keep.log\n", "docs/a.md": ""}


def test_rules_hold_below_their_folder_and_of_folders_only_with_a_slash() -> None:
    asked = ["a.log", "docs/a.log", "dist/", "dist", "dist/x.txt", "docs/_build/x.txt", "_build/x.txt", "docs/a.md"]
    assert ignored_paths(MemoryTree(RULES), asked) == {
        "a.log",
        "docs/a.log",
        "dist/",
        "dist/x.txt",
        "docs/_build/x.txt",
    }


def test_nothing_is_asked_where_there_are_no_rules() -> None:
    assert ignored_paths(MemoryTree({"a.txt": ""}), ["a.txt"]) == frozenset()
    assert ignored_paths(MemoryTree(RULES), []) == frozenset()


def test_the_rules_of_the_user_say_nothing_of_a_repository(tmp_path: Path, monkeypatch) -> None:
    (tmp_path / "git").mkdir()
    (tmp_path / "git/ignore").write_text("*.txt\n")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    assert ignored_paths(MemoryTree(RULES), ["a.txt", "a.log"]) == {"a.log"}


def test_names_that_lead_astray_are_neither_written_nor_asked_about(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "scratch"))
    (tmp_path / "scratch").mkdir()
    astray = {"../../astray/.gitignore": "*\n", ".git/info/.gitignore": "*\n", f"{'deep/' * 2000}.gitignore": "*\n"}
    found = ignored_paths(MemoryTree({**RULES, **astray}), ["../x.log", "a\nb.log", "a.log", ""])
    assert found == {"a\nb.log", "a.log"}
    assert [path.name for path in tmp_path.rglob("*")] == ["scratch"]
