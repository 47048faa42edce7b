"""Checkpoints that lie elsewhere: on any file system that fsspec knows, and as artifacts of Weights & Biases.

They are read where they lie; an artifact is downloaded first.
"""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Any

from metta_ref.checkpoint.errors import CheckpointError, CheckpointKindError, CheckpointNotFoundError
from metta_ref.checkpoint.manager import Listing
from metta_ref.checkpoint.names import FOLDER, MANIFEST, epoch_name, parse_epoch
from metta_ref.checkpoint.stored import Stored


@dataclass(frozen=True, slots=True)
class RemoteFolder:
    """A `Folder`, or a file in one, of a file system. Raises CheckpointError when that does not answer, or refuses."""

    system: Any
    path: str
    uri: str

    def __truediv__(self, name: str, /) -> "RemoteFolder":
        return replace(self, path=f"{self.path}/{name}", uri=f"{self.uri}/{name}")

    def __str__(self) -> str:
        return self.uri

    def is_dir(self) -> bool:
        with self._reaching():
            return bool(self.system.isdir(self.path))

    def read_bytes(self) -> bytes:
        with self._reaching():
            content: bytes = self.system.cat_file(self.path)
            return content

    def names(self) -> list[str]:
        """Of what lies in it; none when it is not there."""
        try:
            with self._reaching():
                return [PurePosixPath(entry).name for entry in self.system.ls(self.path, detail=False)]
        except (FileNotFoundError, NotADirectoryError):
            return []

    @contextlib.contextmanager
    def _reaching(self) -> Iterator[None]:
        try:
            yield
        except (FileNotFoundError, NotADirectoryError):
            raise
        except Exception as error:  # each file system raises its own, and those of its client library
            reason, advice = str(error) or type(error).__name__, "look for network, credentials and permission"
            raise CheckpointError(f"{self.uri}: cannot be reached ({reason}); {advice}") from error


def listed(uri: str) -> Listing:
    """The checkpoints of the run at a URI whose manifest has arrived, which whoever copies one there sends last.

    Raises CheckpointError when no file system has that scheme, or a package for it is missing.
    """
    import fsspec  # for this alone

    try:
        system, root = fsspec.core.url_to_fs(uri)
    except ValueError as error:
        raise CheckpointError(f"{uri}: {error}; use a path, file://, memory:// or an installed scheme") from error
    except ImportError as error:
        raise CheckpointError(f"{uri}: {error}") from error
    system.invalidate_cache()  # of listings, in which a run that trained on would seem to stand still
    folder = RemoteFolder(system, str(root), uri) / FOLDER
    numbered = {epoch: folder / name for name in folder.names() if (epoch := parse_epoch(name)) is not None}
    return Listing(str(folder), {epoch: one for epoch, one in numbered.items() if MANIFEST in one.names()})


def downloaded(uri: str, folder: Path) -> Stored:
    """Download an artifact `wandb://entity/project/name:version` into a folder, as the checkpoint of a run of its name.

    Raises CheckpointError when the package is missing or nobody is logged in, CheckpointNotFoundError when the artifact
    cannot be had, CheckpointKindError when it is no checkpoint, and as `Stored` does.
    """
    import fsspec

    try:
        import wandb
    except ImportError:
        raise CheckpointError(f"{uri}: needs a package: pip install 'migration-audit[wandb]'") from None
    name, colon, _ = uri.removeprefix("wandb://").partition(":")
    try:
        if not wandb.login(prompt=False):
            raise CheckpointError(f"{uri}: no login; run wandb login")
        artifact = wandb.Api().artifact(uri.removeprefix("wandb://") if colon else f"{name}:latest")
        files = RemoteFolder(fsspec.filesystem("file"), artifact.download(root=str(folder / "files")), uri)
    except (wandb.Error, ValueError) as error:
        raise CheckpointNotFoundError(f"{uri}: cannot be fetched ({error}); check its name and wandb login") from error
    if MANIFEST not in files.names():
        raise CheckpointKindError(f"{uri}: holds no checkpoint of metta_ref; name another artifact")
    epoch = Stored(files).manifest.epoch
    return Stored(replace(files, uri=f"wandb://{name}/{FOLDER}/{epoch_name(epoch)}"))
