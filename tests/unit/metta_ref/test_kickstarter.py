"""Kickstarting: towards the teacher, less and less, without touching it; and nothing at all when it is off."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from metta_ref.checkpoint import CheckpointManager, PolicySpec
from metta_ref.checkpoint.errors import CheckpointError, CheckpointNotFoundError, CheckpointStateError
from metta_ref.checkpoint.policies import PolicyCache
from metta_ref.config import AgentConfig, Config, ConfigError, Observation, run_dir
from metta_ref.envs import make_env
from metta_ref.envs.cue_grid import FEATURES, CueGrid
from metta_ref.rl.kickstarter import Kickstarter, chosen_teachers
from metta_ref.rl.ppo import cross_entropy
from metta_ref.rl.rollout import Rollout

TEACHER = ("py_agent=lstm", "seed=5", "trainer.learning_rate=0.05")
CPU, BOTH = torch.device("cpu"), torch.arange(2)


@pytest.fixture
def teacher(small_config: Any, new_trainer: Any) -> CheckpointManager:
    """A run named `teacher` of another architecture than its students, with one checkpoint, of epoch 3.

    A high learning rate gives it decided opinions at once.
    """
    manager = CheckpointManager(run_dir("teacher"))
    with new_trainer(small_config(*TEACHER)) as trainer:
        for _ in range(3):
            trainer.update()
        manager.save(trainer.checkpoint())
    return manager


@pytest.fixture
def student_config(small_config: Callable[..., Config]) -> Callable[..., Config]:
    def configured(*overrides: str) -> Config:
        return small_config("kickstart.timesteps=1000", *overrides)

    return configured


def teacher_divergence(trainer: Any, manager: CheckpointManager) -> float:
    """Cross-entropy from teacher to student over some fixed observations at the start of episodes."""
    torch.manual_seed(0)
    agent = manager.stored(manager.latest()).agent()
    obs, starts = torch.rand(64, 3, 3, 3).round(), torch.ones(64, dtype=torch.bool)
    with torch.no_grad():
        wanted, _, _ = agent.step(obs, agent.initial_state(64), starts)
        actual, _, _ = trainer.agent.step(obs, trainer.agent.initial_state(64), starts)
    return cross_entropy(wanted.softmax(-1), actual.log_softmax(-1)).item()


def test_without_a_teacher_nothing_is_added(small_config: Any, new_trainer: Any) -> None:
    env = make_env(Config().env, 2, seed=0)
    assert chosen_teachers(Config().kickstart, env) == []
    kickstarter = Kickstarter([], Config().kickstart, 2, CPU)
    assert kickstarter.state() == []
    assert kickstarter.targets(rollout_of(torch.rand(3, 2, 3, 3, 3), torch.zeros(3, 2, dtype=torch.bool)), step=0) == []
    with new_trainer(small_config()) as trainer:
        assert trainer.update().losses.kickstart == 0.0


def test_the_loss_is_the_cross_entropy_falling_linearly_to_nothing(
    teacher: CheckpointManager, student_config: Any
) -> None:
    config = student_config("kickstart.teacher=teacher", "kickstart.coefficient=3")
    agent = teacher.stored(3).agent()
    kickstarter = Kickstarter([agent], config.kickstart, 2, CPU)
    targets, log_probs, values = [(simplex(4, 2), torch.rand(4, 2))], simplex(4, 2).log(), torch.rand(4, 2)
    whole = cross_entropy(targets[0][0], log_probs).item()
    losses = [kickstarter.loss(targets, BOTH, log_probs, values, step) for step in (0, 250, 1000, 5000)]
    weights = [loss.item() / whole for loss in losses]
    assert weights == pytest.approx([3.0, 2.25, 0.0, 0.0])


def test_each_teacher_counts_with_its_own_coefficients(teacher: CheckpointManager, student_config: Any) -> None:
    config = student_config(
        "kickstart.teacher=teacher,mock://", "kickstart.coefficient=3,0.5", "kickstart.value_coefficient=2"
    )
    agent = teacher.stored(3).agent()
    lazy = PolicyCache().load("mock://", Observation((3, 3, 3)), 4).agent
    kickstarter = Kickstarter([agent, lazy], config.kickstart, 2, CPU)
    targets = [(simplex(4, 2), torch.rand(4, 2)) for _ in range(2)]
    log_probs, values = simplex(4, 2).log(), torch.rand(4, 2)
    entropies = [cross_entropy(wanted, log_probs).item() for wanted, _ in targets]
    errors = [((expected - values) ** 2).mean().item() / 2 for _, expected in targets]
    expected = 3 * entropies[0] + 0.5 * entropies[1] + 2 * sum(errors)
    assert kickstarter.loss(targets, BOTH, log_probs, values, step=0).item() == pytest.approx(expected)
    assert kickstarter.loss(targets, BOTH, log_probs, values, step=500).item() == pytest.approx(expected / 2)


def test_a_coefficient_is_for_all_teachers_or_for_each(student_config: Any) -> None:
    with pytest.raises(ConfigError, match=r"kickstart.coefficient: 3 values for 2 teachers; give one or as many"):
        student_config("kickstart.teacher=a,b", "kickstart.coefficient=1,2,3")
    with pytest.raises(ConfigError, match=r"kickstart.value_coefficient=1,-2: must be at least 0"):
        student_config("kickstart.teacher=a,b", "kickstart.value_coefficient=1,-2")


def simplex(*shape: int) -> torch.Tensor:
    """Random distributions over four actions."""
    return torch.rand(*shape, 4).softmax(-1)


def test_the_teacher_remembers_from_one_rollout_to_the_next(teacher: CheckpointManager, small_config: Any) -> None:
    agent = teacher.stored(3).agent()
    kickstarter = Kickstarter([agent], small_config().kickstart, 2, CPU)
    obs, starts = torch.rand(6, 2, 3, 3, 3), torch.zeros(6, 2, dtype=torch.bool)
    halves = [kickstarter.targets(rollout_of(obs[part], starts[part]), step=0) for part in (slice(3), slice(3, 6))]
    whole, _, _ = agent.sequence(obs, agent.initial_state(2), starts)
    torch.testing.assert_close(torch.cat([wanted for [(wanted, _)] in halves]), whole.softmax(-1))


def test_the_teacher_forgets_where_an_episode_starts(teacher: CheckpointManager, small_config: Any) -> None:
    agent = teacher.stored(3).agent()
    kickstarter = Kickstarter([agent], small_config().kickstart, 2, CPU)
    obs, starts = torch.rand(6, 2, 3, 3, 3), torch.zeros(6, 2, dtype=torch.bool)
    starts[3, 0] = True
    [(wanted, expected)] = kickstarter.targets(rollout_of(obs, starts), step=0)
    logits, values, _ = agent.sequence(obs[3:], agent.initial_state(2), starts[3:])
    torch.testing.assert_close((wanted[3:, 0], expected[3:, 0]), (logits[:, 0].softmax(-1), values[:, 0]))
    assert not torch.allclose(expected[3:, 1], values[:, 1])


def test_a_teacher_who_no_longer_counts_is_not_asked(teacher: CheckpointManager, small_config: Any) -> None:
    kickstarter = Kickstarter([teacher.stored(3).agent()], small_config("kickstart.timesteps=64").kickstart, 2, CPU)
    rollout = rollout_of(torch.rand(3, 2, 3, 3, 3), torch.zeros(3, 2, dtype=torch.bool))
    assert [len(kickstarter.targets(rollout, step)) for step in (0, 63, 64, 1000)] == [1, 1, 0, 0]


def test_no_gradient_reaches_a_teacher(teacher: CheckpointManager, small_config: Any) -> None:
    agent = teacher.stored(3).agent()
    kickstarter = Kickstarter([agent], small_config("kickstart.value_coefficient=1").kickstart, 2, CPU)
    targets = kickstarter.targets(rollout_of(torch.rand(3, 2, 3, 3, 3), torch.zeros(3, 2, dtype=torch.bool)), step=0)
    logits, values = torch.zeros(3, 2, 4, requires_grad=True), torch.zeros(3, 2, requires_grad=True)
    kickstarter.loss(targets, BOTH, logits.log_softmax(-1), values, step=0).backward()
    assert logits.grad is not None
    assert logits.grad.any()
    assert {name for name, weights in agent.named_parameters() if weights.grad is not None} == set()


def rollout_of(obs: torch.Tensor, starts: torch.Tensor) -> Rollout:
    """A rollout of which only what was seen matters."""
    nothing = np.zeros(starts.shape, np.float32)
    return Rollout(obs, starts, starts, nothing, nothing, nothing, nothing.astype(bool), nothing[0], ())


@pytest.mark.parametrize(
    "named",
    ["teacher", "{checkpoints}", "{checkpoints}/epoch-00000003", "file://{checkpoints}#best", "mock://,teacher"],
)
def test_a_student_comes_closer_to_its_teacher_which_stays_as_it_is(
    teacher: CheckpointManager, student_config: Any, new_trainer: Any, named: str
) -> None:
    name = named.format(checkpoints=teacher.directory)
    before = teacher.load(3).state
    with new_trainer(student_config(f"kickstart.teacher={name}", "kickstart.coefficient=20")) as trainer:
        first = teacher_divergence(trainer, teacher)
        for _ in range(3):
            assert trainer.update().losses.kickstart > 0
        assert teacher_divergence(trainer, teacher) < first
        kept = trainer.snapshot()
    taught = f"kickstarter/{named.count(',')}.weights."
    weights = {name.removeprefix(taught): array for name, array in kept.items() if name.startswith(taught)}
    assert weights
    for name, array in weights.items():
        np.testing.assert_array_equal(array, before[f"policy/{name}"])


def test_a_resumed_student_keeps_the_teacher_that_it_had(
    teacher: CheckpointManager, student_config: Any, small_config: Any, new_trainer: Any, tmp_path: Path
) -> None:
    """The teacher's run trains on in between; exactness needs the old weights and the teacher's memory."""
    config = student_config("kickstart.teacher=teacher", "env.max_steps=5")
    halfway, resumed = CheckpointManager(tmp_path / "a" / "demo"), CheckpointManager(tmp_path / "b" / "demo")
    with new_trainer(config) as trainer:
        trainer.update()
        halfway.save(trainer.checkpoint())
        trainer.update()
        halfway.save(trainer.checkpoint())
    with new_trainer(small_config(*TEACHER)) as trainer:
        trainer.restore(teacher.load(3))
        trainer.update()
        teacher.save(trainer.checkpoint())
    with new_trainer(config) as trainer:
        trainer.restore(halfway.load(1))
        trainer.update()
        resumed.save(trainer.checkpoint())
    assert resumed.stored(2).manifest.state_digest == halfway.stored(2).manifest.state_digest


def test_a_kickstarted_run_goes_on_without_its_teachers(
    teacher: CheckpointManager, student_config: Any, new_trainer: Any, tmp_path: Path
) -> None:
    """Their architectures and weights are in its own checkpoints; the teacher's run may be gone."""
    config = student_config("kickstart.teacher=teacher,mock://lazy", "env.max_steps=5")
    whole, resumed = CheckpointManager(tmp_path / "a" / "demo"), CheckpointManager(tmp_path / "b" / "demo")
    with new_trainer(config) as trainer:
        for _ in range(2):
            trainer.update()
            whole.save(trainer.checkpoint())
    shutil.rmtree(teacher.run_dir)
    halfway = whole.load(1)
    assert [(spec.agent, spec.config.hidden_size) for spec in halfway.teachers] == [("lstm", 8), ("memoryless", 1)]
    with new_trainer(config, teachers=halfway.teachers) as trainer:
        trainer.restore(halfway)
        trainer.update()
        resumed.save(trainer.checkpoint())
    assert resumed.stored(2).manifest.state_digest == whole.stored(2).manifest.state_digest
    assert resumed.load(2).teachers == halfway.teachers


