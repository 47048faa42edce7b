"""Runs code of others so that it can neither end the process, nor hold it up, nor fail without being named."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final, NoReturn

from audit.kinds.texts import UnreadableError
from audit.model.errors import UsageError

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

PATIENCE: float = 60.0
"""Seconds that one call of a plug-in may take: what it reads is at most some megabytes."""
_AGAIN: Final = 1.0
"""Seconds after which a plug-in that went on all the same is stopped again."""


class _StoppedError(BaseException):
    """A plug-in would have ended the process, or not ended at all. Its own handlers of errors are not to catch it."""


@contextmanager
def contained(entry: EntryPoint, doing: str, advice: str) -> Iterator[None]:
    """Turn whatever the code of a plug-in does to fail into one message that names it.

    ``doing`` is what went wrong then, and ``advice`` what to do about it.

    Raises:
        UnreadableError: the plug-in refuses what it was to read.
        UsageError: it fails in any other way, would end the process, or does not end in time.
    """
    try:
        with _exits_raise(), _time_limit():
            yield
    except (UnreadableError, UsageError, KeyboardInterrupt):
        raise
    except BaseException as error:  # the code is not ours: whatever it raises is its author's to mend
        reason = str(error) if isinstance(error, _StoppedError) else f"{type(error).__name__}: {error}"
        raise UsageError(f"plug-in '{entry.name}' ({entry.value}) {doing}: {reason}; {advice}") from error


@contextmanager
def _exits_raise() -> Iterator[None]:
    def stop(status: int) -> NoReturn:
        raise _StoppedError(f"it called os._exit({status})")

    leave = os._exit
    os._exit = stop
    try:
        yield
    finally:
        os._exit = leave


@contextmanager
def _time_limit() -> Iterator[None]:
    """Signals reach the main thread only; elsewhere, and where there are none, nothing is limited."""
    if threading.current_thread() is not threading.main_thread() or not hasattr(signal, "setitimer"):
        yield
        return

    def stop(_number: int, _frame: object) -> None:
        raise _StoppedError(f"it did not end within {PATIENCE:g} seconds")

    handler = signal.signal(signal.SIGALRM, stop)
    begun = time.monotonic()
    left, interval = signal.setitimer(signal.ITIMER_REAL, PATIENCE, _AGAIN)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, handler if handler is not None else signal.SIG_DFL)
        if left:  # somebody else's timer goes on
            signal.setitimer(signal.ITIMER_REAL, max(left - (time.monotonic() - begun), 0.001), interval)
