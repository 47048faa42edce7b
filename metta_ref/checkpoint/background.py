"""Persisting a snapshot beside training: the loop waits for the copy in memory, not for the disk."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Self


class BackgroundWriter:
    """Does one piece of writing at a time in a thread; the next waits for it, and so does the end of the block.

    What a piece raises is raised by the next call or by the end of the block, whichever comes first, and nothing
    is written after it: a run whose disk is full must not go on as if it were being saved. An interrupt does not
    cut off the piece in flight.
    """

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="checkpoint")
        self._in_flight: Future[None] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown()
        self.wait()

    def submit(self, write: Callable[[], None]) -> None:
        """Start a piece as soon as the one before it is done. Raises what that one raised."""
        self.wait()
        self._in_flight = self._pool.submit(write)

    def wait(self) -> None:
        """Return when nothing is in flight. Raises what the last piece raised, once."""
        in_flight, self._in_flight = self._in_flight, None
        if in_flight is not None:
            in_flight.result()
