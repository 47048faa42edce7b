"""A vector environment whose shards are stepped by worker processes through shared memory.

Each worker owns a contiguous block of environments and writes into its rows of shared arrays; a socket
carries one small command and one answer a step. The memory is an unnamed file, so that nothing stays
behind however the processes end. A worker that raises answers with its traceback, one that dies closes
its end of the socket, and one that hangs, be it in the middle of an answer, runs into the time limit: the
caller always gets a WorkerError, and then no worker is left.
"""

import mmap
import os
import pickle
import select
import socket
import struct
import subprocess
import sys
import tempfile
import threading
import time
import traceback
from collections.abc import Callable, Mapping
from contextlib import closing, suppress
from multiprocessing.connection import Connection
from typing import Any

import numpy as np
from numpy.typing import NDArray

from metta_ref.config import FailedError
from metta_ref.envs.interface import Info, StepResult, VectorEnv

Factory = Callable[[int, int], VectorEnv]
"""Builds a shard from the number of its first environment and its size; must be picklable."""

_INPUTS = ("actions", "next_tasks")
"""What the parent writes of a row; the rest is the worker's to write."""

_SECONDS_TO_END = 2.0
"""In which a worker that should end has to do so by itself."""

_PROGRAM = (
    "import sys; sys.path[:] = sys.argv[3:]; from metta_ref.envs.parallel import serve; serve(*map(int, sys.argv[1:3]))"
)


class WorkerError(FailedError):
    """A worker process raised, died or did not answer; the message says which, with its traceback."""


class ParallelEnv:
    """A `VectorEnv` over `num_workers` processes; equal in every result and state to its factory's own environment.

    Whatever a worker raises, also over actions or a state that do not fit, is a WorkerError.

    Workers are fresh interpreters, never forks: the parent may hold threads that a fork would leave
    broken. They are started without `multiprocessing.Process`, which would start a helper process of its
    own that outlives the parent for a moment. They are a process group each, so that what a terminal sends to the
    parent's is the parent's business, and end when their socket closes, be it by `close` or by the parent's death.

    Raises ValueError when `num_workers` does not divide `num_envs`.
    """

    def __init__(self, factory: Factory, num_envs: int, num_workers: int, *, timeout: float = 60.0) -> None:
        if num_workers < 1 or num_envs % num_workers:
            raise ValueError(f"{num_workers} workers do not divide {num_envs} environments")
        size = num_envs // num_workers
        sample = factory(0, size)
        self.num_envs = num_envs
        self.observation = sample.observation
        self.num_actions = sample.num_actions
        self.num_tasks = sample.num_tasks
        self.metadata = sample.metadata
        sample.close()
        self._timeout = timeout
        self._shards = [slice(first, first + size) for first in range(0, num_envs, size)]
        self._pipes: list[Connection] = []
        self._processes: list[subprocess.Popen[bytes]] = []
        row = _shared_row(sample)
        self._outputs = [name for name in row.names or () if name not in _INPUTS]
        try:
            with tempfile.TemporaryFile() as file:
                file.truncate(num_envs * row.itemsize)
                self._rows = np.frombuffer(mmap.mmap(file.fileno(), 0), row)
                self.next_tasks = self._rows["next_tasks"]
                for worker, shard in enumerate(self._shards):
                    self._start(file.fileno())
                    self._send(worker, (factory, row, shard))
        except BaseException:
            self.close()
            raise

    @property
    def worker_pids(self) -> tuple[int, ...]:
        """Process ids of the workers, in the order of their shards."""
        return tuple(process.pid for process in self._processes)

    def reset(self) -> tuple[NDArray[np.float32], Info]:
        self._ask_all("reset")
        return self._rows["obs"].copy(), {}

    def step(self, actions: NDArray[np.int64]) -> StepResult:
        if actions.shape != (self.num_envs,):
            raise ValueError(f"actions have the shape {actions.shape}, not ({self.num_envs},)")
        self._rows["actions"] = actions
        self._ask_all("step")
        info = {name: self._rows[name].copy() for name in self._outputs}
        obs, reward = info.pop("obs"), info.pop("reward")
        return obs, reward, info.pop("terminated"), info.pop("truncated"), info

    def state_dict(self) -> dict[str, NDArray[Any]]:
        parts = self._ask_all("state_dict")
        return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}

    def load_state_dict(self, state: Mapping[str, NDArray[Any]]) -> None:
        for worker, shard in enumerate(self._shards[: len(self._pipes)]):
            self._send(worker, ("load_state_dict", ({name: array[shard] for name, array in state.items()},)))
        self._answers()

    def close(self) -> None:
        """End the workers and wait for them; those that do not end by themselves are killed."""
        for pipe in self._pipes:
            pipe.close()
        deadline = time.monotonic() + _SECONDS_TO_END
        for process in self._processes:
            try:
                process.wait(max(deadline - time.monotonic(), 0))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self._pipes, self._processes = [], []

    def _start(self, memory_descriptor: int) -> None:
        ours, theirs = socket.socketpair()
        limit = struct.pack("ll", int(self._timeout), round(self._timeout % 1 * 1e6))
        for option in (socket.SO_RCVTIMEO, socket.SO_SNDTIMEO):
            ours.setsockopt(socket.SOL_SOCKET, option, limit)
        with theirs:
            descriptors = (theirs.fileno(), memory_descriptor)
            command = [sys.executable, "-c", _PROGRAM, *map(str, descriptors), *sys.path]
            process = subprocess.Popen(command, stdin=subprocess.DEVNULL, pass_fds=descriptors, process_group=0)
        self._pipes.append(Connection(ours.detach()))
        self._processes.append(process)

    def _ask_all(self, method: str) -> list[Any]:
        for worker in range(len(self._pipes)):
            self._send(worker, (method, ()))
        return self._answers()

    def _send(self, worker: int, message: object) -> None:
        try:
            self._pipes[worker].send(message)
        except BlockingIOError:
            raise self._failed(f"worker {worker} took no command within {self._timeout:g} s") from None
        except OSError:
            pass  # it is gone: what it answered before, or that it did not, tells why

    def _answers(self) -> list[Any]:
        if not self._pipes:
            raise WorkerError("the environment is closed")
        answers = []
        for worker, pipe in enumerate(self._pipes):
            try:
                kind, answer = pipe.recv()
            except BlockingIOError:
                raise self._failed(f"worker {worker} did not answer within {self._timeout:g} s") from None
            except (EOFError, OSError):
                raise self._failed(self._death(worker)) from None
            if kind == "error":
                raise self._failed(f"worker {worker} raised:\n{answer}")
            answers.append(answer)
        return answers

    def _failed(self, message: str) -> WorkerError:
        """The error of a worker, when all have ended: what the others would still answer belongs to no question."""
        self.close()
        return WorkerError(message)

    def _death(self, worker: int) -> str:
        process = self._processes[worker]
        try:
            code = process.wait(_SECONDS_TO_END)
        except subprocess.TimeoutExpired:
            return f"worker {worker} (process {process.pid}) closed its connection"
        how = f"signal {-code}" if code < 0 else f"exit status {code}"
        return f"worker {worker} (process {process.pid}) died: {how}"


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


