"""Checkpoints that Weights & Biases keeps: fetched once into a cache, and verified there like any other.

The cache lies under `$XDG_CACHE_HOME` (or `~/.cache`) in `metta_ref/artifacts`, by the digest of what it holds.
"""

import os
import shutil
import tempfile
from pathlib import Path

from metta_ref.checkpoint.errors import (
    CheckpointKindError,
    CheckpointNotFoundError,
    CheckpointPathError,
    CheckpointUnreachableError,
)
from metta_ref.checkpoint.manager import CheckpointManager
from metta_ref.checkpoint.names import MANIFEST
from metta_ref.checkpoint.stored import Stored


def fetched(uri: str) -> CheckpointManager:
    """A manager of one checkpoint: that of an artifact `wandb://entity/project/name:version`.

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
    name = path.rpartition("/")[2].partition(":")[0]
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "metta_ref" / "artifacts"
    try:
        if not wandb.login(prompt=False):
            raise CheckpointUnreachableError(f"{uri}: no login; run wandb login")
        artifact = wandb.Api().artifact(path if ":" in path else f"{path}:latest")
        kept = CheckpointManager(cache / artifact.digest / name)
        if not kept.epochs():
            shutil.rmtree(kept.run_dir, ignore_errors=True)  # who found it damaged may have removed what was in it
            kept.run_dir.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(dir=kept.run_dir.parent) as folder:
                files = Path(artifact.download(root=f"{folder}/files"))
                _arrange(uri, files, CheckpointManager(Path(folder) / name), kept.run_dir)
    except (wandb.Error, ValueError) as error:
        raise CheckpointNotFoundError(f"{uri}: cannot be fetched ({error}); check its name and wandb login") from error
    return kept


def _arrange(uri: str, files: Path, run: CheckpointManager, kept: Path) -> None:
    """Give downloaded files the place that their epoch has in a run, and that run its own."""
    if not (files / MANIFEST).is_file():
        raise CheckpointKindError(f"{uri}: holds no checkpoint of metta_ref; name another artifact")
    run.directory.mkdir(parents=True)
    files.rename(run.path(Stored(files).manifest.epoch))
    try:
        run.run_dir.rename(kept)
    except OSError:
        if not kept.is_dir():  # another process that fetched the same was faster
            raise
