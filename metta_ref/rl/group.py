"""The processes of one training run, and how each knows its place; torch is imported only where there are several.

A run on `size` ranks computes what one process computes on the same environments. Rank r owns the r-th block of
them and draws, with every other rank, the random numbers of the whole batch, of which it uses its own rows. What
one process would compute over the whole batch is summed over the ranks: the moments of advantages, the gradient,
the divergence. So all ranks take the same steps with the same weights, and differ from a single process only in
the order in which floats are added. Rank 0 alone reads and writes files.
"""

import os
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:
    from torch import Tensor

T = TypeVar("T")

_PLACE = ("WORLD_SIZE", "RANK", "LOCAL_RANK", "MASTER_ADDR", "MASTER_PORT")
"""Environment variables in which torchrun tells a process where it is, and where the first of them."""


class GroupError(RuntimeError):
    """Another rank failed, died or did not answer in time."""


class FirstRankError(GroupError):
    """Rank 0 failed in what all ranks wait for; what was wrong, it says itself."""


class Group(Protocol):
    """The ranks of a run. Its methods are called by all of them in the same order, and raise GroupError."""

    @property
    def rank(self) -> int:
        """This process's number, from 0."""
        ...

    @property
    def local_rank(self) -> int:
        """Its number on this machine, which picks its GPU."""
        ...

    @property
    def size(self) -> int:
        """How many processes there are."""
        ...

    def sum(self, values: "Tensor") -> "Tensor":
        """The total over all ranks, element by element; the same bits on every rank."""
        ...

    def gather(self, value: T) -> list[T]:
        """The value of every rank, in their order."""
        ...

    def first(self, produce: Callable[[], T]) -> T:
        """What rank 0 produces; where it raises, the others raise FirstRankError."""
        ...

    def limit(self, seconds: float) -> None:
        """From now on a rank that keeps the others waiting longer is an error."""
        ...

    def close(self) -> None:
        """Leave the group, all together, when all has gone well."""
        ...


class SingleProcess:
    """The null object: a group of one."""

    rank, local_rank, size = 0, 0, 1

    def sum(self, values: "Tensor") -> "Tensor":
        """The values themselves."""
        return values

    def gather(self, value: T) -> list[T]:
        """That value."""
        return [value]

    def first(self, produce: Callable[[], T]) -> T:
        """What is produced."""
        return produce()

    def limit(self, seconds: float) -> None:
        """Nobody waits."""

    def close(self) -> None:
        """Nothing to leave."""


ALONE = SingleProcess()


@cache
def process_group() -> Group:
    """The group that torchrun started this process in, joined by the first call; without torchrun, a group of one.

    Raises GroupError when the others do not come, or the environment says only half of where they are.
    """
    if os.environ.get("WORLD_SIZE", "1") == "1":
        return ALONE
    size, rank, local_rank, *_ = places = [os.environ.get(name, "") for name in _PLACE]
    if not all(places) or not all(place.isdecimal() for place in (size, rank, local_rank)):
        known = ", ".join(f"{name}={place}" for name, place in zip(_PLACE, places, strict=True))
        raise GroupError(f"{known}: torchrun sets all of these; start with torchrun, or unset WORLD_SIZE")
    from metta_ref.rl.distributed import TorchGroup

    return TorchGroup(int(rank), int(size), int(local_rank))


def speaker() -> str:
    """How messages of this process begin: by its number, unless it is the first or the only one."""
    rank = os.environ.get("RANK", "0")
    return "" if rank == "0" else f"rank {rank}: "
