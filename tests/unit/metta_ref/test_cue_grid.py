"""The grid tasks: what is seen, what pays, how episodes follow each other, and that their state is whole."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from metta_ref.config import EnvConfig
from metta_ref.envs import VectorEnv, make_env
from metta_ref.envs.streams import draw

UP, DOWN, LEFT, RIGHT = range(4)
GRID, TMAZE = EnvConfig(name="grid"), EnvConfig(name="tmaze")


def drawn(obs: NDArray[np.float32]) -> str:
    """One environment's view as text: '#' wall, '0' and '1' colours, '.' floor."""
    wall, *colours = obs
    cells = np.where(wall == 1, "#", ".")
    for colour, shown in enumerate(colours):
        cells[shown == 1] = str(colour)
    return "\n".join("".join(row) for row in cells)


def placed(config: EnvConfig, **state: Any) -> VectorEnv:
    """One environment put into a state of our choice."""
    env = make_env(config, 1, seed=0)
    env.reset()
    whole = env.state_dict()
    for name, value in state.items():
        whole[name] = np.array([value], whole[name].dtype)
    env.load_state_dict(whole)
    return env


def act(env: VectorEnv, *actions: int) -> Any:
    """Take actions in a single environment; the last step's results."""
    for action in actions:
        results = env.step(np.array([action]))
    return results


def test_the_cue_is_seen_beside_the_start_and_the_goals_at_the_end() -> None:
    env = placed(GRID, position=[1, 2], cue_position=[1, 0], cue=1, goal_colours=[0, 1])
    # .S.##..G
    # .S.....   the agent walks along the middle row, from the third column on
    # .S.##..G
    assert drawn(act(env, LEFT)[0][0]) == "...\n1..\n..."
    assert drawn(act(env, RIGHT)[0][0]) == "..#\n...\n..#"
    assert drawn(act(env, RIGHT)[0][0]) == ".##\n...\n.##"
    assert drawn(act(env, RIGHT, RIGHT)[0][0]) == "#..\n...\n#.."
    assert drawn(act(env, RIGHT)[0][0]) == "..0\n...\n..1"


@pytest.mark.parametrize("config", [GRID, TMAZE])
def test_nothing_in_the_corridor_tells_which_cue_there_was(config: EnvConfig) -> None:
    views = []
    for cue in (0, 1):
        env = placed(config, cue=cue, cue_position=[1, 0], position=[1, 2])
        views.append(act(env, RIGHT)[0])
    np.testing.assert_array_equal(*views)


@pytest.mark.parametrize(("goal", "cue", "reward"), [(UP, 0, 1), (UP, 1, 0), (DOWN, 0, 0), (DOWN, 1, 1)])
@pytest.mark.parametrize(("config", "junction"), [(GRID, [1, 7]), (TMAZE, [1, 4])])
def test_the_goal_that_the_cue_announced_pays(
    config: EnvConfig, junction: list[int], goal: int, cue: int, reward: int
) -> None:
    env = placed(config, position=junction, cue=cue, goal_colours=[0, 1], length=6)
    _, rewards, terminated, truncated, info = act(env, goal)
    assert (rewards[0], terminated[0], truncated[0]) == (reward, True, False)
    assert (info["episode_return"][0], info["episode_length"][0]) == (reward, 7)


@pytest.mark.parametrize(("config", "places"), [(GRID, 2), (TMAZE, 1)])
def test_cues_starts_and_goals_vary_evenly_and_on_their_own(config: EnvConfig, places: int) -> None:
    """What is drawn of an episode is one of `places` orders of the goals, of two cues, and of the layout's starts."""
    env = make_env(config, 4000, seed=1)
    env.reset()
    state = env.state_dict()
    drawn = np.stack([state["cue"], state["goal_colours"][:, 0], state["position"][:, 0]], axis=1)
    kinds, counts = np.unique(drawn, axis=0, return_counts=True)
    starts = len(np.unique(drawn[:, 2]))
    assert len(kinds) == 2 * places * starts
    np.testing.assert_allclose(counts / 4000, 1 / len(kinds), rtol=0.2)


