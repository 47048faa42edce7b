"""What a run that was killed while it wrote has left behind, and how the next one puts it back.

Several files cannot be replaced in one step. Before anything is written, a journal holds what each file was and
what will be written beside it; it is removed after the last is in place. A journal that is found means that a run was
cut off in between.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from audit.fix.beside import write_beside
from audit.fix.changes import FileChange
from audit.model.errors import UsageError

JOURNAL: Final = ".audit-fix-journal"
Planned = tuple[Path, Path, FileChange]
"""What is written beside a file, the file whose place it takes, and the change."""


def open_journal(root: Path, planned: Iterable[Planned]) -> Path:
    """Write down what each file holds, before anything is written beside any of them.

    Raises:
        OSError: it cannot be written.
    """
    files = [
        {
            "path": change.path,
            "before": base64.b64encode(change.before).decode(),
            "after": _digest(change.after),
            "temporary": fresh.name,
        }
        for fresh, _, change in planned
    ]
    journal, fresh = root / JOURNAL, _unfinished(root)
    try:
        with fresh.open("w", encoding="utf-8", errors="surrogateescape") as stream:
            json.dump({"process": os.getpid(), "files": files}, stream)
            stream.flush()
            os.fsync(stream.fileno())
        fresh.replace(journal)
    except BaseException:
        fresh.unlink(missing_ok=True)
        raise
    return journal


def close_journal(root: Path) -> None:
    """Remove the journal: all is in place, or nothing."""
    (root / JOURNAL).unlink(missing_ok=True)


def recover(root: Path) -> list[str]:
    """Put back what a run that was cut off has replaced; the paths, or none when there was no such run.

    A file that has been changed since is left as it is.

    Raises:
        UsageError: another run is writing now, or the journal cannot be understood or followed.
    """
    journal = root / JOURNAL
    _unfinished(root).unlink(missing_ok=True)
    try:
        held = json.loads(journal.read_text(encoding="utf-8", errors="surrogateescape"))
        process, files = int(held["process"]), list(held["files"])
        entries = [
            (str(each["path"]), base64.b64decode(each["before"]), str(each["after"]), str(each["temporary"]))
            for each in files
        ]
    except FileNotFoundError:
        return []
    except (OSError, ValueError, KeyError, TypeError, binascii.Error) as error:
        raise UsageError(f"{JOURNAL} of an earlier run cannot be read ({error}); look at it, then remove it") from None
    if process != os.getpid() and _is_running(process):
        raise UsageError(f"another audit fix (process {process}) is writing here; wait until it has ended")
    restored = []
    for path, before, after, temporary in entries:
        file = root / path
        if ".." in Path(path).parts or file.is_symlink() or not file.resolve().is_relative_to(root.resolve()):
            raise UsageError(f"{JOURNAL} names {path}, which leads out of the tree; look at it, then remove it")
        fresh = file.with_name(Path(temporary).name)
        try:
            fresh.unlink(missing_ok=True)
            if file.is_file() and _digest(file.read_bytes()) == after:
                write_beside(fresh, file, before)
                fresh.replace(file)  # the journal stays until all are back
                restored.append(path)
        except OSError as error:
            raise UsageError(
                f"cannot put back {path}, which an earlier run replaced: {error.strerror}; mend that and run again"
            ) from None
    journal.unlink()
    return restored


def _unfinished(root: Path) -> Path:
    return root / f"{JOURNAL}.new"


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _is_running(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
