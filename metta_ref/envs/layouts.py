"""Maps of the grid tasks, and several of them in one."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Layout:
    """A map: '#' wall, 'S' a possible start (the cue lies on the cell to its left), 'G' a goal.

    With `coloured_goals` the two goals swap places at random and show their colours, and the cue is the
    colour to look for. Without, goals look like floor, and the cue means the upper or the lower one.
    """

    rows: tuple[str, ...]
    coloured_goals: bool


@dataclass(frozen=True, slots=True)
class Task:
    """What an episode is played in: a map, the steps after which it is truncated, and how many cells away the agent
    sees anything at all.
    """

    layout: Layout
    max_steps: int
    view_radius: int


@dataclass(frozen=True, slots=True)
class Atlas:
    """The maps of all tasks in one, so that environments with different ones step as one array.

    `cells` holds the maps below each other, so far apart that none is seen from another. `starts` int64[T, S, 2] and
    `goals` int64[T, 2, 2] are rows and columns in it, and `frames` where each map lies.
    """

    cells: NDArray[np.str_]
    starts: NDArray[np.int64]
    goals: NDArray[np.int64]
    frames: tuple[tuple[slice, slice], ...]


def grid_layout(corridor: int) -> Layout:
    """Two rooms of three rows with a corridor of that length between them; goals in two far corners."""
    wall, floor = "#" * corridor, "." * corridor
    return Layout((f".S.{wall}..G", f".S.{floor}...", f".S.{wall}..G"), coloured_goals=True)


def tmaze_layout(corridor: int) -> Layout:
    """A corridor of that length from the cue to a junction with an upper and a lower arm."""
    wall, floor = "#" * (corridor + 2), "." * corridor
    return Layout((f"{wall}G", f".S{floor}.", f"{wall}G"), coloured_goals=False)


def atlas(layouts: Sequence[Layout], distance: int) -> Atlas:
    """Maps with `distance` rows of wall between them.

    Raises ValueError unless all have equally many starts and goals.
    """
    width = max(len(row) for layout in layouts for row in layout.rows)
    lines: list[str] = []
    starts, goals, frames = [], [], []
    for layout in layouts:
        origin = [len(lines), 0]
        cells = np.array([list(row) for row in layout.rows])
        starts.append(np.argwhere(cells == "S") + origin)
        goals.append(np.argwhere(cells == "G") + origin)
        frames.append((slice(len(lines), len(lines) + len(layout.rows)), slice(0, len(layout.rows[0]))))
        lines += [*(row.ljust(width, "#") for row in layout.rows), *["#" * width] * distance]
    whole = np.array([list(line) for line in lines[: len(lines) - distance]])
    return Atlas(whole, np.stack(starts), np.stack(goals), tuple(frames))
