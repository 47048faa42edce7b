"""Ctrl-C as a request, so that an interrupted run keeps everything up to its last update."""

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Self


class StopRequest:
    """While active, the first SIGINT sets `requested`, and the second raises KeyboardInterrupt as usual."""

    def __init__(self) -> None:
        self.requested = False

    def __enter__(self) -> Self:
        self._previous = signal.signal(signal.SIGINT, self._on_signal)
        return self

    def __exit__(self, *_: object) -> None:
        signal.signal(signal.SIGINT, self._previous)

    def _on_signal(self, _signal: int, _frame: FrameType | None) -> None:
        if self.requested:
            raise KeyboardInterrupt
        self.requested = True
        print("stopping after this update; press Ctrl-C again to stop at once", file=sys.stderr)


@contextmanager
def interrupts_later() -> Iterator[None]:
    """Hold SIGINT back until the end of the block, for imports of extension modules.

    Raised in the middle of one, KeyboardInterrupt may end the interpreter although it is handled.
    """
    unblocked = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, unblocked)
