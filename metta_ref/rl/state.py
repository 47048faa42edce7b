"""Between live objects and the named arrays of a snapshot, exactly in both directions."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from metta_ref.checkpoint import CheckpointStateError, Snapshot

Arrays = dict[str, NDArray[Any]]
_WORD = 2**64


def numbered(prefix: str, state: tuple[Tensor, ...]) -> Arrays:
    """Tensors as `prefix.0`, `prefix.1`, ..."""
    return arrays({f"{prefix}.{number}": tensor for number, tensor in enumerate(state)})


def unnumbered(prefix: str, named: Arrays, device: torch.device) -> tuple[Tensor, ...]:
    """The inverse of `numbered`; other names do not matter."""
    count = sum(name.startswith(f"{prefix}.") for name in named)
    return tuple(torch.from_numpy(named[f"{prefix}.{number}"]).to(device) for number in range(count))


def arrays(tensors: Mapping[str, Tensor]) -> Arrays:
    """Copies of named tensors."""
    return {name: array(tensor) for name, tensor in tensors.items()}


def tensors(named: Mapping[str, NDArray[Any]]) -> dict[str, Tensor]:
    """Named arrays as tensors on the CPU, which share their memory."""
    return {name: torch.from_numpy(values) for name, values in named.items()}


def array(tensor: Tensor) -> NDArray[Any]:
    """A copy of a tensor on the CPU."""
    copied: NDArray[Any] = tensor.detach().cpu().numpy().copy()
    return copied


def numpy_generator_state(rng: np.random.Generator) -> NDArray[np.uint64]:
    """The state of a PCG64 generator, uint64[6]: state and increment in two words each, and what is left
    of a half-used draw.
    """
    plain: Any = rng.bit_generator.state
    state, increment = plain["state"]["state"], plain["state"]["inc"]
    words = [*divmod(state, _WORD), *divmod(increment, _WORD), plain["has_uint32"], plain["uinteger"]]
    return np.array(words, np.uint64)


def set_numpy_generator_state(rng: np.random.Generator, words: NDArray[np.uint64]) -> None:
    """The inverse of `numpy_generator_state`."""
    high, low, increment_high, increment_low, has_uint32, uinteger = map(int, words)
    rng.bit_generator.state = {
        "bit_generator": "PCG64",
        "state": {"state": high * _WORD + low, "inc": increment_high * _WORD + increment_low},
        "has_uint32": has_uint32,
        "uinteger": uinteger,
    }


def require_same_layout(given: Snapshot, own: Snapshot) -> None:
    """Raise CheckpointStateError unless `given` has exactly the sections, names, shapes and types of `own`.

    The message lists every difference: state that is silently dropped or left at its initial value looks
    like progress and is not.
    """
    differences = _differing_names("section", given.tensors, own.tensors)
    differences += _differing_names("scalar", given.scalars, own.scalars)
    for section in sorted(given.tensors.keys() & own.tensors.keys()):
        theirs, ours = given.tensors[section], own.tensors[section]
        differences += _differing_names(f"{section} tensor", theirs, ours)
        differences += [
            f"{section} tensor {name} is {_kind(theirs[name])}, not {_kind(ours[name])}"
            for name in sorted(theirs.keys() & ours.keys())
            if _kind(theirs[name]) != _kind(ours[name])
        ]
    if differences:
        raise CheckpointStateError(
            "the checkpoint does not hold this trainer's state: "
            + "; ".join(differences)
            + "; resume with the configuration and version that wrote it"
        )


def _differing_names(what: str, given: Mapping[str, object], own: Mapping[str, object]) -> list[str]:
    missing = [f"{what} {name} is missing" for name in sorted(own.keys() - given.keys())]
    return missing + [f"{what} {name} is unknown" for name in sorted(given.keys() - own.keys())]


def _kind(values: NDArray[Any]) -> str:
    return f"{values.dtype}{list(values.shape)}"