def test_a_teacher_that_this_version_does_not_know_is_refused(student_config: Any) -> None:
    env = make_env(Config().env, 2, seed=0)
    spec = PolicySpec("oracle", env.observation, env.num_actions, AgentConfig())
    config = student_config("kickstart.teacher=teacher").kickstart
    with pytest.raises(CheckpointStateError, match=r"^kickstart.teacher: agent oracle: must be one of agalite"):
        chosen_teachers(config, env, known=[spec])


def test_a_teacher_from_a_checkpoint_reads_tokens_as_the_environment_means_them(student_config: Any) -> None:
    config = student_config("kickstart.teacher=teacher", "env.observation=tokens")
    renumbered = tuple(replace(feature, id=feature.id + 7) for feature in FEATURES)
    usual, other = (CueGrid([config.env], 2, 0, features=features) for features in (FEATURES, renumbered))
    spec = PolicySpec("lstm", usual.observation, usual.num_actions, config.agent)
    [(_, teacher)] = chosen_teachers(config.kickstart, other, known=[spec])
    starts = torch.ones(2, dtype=torch.bool)
    blank = spec.new()
    blank.load_state_dict(teacher.state_dict())
    told = [
        agent.step(torch.from_numpy(env.reset()[0]), agent.initial_state(2), starts)[0]
        for agent, env in ((blank, usual), (teacher, other))
    ]
    assert torch.equal(*told)


