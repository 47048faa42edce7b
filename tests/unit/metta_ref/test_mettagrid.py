"""The real mettagrid: worlds of several agents, seen as tokens, saved exactly by their actions."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from metta_ref.checkpoint import CheckpointManager
from metta_ref.config import ConfigError, save_run_config
from metta_ref.envs import make_env
from metta_ref.tools import sim
from metta_ref.tools._main import tool

pytest.importorskip("mettagrid", reason="mettagrid is not installed: pip install 'migration-audit[mettagrid]'")

TASK = ("env.name=mettagrid", "env.id=navigation", "env.agents=2", "env.max_steps=6")


def play(env: Any, steps: int, seed: int = 0) -> list[Any]:
    """What is seen, paid and ended over some random steps."""
    rng = np.random.default_rng(seed)
    results = [env.step(rng.integers(0, env.num_actions, env.num_envs)) for _ in range(steps)]
    return [(obs, rewards, terminated, truncated) for obs, rewards, terminated, truncated, _ in results]


def test_worlds_end_for_all_their_agents_together(small_config: Any) -> None:
    env = make_env(small_config(*TASK).env, 4, seed=1)
    env.reset()
    results = play(env, 12)
    ended = [(terminated | truncated).tolist() for _, _, terminated, truncated in results]
    assert ended == ([[False] * 4] * 5 + [[True] * 4]) * 2


def test_what_is_seen_are_tokens_on_the_grid(small_config: Any) -> None:
    env = make_env(small_config(*TASK).env, 2, seed=1)
    obs, _ = env.reset()
    known = {feature.id for feature in env.observation.features}
    tokens = obs[obs[..., 2] != 255]
    assert obs.shape == (2, *env.observation.shape)
    assert len(tokens) > 0
    assert set(tokens[:, 2].astype(int)) <= known
    rows, columns = env.observation.grid
    assert (tokens[:, 0] < columns).all()
    assert (tokens[:, 1] < rows).all()


def test_going_on_from_a_state_is_going_on(small_config: Any) -> None:
    first, second = (make_env(small_config(*TASK).env, 4, seed=1) for _ in range(2))
    first.reset()
    play(first, 9)  # in the middle of the second episode
    second.load_state_dict(first.state_dict())
    for ours, theirs in zip(play(first, 8, seed=1), play(second, 8, seed=1), strict=True):
        for one, other in zip(ours, theirs, strict=True):
            np.testing.assert_array_equal(one, other)


def test_workers_change_nothing(small_config: Any) -> None:
    alone = make_env(small_config(*TASK).env, 4, seed=1)
    shared = make_env(small_config(*TASK).env, 4, seed=1, num_workers=2)
    try:
        np.testing.assert_array_equal(alone.reset()[0], shared.reset()[0])
        np.testing.assert_array_equal(play(alone, 7)[-1][0], play(shared, 7)[-1][0])
    finally:
        shared.close()


def test_a_run_trains_and_ends_in_the_same_bytes(small_config: Any, new_trainer: Any) -> None:
    config = small_config(*TASK, "py_agent=fast", "trainer.horizon=4")
    digests = []
    for _ in range(2):
        with new_trainer(config) as trainer:
            trainer.update()
            trainer.update()
            digests.append(trainer.snapshot()["policy/policy.weight"].tobytes())
    assert digests[0] == digests[1]


def test_a_policy_of_several_agents_is_evaluated(
    small_config: Any, new_trainer: Any, data_dir: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = small_config(*TASK, "py_agent=fast", "trainer.horizon=4")
    manager = CheckpointManager(data_dir / "demo")
    with new_trainer(config) as trainer:
        manager.save(trainer.checkpoint())
    save_run_config(config)
    arguments = ["run=demo", "episodes=4", "num_envs=4"]
    assert tool(sim.main, sim.SimConfig, "", argv=arguments) == 0
    assert "episodes=4 completed=4 added=4 total=4" in capsys.readouterr().out


def test_what_is_not_there_is_an_error_of_the_settings(small_config: Any) -> None:
    with pytest.raises(ConfigError, match=r"env\.id=chess: must be one of arena, navigation"):
        make_env(small_config("env.name=mettagrid", "env.id=chess").env, 2, seed=0)
    with pytest.raises(ConfigError, match=r"env\.agents=3: trainer.num_envs of each worker must be a multiple of it"):
        small_config("env.name=mettagrid", "env.id=arena", "env.agents=3")
