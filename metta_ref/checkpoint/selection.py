"""Which of a run's checkpoints: strategies, conditions and retention over what their sidecars say.

Numbers decide, never file times: copying a run changes those, and must not change the choice.
"""

import math
import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeGuard

from metta_ref.checkpoint.contents import Plain
from metta_ref.checkpoint.errors import CheckpointNotFoundError
from metta_ref.config import ConfigError

Sidecars = Mapping[int, Mapping[str, Plain]]

_COMPARATORS: dict[str, Callable[[Any, Any], bool]] = {
    "<=": operator.le,
    ">=": operator.ge,
    "!=": operator.ne,
    "<": operator.lt,
    ">": operator.gt,
    "=": operator.eq,
}
_CONDITION = re.compile(r"\s*([A-Za-z_]\w*)\s*(<=|>=|!=|<|>|=)\s*([^\s<>=!].*?)\s*")


@dataclass(frozen=True, slots=True)
class Condition:
    """A filter on one key of a sidecar; what is no number compares only for equality, and what is not there never."""

    key: str
    comparator: str
    value: str

    def holds(self, sidecar: Mapping[str, Plain]) -> bool:
        found, compare = sidecar.get(self.key), _COMPARATORS[self.comparator]
        if found is None:
            return False
        if _is_number(found):
            try:
                return compare(found, float(self.value))
            except ValueError:
                return self.comparator == "!="
        text = str(found).lower() if isinstance(found, bool) else str(found)
        return self.comparator in ("=", "!=") and compare(text, self.value)

    def __str__(self) -> str:
        return f"{self.key}{self.comparator}{self.value}"


@dataclass(frozen=True, slots=True)
class Selection:
    """A strategy with what it needs: `count` is for top, `threshold` for threshold, `where` for all; or an `epoch`.

    `metric` names the number that best, top and threshold compare. A checkpoint without a finite value of it
    (NaN, infinite, null, missing) is never chosen by them.
    """

    strategy: str = "latest"
    metric: str = "score"
    count: int = 1
    threshold: float = 0.0
    where: tuple[Condition, ...] = ()
    epoch: int | None = None


def parse_condition(text: str) -> Condition:
    """A condition such as `agent_step>=1000` or `py_agent=lstm`. Raises ConfigError when the text is none."""
    match = _CONDITION.fullmatch(text)
    if match is None:
        raise ConfigError([f"where: {text!r}: write a condition as key, one of = != < <= > >=, and a value"])
    return Condition(*match.groups())


def select(sidecars: Sidecars, selection: Selection) -> tuple[int, ...]:
    """The chosen epochs: newest first for latest and all, best first for the others, the newer one when equal.

    Raises CheckpointNotFoundError when there is none.
    """
    met = {epoch: own for epoch, own in sidecars.items() if all(condition.holds(own) for condition in selection.where)}
    newest, ranked = sorted(met, reverse=True), _ranked(met, selection.metric)
    best_first = [epoch for _, epoch in ranked]
    chosen = {
        "latest": newest[:1],
        "all": newest,
        "best": best_first[:1],
        "top": best_first[: selection.count],
        "threshold": [epoch for value, epoch in ranked if value >= selection.threshold],
    }
    if not chosen[selection.strategy]:
        raise CheckpointNotFoundError(_why_none(sidecars, met, selection))
    return tuple(chosen[selection.strategy])


def retained(sidecars: Sidecars, *, newest: int, best: int = 0, every: int = 0, metric: str = "score") -> set[int]:
    """The epochs to keep: the newest, the best by the metric, and each multiple of `every` (0: none of these)."""
    latest = sorted(sidecars, reverse=True)[:newest]
    spaced = [epoch for epoch in sidecars if every and epoch % every == 0]
    return {*latest, *(epoch for _, epoch in _ranked(sidecars, metric)[:best]), *spaced}


def _ranked(sidecars: Sidecars, metric: str) -> list[tuple[float, int]]:
    """Finite values of the metric with their epochs, the highest value first, the newer epoch when equal."""
    values = {epoch: sidecar.get(metric) for epoch, sidecar in sidecars.items()}
    finite = [(value, epoch) for epoch, value in values.items() if _is_number(value) and math.isfinite(value)]
    return sorted(finite, reverse=True)


def _is_number(value: object) -> TypeGuard[float]:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _why_none(sidecars: Sidecars, candidates: Sidecars, selection: Selection) -> str:
    if not sidecars:
        return "no checkpoint there; train a run first"
    if not candidates:
        conditions = ", ".join(map(str, selection.where))
        return f"none of {len(sidecars)} checkpoints meets {conditions}; loosen the conditions"
    if selection.strategy == "threshold":
        return f"no checkpoint has {selection.metric}>={selection.threshold:g}; lower the threshold"
    return f"no checkpoint has a finite value of {selection.metric}; train on, or compare another metric"
