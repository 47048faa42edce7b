"""Runs on any file system that fsspec knows: copied from, and copied to, never worked on in place."""

import contextlib
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath
from typing import Any

from metta_ref.checkpoint.errors import (
    CheckpointError,
    CheckpointExistsError,
    CheckpointNotFoundError,
    CheckpointPathError,
    CheckpointUnreachableError,
)
from metta_ref.checkpoint.manager import CheckpointManager
from metta_ref.checkpoint.manifest import NAME as MANIFEST
from metta_ref.checkpoint.names import FOLDER, epoch_name, parse_epoch
from metta_ref.checkpoint.selection import Selection

_FACTS = (MANIFEST, "sidecar.yaml")
_POLICY = (*_FACTS, "policy.json", "policy.safetensors")


class RemoteRun:
    """The checkpoints of a run at a URI, which names its directory or the folder of its checkpoints.

    Every method raises CheckpointUnreachableError when the file system does not answer, or refuses to. Raises
    CheckpointPathError when no file system has that scheme, or a package for it is missing.
    """

    def __init__(self, uri: str) -> None:
        base = uri.rstrip("/")
        self.uri = base if PurePosixPath(base).name == FOLDER else f"{base}/{FOLDER}"
        self._system, self._root = _filesystem(self.uri)
        self.name = PurePosixPath(self._root).parent.name

    def copy(self, manager: CheckpointManager, wanted: int | Selection, *, whole: bool) -> int:
        """Copy the checkpoint that is wanted, or no more of it than its policy, to where `manager` has it.

        Returns its epoch. Of the others comes what it takes to choose. The copy is not verified: whoever reads it
        does that, and names a file that is missing.

        Raises CheckpointNotFoundError when there is none such, and as `CheckpointManager.select` does.
        """
        there = self._epochs()
        if isinstance(wanted, int):
            epoch = wanted
            if epoch not in there:
                known = ", ".join(map(str, sorted(there))) or "none"
                raise CheckpointNotFoundError(f"{self.uri}: no epoch {epoch} there; epochs there: {known}")
        elif wanted == Selection():
            if not there:
                raise CheckpointNotFoundError(f"{self.uri}: no checkpoint there; name the directory of a run")
            epoch = max(there)
        else:
            for other, entry in there.items():
                self._download(entry, _FACTS, manager.path(other))
            epoch = manager.select(wanted)[0]
        self._download(there[epoch], self._names(there[epoch]) if whole else _POLICY, manager.path(epoch))
        return epoch

    def publish(self, manager: CheckpointManager, epoch: int) -> str:
        """Copy a checkpoint of `manager` there, and return the URI of the copy.

        The manifest goes last: until it is there, readers see no checkpoint. The source is verified first.

        Raises CheckpointExistsError when the epoch stands there already, and as `CheckpointManager.load` does.
        """
        manager.load(epoch)
        source, target = manager.path(epoch), f"{self._root}/{epoch_name(epoch)}"
        with _reaching(self.uri):
            if self._system.exists(f"{target}/{MANIFEST}"):
                raise CheckpointExistsError(f"{self.uri}/{source.name}: stands already; remove it to publish it again")
            self._system.makedirs(target, exist_ok=True)
            files = sorted(path.name for path in source.iterdir() if path.name != MANIFEST)
            for name in (*files, MANIFEST):
                self._system.put_file(str(source / name), f"{target}/{name}")
        return f"{self.uri}/{source.name}"

    def _epochs(self) -> dict[int, str]:
        """Complete checkpoints, those whose manifest has arrived, and where they are."""
        with _reaching(self.uri):
            try:
                entries = [entry.rstrip("/") for entry in self._system.ls(self._root, detail=False)]
            except (FileNotFoundError, NotADirectoryError):
                raise CheckpointNotFoundError(f"{self.uri}: no such folder; name the directory of a run") from None
            numbered = {parse_epoch(PurePosixPath(entry).name): entry for entry in entries}
            return {
                epoch: entry
                for epoch, entry in numbered.items()
                if epoch is not None and self._system.exists(f"{entry}/{MANIFEST}")
            }

    def _names(self, entry: str) -> list[str]:
        with _reaching(self.uri):
            return [PurePosixPath(found).name for found in self._system.ls(entry, detail=False)]

    def _download(self, source: str, names: Iterable[str], target: Path) -> None:
        target.mkdir(parents=True, exist_ok=True)
        for name in names:
            with _reaching(self.uri), contextlib.suppress(FileNotFoundError):
                self._system.get_file(f"{source}/{name}", str(target / name))


def _filesystem(uri: str) -> tuple[Any, str]:
    """The file system of a URI and the path in it; fsspec is loaded for this alone."""
    import fsspec

    with _reaching(uri):
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
