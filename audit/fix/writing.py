"""Puts planned changes on disk all together or not at all."""

from __future__ import annotations

import os
import stat
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path

from audit.fix.changes import FileChange
from audit.fix.journal import open_journal
from audit.model.errors import SourceError, UsageError

Replace = Callable[[Path, Path], object]
"""Puts a file in the place of another in one step."""


def write_changes(root: Path, changes: Iterable[FileChange], replace: Replace = os.replace) -> None:
    """Write every change below ``root``; each file keeps its mode.

    All contents are written to temporary files beside their files first, then put in place one by one. When
    that fails half-way, what was put in place is put back; when the run is killed there, `recover` does it.

    Raises:
        UsageError: a file changed since it was read, leads out of the tree, or cannot be written; nothing is
            changed then.
        SourceError: putting back failed too; the message names the files that hold new content, and the next
            `recover` puts them back.
    """
    wanted = list(changes)
    prepared: list[tuple[Path, Path, FileChange]] = []
    begun: list[tuple[Path, FileChange]] = []
    journal: Path | None = None
    is_settled = False  # until all or none is in place the journal must stay, whatever interrupts this
    try:
        for change in wanted:
            file = _own_file(root, change)
            prepared.append((_beside(file, change.after, change.path), file, change))
        if prepared:
            journal = open_journal(root, prepared)
        for fresh, file, change in prepared:
            _demand_unchanged(file, change)
            begun.append((file, change))  # before it is replaced: an interrupt may come in between
            replace(fresh, file)
        is_settled = True
    except BaseException as error:
        _put_back(begun)
        is_settled = True
        if isinstance(error, OSError):
            raise UsageError(f"cannot write: {error.strerror or error}; nothing was changed") from None
        raise
    finally:
        for fresh, _, _ in prepared if is_settled else ():
            fresh.unlink(missing_ok=True)
        if journal is not None and is_settled:
            journal.unlink(missing_ok=True)


def _own_file(root: Path, change: FileChange) -> Path:
    file = root / change.path
    if file.is_symlink() or not file.resolve().is_relative_to(root.resolve()):
        raise UsageError(f"{change.path} leads out of the tree; nothing was changed")
    _demand_unchanged(file, change)
    if not os.access(file, os.W_OK):
        raise UsageError(f"{change.path} is not writable; nothing was changed")
    return file


def _demand_unchanged(file: Path, change: FileChange) -> None:
    if file.read_bytes() != change.before:
        raise UsageError(f"{change.path} changed while it was being fixed; nothing was changed, run again")


def _beside(file: Path, content: bytes, shown: str) -> Path:
    try:
        handle, name = tempfile.mkstemp(dir=file.parent, prefix=".audit-fix-")
    except OSError as error:
        raise UsageError(f"cannot write beside {shown}: {error.strerror}; nothing was changed") from None
    fresh = Path(name)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        fresh.chmod(stat.S_IMODE(file.stat().st_mode))
    except BaseException:
        fresh.unlink(missing_ok=True)
        raise
    return fresh


def _put_back(begun: list[tuple[Path, FileChange]]) -> None:
    failed = []
    for file, change in begun:
        try:
            if file.read_bytes() == change.after:
                _beside(file, change.before, change.path).replace(file)
        except (OSError, UsageError):
            failed.append(change.path)
    if failed:
        raise SourceError(f"writing failed half-way and these files could not be put back: {', '.join(failed)}")
