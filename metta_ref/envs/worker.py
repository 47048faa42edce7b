"""A worker process: it owns a shard of the environments and does what its parent asks."""

import mmap
import signal
import traceback
from collections.abc import Mapping
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import TYPE_CHECKING, Any

from numpy.typing import NDArray

from metta_ref.envs.interface import VectorEnv
from metta_ref.envs.shared import SharedLayout

if TYPE_CHECKING:
    from metta_ref.envs.parallel import Factory


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
    with Connection(pipe_descriptor) as pipe:
        try:
            job: Job = pipe.recv()
            memory = mmap.mmap(memory_descriptor, job.layout.size)
            rows = {name: array[job.shard] for name, array in job.layout.arrays(memory).items()}
            env = job.factory(job.shard.start, job.shard.stop - job.shard.start)
            env.next_tasks = rows["next_tasks"]
            while True:
                command, argument = pipe.recv()
                pipe.send(("done", _obey(env, rows, command, argument)))
        except (EOFError, ConnectionError):
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
