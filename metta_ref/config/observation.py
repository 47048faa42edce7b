"""What an environment shows its agents, as a value that a checkpoint keeps with the policy."""

from dataclasses import dataclass

EMPTY = 255
"""Feature id of a token row that holds nothing."""

TOKEN = ("x", "y", "feature", "value")
"""Columns of a token."""


@dataclass(frozen=True, slots=True)
class Feature:
    """A kind of token: its name, the id that an environment gives it, and its largest usual value."""

    name: str
    id: int
    scale: float = 1.0


@dataclass(frozen=True, slots=True)
class Observation:
    """Shape of one environment's observation, float32: a plain box without features.

    With features the shape is (M, 4): M rows of `TOKEN` values, those with the feature `EMPTY` unused, on a grid of
    `grid` = (rows, columns) cells. The same name may have another id in another environment.
    """

    shape: tuple[int, ...]
    features: tuple[Feature, ...] = ()
    grid: tuple[int, int] = (0, 0)

    def fits(self, other: "Observation") -> bool:
        """Whether a policy made for `other` can act on this: equal boxes, or tokens, of any ids, on equal grids."""
        if self.features and other.features:
            return self.grid == other.grid
        return self == other

    def __str__(self) -> str:
        if not self.features:
            return f"a box of shape {self.shape}"
        return f"{len(self.features)} kinds of tokens on a grid of {self.grid[0]} x {self.grid[1]} cells"
