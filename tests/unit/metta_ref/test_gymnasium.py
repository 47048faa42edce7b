"""Gymnasium's environments: whose step a reward and an end belong to, what is seen, and what is refused."""

from typing import Any, ClassVar

import numpy as np
import pytest

from metta_ref.config import ConfigError, Observation
from metta_ref.envs import make_env

gymnasium = pytest.importorskip("gymnasium", reason="gymnasium is not installed: pip install gymnasium")

from gymnasium import spaces  # noqa: E402 - after the package is known to be there
from gymnasium.envs.registration import EnvSpec  # noqa: E402
from gymnasium.vector import AutoresetMode, SyncVectorEnv  # noqa: E402

from metta_ref.envs.gymnasium_env import EnvironmentFailedError, GymnasiumEnv  # noqa: E402
from tests.unit.metta_ref.resuming import assert_goes_on_with_new_episodes  # noqa: E402


class Counting(gymnasium.Env[Any, Any]):
    """Shows how many steps its episode has taken, pays that much, and ends after three."""

    def __init__(self, observation_space: Any = None, action_space: Any = None) -> None:
        self.observation_space = observation_space or spaces.Box(0, 9, (1,), np.float64)
        self.action_space = action_space or spaces.Discrete(2, start=5)
        self.steps = 0

    def reset(self, *, seed: int | None = None, options: Any = None) -> tuple[Any, dict[str, Any]]:
        super().reset(seed=seed)
        self.steps = 0
        return self._seen(), {}

    def step(self, action: Any) -> tuple[Any, float, bool, bool, dict[str, Any]]:
        assert action in self.action_space
        self.steps += 1
        return self._seen(), float(self.steps), self.steps == 3, False, {}

    def _seen(self) -> Any:
        if isinstance(self.observation_space, spaces.Discrete):
            return self.observation_space.start + self.steps
        return np.full(self.observation_space.shape, self.steps, self.observation_space.dtype)


def counting(*spaces_of_env: Any, mode: Any = AutoresetMode.SAME_STEP) -> GymnasiumEnv:
    makers = [lambda: Counting(*spaces_of_env)] * 2
    return GymnasiumEnv(SyncVectorEnv(makers, autoreset_mode=mode), "Counting", seed=0)


def test_the_step_that_ends_an_episode_shows_the_next_and_tells_the_last() -> None:
    env = counting()
    assert env.reset()[0].tolist() == [[0], [0]]
    steps = [env.step(np.array([0, 1])) for _ in range(4)]
    assert [obs[0].tolist() for obs, *_ in steps] == [[1], [2], [0], [1]]
    assert [float(rewards[0]) for _, rewards, *_ in steps] == [1, 2, 3, 1]
    assert [bool(ended[0]) for _, _, ended, _, _ in steps] == [False, False, True, False]
    info = steps[2][-1]
    assert {name: values[0].tolist() for name, values in info.items()} == {
        "_final_obs": True,
        "final_obs": [3],
        "episode_return": 6.0,
        "episode_length": 3,
    }


class Seeded(Counting):
    """Keeps the seeds that it was ever given."""

    given: ClassVar[list[int]] = []

    def reset(self, *, seed: int | None = None, options: Any = None) -> tuple[Any, dict[str, Any]]:
        if seed is not None:
            self.given.append(seed)
        return super().reset(seed=seed, options=options)


def test_a_state_counts_the_episodes_that_began_and_no_seed_comes_twice() -> None:
    Seeded.given.clear()
    state: dict[str, Any] = {}
    for _ in range(3):
        env = GymnasiumEnv(SyncVectorEnv([Seeded] * 2, autoreset_mode=AutoresetMode.SAME_STEP), "Seeded", seed=0)
        if state:
            env.load_state_dict(state)
        env.reset()
        for _ in range(4):  # in the third of which an episode ends
            env.step(np.array([0, 1]))
        state = env.state_dict()
    assert state["begun"].tolist() == [6, 6]
    assert len(Seeded.given) == len(set(Seeded.given)) == 6


