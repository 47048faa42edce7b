"""Checkpoints that Weights & Biases keeps: fetched once into a cache, and verified there like any other.

The cache lies under `$XDG_CACHE_HOME` (or `~/.cache`) in `metta_ref/artifacts`, by the digest of what it holds.
"""

import os
import shutil
import tempfile
from pathlib import Path

from metta_ref.checkpoint import manifest as manifests
from metta_ref.checkpoint.errors import (
    CheckpointKindError,
    CheckpointNotFoundError,
    CheckpointPathError,
    CheckpointUnreachableError,
)
from metta_ref.checkpoint.manager import CheckpointManager


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
    try:
        if not wandb.login(prompt=False):
            raise CheckpointUnreachableError(f"{uri}: no login; run wandb login")
        artifact = wandb.Api().artifact(path if ":" in path else f"{path}:latest")
        kept = _cache() / artifact.digest / name
        if not CheckpointManager(kept).epochs():
            shutil.rmtree(kept, ignore_errors=True)  # whoever found it damaged may have removed what was in it
            kept.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(dir=kept.parent) as partial:
                downloaded = Path(artifact.download(root=str(Path(partial) / "files")))
                _arrange(uri, downloaded, Path(partial) / name)
                _moved(Path(partial) / name, kept)
    except (wandb.Error, ValueError) as error:
        raise CheckpointNotFoundError(f"{uri}: cannot be fetched ({error}); check its name and wandb login") from error
    return CheckpointManager(kept)


def _arrange(uri: str, files: Path, run: Path) -> None:
    """Give downloaded files the place that their epoch has in a run."""
    if not (files / manifests.NAME).is_file():
        raise CheckpointKindError(f"{uri}: holds no checkpoint of metta_ref; name another artifact")
    place = CheckpointManager(run).path(manifests.read(files).epoch)
    place.parent.mkdir(parents=True)
    files.rename(place)


def _moved(source: Path, target: Path) -> None:
    try:
        source.rename(target)
    except OSError:
        if not target.is_dir():  # another process that fetched the same was faster
            raise


def _cache() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "metta_ref" / "artifacts"
