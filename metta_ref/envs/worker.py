"""A worker process: it owns a shard of the environments and does what its parent asks."""

import contextlib
import mmap
import os
import pickle
import select
import threading
import time
import traceback
from collections.abc import Callable
from contextlib import closing
from multiprocessing.connection import Connection
from typing import Any

import numpy as np
from numpy.typing import NDArray

from metta_ref.envs.interface import VectorEnv

Factory = Callable[[int, int], VectorEnv]
"""Builds a shard from the number of its first environment and its size; must be picklable."""

INPUTS = ("actions", "next_tasks")
"""What the parent writes of a row; the rest is the worker's to write."""

SECONDS_TO_END = 2.0
"""In which a worker that should end has to do so by itself."""


def shared_row(env: VectorEnv) -> np.dtype[np.void]:
    """What parent and worker exchange of one environment, which is a record of the memory that they share."""
    seen = env.observation.shape
    fields: list[Any] = [
        *((name, "int64") for name in INPUTS),
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
    with contextlib.suppress(ConnectionError):  # nobody waits for it
        pipe.send_bytes(message)


def _end_with_parent(pipe_descriptor: int) -> None:
    """End this process when the parent is gone, even if its environment never returns."""
    hangup = select.poll()
    hangup.register(pipe_descriptor, 0)  # tells of nothing else
    hangup.poll()
    time.sleep(SECONDS_TO_END)
    os._exit(1)
