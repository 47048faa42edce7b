"""Ctrl-C and SIGTERM as a request, so that an interrupted run keeps everything up to its last update."""

import signal
import sys
from types import FrameType
from typing import Self

INTERRUPTS = (signal.SIGINT, signal.SIGTERM)
"""What a terminal and what a batch system or a container sends to end a run."""


class StopRequest:
    """While active, the first SIGINT or SIGTERM sets `requested`, and the second raises KeyboardInterrupt.

    The first is answered on stderr unless `silent`: of several processes that a signal reaches, one is enough.
    """

    def __init__(self, *, silent: bool = False) -> None:
        self.requested, self._silent = False, silent

    def __enter__(self) -> Self:
        self._previous = {number: signal.signal(number, self._on_signal) for number in INTERRUPTS}
        return self

    def __exit__(self, *_: object) -> None:
        for number, handler in self._previous.items():
            signal.signal(number, handler)

    def _on_signal(self, _signal: int, _frame: FrameType | None) -> None:
        if self.requested:
            raise KeyboardInterrupt
        self.requested = True
        if not self._silent:
            print("stopping after this update; press Ctrl-C again to stop at once", file=sys.stderr)
