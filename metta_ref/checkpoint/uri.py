"""Policies by address: a run's name, a path, or a URI of any file system that fsspec knows.

    demo                                     the newest checkpoint of the run of that name
    runs/demo                                the same by path; also .../checkpoints and .../epoch-00000050
    file:///data/runs/demo#best              the best by score; also #latest, #epoch-50, #best:reward
    s3://bucket/runs/demo#latest             where the package for that scheme is installed
    wandb://entity/project/demo:latest       an artifact of Weights & Biases; also :v3 and :epoch-50
    mock://anything                          a policy that acts at random, for trying things out

What is read from elsewhere is copied to a temporary directory and verified there like any checkpoint: nothing
about a checkpoint depends on where it lies.
"""

import contextlib
import re
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import unquote, urlsplit

from metta_ref.checkpoint.artifacts import fetched
from metta_ref.checkpoint.errors import CheckpointExistsError, CheckpointNotFoundError, CheckpointPathError
from metta_ref.checkpoint.manager import CheckpointManager
from metta_ref.checkpoint.manifest import NAME as MANIFEST
from metta_ref.checkpoint.names import FOLDER, key_and_version, parse_epoch
from metta_ref.checkpoint.selection import Selection
from metta_ref.config import run_dir

MOCK, _WANDB = "mock", "wandb"
_ARTIFACT = re.compile(r"wandb://[^/:#]+/[^/:#]+/[^/:#]+(:[^/:#]+)?")
_CHOICE = re.compile(r"(latest|best)(?::(\w+))?|epoch-(\d+)")
_POLICY_FILES = (MANIFEST, "policy.json", "policy.safetensors", "sidecar.yaml")


@dataclass(frozen=True, slots=True)
class PolicyUri:
    """An address taken apart: `base` is a path for `file`, and a whole URI for other schemes.

    Exactly one of `epoch` and `selection` decides which checkpoint; both are None for `mock`.
    """

    scheme: str
    base: str
    epoch: int | None
    selection: Selection | None


def parse_uri(text: str) -> PolicyUri:
    """An address as above.

    Raises CheckpointPathError when it is none, and ConfigError when a bare name cannot be a run's.
    """
    base, _, fragment = text.partition("#")
    scheme = urlsplit(base).scheme if "://" in base else ""
    if scheme == MOCK:
        return PolicyUri(MOCK, base.removeprefix(f"{MOCK}://") or MOCK, None, None)
    if scheme == _WANDB:
        if not _ARTIFACT.fullmatch(text):
            raise CheckpointPathError(f"{text}: write wandb://entity/project/name:version, with latest, v3 or epoch-50")
        return PolicyUri(_WANDB, text, None, Selection())
    if scheme in ("", "file"):
        path = unquote(urlsplit(base).path) if scheme else base
        base = path if "/" in path else str(run_dir(path))
        scheme = "file"
    in_path = parse_epoch(PurePosixPath(base).name)
    if in_path is not None:
        if fragment:
            raise CheckpointPathError(f"{text}: names epoch {in_path} twice; leave out #{fragment}")
        return PolicyUri(scheme, str(_parent(base)), in_path, None)
    chosen = _CHOICE.fullmatch(fragment or "latest")
    if chosen is None:
        raise CheckpointPathError(f"{text}: after # stands latest, best, best:METRIC or epoch-NUMBER")
    strategy, metric, number = chosen.groups()
    if number is not None:
        return PolicyUri(scheme, base, int(number), None)
    return PolicyUri(scheme, base, None, Selection(strategy, metric or "score"))


