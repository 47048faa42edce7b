"""Maps of the grid tasks."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Layout:
    """A map: '#' wall, 'S' a possible start (the cue lies on the cell to its left), 'G' a goal.

    With `coloured_goals` the two goals swap places at random and show their colours, and the cue is the
    colour to look for. Without, goals look like floor, and the cue means the upper or the lower one.
    """

    rows: tuple[str, ...]
    coloured_goals: bool


def grid_layout(corridor: int) -> Layout:
    """Two rooms of three rows with a corridor of that length between them; goals in two far corners."""
    wall, floor = "#" * corridor, "." * corridor
    return Layout((f".S.{wall}..G", f".S.{floor}...", f".S.{wall}..G"), coloured_goals=True)


def tmaze_layout(corridor: int) -> Layout:
    """A corridor of that length from the cue to a junction with an upper and a lower arm."""
    wall, floor = "#" * (corridor + 2), "." * corridor
    return Layout((f"{wall}G", f".S{floor}.", f"{wall}G"), coloured_goals=False)


LAYOUTS = {"grid": grid_layout, "tmaze": tmaze_layout}
"""By the name of the task, from the length of the corridor."""
