"""The regression gate: may a policy be at most a margin worse than another?

Only differences of equal episodes decide, and only where their interval leaves no doubt; what too few episodes
cannot tell is neither passed nor failed.
"""

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from metta_ref.eval.comparison import Comparison

_FEWEST_PAIRS: Final = 10
"""Of fewer values, resampling knows too little of how they vary."""


class Outcome(StrEnum):
    """What a gate says of a policy."""

    PASSED = "passed"
    REGRESSED = "regressed"
    UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True)
class Judgement:
    """The outcome of one comparison; undecided, about `needed` pairs would tell a difference as small as the margin,
    None where no number is known to.
    """

    comparison: Comparison
    margin: float
    outcome: Outcome
    needed: int | None = None


def judge(comparison: Comparison, margin: float) -> Judgement:
    """Passed when the whole interval of the difference lies at or above -margin, regressed when it lies below."""
    interval, pairs, effect = comparison.difference_interval, comparison.pairs, comparison.detectable
    needed = None
    if interval is not None and effect is not None:
        if pairs >= _FEWEST_PAIRS and interval.low >= -margin:
            return Judgement(comparison, margin, Outcome.PASSED)
        if pairs >= _FEWEST_PAIRS and interval.high < -margin:
            return Judgement(comparison, margin, Outcome.REGRESSED)
        if margin > 0:
            needed = max(math.ceil(pairs * (effect / margin) ** 2), pairs + 1, _FEWEST_PAIRS)
    return Judgement(comparison, margin, Outcome.UNDECIDED, needed)
