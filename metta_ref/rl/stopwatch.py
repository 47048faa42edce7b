"""Where the time of a run goes."""

import time
from collections.abc import Mapping

PHASES = ("env", "act", "learn", "checkpoint", "evaluate")
"""Stepping the environment, choosing actions, updating the network, waiting for a checkpoint, playing its policy."""


class Stopwatch:
    """Seconds by phase, each second counted once, over all sessions of a run."""

    def __init__(self) -> None:
        self._seconds = dict.fromkeys(PHASES, 0.0)
        self._last = time.perf_counter()

    def read(self) -> dict[str, float]:
        """Seconds so far."""
        return dict(self._seconds)

    def skip(self) -> None:
        """The time since the last call belongs to no phase."""
        self._last = time.perf_counter()

    def lap(self, phase: str) -> None:
        """The time since the last call belongs to a phase."""
        now = time.perf_counter()
        self._seconds[phase] += now - self._last
        self._last = now

    def restore(self, seconds: object) -> None:
        """Count on from what a sidecar holds; one that was written before there were phases holds nothing."""
        if isinstance(seconds, Mapping):
            self._seconds |= {phase: float(seconds[phase]) for phase in PHASES if phase in seconds}
