"""Worker processes that step shards of a vector environment through shared memory.

Each worker owns a contiguous block of environments and writes into its rows of shared arrays; a pipe
carries one small command and one answer a step. The memory is anonymous, so that nothing stays behind
however the processes end. A worker that raises answers with its traceback, one that dies closes its end
of the pipe, and one that hangs runs into the time limit: the caller always gets a WorkerError.
"""

import multiprocessing
import signal
import traceback
from collections.abc import Callable, Mapping
from ctypes import c_byte
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any

import numpy as np
from numpy.typing import NDArray

from metta_ref.envs.interface import Info, StepResult, VectorEnv

Factory = Callable[[int, int], VectorEnv]
"""Builds a shard from the number of its first environment and its size; must be picklable."""

_FLAGS = ("terminated", "truncated", "_final_obs")


class WorkerError(RuntimeError):
    """A worker process raised, died or did not answer; the message says which, with its traceback."""


@dataclass(frozen=True)
class _Slot:
    """One shared array: raw memory, which pickles to a child, and what it holds."""

    memory: Any
    shape: tuple[int, ...]
    dtype: str

    @property
    def array(self) -> NDArray[Any]:
        return np.frombuffer(self.memory, self.dtype).reshape(self.shape)


class ParallelEnv:
    """A `VectorEnv` over `num_workers` processes; equal in every result to its factory's own environment.

    Workers are spawned, never forked: the parent may hold threads that a fork would leave broken. They
    ignore SIGINT, which a terminal sends to the whole group, and end when their pipe closes, be it by
    `close` or by the parent's death.

    Raises ValueError when `num_workers` does not divide `num_envs`.
    """

    def __init__(self, factory: Factory, num_envs: int, num_workers: int, *, timeout: float = 60.0) -> None:
        if num_workers < 1 or num_envs % num_workers:
            raise ValueError(f"{num_workers} workers do not divide {num_envs} environments")
        sample = factory(0, 1)
        self.num_envs = num_envs
        self.observation_shape = sample.observation_shape
        self.num_actions = sample.num_actions
        self.metadata = sample.metadata
        self._timeout = timeout
        self._shard = num_envs // num_workers
        context = multiprocessing.get_context("spawn")
        slots = {
            name: _Slot(context.RawArray(c_byte, _size(shape, dtype)), shape, dtype)
            for name, (shape, dtype) in _layout(num_envs, sample.observation_shape).items()
        }
        self._arrays = {name: slot.array for name, slot in slots.items()}
        self._pipes: list[Connection] = []
        self._processes: list[BaseProcess] = []
        # A child inherits the blocked signal, so that Ctrl-C cannot hit it before it ignores SIGINT itself.
        blocked = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            for worker in range(num_workers):
                ours, theirs = context.Pipe()
                shard = slice(worker * self._shard, (worker + 1) * self._shard)
                process = context.Process(target=_serve, args=(theirs, factory, shard, slots), daemon=True)
                process.start()
                theirs.close()
                self._pipes.append(ours)
                self._processes.append(process)
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, blocked)

    @property
    def worker_pids(self) -> tuple[int, ...]:
        """Process ids of the workers, in the order of their shards."""
        return tuple(process.pid for process in self._processes if process.pid is not None)

    def reset(self) -> tuple[NDArray[np.float32], Info]:
        """See `VectorEnv`.

        Raises WorkerError.
        """
        self._ask_all("reset")
        return self._arrays["obs"].copy(), {}

    def step(self, actions: NDArray[np.int64]) -> StepResult:
        """See `VectorEnv`.

        Raises WorkerError, also for what the environment itself raises.
        """
        if actions.shape != (self.num_envs,):
            raise ValueError(f"actions have the shape {actions.shape}, not ({self.num_envs},)")
        self._arrays["actions"][:] = actions
        self._ask_all("step")
        copies = {name: array.copy() for name, array in self._arrays.items() if name != "actions"}
        return (
            copies.pop("obs"),
            copies.pop("reward"),
            copies.pop("terminated"),
            copies.pop("truncated"),
            copies,
        )

    def state_dict(self) -> dict[str, NDArray[Any]]:
        """See `VectorEnv`; equal to the state of one process with the same environments.

        Raises WorkerError.
        """
        shards = self._ask_all("state_dict")
        return {name: np.concatenate([shard[name] for shard in shards]) for name in shards[0]}

    def load_state_dict(self, state: Mapping[str, NDArray[Any]]) -> None:
        """See `VectorEnv`.

        Raises WorkerError, also for a state that does not fit.
        """
        for worker, pipe in enumerate(self._pipes):
            rows = slice(worker * self._shard, (worker + 1) * self._shard)
            self._send(worker, pipe, ("load_state_dict", {name: array[rows] for name, array in state.items()}))
        self._answers()

    def close(self) -> None:
        """End the workers and wait for them; those that do not end by themselves are killed."""
        for pipe in self._pipes:
            pipe.close()
        for process in self._processes:
            process.join(timeout=2)
            if process.is_alive():
                process.kill()
                process.join()
        self._pipes, self._processes = [], []

    def _ask_all(self, command: str) -> list[Any]:
        for worker, pipe in enumerate(self._pipes):
            self._send(worker, pipe, (command, None))
        return self._answers()

    def _send(self, worker: int, pipe: Connection, message: tuple[str, Any]) -> None:
        try:
            pipe.send(message)
        except OSError:
            raise self._death(worker) from None

    def _answers(self) -> list[Any]:
        if not self._pipes:
            raise WorkerError("the environment is closed")
        answers = []
        for worker, pipe in enumerate(self._pipes):
            try:
                if not pipe.poll(self._timeout):
                    raise WorkerError(f"worker {worker} did not answer within {self._timeout:g} s")
                kind, answer = pipe.recv()
            except (EOFError, OSError):
                raise self._death(worker) from None
            if kind == "error":
                raise WorkerError(f"worker {worker} raised:\n{answer}")
            answers.append(answer)
        return answers

    def _death(self, worker: int) -> WorkerError:
        process = self._processes[worker]
        process.join(timeout=2)
        code = process.exitcode
        how = f"signal {-code}" if code is not None and code < 0 else f"exit status {code}"
        return WorkerError(f"worker {worker} (process {process.pid}) died: {how}")