def serve(pipe_descriptor: int, memory_descriptor: int) -> None:
    """A worker's life: answer commands until the pipe closes."""
    threading.Thread(target=_end_with_parent, args=(pipe_descriptor,), daemon=True).start()
    with Connection(pipe_descriptor) as pipe:
        try:
            _work(pipe, memory_descriptor)
        except FailedError as error:  # which tells all that there is to tell
            _tell(pipe, ("error", str(error)))
        except BaseException:  # noqa: BLE001 - whatever it is, sys.exit included, the parent must hear of it
            _tell(pipe, ("error", traceback.format_exc()))


def _work(pipe: Connection, memory_descriptor: int) -> None:
    if (first := _next(pipe)) is None:
        return
    factory, row, shard = first
    rows = np.frombuffer(mmap.mmap(memory_descriptor, 0), row)[shard]
    with closing(factory(shard.start, len(rows))) as env:
        env.next_tasks = rows["next_tasks"]
        while (asked := _next(pipe)) is not None:
            method, arguments = asked
            _tell(pipe, ("done", _obey(env, rows, method, arguments)))


def _obey(env: VectorEnv, rows: NDArray[Any], method: str, arguments: tuple[Any, ...]) -> Any:
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


def _next(pipe: Connection) -> Any:
    """What the parent sends; None when it is gone."""
    try:
        return pickle.loads(pipe.recv_bytes())  # noqa: S301 - of our parent
    except (EOFError, ConnectionError):
        return None


def _tell(pipe: Connection, answer: tuple[str, Any]) -> None:
    message = pickle.dumps(answer)
    with suppress(ConnectionError):  # nobody waits for it
        pipe.send_bytes(message)


def _end_with_parent(pipe_descriptor: int) -> None:
    """End this process when the parent is gone, even if its environment never returns."""
    hangup = select.poll()
    hangup.register(pipe_descriptor, 0)  # tells of nothing else
    hangup.poll()
    time.sleep(_SECONDS_TO_END)
    os._exit(1)
