"""Grid tasks that need memory: a cue is seen at the start and decides, out of sight, which goal pays.

The agent walks a map seen through a small window centred on itself. A cue of one of two colours lies
beside its start. At the far end stand two goals; touching one ends the episode, with reward 1 when the
cue announced it and 0 otherwise. The corridor between is one cell wide and looks the same everywhere, so
neither the observation nor the position can carry the cue: a policy without memory gets 1/2 at best.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from metta_ref.config import EMPTY, TOKEN, EnvConfig, Feature, Observation
from metta_ref.envs.interface import Info, StepResult, load_arrays, require_actions
from metta_ref.envs.streams import draw, seeded_streams

MOVES: NDArray[np.int64] = np.array([[-1, 0], [1, 0], [0, -1], [0, 1]])
"""Row and column change of the actions up, down, left, right."""

FEATURES = (Feature("wall", 0), Feature("colour 0", 1), Feature("colour 1", 2))
"""What a cell can hold: the channels of a box, or the features of tokens."""


@dataclass(frozen=True, slots=True)
class Layout:
    """A map: '#' wall, 'S' a possible start (the cue lies on the cell to its left), 'G' a goal.

    With `coloured_goals` the two swap places at random and show their colours, of which the cue is one. Without, goals
    look like floor, and the cue means the upper or the lower one.
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


