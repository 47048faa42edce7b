"""Worker processes: the same results as one process, and an error, never a hang, when one fails."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing

import numpy as np
import pytest

from metta_ref.config import EnvConfig
from metta_ref.envs import ParallelEnv, WorkerError, make_env

CONFIG = EnvConfig(max_steps=10)


@pytest.fixture
def env() -> Iterator[ParallelEnv]:
    parallel = make_env(CONFIG, 4, seed=3, num_workers=2, worker_timeout=20)
    assert isinstance(parallel, ParallelEnv)
    with closing(parallel):
        yield parallel


def ended(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


def test_the_number_of_workers_changes_nothing(env: ParallelEnv) -> None:
    alone, rng = make_env(CONFIG, 4, seed=3), np.random.default_rng(0)
    assert (env.num_envs, env.observation, env.num_actions, env.metadata) == (
        (alone.num_envs, alone.observation, alone.num_actions, alone.metadata)
    )
    np.testing.assert_array_equal(env.reset()[0], alone.reset()[0])
    for _ in range(40):
        actions = rng.integers(0, 4, 4)
        *ours, our_info = env.step(actions)
        *theirs, their_info = alone.step(actions)
        assert our_info.keys() == their_info.keys()
        for one, other in zip(
            [*ours, *(our_info[name] for name in their_info)], [*theirs, *their_info.values()], strict=True
        ):
            np.testing.assert_array_equal(one, other)
    ours_state, theirs_state = env.state_dict(), alone.state_dict()
    assert ours_state.keys() == theirs_state.keys()
    for name, array in theirs_state.items():
        np.testing.assert_array_equal(ours_state[name], array)


def test_a_state_moves_between_one_process_and_several(env: ParallelEnv) -> None:
    alone = make_env(CONFIG, 4, seed=99)
    env.load_state_dict(alone.state_dict())
    np.testing.assert_array_equal(env.step(np.zeros(4, np.int64))[0], alone.step(np.zeros(4, np.int64))[0])


def test_what_a_worker_raises_arrives_with_its_traceback(env: ParallelEnv) -> None:
    with pytest.raises(WorkerError) as caught:
        env.step(np.array([0, 0, 0, 7]))
    lines = str(caught.value).splitlines()
    assert lines[:2] == ["worker 1 raised:", "Traceback (most recent call last):"]
    assert lines[-1] == "ValueError: actions must be 0 to 3, not [0, 7]"


def test_a_killed_worker_is_an_error(env: ParallelEnv) -> None:
    env.reset()
    os.kill(env.worker_pids[1], signal.SIGKILL)
    with pytest.raises(WorkerError, match=rf"worker 1 \(process {env.worker_pids[1]}\) died: signal 9"):
        env.step(np.zeros(4, np.int64))


def test_a_worker_that_hangs_is_an_error_and_is_killed_at_the_end() -> None:
    env = make_env(CONFIG, 2, seed=3, num_workers=1, worker_timeout=5)
    assert isinstance(env, ParallelEnv)
    env.reset()
    (pid,) = env.worker_pids
    os.kill(pid, signal.SIGSTOP)
    with pytest.raises(WorkerError, match=r"worker 0 did not answer within 5 s"):
        env.step(np.zeros(2, np.int64))
    env.close()
    assert ended(pid)


def test_workers_ignore_the_interrupt_that_a_terminal_sends_to_all(env: ParallelEnv) -> None:
    env.reset()
    for pid in env.worker_pids:
        os.kill(pid, signal.SIGINT)
    assert env.step(np.zeros(4, np.int64))[1].shape == (4,)


def test_closing_ends_the_workers_and_can_be_repeated(env: ParallelEnv) -> None:
    pids = env.worker_pids
    env.reset()
    env.close()
    env.close()
    assert [ended(pid) for pid in pids] == [True, True]
    with pytest.raises(WorkerError, match="the environment is closed"):
        env.reset()


def test_workers_end_with_their_parent() -> None:
    program = (
        "import os, signal\n"
        "from metta_ref.config import EnvConfig\n"
        "from metta_ref.envs import make_env\n"
        "if __name__ == '__main__':\n"
        "    env = make_env(EnvConfig(), 2, seed=0, num_workers=2)\n"
        "    env.reset()\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    # Workers inherit the pipe, so that it ends only when the last of them is gone.
    parent = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    output, _ = parent.communicate(timeout=60)
    assert (parent.returncode, output) == (-signal.SIGKILL, b"")


def test_workers_must_divide_the_environments() -> None:
    with pytest.raises(ValueError, match="3 workers do not divide 4 environments"):
        make_env(CONFIG, 4, seed=0, num_workers=3)
