"""Policies by address: a run's name, a path, or a URI of any file system that fsspec knows.

    demo                                     the newest checkpoint of the run of that name
    runs/demo                                the same by path; also .../checkpoints and .../epoch-00000050
    file:///data/runs/demo#best              the best by score; also #latest, #epoch-50, #best:reward
    s3://bucket/runs/demo#latest             where the package for that scheme is installed
    wandb://entity/project/demo:latest       an artifact of Weights & Biases; also :v3 and :epoch-50
    mock://anything                          a policy that acts at random, for trying things out

What lies elsewhere is read from there, and no more of it than it takes.
"""

import contextlib
import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit

from metta_ref.checkpoint.errors import CheckpointPathError
from metta_ref.checkpoint.manager import CheckpointManager
from metta_ref.checkpoint.names import FOLDER, key_and_version, parse_epoch
from metta_ref.checkpoint.remote import downloaded, listed
from metta_ref.checkpoint.selection import Selection
from metta_ref.checkpoint.stored import Stored
from metta_ref.config import run_dir

MOCK, _WANDB = "mock", "wandb"
_LATEST = Selection()
_ARTIFACT = re.compile(r"wandb://[^/:#]+/[^/:#]+/[^/:#]+(:[^/:#]+)?")
_CHOICE = re.compile(r"(latest|best)(?::(\w+))?|epoch-(\d+)")


@dataclass(frozen=True, slots=True)
class PolicyUri:
    """An address taken apart: `base` is a path for `file`, and a whole URI for other schemes but `mock`.

    `wanted` decides which checkpoint.
    """

    scheme: str
    base: str
    wanted: Selection = _LATEST


def parse_uri(text: str) -> PolicyUri:
    """An address as above.

    Raises CheckpointPathError when it is none, and ConfigError when a bare name cannot be a run's.
    """
    base, _, fragment = text.partition("#")
    scheme = urlsplit(base).scheme if "://" in base else ""
    if scheme == MOCK:
        return PolicyUri(MOCK, base.removeprefix(f"{MOCK}://") or MOCK)
    if scheme == _WANDB:
        if not _ARTIFACT.fullmatch(text):
            raise CheckpointPathError(f"{text}: write wandb://entity/project/name:version, with latest, v3 or epoch-50")
        return PolicyUri(_WANDB, text)
    if scheme in ("", "file"):
        path = unquote(urlsplit(base).path) if scheme else base
        base = path if "/" in path else str(run_dir(path))
        scheme = "file"
    in_path = parse_epoch(PurePosixPath(base).name)
    if in_path is not None:
        if fragment:
            raise CheckpointPathError(f"{text}: names epoch {in_path} twice; leave out #{fragment}")
        return PolicyUri(scheme, base.rstrip("/").rpartition("/")[0] or ".", Selection(epoch=in_path))
    chosen = _CHOICE.fullmatch(fragment or "latest")
    if chosen is None:
        raise CheckpointPathError(f"{text}: after # stands latest, best, best:METRIC or epoch-NUMBER")
    strategy, metric, number = chosen.groups()
    wanted = Selection(strategy, metric or "score") if strategy else Selection(epoch=int(number))
    return PolicyUri(scheme, base, wanted)


@contextlib.contextmanager
def opened(uri: PolicyUri) -> Iterator[Stored]:
    """The checkpoint that a URI names, for the time of the block.

    Raises CheckpointError: the place or the epoch is not there or cannot be reached, its scheme is unknown or needs
    a package, what lies there is damaged or no checkpoint, or it is a mock, behind which no checkpoint stands.
    """
    if uri.scheme == MOCK:
        raise CheckpointPathError(f"{MOCK}://{uri.base}: a mock has no checkpoint; name a trained policy")
    if uri.scheme == _WANDB:
        with tempfile.TemporaryDirectory(prefix="metta_ref-policy-") as folder:
            yield downloaded(uri.base, Path(folder))
        return
    if uri.scheme == "file":
        path = Path(uri.base)
        listing = CheckpointManager(path.parent if path.name == FOLDER else path).listing()
    else:
        listing = listed(uri.base.rstrip("/").removesuffix(f"/{FOLDER}"))
    key_and_version(listing.place, 0)
    yield listing.stored(listing.select(uri.wanted)[0])
