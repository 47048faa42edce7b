"""The state of a run divided among its ranks, and put together again.

What belongs to an environment has a row for each in its array, and is kept by the rank that owns the environment.
The rest is the same on every rank, and held to that. A checkpoint holds the state put together, so that a run may go
on with another number of ranks.
"""

import hashlib
import re
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray

from metta_ref.checkpoint import Snapshot
from metta_ref.rl.group import Group, GroupError

_PER_ENVIRONMENT = re.compile(r"(env|recurrent)/.*|kickstarter/\d+\.state\.\d+")
"""Section and name of arrays whose first axis is the environment."""


def whole(group: Group, own: Snapshot) -> Snapshot:
    """The snapshot of the run, on every rank, from those of the ranks.

    Raises GroupError when they differ in what must be the same everywhere.
    """
    if group.size == 1:
        return own
    rows = {name: array for name, array in _named(own) if _PER_ENVIRONMENT.fullmatch(name)}
    parts = group.gather((_digest_of_the_rest(own), rows))
    if different := [rank for rank, (digest, _) in enumerate(parts) if digest != parts[0][0]]:
        raise GroupError(
            f"ranks {different} have come to other weights or generators than rank 0: their arithmetic differs; "
            "run on equal machines, and go on from the newest checkpoint"
        )
    tensors = {
        section: {
            name: np.concatenate([theirs[key] for _, theirs in parts])
            if (key := f"{section}/{name}") in rows
            else array
            for name, array in arrays.items()
        }
        for section, arrays in own.tensors.items()
    }
    return Snapshot(tensors, own.scalars)


def share(group: Group, of: Snapshot) -> Snapshot:
    """This rank's part of the snapshot of a run: the inverse of `whole`, for any number of ranks."""
    tensors = {
        section: {
            name: np.split(array, group.size)[group.rank] if _PER_ENVIRONMENT.fullmatch(f"{section}/{name}") else array
            for name, array in arrays.items()
        }
        for section, arrays in of.tensors.items()
    }
    return Snapshot(tensors, of.scalars)


def _named(snapshot: Snapshot) -> Iterator[tuple[str, NDArray[Any]]]:
    for section, arrays in snapshot.tensors.items():
        for name, array in arrays.items():
            yield f"{section}/{name}", array


def _digest_of_the_rest(snapshot: Snapshot) -> str:
    digest = hashlib.sha256(repr(sorted(snapshot.scalars.items())).encode())
    for name, array in sorted(_named(snapshot), key=lambda pair: pair[0]):
        if not _PER_ENVIRONMENT.fullmatch(name):
            digest.update(name.encode() + array.tobytes())
    return digest.hexdigest()
