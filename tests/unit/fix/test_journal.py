"""A run that is killed between two files is undone by the next one."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from audit.fix.changes import FileChange
from audit.fix.journal import JOURNAL, open_journal, recover
from audit.fix.writing import write_changes
from audit.model.errors import UsageError

KILLED = """
import os, signal, sys
from pathlib import Path
from audit.fix.changes import FileChange
from audit.fix.writing import write_changes

done = []


def replace(fresh, file):
    if len(done) == int(sys.argv[2]):
        os.kill(os.getpid(), signal.SIGKILL)
    done.append(fresh.replace(file))


names = ["a.py", "b.yaml", "c.md"]
write_changes(Path(sys.argv[1]), [FileChange(name, b"old\\r\\n", b"new", ()) for name in names], replace)
"""

KILLED_EARLY = """
import os, signal, sys
from pathlib import Path
from audit.fix.changes import FileChange
from audit.fix.writing import write_changes

calls = []


def fsync(descriptor):
    if len(calls) == int(sys.argv[2]):
        os.kill(os.getpid(), signal.SIGKILL)
    calls.append(descriptor)


os.fsync = fsync
names = ["a.py", "b.yaml", "c.md"]
write_changes(Path(sys.argv[1]), [FileChange(name, b"old\\r\\n", b"new", ()) for name in names])
"""
KILLED_RECOVERY = KILLED_EARLY.replace("audit.fix.writing import write_changes", "audit.fix.journal import recover")
KILLED_RECOVERY = KILLED_RECOVERY[: KILLED_RECOVERY.index("names = ")] + "recover(Path(sys.argv[1]))\n"


@pytest.fixture
def before(tmp_path: Path) -> dict[str, bytes]:
    """Three files on disk."""
    content = dict.fromkeys(("a.py", "b.yaml", "c.md"), b"old\r\n")
    for name, text in content.items():
        (tmp_path / name).write_bytes(text)
    return content


def tree(root: Path) -> dict[str, bytes]:
    """Every file of a folder, hidden ones included."""
    return {path.name: path.read_bytes() for path in root.iterdir()}


@pytest.mark.parametrize("replaced", [0, 1, 2])
def test_what_a_killed_run_has_replaced_is_put_back(tmp_path: Path, before: dict[str, bytes], replaced: int) -> None:
    killed = subprocess.run([sys.executable, "-c", KILLED, str(tmp_path), str(replaced)], check=False)
    assert killed.returncode == -9
    assert sum(content == b"new" for name, content in tree(tmp_path).items() if name in before) == replaced
    assert recover(tmp_path) == list(before)[:replaced]
    assert tree(tmp_path) == before
    assert recover(tmp_path) == []


@pytest.mark.parametrize("call", range(6))
def test_a_run_that_is_killed_before_it_replaces_anything_leaves_nothing(
    tmp_path: Path, before: dict[str, bytes], call: int
) -> None:
    """Killed at each writing down to the disk: of the journal, and of what is written beside each file."""
    killed = subprocess.run([sys.executable, "-c", KILLED_EARLY, str(tmp_path), str(call)], check=False)
    assert killed.returncode == (-9 if call < 4 else 0)
    recover(tmp_path)
    assert tree(tmp_path) == (before if call < 4 else dict.fromkeys(before, b"new"))


def test_a_recovery_that_is_killed_itself_is_made_up_for(tmp_path: Path, before: dict[str, bytes]) -> None:
    subprocess.run([sys.executable, "-c", KILLED, str(tmp_path), "2"], check=False)
    for call in (0, 1):
        killed = subprocess.run([sys.executable, "-c", KILLED_RECOVERY, str(tmp_path), str(call)], check=False)
        assert killed.returncode == -9
    recover(tmp_path)
    assert tree(tmp_path) == before


def test_a_disk_that_is_full_when_files_are_put_back(
    tmp_path: Path, before: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    subprocess.run([sys.executable, "-c", KILLED, str(tmp_path), "1"], check=False)

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("os.fsync", full)
        with pytest.raises(UsageError, match=r"^cannot put back a\.py, .*: No space left on device; mend that and run"):
            recover(tmp_path)
    assert recover(tmp_path) == ["a.py"]
    assert tree(tmp_path) == before


def test_a_file_that_was_changed_since_is_left_as_it_is(tmp_path: Path, before: dict[str, bytes]) -> None:
    subprocess.run([sys.executable, "-c", KILLED, str(tmp_path), "1"], check=False)
    (tmp_path / "a.py").write_bytes(b"mine")
    assert recover(tmp_path) == []
    assert tree(tmp_path) == before | {"a.py": b"mine"}


def test_a_run_that_ends_leaves_no_journal(tmp_path: Path, before: dict[str, bytes]) -> None:
    write_changes(tmp_path, [FileChange("a.py", before["a.py"], b"new", ())])
    assert tree(tmp_path) == before | {"a.py": b"new"}


def test_a_run_that_is_still_writing_is_left_alone(tmp_path: Path, before: dict[str, bytes]) -> None:
    journal = open_journal(tmp_path, [(tmp_path / "x", tmp_path / "a.py", FileChange("a.py", b"old", b"new", ()))])
    other = os.getppid()
    journal.write_text(json.dumps(json.loads(journal.read_text()) | {"process": other}))
    with pytest.raises(UsageError, match=rf"^another audit fix \(process {other}\) is writing here; wait"):
        recover(tmp_path)
    assert tree(tmp_path).keys() == {*before, JOURNAL}


@pytest.mark.parametrize(
    "text",
    ["", "[]", '{"process": 1}', '{"process": "x", "files": []}', '{"process": 1, "files": [{"path": "a"}]}'],
)
def test_a_journal_that_is_none_stops_everything(tmp_path: Path, text: str) -> None:
    (tmp_path / JOURNAL).write_text(text)
    with pytest.raises(UsageError, match=rf"^{JOURNAL} of an earlier run cannot be read \("):
        recover(tmp_path)


def test_a_journal_never_writes_out_of_the_tree(tmp_path: Path) -> None:
    inside = tmp_path / "tree"
    inside.mkdir()
    (tmp_path / "x").write_bytes(b"new")
    change = FileChange("../x", b"old", b"new", ())
    open_journal(inside, [(inside / "y", tmp_path / "x", change)])
    with pytest.raises(UsageError, match=r"names \.\./x, which leads out of the tree"):
        recover(inside)
    assert (tmp_path / "x").read_bytes() == b"new"