@contextlib.contextmanager
def opened(uri: PolicyUri) -> Iterator[tuple[CheckpointManager, int]]:
    """The manager and the epoch that a URI names, for the time of the block.

    Raises CheckpointError: the place or the epoch is not there, its scheme is unknown or needs a package, or
    what lies there is damaged. Raises ValueError for `mock`, behind which no checkpoint stands.
    """
    if uri.scheme == MOCK:
        raise ValueError("a mock policy has no checkpoint")
    if uri.scheme == "file":
        path = Path(uri.base)
        manager = CheckpointManager(path.parent if path.name == FOLDER else path)
        key_and_version(manager.directory, 0)
        yield manager, _chosen(manager, uri)
        return
    if uri.scheme == _WANDB:
        manager = fetched(uri.base)
        yield manager, manager.latest()
        return
    with tempfile.TemporaryDirectory(prefix="metta_ref-policy-") as directory:
        folder = _remote_folder(uri.base)
        system, root = _filesystem(folder)
        run = PurePosixPath(root).parent.name
        manager = CheckpointManager(Path(directory) / run)
        key_and_version(manager.directory, 0)
        there = _remote_epochs(system, root)
        for epoch in _needed(uri, there):
            _download(system, there[epoch], manager.path(epoch))
        yield manager, _chosen(manager, uri)


def publish(manager: CheckpointManager, epoch: int, destination: str) -> str:
    """Copy a checkpoint to the run directory that a URI names, and return the URI of the copy.

    The manifest goes last: until it is there, readers see no checkpoint. The source is verified first.

    Raises CheckpointExistsError when the epoch stands there already, and CheckpointError as `opened` does.
    """
    manager.load(epoch)
    source = manager.path(epoch)
    target = f"{_remote_folder(destination)}/{source.name}"
    system, root = _filesystem(target)
    if system.exists(f"{root}/{MANIFEST}"):
        raise CheckpointExistsError(f"{target}: stands already; remove it to publish this epoch again")
    system.makedirs(root, exist_ok=True)
    files = sorted(path.name for path in source.iterdir() if path.name != MANIFEST)
    for name in (*files, MANIFEST):
        system.put_file(str(source / name), f"{root}/{name}")
    return target


def _chosen(manager: CheckpointManager, uri: PolicyUri) -> int:
    if uri.epoch is not None:
        manager.read_manifest(uri.epoch)
        return uri.epoch
    assert uri.selection is not None  # noqa: S101 - one of the two is set; see PolicyUri
    return manager.select(uri.selection)[0]


def _needed(uri: PolicyUri, there: Iterable[int]) -> list[int]:
    """Of the epochs there, those that must be looked at to choose."""
    if uri.epoch is not None:
        return [epoch for epoch in there if epoch == uri.epoch]
    return sorted(there)[-1:] if uri.selection == Selection() else sorted(there)


def _parent(base: str) -> str:
    return base.rstrip("/").rpartition("/")[0] or "."


def _remote_folder(base: str) -> str:
    base = base.rstrip("/")
    return base if PurePosixPath(base).name == FOLDER else f"{base}/{FOLDER}"


def _filesystem(uri: str) -> tuple[Any, str]:
    """The file system of a URI and the path in it; fsspec is loaded for this alone."""
    import fsspec

    try:
        system, root = fsspec.core.url_to_fs(uri)
    except ValueError as error:
        raise CheckpointPathError(f"{uri}: {error}; use a path, file://, memory:// or an installed scheme") from error
    except ImportError as error:
        raise CheckpointPathError(f"{uri}: {error}") from error
    return system, str(root)


def _remote_epochs(system: Any, root: str) -> dict[int, str]:
    """Complete checkpoints of a remote folder: those whose manifest has arrived."""
    try:
        entries: Iterable[str] = system.ls(root, detail=False)
    except (FileNotFoundError, NotADirectoryError):
        raise CheckpointNotFoundError(f"{root}: no such folder there; name the directory of a run") from None
    numbered = {parse_epoch(PurePosixPath(entry.rstrip("/")).name): entry for entry in entries}
    return {
        epoch: entry
        for epoch, entry in numbered.items()
        if epoch is not None and system.exists(f"{entry.rstrip('/')}/{MANIFEST}")
    }


def _download(system: Any, source: str, target: Path) -> None:
    target.mkdir(parents=True)
    for name in _POLICY_FILES:
        # Whoever reads the copy reports a file that is missing, with its name.
        with contextlib.suppress(FileNotFoundError):
            system.get_file(f"{source.rstrip('/')}/{name}", str(target / name))
