"""Changes are put on disk all together or not at all, whatever fails and whenever."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from audit.fix.changes import FileChange
from audit.fix.journal import recover
from audit.fix.writing import write_changes
from audit.model.errors import SourceError, UsageError

NAMES = ("a.py", "b/c.yaml", "d.md")


@pytest.fixture
def changes(tmp_path: Path) -> list[FileChange]:
    """Three files on disk, each with a change that is planned for it."""
    for name in NAMES:
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"old " + name.encode())
    return [FileChange(name, b"old " + name.encode(), b"new " + name.encode(), ()) for name in NAMES]


def tree(root: Path) -> dict[str, bytes]:
    """Every file below a folder, temporary ones included."""
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def failing_at(number: int, error: BaseException) -> Callable[[Path, Path], object]:
    """Puts files in place until it is asked for the given one."""
    calls = iter(range(1, 100))

    def replace(fresh: Path, file: Path) -> object:
        if next(calls) == number:
            raise error
        return fresh.replace(file)

    return replace


def test_all_are_written_with_their_modes(tmp_path: Path, changes: list[FileChange]) -> None:
    (tmp_path / "a.py").chmod(0o755)
    write_changes(tmp_path, changes)
    assert tree(tmp_path) == {name: b"new " + name.encode() for name in NAMES}
    assert (tmp_path / "a.py").stat().st_mode & 0o777 == 0o755


@pytest.mark.parametrize("number", [1, 2, 3])
@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyboardInterrupt()], ids=["disk", "Ctrl-C"])
def test_a_failure_half_way_leaves_every_file_as_it_was(
    tmp_path: Path, changes: list[FileChange], number: int, error: BaseException
) -> None:
    told = {OSError: (UsageError, "^cannot write: No space left on device; nothing was changed$")}
    expected, message = told.get(type(error), (type(error), "^$"))
    with pytest.raises(expected, match=message):
        write_changes(tmp_path, changes, failing_at(number, error))
    assert tree(tmp_path) == {name: b"old " + name.encode() for name in NAMES}


def test_an_interrupt_right_behind_a_replacement_leaves_every_file_as_it_was(
    tmp_path: Path, changes: list[FileChange]
) -> None:
    def replace(fresh: Path, file: Path) -> object:
        fresh.replace(file)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_changes(tmp_path, changes, replace)
    assert tree(tmp_path) == {name: b"old " + name.encode() for name in NAMES}


def test_a_second_interrupt_while_files_are_put_back_leaves_it_to_the_next_run(
    tmp_path: Path, changes: list[FileChange], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(_descriptor: int) -> None:
        raise KeyboardInterrupt

    def replace(fresh: Path, file: Path) -> object:
        fresh.replace(file)
        monkeypatch.setattr("os.fsync", interrupted)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_changes(tmp_path, changes, replace)
    monkeypatch.undo()
    assert recover(tmp_path) == ["a.py"]
    assert tree(tmp_path) == {name: b"old " + name.encode() for name in NAMES}


def test_a_file_that_changed_meanwhile_stops_everything(tmp_path: Path, changes: list[FileChange]) -> None:
    (tmp_path / "d.md").write_bytes(b"mine")
    with pytest.raises(UsageError, match=r"^d\.md changed while it was being fixed; nothing was changed, run again$"):
        write_changes(tmp_path, changes)
    assert tree(tmp_path) == {"a.py": b"old a.py", "b/c.yaml": b"old b/c.yaml", "d.md": b"mine"}


def test_a_file_that_vanished_meanwhile_stops_everything(tmp_path: Path, changes: list[FileChange]) -> None:
    (tmp_path / "d.md").unlink()
    with pytest.raises(UsageError, match=r"^cannot write: No such file or directory; nothing was changed$"):
        write_changes(tmp_path, changes)
    assert tree(tmp_path) == {"a.py": b"old a.py", "b/c.yaml": b"old b/c.yaml"}


def test_a_link_out_of_the_tree_is_never_written_through(tmp_path: Path) -> None:
    root, outside = tmp_path / "root", tmp_path / "outside"
    root.mkdir()
    outside.mkdir()
    (outside / "x.py").write_bytes(b"old")
    (root / "folder").symlink_to(outside)
    (root / "link.py").symlink_to(outside / "x.py")
    for path in ("folder/x.py", "link.py", "../outside/x.py"):
        with pytest.raises(UsageError, match="leads out of the tree; nothing was changed"):
            write_changes(root, [FileChange(path, b"old", b"new", ())])
    assert tree(outside) == {"x.py": b"old"}


def test_what_cannot_be_put_back_is_named(tmp_path: Path, changes: list[FileChange]) -> None:
    """The file system fails for good: the folder of a file that was already replaced goes away."""

    def replace(fresh: Path, file: Path) -> object:
        if file.name == "d.md":
            (tmp_path / "b" / "c.yaml").unlink()
            (tmp_path / "b").rmdir()
            raise OSError(5, "Input/output error")
        return fresh.replace(file)

    with pytest.raises(SourceError, match=r"these files could not be put back: b/c\.yaml$"):
        write_changes(tmp_path, changes, replace)
    assert recover(tmp_path) == []
    assert tree(tmp_path) == {"a.py": b"old a.py", "d.md": b"old d.md"}
