"""Worker processes: the same results as one process, and an error, never a hang, when one fails."""

import importlib
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from pathlib import Path

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


@pytest.mark.parametrize("workers", [0, 2])
def test_what_was_returned_stays_as_it_is(workers: int) -> None:
    with closing(make_env(CONFIG, 4, seed=3, num_workers=workers)) as env:
        first, rng = env.reset()[0], np.random.default_rng(0)
        kept = [(first, first.copy())]
        for _ in range(20):
            *arrays, info = env.step(rng.integers(0, 4, 4))
            kept += [(array, array.copy()) for array in (*arrays, *info.values(), *env.state_dict().values())]
    for array, copy in kept:
        np.testing.assert_array_equal(array, copy)


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


def test_a_time_limit_just_below_a_whole_second_is_one() -> None:
    with closing(make_env(CONFIG, 2, seed=3, num_workers=1, worker_timeout=19.9999999)) as env:
        env.reset()


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


@pytest.fixture
def faulty(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., ParallelEnv]]:
    """Two workers, of which the second has a fault."""
    monkeypatch.syspath_prepend(str(Path(__file__).parent))
    module = importlib.import_module("faulty_env")
    made = []

    def environment(method: str, fault: str, kind: str = "Faulty", timeout: float = 20) -> ParallelEnv:
        factory = partial(getattr(module, kind), os.getpid(), method, fault)
        made.append(ParallelEnv(factory, 4, 2, timeout=timeout))
        return made[-1]

    yield environment
    for env in made:
        env.close()


def used(env: ParallelEnv, method: str) -> None:
    """Call a method of an environment that has been used before."""
    env.reset()
    whole = env.state_dict() if method == "load_state_dict" else {}
    arguments = {"step": (np.zeros(4, np.int64),), "load_state_dict": (whole,)}
    getattr(env, method)(*arguments.get(method, ()))


RAISED = r"worker 1 raised:\nTraceback \(most recent call last\):\n(.*\n)*ConnectionError: the simulator hung up"
EXITED = r"worker 1 raised:\nTraceback \(most recent call last\):\n(.*\n)*SystemExit: the simulator gave up"
KILLED = r"worker 1 \(process \d+\) died: signal 9"
LEFT = r"worker 1 \(process \d+\) died: exit status 0"


@pytest.mark.parametrize(
    ("method", "fault", "told"),
    [
        ("making", "raise", RAISED),
        ("making", "die", KILLED),
        ("reset", "exit", EXITED),
        ("step", "raise", RAISED),
        ("step", "fail", r"^worker 1 raised:\nthe simulator failed, and tells all that there is to tell$"),
        ("step", "leave", LEFT),
        ("state_dict", "die", KILLED),
        ("load_state_dict", "raise", RAISED),
        ("load_state_dict", "die", KILLED),
    ],
)
def test_wherever_a_worker_fails_there_is_one_error_and_no_worker_left(
    faulty: Callable[..., ParallelEnv], method: str, fault: str, told: str
) -> None:
    env = faulty(method, fault)
    pids = env.worker_pids
    with pytest.raises(WorkerError, match=told):
        used(env, "reset" if method == "making" else method)
    assert [ended(pid) for pid in pids] == [True, True]
    with pytest.raises(WorkerError, match="the environment is closed"):
        env.reset()


@pytest.mark.parametrize(
    ("method", "fault", "told"),
    [
        ("step", "hang", "worker 1 did not answer within 4 s"),
        ("state_dict", "hang_while_answering", "worker 1 did not answer within 4 s"),
        ("state_dict", "die_while_answering", "died: signal 9"),
    ],
)
def test_a_worker_that_never_finishes_is_an_error_and_is_gone(
    faulty: Callable[..., ParallelEnv], method: str, fault: str, told: str
) -> None:
    env = faulty(method, fault, timeout=4)
    pids = env.worker_pids
    with pytest.raises(WorkerError, match=told):
        used(env, method)
    assert [ended(pid) for pid in pids] == [True, True]


def test_a_worker_that_takes_no_command_is_an_error(env: ParallelEnv) -> None:
    env = make_env(CONFIG, 2, seed=3, num_workers=1, worker_timeout=4)
    assert isinstance(env, ParallelEnv)
    env.reset()
    (pid,) = env.worker_pids
    os.kill(pid, signal.SIGSTOP)
    with pytest.raises(WorkerError, match="worker 0 took no command within 4 s"):
        env.load_state_dict({"stream": np.zeros((2, 1_000_000))})  # more than a socket holds
    assert ended(pid)


def test_an_answer_that_cannot_be_sent_is_told(faulty: Callable[..., ParallelEnv]) -> None:
    env = faulty("none", "raise", kind="Unsendable")
    env.reset()
    with pytest.raises(WorkerError, match=r"worker 0 raised:\n(.*\n)*.*[Pp]ickle"):
        env.state_dict()


def test_what_a_terminal_sends_to_all_does_not_reach_workers(env: ParallelEnv) -> None:
    assert {os.getpgid(pid) for pid in env.worker_pids} == {*env.worker_pids}


def test_closing_ends_the_workers_and_can_be_repeated(env: ParallelEnv) -> None:
    pids = env.worker_pids
    env.reset()
    env.close()
    env.close()
    assert [ended(pid) for pid in pids] == [True, True]
    with pytest.raises(WorkerError, match="the environment is closed"):
        env.reset()


def test_workers_end_with_their_parent_even_one_that_hangs() -> None:
    program = (
        "import os, signal, sys, threading\n"
        "from functools import partial\n"
        "import numpy as np\n"
        "from metta_ref.envs import ParallelEnv\n"
        "sys.path.insert(0, sys.argv[1])\n"
        "import faulty_env\n"
        "factory = partial(faulty_env.Faulty, os.getpid(), 'step', 'hang')\n"
        "env = ParallelEnv(factory, 4, 2)\n"
        "env.reset()\n"
        "threading.Timer(1, os.kill, (os.getpid(), signal.SIGKILL)).start()\n"
        "env.step(np.zeros(4, np.int64))\n"
    )
    # Workers inherit the pipe, so that it ends only when the last of them is gone.
    parent = subprocess.Popen(
        [sys.executable, "-c", program, Path(__file__).parent], stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    output, _ = parent.communicate(timeout=60)
    assert (parent.returncode, output) == (-signal.SIGKILL, b"")


def test_workers_must_divide_the_environments() -> None:
    with pytest.raises(ValueError, match="3 workers do not divide 4 environments"):
        make_env(CONFIG, 4, seed=0, num_workers=3)
