"""Puts planned changes on disk all together or not at all."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from pathlib import Path

from audit.fix.beside import name_beside, write_beside
from audit.fix.changes import FileChange
from audit.fix.journal import Planned, close_journal, open_journal
from audit.model.errors import SourceError, UsageError

Replace = Callable[[Path, Path], object]
"""Puts a file in the place of another in one step."""


def write_changes(root: Path, changes: Iterable[FileChange], replace: Replace = os.replace) -> None:
    """Write every change below ``root``; each file keeps its mode.

    What is about to be done is written down first, then all contents beside their files, then one file after the
    other is put in place. When that fails half-way, what was put in place is put back; when the run is killed,
    `recover` does it.

    Raises:
        UsageError: a file changed since it was read, leads out of the tree, or cannot be written; nothing is
            changed then.
        SourceError: putting back failed too; the message names the files that hold new content, and the next
            `recover` puts them back.
    """
    planned: list[Planned] = []
    begun: list[Planned] = []
    is_settled = False  # until all or none is in place the journal must stay, whatever interrupts this
    try:
        for change in changes:
            file = _own_file(root, change)
            planned.append((name_beside(file), file, change))
        if planned:
            open_journal(root, planned)
        for fresh, file, change in planned:
            _write(fresh, file, change)
        for each in planned:
            fresh, file, change = each
            _demand_unchanged(file, change)
            begun.append(each)  # before it is replaced: an interrupt may come in between
            replace(fresh, file)
        is_settled = True
    except BaseException as error:
        _put_back(begun)
        is_settled = True
        if isinstance(error, OSError):
            raise UsageError(f"cannot write: {error.strerror or error}; nothing was changed") from None
        raise
    finally:
        if is_settled and planned:
            for fresh, _, _ in planned:
                fresh.unlink(missing_ok=True)
            close_journal(root)


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


def _write(fresh: Path, file: Path, change: FileChange) -> None:
    try:
        write_beside(fresh, file, change.after)
    except OSError as error:
        raise UsageError(f"cannot write beside {change.path}: {error.strerror}; nothing was changed") from None


def _put_back(begun: list[Planned]) -> None:
    failed = []
    for fresh, file, change in begun:
        try:
            if file.read_bytes() == change.after:
                fresh.unlink(missing_ok=True)
                write_beside(fresh, file, change.before)
                fresh.replace(file)
        except OSError:
            failed.append(change.path)
    if failed:
        raise SourceError(f"writing failed half-way and these files could not be put back: {', '.join(failed)}")