@pytest.mark.parametrize(
    ("space", "observation", "first"),
    [
        (spaces.Box(0, 255, (2, 3, 1), np.uint8), Observation((1, 2, 3)), [[[1 / 255] * 3] * 2]),
        (spaces.Box(-1, 1, (), np.float32), Observation((1,)), [1]),
        (spaces.Discrete(4, start=-1), Observation((4,)), [0, 1, 0, 0]),
    ],
)
def test_what_is_seen(space: Any, observation: Observation, first: Any) -> None:
    env = counting(space)
    env.reset()
    obs, *_ = env.step(np.zeros(2, np.int64))
    assert (env.observation, obs.dtype, obs.shape) == (observation, np.float32, (2, *observation.shape))
    np.testing.assert_allclose(obs[0], np.array(first, np.float32), rtol=1e-6)


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: counting(mode=AutoresetMode.NEXT_STEP), "make it with AutoresetMode.SAME_STEP"),
        (lambda: counting(None, spaces.Box(0, 1, (1,))), "agents here need Discrete ones"),
        (lambda: counting(spaces.Text(3)), "agents here see boxes and discrete values"),
    ],
)
def test_what_would_be_misunderstood_is_refused(build: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        build()


class Both(Counting):
    """Says of its third step that it ends the episode and that the time is up."""

    def step(self, action: Any) -> tuple[Any, float, bool, bool, dict[str, Any]]:
        seen, reward, ended, _, told = super().step(action)
        return seen, reward, ended, ended, told


def test_an_end_within_the_last_moment_is_an_end() -> None:
    """Nothing comes after it whose value could be added."""
    env = GymnasiumEnv(SyncVectorEnv([Both], autoreset_mode=AutoresetMode.SAME_STEP), "Both", seed=0)
    env.reset()
    ends = [[bool(flags[0]) for flags in env.step(np.array([0]))[2:4]] for _ in range(3)]
    assert ends == [[False, False], [False, False], [True, False]]


class Exploding(Counting):
    """Raises in one of its methods."""

    method: ClassVar[str]

    def reset(self, **options: Any) -> Any:
        return self._explode() if self.method == "reset" else super().reset(**options)

    def step(self, action: Any) -> Any:
        return self._explode() if self.method == "step" else super().step(action)

    def _explode(self) -> None:
        raise ZeroDivisionError("the physics exploded")


@pytest.mark.parametrize("method", ["reset", "step"])
def test_what_an_environment_raises_is_its_own_failure_with_its_traceback(
    method: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Exploding, "method", method, raising=False)
    env = GymnasiumEnv(SyncVectorEnv([Exploding], autoreset_mode=AutoresetMode.SAME_STEP), "Exploding", seed=0)
    with pytest.raises(EnvironmentFailedError) as caught:  # noqa: PT012 - either may
        env.reset()
        env.step(np.array([0]))
    lines = str(caught.value).splitlines()
    assert lines[:2] == ["Exploding raised:", "Traceback (most recent call last):"]
    assert lines[-1] == "ZeroDivisionError: the physics exploded"
    assert any(f"in {method}" in line for line in lines)


def no_display() -> Any:
    raise ZeroDivisionError("there is no display")


def test_what_an_environment_raises_while_it_is_made_is_its_own_failure_too(
    small_config: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(gymnasium.registry, "Window-v0", EnvSpec("Window-v0", no_display))
    with pytest.raises(EnvironmentFailedError, match=r"(?s)^Window-v0 raised:\n.*no_display.*: there is no display\n$"):
        make_env(small_config("env.name=gymnasium", "env.id=Window-v0").env, 2, seed=0)


@pytest.mark.parametrize("actions", [np.array([0, 2]), np.array([-1, 0]), np.array([0])])
def test_actions_out_of_range_are_refused(actions: Any) -> None:
    env = counting()
    env.reset()
    with pytest.raises(ValueError, match="actions"):
        env.step(actions)


def played(num_envs: int, num_workers: int, small_config: Any) -> list[Any]:
    config = small_config("env.name=gymnasium", "env.id=CartPole-v1").env
    env = make_env(config, num_envs, seed=3, num_workers=num_workers)
    try:
        seen = [env.reset()[0]]
        rng = np.random.default_rng(0)
        seen += [env.step(rng.integers(0, 2, 4)[:num_envs])[0] for _ in range(40)]
        return seen
    finally:
        env.close()


def test_workers_and_the_size_of_the_batch_change_no_environment(small_config: Any) -> None:
    alone, shared = played(4, 0, small_config), played(4, 2, small_config)
    np.testing.assert_array_equal(alone, shared)
    assert not np.array_equal(alone[0][0], alone[0][1])


def test_a_run_goes_on_with_episodes_that_it_has_not_had(small_config: Any, new_trainer: Any, tmp_path: Any) -> None:
    config = small_config("env.name=gymnasium", "env.id=CartPole-v1", "py_agent=lstm")
    assert_goes_on_with_new_episodes(new_trainer, config, tmp_path)


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        (["env.name=gymnasium"], "names no environment; give env.id"),
        (["env.id=CartPole-v1"], "env.id=CartPole-v1: belongs to env.name=envpool, gymnasium or mettagrid alone"),
    ],
)
def test_an_id_and_the_name_go_together(small_config: Any, overrides: list[str], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        small_config(*overrides)


def test_an_unknown_id_is_an_error_of_the_settings(small_config: Any) -> None:
    with pytest.raises(ConfigError, match=r"env.id=NoSuch-v0: .*NoSuch"):
        make_env(small_config("env.name=gymnasium", "env.id=NoSuch-v0").env, 2, seed=0)


def test_a_module_that_an_id_names_and_is_not_there_is_told_from_gymnasium_itself(small_config: Any) -> None:
    with pytest.raises(ConfigError, match=r"^env.id=no_such:Maze-v0: .*correct it, or install what it needs$"):
        make_env(small_config("env.name=gymnasium", "env.id=no_such:Maze-v0").env, 2, seed=0)


def test_an_agent_that_cannot_see_it_is_an_error_of_the_settings(small_config: Any, new_trainer: Any) -> None:
    config = small_config("env.name=gymnasium", "env.id=CartPole-v1", "py_agent=fast")
    with pytest.raises(ConfigError, match=r"py_agent=fast: a convolution needs .*; choose another agent"):
        new_trainer(config).__enter__()