def _layout(num_envs: int, observation_shape: tuple[int, ...]) -> dict[str, tuple[tuple[int, ...], str]]:
    batch = (num_envs,)
    shared = dict.fromkeys(_FLAGS, (batch, "bool"))
    return shared | {
        "actions": (batch, "int64"),
        "obs": ((*batch, *observation_shape), "float32"),
        "final_obs": ((*batch, *observation_shape), "float32"),
        "reward": (batch, "float32"),
        "episode_return": (batch, "float32"),
        "episode_length": (batch, "int64"),
    }


def _size(shape: tuple[int, ...], dtype: str) -> int:
    return int(np.prod(shape)) * np.dtype(dtype).itemsize


def _serve(pipe: Connection, factory: Factory, shard: slice, slots: Mapping[str, _Slot]) -> None:
    """A worker's life: answer commands until the pipe closes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    rows = {name: slot.array[shard] for name, slot in slots.items()}
    try:
        env = factory(shard.start, shard.stop - shard.start)
        while True:
            command, argument = pipe.recv()
            pipe.send(("done", _obey(env, rows, command, argument)))
    except (EOFError, BrokenPipeError):
        return
    except Exception:  # noqa: BLE001 - whatever it is, the parent must hear of it
        pipe.send(("error", traceback.format_exc()))


def _obey(env: VectorEnv, rows: Mapping[str, NDArray[Any]], command: str, argument: Any) -> Any:
    if command == "step":
        obs, reward, terminated, truncated, info = env.step(rows["actions"])
        results = {"obs": obs, "reward": reward, "terminated": terminated, "truncated": truncated, **info}
        for name, values in results.items():
            rows[name][...] = values
        return None
    if command == "reset":
        rows["obs"][...], _ = env.reset()
        return None
    if command == "state_dict":
        return env.state_dict()
    return env.load_state_dict(argument)
