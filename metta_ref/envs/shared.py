"""Arrays that a parent and its workers see at the same time."""

import mmap
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

_ALIGNMENT = 64
INPUTS = ("actions", "next_tasks")
_FLAGS = ("terminated", "truncated", "_final_obs")


@dataclass(frozen=True, slots=True)
class SharedLayout:
    """Where each array of a batch lies in one block of memory; `INPUTS` are the parent's to write."""

    num_envs: int
    observation_shape: tuple[int, ...]
    num_tasks: int

    @property
    def size(self) -> int:
        """Bytes of the whole block."""
        return sum(_padded(shape, dtype) for shape, dtype in self._kinds().values())

    def arrays(self, memory: mmap.mmap) -> dict[str, NDArray[Any]]:
        """The arrays as views of the block, first axis `num_envs`."""
        views: dict[str, NDArray[Any]] = {}
        offset = 0
        for name, (shape, dtype) in self._kinds().items():
            views[name] = np.ndarray(shape, dtype, memory, offset)
            offset += _padded(shape, dtype)
        return views

    def _kinds(self) -> dict[str, tuple[tuple[int, ...], str]]:
        batch = (self.num_envs,)
        several = {"task": (batch, "int64")} if self.num_tasks > 1 else {}
        return (
            dict.fromkeys(_FLAGS, (batch, "bool"))
            | several
            | {
                **dict.fromkeys(INPUTS, (batch, "int64")),
                "obs": ((*batch, *self.observation_shape), "float32"),
                "final_obs": ((*batch, *self.observation_shape), "float32"),
                "reward": (batch, "float32"),
                "episode_return": (batch, "float32"),
                "episode_length": (batch, "int64"),
            }
        )


def _padded(shape: tuple[int, ...], dtype: str) -> int:
    size = int(np.prod(shape)) * np.dtype(dtype).itemsize
    return -(-size // _ALIGNMENT) * _ALIGNMENT
