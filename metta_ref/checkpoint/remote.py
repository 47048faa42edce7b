"""Checkpoints that lie elsewhere, copied from there: on any file system that fsspec knows, or as artifacts of
Weights & Biases. What is copied is verified when it is read, like any checkpoint.
"""

import contextlib
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath
from typing import Any

from metta_ref.checkpoint.errors import (
    CheckpointError,
    CheckpointKindError,
    CheckpointNotFoundError,
    CheckpointPathError,
    CheckpointUnreachableError,
)
from metta_ref.checkpoint.manager import CheckpointManager
from metta_ref.checkpoint.names import FOLDER, MANIFEST, POLICY, SIDECAR, TENSORS, key_and_version, parse_epoch
from metta_ref.checkpoint.selection import Selection
from metta_ref.checkpoint.stored import Stored

_FACTS = (MANIFEST, SIDECAR)
_POLICY = (POLICY, f"policy{TENSORS}")


def copied(uri: str, folder: Path, wanted: Selection, *, whole: bool) -> Stored:
    """Copy of the run at a URI, into a folder, the checkpoint that is wanted, or no more of it than its policy, and of
    the others what it takes to choose.

    Raises CheckpointPathError when no file system has that scheme, or a package for it is missing,
    CheckpointNotFoundError when nothing is there, CheckpointUnreachableError when the file system does not answer, or
    refuses to, and as `CheckpointManager.select` and `stored` do.
    """
    with _reaching(uri):
        system, root = _filesystem(uri)
        manager = CheckpointManager(folder / PurePosixPath(root).name)
        key_and_version(manager.directory, 0)
        there = _complete(system, f"{root}/{FOLDER}", manager)

        def fetch(epoch: int, names: Iterable[str]) -> None:
            manager.path(epoch).mkdir(parents=True, exist_ok=True)
            for name in names:
                with contextlib.suppress(FileNotFoundError):  # whoever reads the copy names what is missing
                    system.get_file(f"{there[epoch]}/{name}", str(manager.path(epoch) / name))

        compared = wanted.epoch is None and wanted != Selection()
        for epoch in there:
            fetch(epoch, _FACTS if compared or epoch in (wanted.epoch, max(there)) else ())
        stored = manager.stored(manager.select(wanted)[0])
        fetch(stored.manifest.epoch, stored.manifest.files if whole else _POLICY)
    return stored


def downloaded(uri: str, folder: Path) -> Stored:
    """Download an artifact `wandb://entity/project/name:version` into a folder, as the checkpoint of a run of its name.
    W&B's package caches what it downloads.

    The version is v0, v1, ..., `latest` or `epoch-<number>`; without one it is the latest.

    Raises CheckpointPathError when the package is missing, CheckpointUnreachableError without a login,
    CheckpointNotFoundError when the artifact cannot be had, CheckpointKindError when it is no checkpoint,
    CheckpointCorruptError when it is damaged.
    """
    try:
        import wandb
    except ImportError:
        raise CheckpointPathError(f"{uri}: needs a package: pip install 'migration-audit[wandb]'") from None
    path = uri.removeprefix("wandb://")
    try:
        if not wandb.login(prompt=False):
            raise CheckpointUnreachableError(f"{uri}: no login; run wandb login")
        artifact = wandb.Api().artifact(path if ":" in path else f"{path}:latest")
        files = Path(artifact.download(root=str(folder / "files")))
    except (wandb.Error, ValueError) as error:
        raise CheckpointNotFoundError(f"{uri}: cannot be fetched ({error}); check its name and wandb login") from error
    if not (files / MANIFEST).is_file():
        raise CheckpointKindError(f"{uri}: holds no checkpoint of metta_ref; name another artifact")
    manager = CheckpointManager(folder / PurePosixPath(path.partition(":")[0]).name)
    epoch = Stored(files).manifest.epoch
    manager.directory.mkdir(parents=True)
    return Stored(files.rename(manager.path(epoch)))


def _complete(system: Any, root: str, manager: CheckpointManager) -> dict[int, str]:
    """Where checkpoints are, by epoch: those whose manifest has arrived, which whoever copies one there sends last."""
    try:
        entries = [entry.rstrip("/") for entry in system.ls(root, detail=False)]
    except (FileNotFoundError, NotADirectoryError):
        raise CheckpointNotFoundError(f"{manager.directory}: no such folder; name the directory of a run") from None
    numbered = {parse_epoch(PurePosixPath(entry).name): entry for entry in entries}
    return {
        epoch: entry for epoch, entry in numbered.items() if epoch is not None and system.exists(f"{entry}/{MANIFEST}")
    }


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
