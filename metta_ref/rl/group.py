"""The processes of one training run, and how each knows its place; torch is imported only where there are several.

A run on `size` ranks computes what one process computes on the same environments. Rank r owns the r-th block of
them and draws, with every other rank, the random numbers of the whole batch, of which it uses its own rows. What one
process would compute over the whole batch is summed over the ranks, so that all take the same steps, and differ from a
single process only in the order in which floats are added. Rank 0 alone reads and writes files.
"""

import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

from metta_ref.config import FailedError

if TYPE_CHECKING:
    from torch import Tensor
    from torch.distributed import ProcessGroup

T = TypeVar("T")

_PLACE = ("WORLD_SIZE", "RANK", "LOCAL_RANK", "MASTER_ADDR", "MASTER_PORT")
"""Environment variables in which torchrun tells a process where it is, and where the first of them."""

_WHERE = re.compile(r"^\[[^]]*\] ")
_SECONDS_TO_JOIN = 300.0
"""Until all ranks have imported torch and found each other, and rank 0 has read what it needs."""


class GroupError(FailedError):
    """Another rank failed, died or did not answer in time."""


class FirstRankError(GroupError):
    """Rank 0 failed in what all ranks wait for; what was wrong, it says itself."""


class Group:
    """The ranks of a run: all of a torchrun, by gloo between CPUs and NCCL between GPUs, or this process alone.

    `local_rank` is the number on its machine, which picks the GPU. The methods are called by all ranks in the same
    order, and raise GroupError when others do not come or answer in time.
    """

    def __init__(self, rank: int = 0, size: int = 1, local_rank: int = 0) -> None:
        self.rank, self.size, self.local_rank, self._seconds = rank, size, local_rank, _SECONDS_TO_JOIN
        self._members: ProcessGroup | None = None
        self._distributed: Any = None
        if size > 1:
            import torch
            from torch import distributed

            self._distributed = distributed
            nccl = torch.cuda.is_available() and distributed.is_nccl_available()
            # Otherwise a GPU's rank that waits too long would be ended by NCCL's watchdog, without an exception.
            os.environ.setdefault("TORCH_NCCL_BLOCKING_WAIT", "1")
            backend, limit = "cpu:gloo,cuda:nccl" if nccl else "gloo", timedelta(seconds=self._seconds)
            with self._others():
                distributed.init_process_group(backend, rank=rank, world_size=size, timeout=limit)

    def limit(self, seconds: float) -> None:
        """From now on a rank that keeps the others waiting longer is an error."""
        self._seconds = seconds
        if self.size > 1:
            with self._others():
                self._members = self._distributed.new_group(timeout=timedelta(seconds=seconds))

    def sum(self, values: "Tensor") -> "Tensor":
        """The total over all ranks, element by element; the same bits on every rank."""
        if self.size == 1:
            return values
        total = values.clone()
        with self._others():
            self._distributed.all_reduce(total, group=self._members)
        return total

    def gather(self, value: T) -> list[T]:
        """The value of every rank, in their order."""
        values: list[T] = [value] * self.size
        if self.size > 1:
            with self._others():
                self._distributed.all_gather_object(values, value, group=self._members)
        return values

    def first(self, produce: Callable[[], T]) -> T:
        """What rank 0 produces; where it raises, the others raise FirstRankError."""
        produced: list[T] = []
        try:
            if self.rank == 0:
                produced = [produce()]
        finally:
            told = self.gather(produced)[0]
        if not told:
            raise FirstRankError("rank 0 failed; its message says why")
        return told[0]

    def close(self) -> None:
        """Leave the group, all together, when all has gone well."""
        if self.size > 1:
            self.gather(None)  # rank 0 keeps the addresses of all: it must not be the first to go
            self._distributed.destroy_process_group()

    @contextmanager
    def _others(self) -> Iterator[None]:
        """Whatever torch raises in what takes all ranks, as a GroupError."""
        try:
            yield
        except RuntimeError as error:
            # Without where in torch's source it was raised, and its advice.
            reason = _WHERE.sub("", str(error)).partition(". ")[0].splitlines()[0]
            failed = f"another of {self.size} ranks ended or did not answer within {self._seconds:g} s"
            raise GroupError(f"{failed} ({reason}); the message of the rank that failed first says why") from error


ALONE = Group()


@cache
def process_group() -> Group:
    """The group that torchrun started this process in, joined by the first call; without torchrun, a group of one."""
    if os.environ.get("WORLD_SIZE", "1") == "1":
        return ALONE
    size, rank, local_rank, *_ = places = [os.environ.get(name, "") for name in _PLACE]
    if not all(places) or not all(place.isdecimal() for place in (size, rank, local_rank)):
        known = ", ".join(f"{name}={place}" for name, place in zip(_PLACE, places, strict=True))
        raise GroupError(f"{known}: torchrun sets all of these; start with torchrun, or unset WORLD_SIZE")
    return Group(int(rank), int(size), int(local_rank))


def speaker() -> str:
    """How messages of this process begin: by its number, unless it is the first or the only one."""
    rank = os.environ.get("RANK", "0")
    return "" if rank == "0" else f"rank {rank}: "