def test_each_piece_of_a_teachers_state_is_missed_and_shows(
    teacher: CheckpointManager, student_config: Any, small_config: Any, new_trainer: Any, tmp_path: Path
) -> None:
    """Left out, it is refused; as a new run would have it, from a teacher that trained on, it shows in the end."""
    config = student_config("kickstart.teacher=teacher", "env.max_steps=5")
    manager = CheckpointManager(tmp_path / "whole" / "demo")
    with new_trainer(config) as trainer:
        for _ in range(2):
            trainer.update()
            manager.save(trainer.checkpoint())
    with new_trainer(small_config(*TEACHER)) as trainer:
        trainer.restore(teacher.load(3))
        trainer.update()
        teacher.save(trainer.checkpoint())
    halfway = manager.load(1)
    pieces = [name for name in halfway.state if name.startswith("kickstarter/")]
    assert len(pieces) > 10
    with new_trainer(config) as trainer:
        initial = trainer.snapshot()
        for name in pieces:
            others = {key: array for key, array in halfway.state.items() if key != name}
            with pytest.raises(CheckpointStateError, match=f"{name} is missing"):
                trainer.restore(replace(halfway, state=others))
    for name in ("kickstarter/0.weights.policy.weight", "kickstarter/0.state.0", "kickstarter/0.state.1"):
        ended = CheckpointManager(tmp_path / name / "demo")
        with new_trainer(config) as trainer:
            trainer.restore(replace(halfway, state={**halfway.state, name: initial[name]}))
            trainer.update()
            ended.save(trainer.checkpoint())
        assert ended.stored(2).manifest.state_digest != manager.stored(2).manifest.state_digest, name


def test_a_teacher_that_cannot_be_had_is_an_error(teacher: CheckpointManager, student_config: Any) -> None:
    env = make_env(Config().env, 2, seed=0)
    with pytest.raises(CheckpointNotFoundError, match="nobody/checkpoints: no checkpoint there"):
        chosen_teachers(student_config("kickstart.teacher=nobody").kickstart, env)
    with pytest.raises(CheckpointError, match="Protocol not known: ftps; use a path, file://"):
        chosen_teachers(student_config("kickstart.teacher=ftps://x").kickstart, env)
    far_sighted = make_env(student_config("env.view_radius=2").env, 2, seed=0)
    with pytest.raises(CheckpointStateError, match=r"kickstart.teacher: teacher: sees a box of shape \(3, 3, 3\)"):
        chosen_teachers(student_config("kickstart.teacher=teacher").kickstart, far_sighted)
