"""A vector environment whose shards are stepped by worker processes through shared memory.

Each worker owns a contiguous block of environments and writes into its rows of shared arrays; one small command and one
answer a step go through its socket. The memory is an unnamed file, so that nothing stays behind however processes end.
"""

import mmap
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from metta_ref.envs.interface import Info, StepResult, VectorEnv
from metta_ref.envs.workers import WorkerError, Workers

Factory = Callable[[int, int], VectorEnv]
"""Builds a shard from the number of its first environment and its size; must be picklable."""

_INPUTS = ("actions", "next_tasks")
"""What the parent writes of a row; the rest is the worker's to write."""


class ParallelEnv:
    """A `VectorEnv` over `num_workers` processes; equal in every result and state to its factory's own environment.

    Whatever a worker raises, also over actions or a state that do not fit, is a WorkerError. Raises ValueError when
    `num_workers` does not divide `num_envs`.
    """

    def __init__(self, factory: Factory, num_envs: int, num_workers: int, *, timeout: float = 60.0) -> None:
        if num_workers < 1 or num_envs % num_workers:
            raise ValueError(f"{num_workers} workers do not divide {num_envs} environments")
        size = num_envs // num_workers
        with closing(factory(0, size)) as sample:
            self.num_envs = num_envs
            self.observation = sample.observation
            self.num_actions = sample.num_actions
            self.num_tasks = sample.num_tasks
            self.metadata = sample.metadata
            row = _shared_row(sample)
        self._shards = [slice(first, first + size) for first in range(0, num_envs, size)]
        self._outputs = [name for name in row.names or () if name not in _INPUTS]
        with tempfile.TemporaryFile() as file:
            file.truncate(num_envs * row.itemsize)
            memory = file.fileno()
            self._rows = np.frombuffer(mmap.mmap(memory, 0), row)
            self.next_tasks = self._rows["next_tasks"]
            services = [partial(_serving, factory, row, shard, memory) for shard in self._shards]
            self._workers = Workers(services, timeout=timeout, inherited=(memory,))

    @property
    def worker_pids(self) -> tuple[int, ...]:
        """Process ids of the workers, in the order of their shards."""
        return self._workers.pids

    def reset(self) -> tuple[NDArray[np.float32], Info]:
        self._ask("reset")
        return self._rows["obs"].copy(), {}

    def step(self, actions: NDArray[np.int64]) -> StepResult:
        if actions.shape != (self.num_envs,):
            raise ValueError(f"actions have the shape {actions.shape}, not ({self.num_envs},)")
        self._rows["actions"] = actions
        self._ask("step")
        info = {name: self._rows[name].copy() for name in self._outputs}
        obs, reward = info.pop("obs"), info.pop("reward")
        return obs, reward, info.pop("terminated"), info.pop("truncated"), info

    def state_dict(self) -> dict[str, NDArray[Any]]:
        parts = self._ask("state_dict")
        return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}

    def load_state_dict(self, state: Mapping[str, NDArray[Any]]) -> None:
        self._ask("load_state_dict", [{name: array[shard] for name, array in state.items()} for shard in self._shards])

    def close(self) -> None:
        self._workers.close()

    def _ask(self, method: str, parts: Sequence[Any] = ()) -> list[Any]:
        """Call a method of every shard, with its own part where there are any."""
        if not self._workers.pids:
            raise WorkerError("the environment is closed")
        return self._workers.ask([(method, *parts[number : number + 1]) for number in range(len(self._shards))])


def _shared_row(env: VectorEnv) -> np.dtype[np.void]:
    """What parent and worker exchange of one environment, which is a record of the memory that they share."""
    seen = env.observation.shape
    fields: list[Any] = [
        *((name, "int64") for name in _INPUTS),
        *((name, "float32", seen) for name in ("obs", "final_obs")),
        *((name, "float32") for name in ("reward", "episode_return")),
        *((name, "bool") for name in ("terminated", "truncated", "_final_obs")),
        ("episode_length", "int64"),
        *([("task", "int64")] if env.num_tasks > 1 else []),
    ]
    return np.dtype(fields, align=True)


@contextmanager
def _serving(factory: Factory, row: np.dtype[np.void], shard: slice, memory: int) -> Iterator[Callable[..., Any]]:
    rows = np.frombuffer(mmap.mmap(memory, 0), row)[shard]
    with closing(factory(shard.start, len(rows))) as env:
        env.next_tasks = rows["next_tasks"]
        yield partial(_obey, env, rows)


def _obey(env: VectorEnv, rows: NDArray[Any], method: str, *arguments: Any) -> Any:
    """Call a method of the environment; what it shows goes into the shared rows, any other result is returned."""
    if method == "reset":
        rows["obs"], _ = env.reset()
        return None
    if method != "step":
        return getattr(env, method)(*arguments)
    rows["obs"], rows["reward"], rows["terminated"], rows["truncated"], info = env.step(rows["actions"])
    for name, values in info.items():
        rows[name] = values
    return None
