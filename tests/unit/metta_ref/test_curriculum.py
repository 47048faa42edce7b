"""A curriculum: what its tasks are, where episodes are played, and that draws follow learning."""

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metta_ref.config import Config, ConfigError, CurriculumConfig, EnvConfig, config_digest, run_dir
from metta_ref.config.schema import VARIED
from metta_ref.envs import make_env, task_configs
from metta_ref.envs.factory import task_config
from metta_ref.rl.curriculum import Curriculum
from metta_ref.tools import train
from metta_ref.tools._main import tool

TMAZE = EnvConfig(name="tmaze", view_radius=3)
LEARNING = CurriculumConfig(kind="learning_progress", tasks=4, fast_window=5, slow_window=25, exploration=0.2)


class Tasks:
    """As much of an environment as a curriculum sees."""

    num_envs = 8

    def __init__(self, num_tasks: int) -> None:
        self.num_tasks = num_tasks
        self.next_tasks = np.zeros(self.num_envs, np.int64)


def played(curriculum: Curriculum, env: Tasks, success: Callable[[int, int], float], steps: int) -> list[int]:
    """How often each task was played when all episodes end in each step; success depends on task and step."""
    counts = np.zeros(env.num_tasks, np.int64)
    curriculum.assign_all()
    for step in range(steps):
        tasks = env.next_tasks.copy()
        counts += np.bincount(tasks, minlength=env.num_tasks)
        curriculum.begin(1)
        curriculum.assign(0, np.ones(env.num_envs, np.bool_))
        curriculum.learn(np.array([success(int(task), step) for task in tasks]), tasks)
    return counts.tolist()


def test_an_id_alone_decides_its_task() -> None:
    ranges = CurriculumConfig(kind="uniform", tasks=4, corridor_length=(1, 4), max_steps=(7, 9))
    tasks = task_configs(TMAZE, ranges)
    assert [(task.corridor_length, task.max_steps) for task in tasks] == [(1, 7), (3, 8), (2, 9), (4, 7)]
    more = CurriculumConfig(kind="learning_progress", tasks=9, corridor_length=(1, 4), max_steps=(7, 9))
    assert task_configs(TMAZE, more)[:4] == tasks
    assert task_configs(TMAZE, CurriculumConfig()) == (TMAZE,)


@given(task=st.integers(0, 10**6), least=st.integers(1, 50), width=st.integers(0, 1000))
def test_every_task_lies_in_its_range(task: int, least: int, width: int) -> None:
    ranges = CurriculumConfig(kind="uniform", corridor_length=(least, least + width), max_steps=(least, least + width))
    varied = task_config(TMAZE, ranges, task)
    assert least <= varied.corridor_length <= least + width
    assert least <= varied.max_steps <= least + width


@given(count=st.integers(1, 40))
def test_as_many_tasks_as_values_in_powers_of_two_play_each_value_equally(count: int) -> None:
    ranges = CurriculumConfig(kind="uniform", corridor_length=(1, 8))
    lengths = [task_config(TMAZE, ranges, task).corridor_length for task in range(8 * count)]
    assert np.bincount(lengths).tolist() == [0, *[count] * 8]


@pytest.mark.parametrize("workers", [0, 2])
@pytest.mark.parametrize("observation", ["box", "tokens"])
def test_an_environment_with_tasks_plays_each_as_one_that_has_it_alone(observation: str, workers: int) -> None:
    base = EnvConfig(name="grid", view_radius=3, observation=observation)
    ranges = CurriculumConfig(kind="uniform", tasks=3, corridor_length=(1, 5), max_steps=(4, 20))
    tasks = task_configs(base, ranges)
    several = make_env(base, 6, 0, workers, tasks=tasks)
    alone = [make_env(task, 6, 0) for task in tasks]
    several.next_tasks[:] = [0, 1, 2, 0, 1, 2]
    rows = np.arange(6), several.next_tasks.copy()
    rng = np.random.default_rng(0)
    try:
        np.testing.assert_array_equal(several.reset()[0], np.stack([env.reset()[0] for env in alone], 1)[rows])
        ends = 0
        for _ in range(60):
            actions = rng.integers(0, 4, 6)
            obs, rewards, _, truncated, info = several.step(actions)
            theirs = [env.step(actions) for env in alone]
            for ours, part in ((obs, 0), (rewards, 1), (truncated, 3)):
                np.testing.assert_array_equal(ours, np.stack([result[part] for result in theirs], 1)[rows])
            np.testing.assert_array_equal(info["task"], rows[1])
            ends += int(info["_final_obs"].sum())
        assert ends > 30
    finally:
        several.close()


