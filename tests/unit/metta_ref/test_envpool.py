"""Pools of environments: no step between two episodes that nobody took, whatever the pool's own habit."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from metta_ref.config import ConfigError, Observation
from metta_ref.envs import make_env

gymnasium = pytest.importorskip("gymnasium", reason="gymnasium is not installed: pip install gymnasium")

from gymnasium import spaces  # noqa: E402 - after the package is known to be there
from gymnasium.vector import AutoresetMode  # noqa: E402

from metta_ref.envs.gymnasium_env import GymnasiumEnv, SameStepPool  # noqa: E402
from tests.unit.metta_ref.resuming import assert_goes_on_with_new_episodes  # noqa: E402

CARTPOLE = ("env.name=envpool", "env.id=CartPole-v1")


class NextStepPool:
    """Shows seed and steps of each environment, pays the steps, and ends after as many steps as its number plus two.

    As envpool's do, it begins the next episode in the step after, ignoring the action, and can reset some alone.
    """

    single_observation_space = spaces.Box(0, 99, (2,), np.float32)
    single_action_space = spaces.Discrete(2)
    metadata = {"autoreset_mode": AutoresetMode.NEXT_STEP}  # noqa: RUF012 - as Gymnasium has it

    def __init__(self, seeds: Sequence[int]) -> None:
        self.seeds = np.array(seeds)
        self.steps = np.zeros(len(seeds), np.int64)
        self.over = np.zeros(len(seeds), np.bool_)

    def reset(self, env_id: Any = None) -> tuple[Any, dict[str, Any]]:
        rows = np.arange(len(self.seeds)) if env_id is None else env_id
        self.steps[rows], self.over[rows] = 0, False
        return self._seen()[rows], {}

    def step(self, actions: Any) -> tuple[Any, Any, Any, Any, dict[str, Any]]:
        assert actions.dtype == np.int32
        self.steps = np.where(self.over, 0, self.steps + 1)
        self.over = ~self.over & (self.steps == np.arange(len(self.seeds)) + 2)
        return self._seen(), self.steps.astype(np.float32), self.over.copy(), np.zeros_like(self.over), {}

    def _seen(self) -> Any:
        return np.stack([self.seeds, self.steps], axis=1).astype(np.float32)


def test_what_ends_begins_again_in_the_same_step() -> None:
    env = GymnasiumEnv(SameStepPool(NextStepPool, 2), "Counting", seed=0)
    assert env.reset()[0][:, 1].tolist() == [0, 0]
    steps = [env.step(np.array([0, 1])) for _ in range(7)]
    assert [obs[:, 1].tolist() for obs, *_ in steps] == [[1, 1], [0, 2], [1, 0], [0, 1], [1, 2], [0, 0], [1, 1]]
    assert [rewards.tolist() for _, rewards, *_ in steps] == [[1, 1], [2, 2], [1, 3], [2, 1], [1, 2], [2, 3], [1, 1]]
    infos = [info for *_, info in steps]
    assert [info["_final_obs"].tolist() for info in infos[:4]] == [
        [False, False],
        [True, False],
        [False, True],
        [True, False],
    ]
    assert (infos[1]["final_obs"][0, 1], infos[1]["episode_return"][0], infos[1]["episode_length"][0]) == (2, 3, 2)
    assert (infos[2]["final_obs"][1, 1], infos[2]["episode_return"][1], infos[2]["episode_length"][1]) == (3, 6, 3)


def test_seeds_belong_to_the_number_in_the_whole_batch() -> None:
    whole = GymnasiumEnv(SameStepPool(NextStepPool, 3), "Counting", seed=5).reset()[0]
    last = GymnasiumEnv(SameStepPool(NextStepPool, 1), "Counting", seed=5, first_env=2).reset()[0]
    assert len(set(whole[:, 0])) == 3
    np.testing.assert_array_equal(last[0], whole[2])


def test_a_pool_of_another_mode_is_refused() -> None:
    class Other(NextStepPool):
        metadata = {"autoreset_mode": AutoresetMode.DISABLED}  # noqa: RUF012 - as Gymnasium has it

    with pytest.raises(ValueError, match="autoreset mode is AutoresetMode"):
        SameStepPool(Other, 1)


def test_bytes_with_channels_first_stay_in_that_order() -> None:
    class Pictures(NextStepPool):
        single_observation_space = spaces.Box(0, 255, (4, 2, 3), np.uint8)

        def _seen(self) -> Any:
            return np.broadcast_to(np.arange(4, dtype=np.uint8)[:, None, None], (len(self.seeds), 4, 2, 3)).copy()

    env = GymnasiumEnv(SameStepPool(Pictures, 1), "Pictures", seed=0, channels_first=True)
    assert env.observation == Observation((4, 2, 3))
    np.testing.assert_allclose(env.reset()[0][0, :, 0, 0], np.arange(4) / 255, rtol=1e-6)


def test_the_extra_is_named_where_the_package_is_missing(small_config: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "envpool", None)
    with pytest.raises(ConfigError, match=r"env.name=envpool: .* pip install 'migration-audit\[envpool\]'"):
        make_env(small_config(*CARTPOLE).env, 2, seed=0)


class TestTheRealOne:
    """With the package itself."""

    @pytest.fixture(autouse=True)
    def package(self) -> None:
        pytest.importorskip("envpool", reason="envpool is not installed: pip install 'migration-audit[envpool]'")

    def test_no_step_is_lost_between_episodes(self, small_config: Any) -> None:
        env = make_env(small_config(*CARTPOLE).env, 3, seed=0)
        env.reset()
        paid, lengths, running = np.zeros(3), [], np.zeros(3)
        for _ in range(200):
            obs, rewards, terminated, truncated, info = env.step(np.array([0, 1, 1]))
            paid, running = paid + rewards, running + 1
            for row in np.flatnonzero(terminated | truncated):
                assert (info["episode_length"][row], info["episode_return"][row]) == (running[row], paid[row])
                assert abs(obs[row]).max() < 0.06  # where CartPole begins
                assert abs(info["final_obs"][row, 2]) > 0.2  # where it falls
                lengths.append(int(running[row]))
                paid[row], running[row] = 0, 0
        assert len(lengths) > 30
        env.close()

    def test_workers_and_the_size_of_the_batch_change_no_environment(self, small_config: Any) -> None:
        config, seen = small_config(*CARTPOLE).env, []
        for workers in (0, 2):
            env = make_env(config, 4, seed=3, num_workers=workers)
            try:
                rng = np.random.default_rng(0)
                seen.append([env.reset()[0], *(env.step(rng.integers(0, 2, 4))[0] for _ in range(60))])
            finally:
                env.close()
        np.testing.assert_array_equal(seen[0], seen[1])

    def test_a_run_trains_and_goes_on_with_new_episodes(
        self, small_config: Any, new_trainer: Any, tmp_path: Any
    ) -> None:
        config = small_config(*CARTPOLE, "py_agent=lstm")
        assert_goes_on_with_new_episodes(new_trainer, config, tmp_path)

    @pytest.mark.parametrize(
        ("name", "message"),
        [
            ("CartPole-v9", "envpool has no such environment; did you mean CartPole-v"),
            ("Pendulum-v1", "agents here need Discrete ones"),
            ("MiniGrid-Empty-5x5-v0", "agents here see boxes and discrete values"),
        ],
    )
    def test_what_cannot_be_played_is_an_error_of_the_settings(
        self, small_config: Any, name: str, message: str
    ) -> None:
        with pytest.raises(ConfigError, match=message):
            make_env(small_config("env.name=envpool", f"env.id={name}").env, 2, seed=0)
