"""Numbers as claims state them: a count with its bounds, and a measured value with a comparator."""

from __future__ import annotations

import math
from typing import Any, Literal

import msgspec

Operator = Literal["==", "!=", "<", "<=", ">", ">=", "between"]
Value = float | int | str | bool


class Bound(msgspec.Struct, frozen=True):
    """A number that is expected exactly, at least, at most, or in a range; both ends are inclusive."""

    least: int | None = None
    most: int | None = None

    def admits(self, number: int) -> bool:
        """Whether ``number`` lies within the bound."""
        return (self.least is None or number >= self.least) and (self.most is None or number <= self.most)

    def plain(self) -> int | str:
        """As a rules file writes it: ``6``, ``>=6``, ``<=6``, ``90..110``."""
        if self.least == self.most and self.least is not None:
            return self.least
        if self.least is not None and self.most is not None:
            return f"{self.least}..{self.most}"
        return f">={self.least}" if self.most is None else f"<={self.most}"

    def __str__(self) -> str:
        if self.least == self.most:
            return str(self.least)
        if self.least is not None and self.most is not None:
            return f"{self.least} to {self.most}"
        return f"at least {self.least}" if self.most is None else f"at most {self.most}"


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """What a measured value is compared with.

    ``upper`` is the other, inclusive end of ``between``. ``absolute`` and ``relative`` are how far a value may
    lie from what ``==`` expects; ``relative`` is a share of the expected value, so 0.05 is five per cent.
    """

    operator: Operator
    value: Value
    upper: float | None = None
    absolute: float = 0.0
    relative: float = 0.0

    def admits(self, observed: Value | None) -> bool:
        """Whether a value is as expected. NaN and a value of another type never are, whatever the comparator."""
        if isinstance(self.value, str | bool) or isinstance(observed, str | bool):
            same = type(self.value) is type(observed) and self.value == observed
            return same if self.operator == "==" else type(self.value) is type(observed) and not same
        if observed is None or math.isnan(observed):
            return False
        match self.operator:
            case "==":
                distance, near = abs(observed - self.value), max(self.absolute, self.relative * abs(self.value))
                # A value written at the very edge lies within, although its distance was rounded.
                return distance <= near or (near > 0 and math.isclose(distance, near, rel_tol=1e-9))
            case "!=":
                return observed != self.value
            case "<":
                return observed < self.value
            case "<=":
                return observed <= self.value
            case ">":
                return observed > self.value
            case ">=":
                return observed >= self.value
            case "between":
                return self.upper is not None and self.value <= observed <= self.upper

    def plain(self) -> dict[str, Any]:
        """As a rules file writes it: the keys ``is`` or ``between``, and ``tolerance``."""
        if self.operator == "between":
            return {"between": [self.value, self.upper]}
        exact = self.operator == "=="
        said: dict[str, Any] = {"is": self.value if exact else f"{self.operator} {self.value}"}
        tolerance = {name: size for name, size in (("abs", self.absolute), ("rel", self.relative)) if size}
        return said | ({"tolerance": tolerance} if tolerance else {})

    def __str__(self) -> str:
        if self.operator == "between":
            return f"between {self.value} and {self.upper}"
        near = [f"{self.absolute:g}"] if self.absolute else []
        near += [f"{self.relative:.6%}".rstrip("0").rstrip(".%") + "%"] if self.relative else []
        shown = repr(self.value) if isinstance(self.value, str) else str(self.value)
        return f"{self.operator} {shown}" + (f" (within {' or '.join(near)})" if near else "")