class CueGrid:
    """N environments stepped as arrays, each in one of `tasks`; see `VectorEnv` for the interface.

    Their numbers in the whole batch, from `first_env` on, decide their random streams. Tasks differ in the length of
    their corridor and in `max_steps`. What is seen is a box [feature, row, column] of zeros and ones, or a token for
    each of its cells; `features` are `FEATURES` in their order, with whatever ids.
    """

    num_actions = len(MOVES)

    def __init__(
        self,
        tasks: Sequence[EnvConfig],
        num_envs: int,
        seed: int,
        *,
        first_env: int = 0,
        features: tuple[Feature, ...] = FEATURES,
    ) -> None:
        shown = tasks[0]
        layouts = [LAYOUTS[task.name](task.corridor_length) for task in tasks]
        self.num_envs = num_envs
        self.num_tasks, self.next_tasks = len(tasks), np.zeros(num_envs, np.int64)
        self.metadata: Mapping[str, str] = {"name": shown.name, "autoreset_mode": "same_step", "snapshot": "exact"}
        self._radius = shown.view_radius
        view = 2 * self._radius + 1
        self._box_shape = (len(FEATURES), view, view)
        self._feature_ids = np.array([feature.id for feature in features], np.float32)
        self._tokens = shown.observation == "tokens"
        cells_in_view = Observation((view * view, len(TOKEN)), features, (view, view))
        self.observation = cells_in_view if self._tokens else Observation(self._box_shape)
        self._widths = [len(layout.rows[0]) for layout in layouts]
        # Of each task; narrower maps have more wall at their right.
        maps = np.array([[list(row.ljust(max(self._widths), "#")) for row in layout.rows] for layout in layouts])
        edge = (self._radius, self._radius)
        self._walls = np.pad(maps == "#", ((0, 0), edge, edge), constant_values=True)
        self._wall_views = np.lib.stride_tricks.sliding_window_view(self._walls, (view, view), (1, 2))
        self._starts, self._goals = (np.stack([np.argwhere(cells == kind) for cells in maps]) for kind in "SG")
        self._max_steps = np.array([task.max_steps for task in tasks])
        self._coloured = layouts[0].coloured_goals
        self._rows = np.arange(num_envs)
        self._stream = seeded_streams(seed, first_env, num_envs)
        self._task = np.zeros(num_envs, np.int64)
        self._position = np.zeros((num_envs, 2), np.int64)
        self._cue_position = np.zeros((num_envs, 2), np.int64)
        self._cue = np.zeros(num_envs, np.int64)
        self._goal_colours = np.zeros((num_envs, 2), np.int64)
        self._length = np.zeros(num_envs, np.int64)
        self._begin(np.ones(num_envs, np.bool_))

    def reset(self) -> tuple[NDArray[np.float32], Info]:
        self._begin(np.ones(self.num_envs, np.bool_))
        return self._observe(), {}

    def step(self, actions: NDArray[np.int64]) -> StepResult:
        require_actions(self, actions)
        target = self._position + MOVES[actions]
        row, column = (target + self._radius).T
        self._position = np.where(self._walls[self._task, row, column][:, None], self._position, target)
        touched = (self._position[:, None, :] == self._goals[self._task]).all(axis=2)
        right = touched & (self._goal_colours == self._cue[:, None])
        reward = right.any(axis=1).astype(np.float32)
        self._length += 1
        terminated = touched.any(axis=1)
        truncated = ~terminated & (self._length >= self._max_steps[self._task])
        done = terminated | truncated
        obs = self._observe()
        info: Info = {
            "_final_obs": done,
            "final_obs": obs,
            "episode_return": reward,  # an episode pays with its last step or not at all
            "episode_length": self._length.copy(),
        }
        if self.num_tasks > 1:
            info["task"] = self._task.copy()
        if done.any():
            self._begin(done)
            obs = self._observe()
        return obs, reward, terminated, truncated, info

    def state_dict(self) -> dict[str, NDArray[Any]]:
        return {name: array.copy() for name, array in self._state().items()}

    def load_state_dict(self, state: Mapping[str, NDArray[Any]]) -> None:
        load_arrays(self._state(), state)

    def picture(self, row: int) -> str:
        """The map of one environment: `#` wall, `.` floor, `@` agent, `a` or `b` the cue, `A` and `B` the goals of
        those colours, or `G` where goals do not show them.
        """
        task, inside = self._task[row], slice(self._radius, -self._radius)
        cells = np.where(self._walls[task, inside, inside], "#", ".")
        for goal, colour in zip(self._goals[task], self._goal_colours[row], strict=True):
            cells[tuple(goal)] = "AB"[colour] if self._coloured else "G"
        cells[tuple(self._cue_position[row])] = "ab"[self._cue[row]]
        cells[tuple(self._position[row])] = "@"
        return "\n".join("".join(line[: self._widths[task]]) for line in cells)

    def close(self) -> None:
        pass

    def _state(self) -> dict[str, NDArray[Any]]:
        state = {
            "stream": self._stream,
            "position": self._position,
            "cue_position": self._cue_position,
            "cue": self._cue,
            "goal_colours": self._goal_colours,
            "length": self._length,
        }
        return state | ({"task": self._task, "next_tasks": self.next_tasks} if self.num_tasks > 1 else {})

    def _begin(self, chosen: NDArray[np.bool_]) -> None:
        self._task[chosen] = self.next_tasks[chosen]
        start = self._starts[self._task[chosen], draw(self._stream, chosen, self._starts.shape[1])]
        self._position[chosen] = start
        self._cue_position[chosen] = start - [0, 1]
        self._cue[chosen] = draw(self._stream, chosen, 2)
        upper = draw(self._stream, chosen, 2) if self._coloured else np.zeros(int(chosen.sum()), np.int64)
        self._goal_colours[chosen] = np.stack([upper, 1 - upper], axis=1)
        self._length[chosen] = 0

    def _observe(self) -> NDArray[np.float32]:
        obs = np.zeros((self.num_envs, *self._box_shape), np.float32)
        obs[:, 0] = self._wall_views[self._task, self._position[:, 0], self._position[:, 1]]
        self._draw_object(obs, self._cue_position, self._cue)
        if self._coloured:
            for which in range(self._goals.shape[1]):
                self._draw_object(obs, self._goals[self._task, which], self._goal_colours[:, which])
        return self._as_tokens(obs) if self._tokens else obs

    def _as_tokens(self, box: NDArray[np.float32]) -> NDArray[np.float32]:
        """A token for each cell of the view, which holds one thing or none."""
        side = box.shape[-1]
        flat = box.reshape(self.num_envs, len(self._feature_ids), side * side)
        y, x = np.divmod(np.arange(side * side, dtype=np.float32), side)
        feature = np.where(flat.any(axis=1), self._feature_ids[flat.argmax(axis=1)], EMPTY)
        columns = (np.broadcast_to(x, feature.shape), np.broadcast_to(y, feature.shape), feature, flat.max(axis=1))
        return np.stack(columns, axis=-1).astype(np.float32)

    def _draw_object(self, obs: NDArray[np.float32], where: NDArray[np.int64], colours: NDArray[np.int64]) -> None:
        offset = where - self._position + self._radius
        seen = ((offset >= 0) & (offset <= 2 * self._radius)).all(axis=1)
        obs[self._rows[seen], 1 + colours[seen], offset[seen, 0], offset[seen, 1]] = 1
