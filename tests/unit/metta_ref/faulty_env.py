"""An environment that fails in one of its methods; a module of its own, so that worker processes can import it."""

import os
import signal
import sys
import time
from typing import Any

from metta_ref.config import EnvConfig, FailedError
from metta_ref.envs import make_env

METHODS = ("reset", "step", "state_dict", "load_state_dict")


def _raise() -> None:
    raise ConnectionError("the simulator hung up")


def _fail() -> None:
    raise FailedError("the simulator failed, and tells all that there is to tell")


def _exit() -> None:
    sys.exit("the simulator gave up")


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _leave() -> None:
    os._exit(0)


def _hang() -> None:
    time.sleep(3600)


def _hang_while_answering() -> None:
    os.write(int(sys.argv[1]), b"\0\0\1\0the first bytes of 256")
    _hang()


def _die_while_answering() -> None:
    os.write(int(sys.argv[1]), b"\0\0\1\0the first bytes of 256")
    _die()


FAULTS = {fault.__name__.strip("_"): fault for fault in (_raise, _fail, _exit, _die, _leave, _hang)} | {
    "hang_while_answering": _hang_while_answering,
    "die_while_answering": _die_while_answering,
}


class Faulty:
    """The grid, with a fault in one method of the environments from number 2 on, in a worker only."""

    def __init__(self, parent: int, method: str, fault: str, first_env: int, num_envs: int) -> None:
        self._env: Any = make_env(EnvConfig(), num_envs, seed=0, first_env=first_env)
        if first_env >= 2 and os.getpid() != parent:
            if method == "making":
                FAULTS[fault]()
            self._method, self._fault = method, FAULTS[fault]
        else:
            self._method = ""

    def __getattr__(self, name: str) -> Any:
        if name == self._method:
            self._fault()
        return getattr(self._env, name)


class Unsendable(Faulty):
    """With a state that cannot be pickled."""

    def state_dict(self) -> Any:
        return {"stream": lambda: None}
