"""What a run that was killed while it wrote has left behind, and how the next one puts it back.

Several files cannot be replaced in one step. Before the first is replaced, a journal beside them holds what each
was; it is removed after the last. A journal that is found means that a run was cut off in between.
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

from audit.fix.changes import FileChange
from audit.model.errors import UsageError

JOURNAL: Final = ".audit-fix-journal"


def open_journal(root: Path, prepared: Iterable[tuple[Path, Path, FileChange]]) -> Path:
    """Write down, for ``(temporary file, file, change)`` each, what the file holds, before any is replaced.

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
        for fresh, _, change in prepared
    ]
    journal, fresh = root / JOURNAL, root / f"{JOURNAL}.new"
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


def recover(root: Path) -> list[str]:
    """Put back what a run that was cut off has replaced; the paths, or none when there was no such run.

    A file that has been changed since is left as it is.

    Raises:
        UsageError: another run is writing now, or the journal cannot be understood or followed.
    """
    journal = root / JOURNAL
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
        (file.parent / Path(temporary).name).unlink(missing_ok=True)
        if file.is_file() and _digest(file.read_bytes()) == after:
            file.write_bytes(before)  # in place: the journal stays until all are back
            restored.append(path)
    journal.unlink()
    return restored


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
