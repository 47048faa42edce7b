"""Schedules as pure functions of the step, so that a resumed run needs no scheduler's state."""


def annealed(start: float, step: int, end_step: int) -> float:
    """`start` falling linearly to 0 at `end_step`, and 0 from there on; constant when `end_step` is 0."""
    if end_step == 0:
        return start
    return start * max(0.0, 1.0 - step / end_step)