def test_a_task_begins_with_the_next_episode_and_not_before() -> None:
    tasks = task_configs(TMAZE, CurriculumConfig(kind="uniform", tasks=2, max_steps=(3, 6)))
    env = make_env(TMAZE, 1, 0, tasks=tasks)
    assert [task.max_steps for task in tasks] == [3, 5]
    env.reset()
    ends = []
    for step in range(1, 15):
        env.next_tasks[:] = 1
        *_, info = env.step(np.zeros(1, np.int64))
        if info["_final_obs"][0]:
            ends.append((step, int(info["task"][0])))
    assert ends == [(3, 0), (8, 1), (13, 1)]


def test_the_first_episodes_are_drawn_and_those_after_them_anew(small_config: Any, new_trainer: Any) -> None:
    config = small_config("trainer.num_envs=16", "curriculum.kind=uniform", "curriculum.max_steps=3,9")
    with new_trainer(config) as trainer:
        state = trainer.snapshot()
    assert len(set(state["env/task"])) > 4
    assert (state["env/task"] != state["env/next_tasks"]).any()


def test_every_step_has_draws_of_its_own() -> None:
    env = Tasks(4)
    curriculum = Curriculum(LEARNING, env, seed=0)
    curriculum.begin(40)
    drawn = []
    for step in range(40):
        env.next_tasks[:] = -1
        curriculum.assign(step, np.arange(8) == 5)
        assert (env.next_tasks[np.arange(8) != 5] == -1).all()
        drawn.append(int(env.next_tasks[5]))
    assert set(drawn) == {0, 1, 2, 3}


def test_uniform_draws_do_not_care_for_success() -> None:
    env = Tasks(4)
    curriculum = Curriculum(CurriculumConfig(kind="uniform", tasks=4), env, seed=0)
    counts = played(curriculum, env, lambda task, step: float(task == 1), 500)
    assert sum(counts) == 4000
    assert min(counts) > 900
    assert curriculum.probabilities().tolist() == [0.25] * 4


def test_draws_move_to_the_task_that_is_being_learned_and_on_when_it_is() -> None:
    """Task 0 is mastered and task 3 never is; task 1 is learned from step 50 on, task 2 forgotten from step 150 on."""

    def success(task: int, step: int) -> float:
        return {0: 1.0, 1: float(step >= 50), 2: float(step < 150), 3: 0.0}[task]

    env = Tasks(4)
    curriculum = Curriculum(LEARNING, env, seed=0)
    before = played(curriculum, env, success, 50)
    assert min(before) > 70
    learned = played(curriculum, env, lambda task, step: success(task, step + 50), 8)
    assert curriculum.probabilities().argmax() == 1
    assert curriculum.probabilities()[[0, 3]].tolist() == [0.2 / 4] * 2
    assert learned[1] > 64 / 3
    played(curriculum, env, lambda task, step: success(task, step + 58), 92)
    forgotten = played(curriculum, env, lambda task, step: success(task, step + 150), 8)
    assert curriculum.probabilities().argmax() == 2
    assert forgotten[2] > 64 / 3
    played(curriculum, env, lambda task, step: success(task, step + 158), 400)
    assert curriculum.probabilities().tolist() == [0.25] * 4


