"""A group of processes over torch.distributed, and what an update sums over a group."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import TypeVar, cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, distributed

from metta_ref.rl.group import FirstRankError, Group, GroupError

T = TypeVar("T")

_WHERE = re.compile(r"^\[[^]]*\] ")
_SECONDS_TO_JOIN = 300.0
"""Until all ranks have imported torch and found each other, and rank 0 has read what it needs."""


class TorchGroup:
    """The `Group` of all ranks of a torchrun: gloo between CPUs, NCCL between GPUs.

    Raises GroupError when they do not all come within five minutes.
    """

    def __init__(self, rank: int, size: int, local_rank: int) -> None:
        self.rank, self.size, self.local_rank, self._seconds = rank, size, local_rank, _SECONDS_TO_JOIN
        backend = "cpu:gloo,cuda:nccl" if torch.cuda.is_available() and distributed.is_nccl_available() else "gloo"
        with self._others():
            distributed.init_process_group(
                backend, rank=rank, world_size=size, timeout=timedelta(seconds=self._seconds)
            )
        self._members: distributed.ProcessGroup | None = None

    def limit(self, seconds: float) -> None:
        """See `Group`."""
        self._seconds = seconds
        with self._others():
            self._members = distributed.new_group(timeout=timedelta(seconds=seconds))

    def sum(self, values: Tensor) -> Tensor:
        """See `Group`."""
        total = values.clone()
        with self._others():
            distributed.all_reduce(total, group=self._members)
        return total

    def gather(self, value: T) -> list[T]:
        """See `Group`."""
        values: list[T] = [value] * self.size
        with self._others():
            distributed.all_gather_object(values, value, group=self._members)
        return values

    def first(self, produce: Callable[[], T]) -> T:
        """See `Group`."""
        if self.rank == 0:
            try:
                value = produce()
            except BaseException:
                self._told((False, None))
                raise
            self._told((True, value))
            return value
        succeeded, produced = self._told((False, None))
        if not succeeded:
            raise FirstRankError("rank 0 failed; its message says why")
        return cast("T", produced)  # what rank 0 sent above

    def close(self) -> None:
        """See `Group`."""
        self.gather(None)  # rank 0 keeps the addresses of all: it must not be the first to go
        distributed.destroy_process_group()

    def _told(self, message: tuple[bool, object]) -> tuple[bool, object]:
        """What rank 0 gives here; what the others give is not looked at."""
        messages = [message]
        with self._others():
            distributed.broadcast_object_list(messages, src=0, group=self._members)
        return messages[0]

    @contextmanager
    def _others(self) -> Iterator[None]:
        """Whatever torch raises in what takes all ranks, as a GroupError."""
        try:
            yield
        except RuntimeError as error:
            # Without where in torch's source it was raised, and its advice.
            reason = _WHERE.sub("", str(error)).partition(". ")[0].splitlines()[0]
            raise GroupError(
                f"another of {self.size} ranks ended or did not answer within {self._seconds:g} s "
                f"({reason}); the message of the rank that failed first says why"
            ) from error


def mean_and_std(group: Group, values: NDArray[np.float32]) -> tuple[float, float]:
    """Mean and standard deviation (of the population) over the values of all ranks.

    Sums of float64 keep the digits of float32 values that cancel in the difference of squares.
    """
    own = values.astype(np.float64).ravel()
    sums = np.array([own.size, own.sum(), own @ own])
    count, total, squares = group.sum(torch.from_numpy(sums)).tolist()
    mean = total / count
    return mean, max(squares / count - mean * mean, 0.0) ** 0.5
