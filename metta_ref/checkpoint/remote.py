"""Runs on any file system that fsspec knows: copied from, as much as is asked for, and never worked on in place."""

import contextlib
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath
from typing import Any

from metta_ref.checkpoint.errors import (
    CheckpointError,
    CheckpointNotFoundError,
    CheckpointPathError,
    CheckpointUnreachableError,
)
from metta_ref.checkpoint.manager import CheckpointManager
from metta_ref.checkpoint.names import FOLDER, MANIFEST, POLICY, SIDECAR, TENSORS, key_and_version, parse_epoch
from metta_ref.checkpoint.selection import Selection

_FACTS = (MANIFEST, SIDECAR)
_POLICY = (POLICY, f"policy{TENSORS}")


@contextlib.contextmanager
def copied(uri: str, folder: Path, wanted: int | Selection, *, whole: bool) -> Iterator[tuple[CheckpointManager, int]]:
    """A manager of a copy, in a folder, of the run at a URI, which names its directory or that of its checkpoints; and
    the epoch that is wanted of it.

    The copy holds that checkpoint, or no more of it than its policy, and of the others what it takes to choose. It is
    verified when it is read; errors in the block name what they are about at the URI.

    Raises CheckpointPathError when no file system has that scheme, or a package for it is missing,
    CheckpointNotFoundError when nothing is there, CheckpointUnreachableError when the file system does not answer, or
    refuses to, and as `CheckpointManager.choose` does.
    """
    base = uri.rstrip("/").removesuffix(f"/{FOLDER}")
    with _reaching(base):
        system, root = _filesystem(base)
    manager = CheckpointManager(folder / PurePosixPath(root).name)
    try:
        key_and_version(manager.directory, 0)
        with _reaching(base):
            epoch = _copy(system, f"{root}/{FOLDER}", manager, wanted, whole=whole)
        yield manager, epoch
    except CheckpointError as error:
        raise type(error)(str(error).replace(str(manager.run_dir), base)) from error


def _copy(system: Any, root: str, manager: CheckpointManager, wanted: int | Selection, *, whole: bool) -> int:
    try:
        entries = [entry.rstrip("/") for entry in system.ls(root, detail=False)]
    except (FileNotFoundError, NotADirectoryError):
        raise CheckpointNotFoundError(f"{manager.directory}: no such folder; name the directory of a run") from None
    there: dict[int, str] = {}
    for entry in entries:
        number = parse_epoch(PurePosixPath(entry).name)
        # Where no rename commits a checkpoint, its manifest does, which whoever copies one there sends last.
        if number is not None and system.exists(f"{entry}/{MANIFEST}"):
            there[number] = entry

    def fetch(epoch: int, names: Iterable[str]) -> None:
        manager.path(epoch).mkdir(parents=True, exist_ok=True)
        for name in names:
            with contextlib.suppress(FileNotFoundError):  # whoever reads the copy names what is missing
                system.get_file(f"{there[epoch]}/{name}", str(manager.path(epoch) / name))

    compared = isinstance(wanted, Selection) and wanted != Selection()
    for epoch in there:
        fetch(epoch, _FACTS if compared or epoch in (wanted, max(there)) else ())
    epoch = manager.choose(wanted)
    fetch(epoch, manager.read_manifest(epoch).files if whole else _POLICY)
    return epoch


def _filesystem(uri: str) -> tuple[Any, str]:
    """The file system of a URI and the path in it; fsspec is loaded for this alone."""
    import fsspec

    try:
        system, root = fsspec.core.url_to_fs(uri)
    except ValueError as error:
        reason = f"{error}; use a path, file://, memory:// or an installed scheme"
        raise CheckpointPathError(f"{uri}: {reason}") from error
    except ImportError as error:
        raise CheckpointPathError(f"{uri}: {error}") from error
    return system, str(root)


@contextlib.contextmanager
def _reaching(uri: str) -> Iterator[None]:
    try:
        yield
    except CheckpointError:
        raise
    except Exception as error:
        # Each file system raises errors of its own, and those of its client library.
        reason = str(error) or type(error).__name__
        raise CheckpointUnreachableError(
            f"{uri}: cannot be reached ({reason}); look for network, credentials and permission"
        ) from error