def test_the_averages_are_plain_means_until_their_windows_are_full() -> None:
    env = Tasks(2)
    curriculum = Curriculum(LEARNING, env, seed=0)
    returns = [1, 0, 0, 1, 0, 1, 5, -3]  # what is more or less than success is cut
    for earned in returns:
        curriculum.learn(np.array([earned]), np.array([0]))
    state: Any = curriculum.state()
    fast = 2 / 5
    for earned in (1, 1, 0):
        fast += (earned - fast) / 5
    assert state["slow"].tolist() == pytest.approx([4 / 8, 0])
    assert state["fast"].tolist() == pytest.approx([fast, 0])
    assert curriculum.statistics() == {
        "success": [round(fast, 6), 0],
        "episodes": [8, 0],
        "probability": [pytest.approx(0.9), pytest.approx(0.1)],
    }


def test_progress_counts_for_more_where_success_is_rare() -> None:
    """By the source's f(p) = 0.9 p / (p + 0.1 (1 - 2 p)): from 0.1 to 0.2 as 0.1923, from 0.8 to 1 as 0.0270."""
    curriculum = Curriculum(CurriculumConfig("learning_progress", 2, fast_window=1, exploration=0), Tasks(2), seed=0)
    for task, earned in ((0, 0), (0, 0.2), (1, 0.6), (1, 1)):
        curriculum.learn(np.array([earned]), np.array([task]))
    rare, usual = 0.18 / 0.26 - 0.5, 1 - 0.72 / 0.74
    assert curriculum.probabilities().tolist() == pytest.approx([rare / (rare + usual), usual / (rare + usual)])


@pytest.mark.parametrize(
    ("overrides", "messages"),
    [
        (
            ["curriculum.corridor_length=1,4"],
            ["curriculum.corridor_length=1,4: varies nothing with curriculum.kind=off; give a kind"],
        ),
        (
            ["curriculum.kind=uniform", "curriculum.max_steps=9,3"],
            ["curriculum.max_steps=9,3: give the least and the most, as 1,8"],
        ),
        (
            ["curriculum.kind=uniform"],
            [f"curriculum.kind=uniform: give a range to {' or '.join(f'curriculum.{name}' for name in VARIED)}"],
        ),
        (
            ["curriculum.kind=uniform", "curriculum.max_steps=3,9", "env.name=gymnasium", "env.id=CartPole-v1"],
            ["curriculum.kind=uniform: env.name=gymnasium has no parameters to vary; use grid or tmaze"],
        ),
        (["curriculum.fast_window=100"], ["curriculum.fast_window=100: must be below curriculum.slow_window=100"]),
    ],
)
def test_what_makes_no_curriculum_is_refused(small_config: Any, overrides: list[str], messages: list[str]) -> None:
    with pytest.raises(ConfigError) as caught:
        small_config(*overrides)
    assert list(caught.value.problems) == messages


def test_a_configuration_without_one_has_the_digest_that_it_had_before_there_were_any() -> None:
    assert config_digest(Config()) == "09fe4ac85b4e354e53d6cb45fec527d832718657b369d00de193c515210f90bf"
    with_one = Config(curriculum=CurriculumConfig(kind="uniform", max_steps=(3, 9)))
    assert config_digest(with_one) != config_digest(Config())


def test_training_tells_of_each_task(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ["run=demo", "trainer.total_timesteps=512", "curriculum.kind=learning_progress", "curriculum.tasks=3"]
    assert tool(train.main, Config, "", argv=[*arguments, "curriculum.max_steps=2,4"]) == 0
    lines = (run_dir("demo") / "metrics.jsonl").read_text().splitlines()
    tasks = json.loads(lines[-1])["tasks"]
    assert {name: len(values) for name, values in tasks.items()} == {"success": 3, "episodes": 3, "probability": 3}
    assert min(tasks["episodes"]) > 0
    assert sum(tasks["probability"]) == pytest.approx(1, abs=1e-4)