def test_walls_stop_the_agent() -> None:
    env = placed(GRID, position=[0, 2], cue_position=[1, 0])
    before = env.state_dict()["position"]
    np.testing.assert_array_equal(act(env, UP, RIGHT)[4]["_final_obs"], [False])
    np.testing.assert_array_equal(env.state_dict()["position"], before)


def test_the_step_that_ends_an_episode_begins_the_next() -> None:
    env = placed(EnvConfig(max_steps=5), position=[1, 4], length=4)
    obs, rewards, terminated, truncated, info = act(env, LEFT)
    assert env.metadata["autoreset_mode"] == "same_step"
    assert (rewards[0], terminated[0], truncated[0]) == (0, False, True)
    assert drawn(info["final_obs"][0]) == ".##\n...\n.##"  # where the old episode ended
    row = env.state_dict()["position"][0, 0]
    assert env.state_dict()["position"].tolist() == [[row, 1]]  # and where the new one starts,
    assert obs[0, 1:, 1, 0].sum() == 1  # with its cue to the left
    assert env.state_dict()["length"].tolist() == [0]


def test_reaching_the_goal_with_the_last_step_terminates_and_does_not_truncate() -> None:
    env = placed(EnvConfig(max_steps=5), position=[1, 7], cue=0, goal_colours=[0, 1], length=4)
    _, rewards, terminated, truncated, _ = act(env, UP)
    assert (rewards[0], terminated[0], truncated[0]) == (1, True, False)


@given(seed=st.integers(0, 2**63 - 1), name=st.sampled_from(["grid", "tmaze"]), warm_up=st.integers(0, 60))
@settings(max_examples=25, deadline=None)
def test_equal_states_have_equal_futures(seed: int, name: str, warm_up: int) -> None:
    config, rng = EnvConfig(name=name, max_steps=20), np.random.default_rng(0)
    original, copy = make_env(config, 5, seed), make_env(config, 5, seed + 1)
    original.reset()
    for _ in range(warm_up):
        original.step(rng.integers(0, 4, 5))
    copy.load_state_dict(original.state_dict())
    for _ in range(40):
        actions = rng.integers(0, 4, 5)
        *ours, our_info = original.step(actions)
        *theirs, their_info = copy.step(actions)
        for one, other in zip([*ours, *our_info.values()], [*theirs, *their_info.values()], strict=True):
            np.testing.assert_array_equal(one, other)


def test_a_state_that_does_not_fit_is_refused_and_changes_nothing() -> None:
    env = make_env(GRID, 2, seed=0)
    before = env.state_dict()
    with pytest.raises(ValueError, match=r"environment state has the keys \['cue'\], not \['cue', "):
        env.load_state_dict({"cue": before["cue"]})
    with pytest.raises(ValueError, match=r"environment state length is int64\(3,\), not int64\(2,\)"):
        env.load_state_dict(before | {"cue": before["cue"] + 1, "length": np.zeros(3, np.int64)})
    np.testing.assert_array_equal(env.state_dict()["cue"], before["cue"])


@pytest.mark.parametrize(
    ("actions", "message"),
    [([0, 4], "actions must be 0 to 3"), ([-1, 0], "actions must be 0 to 3"), ([0], r"shape \(1,\), not \(2,\)")],
)
def test_impossible_actions_are_refused(actions: list[int], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make_env(GRID, 2, seed=0).step(np.array(actions))


def test_streams_are_splitmix64() -> None:
    """Against the reference output for the seed 1234567, of which a draw uses the high 32 bits."""
    expected = [6457827717110365317, 3203168211198807973, 9817491932198370423, 4593380528125082431]
    state, everywhere = np.array([1234567], np.uint64), np.array([True])
    assert [draw(state, everywhere, 2**32)[0] for _ in expected] == [word >> 32 for word in expected]


def test_a_draw_advances_the_chosen_streams_only() -> None:
    state = np.array([1, 2, 3], np.uint64)
    assert len(draw(state, np.array([True, False, True]), 10)) == 2
    assert (state != [1, 2, 3]).tolist() == [True, False, True]
