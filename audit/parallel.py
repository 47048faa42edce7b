"""Work done in other processes while this one goes on, shared out as each gets on with it."""

from __future__ import annotations

import gc
import os
import signal
from collections.abc import Callable, Iterator
from typing import Final

MAX_TICKETS: Final = 256
"""How many tickets there can be for one piece of work."""


class Background:
    """One piece of work in a forked process. It sees all that this process has in memory, and changes none of it.

    The process never waits for this one: when this one ends, the other ends with its next word.
    """

    def __init__(self, work: Callable[[], bytes]) -> None:
        self._work = work
        self._answer, end = os.pipe()
        self._process = os.fork()
        if self._process == 0:
            os.close(self._answer)  # else it would wait for itself to read, were this process gone
            _answer(work, end)
        os.close(end)

    def result(self) -> bytes:
        """What the work gives. Where its process died, the work is done here, with whatever it raises."""
        with os.fdopen(self._answer, "rb") as pipe:
            answer = pipe.read()
        _, status = os.waitpid(self._process, 0)
        return answer if status == 0 else self._work()


class Tickets:
    """Numbers from 0 on, each given to the one process that asks first, of this one and those forked from it."""

    def __init__(self, count: int) -> None:
        self._box, slot = os.pipe()
        os.write(slot, bytes(range(count)))  # a byte a ticket: no pipe is too small, and no read gets half of one
        os.close(slot)

    def __iter__(self) -> Iterator[int]:
        while ticket := os.read(self._box, 1):
            yield ticket[0]

    def __del__(self) -> None:
        os.close(self._box)


def _answer(work: Callable[[], bytes], end: int) -> None:
    """Do the work, write its result, and leave at once: nothing of the parent's may be tidied up twice."""
    code = 1
    try:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        gc.disable()
        with os.fdopen(end, "wb") as pipe:
            pipe.write(work())
        code = 0
    except BaseException:  # noqa: BLE001  # whatever it is, the parent does the work again and says so itself
        code = 1
    finally:
        os._exit(code)


def cores() -> int:
    """How many processes can run at once."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def can_fork() -> bool:
    """Whether `Background` works on this platform."""
    return hasattr(os, "fork")
