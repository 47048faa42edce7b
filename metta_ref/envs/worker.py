"""A worker process: it owns a shard of the environments and does what its parent asks."""

import contextlib
import mmap
import os
import pickle
import select
import signal
import threading
import time
import traceback
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING, Any

from numpy.typing import NDArray

from metta_ref.envs.interface import VectorEnv
from metta_ref.envs.shared import SharedLayout

if TYPE_CHECKING:
    from metta_ref.envs.parallel import Factory


_SECONDS_TO_END = 2.0


@dataclass(frozen=True, slots=True)
class Job:
    """What a worker is told first: its environments, and their rows in the shared arrays."""

    factory: "Factory"
    layout: SharedLayout
    shard: slice


def serve(pipe_descriptor: int, memory_descriptor: int) -> None:
    """A worker's life: answer commands until the pipe closes.

    SIGINT and SIGTERM, which may reach the whole group, are the parent's business.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, args=(pipe_descriptor,), daemon=True).start()
    with Connection(pipe_descriptor) as pipe:
        try:
            _work(pipe, memory_descriptor)
        except BaseException:  # noqa: BLE001 - whatever it is, sys.exit included, the parent must hear of it
            _tell(pipe, ("error", traceback.format_exc()))


def _work(pipe: Connection, memory_descriptor: int) -> None:
    if (sent := _next(pipe)) is None:
        return
    job: Job = pickle.loads(sent)  # noqa: S301 - of our parent
    memory = mmap.mmap(memory_descriptor, job.layout.size)
    rows = {name: array[job.shard] for name, array in job.layout.arrays(memory).items()}
    with closing(job.factory(job.shard.start, job.shard.stop - job.shard.start)) as env:
        env.next_tasks = rows["next_tasks"]
        while (sent := _next(pipe)) is not None:
            command, argument = pickle.loads(sent)  # noqa: S301 - of our parent
            _tell(pipe, ("done", _obey(env, rows, command, argument)))


def _next(pipe: Connection) -> bytes | None:
    """What the parent sends; None when it is gone."""
    try:
        return pipe.recv_bytes()
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
    time.sleep(_SECONDS_TO_END)  # which it has to end by itself
    os._exit(1)


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
