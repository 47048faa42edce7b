"""What an environment shows its agents, as a value that a checkpoint keeps with the policy."""

from dataclasses import dataclass

EMPTY = 255
"""Feature id of a token row that holds nothing."""

TOKEN = ("x", "y", "feature", "value")
"""Columns of a token."""


@dataclass(frozen=True, slots=True)
class Feature:
    """A kind of token: its name, the id that an environment gives it (0 to 254), and its largest usual value."""

    name: str
    id: int
    scale: float = 1.0


@dataclass(frozen=True, slots=True)
class Observation:
    """Shape of one environment's observation, float32, and its meaning when it is made of tokens.

    Without features it is a plain box. With features the shape is (M, 4): M rows of `TOKEN` values, those with
    the feature `EMPTY` unused, on a grid of `grid` = (rows, columns) cells. Ids belong to the environment that
    gave them: the same name may have another id elsewhere.
    """

    shape: tuple[int, ...]
    features: tuple[Feature, ...] = ()
    grid: tuple[int, int] = (0, 0)

    def fits(self, other: "Observation") -> bool:
        """Whether a policy made for `other` can act on this: equal boxes, or tokens on an equal grid.

        Tokens need neither equal ids nor equal features nor an equal number of rows: they are known by name.
        """
        if self.features and other.features:
            return self.grid == other.grid
        return self == other

    def __str__(self) -> str:
        """For messages."""
        if not self.features:
            return f"a box of shape {self.shape}"
        return f"{len(self.features)} kinds of tokens on a grid of {self.grid[0]} x {self.grid[1]} cells"
