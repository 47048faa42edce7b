"""The state of a run as named arrays: copied from what is live, put back into it, and divided among the ranks.

What is live is a tree: mappings and sequences down to arrays, tensors and generators of random numbers. A leaf is
known by its path in it, `<section>/<name>.<name>...`.

What belongs to an environment has a row for each in its array, and is kept by the rank that owns the environment.
The rest is the same on every rank, and held to that. A checkpoint holds the state put together, so that a run may go
on with another number of ranks.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from metta_ref.checkpoint.errors import CheckpointStateError
from metta_ref.rl.group import Group, GroupError

Array = NDArray[Any]
Leaf = Tensor | Array | torch.Generator | np.random.Generator
Tree: TypeAlias = "Leaf | Mapping[str, Tree] | Sequence[Tree]"

_PER_ENVIRONMENT = re.compile(r"(env|recurrent)/.*|kickstarter/\d+\.state\.\d+")
"""Names of arrays whose first axis is the environment."""

_WORD = 2**64


def leaves(tree: Tree, path: str = "") -> Iterator[tuple[str, Leaf]]:
    """Every leaf with its name."""
    if not isinstance(tree, Mapping | Sequence):
        yield path, tree
        return
    separator = "" if not path else "." if "/" in path else "/"
    for key, part in tree.items() if isinstance(tree, Mapping) else enumerate(tree):
        yield from leaves(part, f"{path}{separator}{key}")


def copied(tree: Tree) -> dict[str, Array]:
    """A copy of every leaf, as an array."""
    return {name: _as_array(leaf) for name, leaf in leaves(tree)}


def put(tree: Tree, state: Mapping[str, Array]) -> None:
    """The inverse of `copied`: every leaf becomes what `state` has under its name."""
    # Inside inference mode alone can what was made there be written to.
    with torch.inference_mode():
        for name, leaf in leaves(tree):
            values = state[name]
            if isinstance(leaf, Tensor):
                leaf.copy_(torch.tensor(values))
            elif isinstance(leaf, torch.Generator):
                leaf.set_state(torch.tensor(values))
            elif isinstance(leaf, np.random.Generator):
                _set_generator(leaf, values)
            else:
                leaf[...] = values


def _as_array(leaf: Leaf) -> Array:
    if isinstance(leaf, torch.Generator):
        leaf = leaf.get_state()
    if isinstance(leaf, Tensor):
        leaf = leaf.detach().cpu().numpy()
    if isinstance(leaf, np.random.Generator):
        return _generator_words(leaf)
    return leaf.copy()


def _generator_words(rng: np.random.Generator) -> NDArray[np.uint64]:
    """State and increment of a PCG64 generator in two words each, and what is left of a half-used draw."""
    plain: Any = rng.bit_generator.state
    state, increment = plain["state"]["state"], plain["state"]["inc"]
    words = [*divmod(state, _WORD), *divmod(increment, _WORD), plain["has_uint32"], plain["uinteger"]]
    return np.array(words, np.uint64)


def _set_generator(rng: np.random.Generator, words: NDArray[np.uint64]) -> None:
    high, low, increment_high, increment_low, has_uint32, uinteger = map(int, words)
    rng.bit_generator.state = {
        "bit_generator": "PCG64",
        "state": {"state": high * _WORD + low, "inc": increment_high * _WORD + increment_low},
        "has_uint32": has_uint32,
        "uinteger": uinteger,
    }


def require_same_layout(given: Mapping[str, Array], own: Mapping[str, Array]) -> None:
    """Raise CheckpointStateError, with every difference, unless `given` has the names, shapes and types of `own`."""
    differences = [f"{name} is missing" for name in sorted(own.keys() - given.keys())]
    differences += [f"{name} is unknown" for name in sorted(given.keys() - own.keys())]
    differences += [
        f"{name} is {_kind(given[name])}, not {_kind(own[name])}"
        for name in sorted(given.keys() & own.keys())
        if _kind(given[name]) != _kind(own[name])
    ]
    if differences:
        not_this, advice = "; ".join(differences), "resume with the configuration and version that wrote it"
        raise CheckpointStateError(f"the checkpoint does not hold this trainer's state: {not_this}; {advice}")


def _kind(values: Array) -> str:
    return f"{values.dtype}{list(values.shape)}"


def whole(group: Group, own: dict[str, Array]) -> dict[str, Array]:
    """The state of the run, on every rank, from those of the ranks.

    Raises GroupError when they differ in what must be the same everywhere.
    """
    if group.size == 1:
        return own
    rows = {name: array for name, array in own.items() if _PER_ENVIRONMENT.fullmatch(name)}
    common = hashlib.sha256()
    for name in sorted(own.keys() - rows.keys()):
        common.update(name.encode() + own[name].tobytes())
    parts = group.gather((common.digest(), rows))
    if different := [rank for rank, (digest, _) in enumerate(parts) if digest != parts[0][0]]:
        advice = "run on equal machines, and go on from the newest checkpoint"
        other = "have come to other weights or generators than rank 0: their arithmetic differs"
        raise GroupError(f"ranks {different} {other}; {advice}")
    return own | {name: np.concatenate([theirs[name] for _, theirs in parts]) for name in rows}


def share(group: Group, state: Mapping[str, Array]) -> dict[str, Array]:
    """This rank's part of the state of a run: the inverse of `whole`, for any number of ranks."""
    return {
        name: np.split(array, group.size)[group.rank] if _PER_ENVIRONMENT.fullmatch(name) else array
        for name, array in state.items()
    }
