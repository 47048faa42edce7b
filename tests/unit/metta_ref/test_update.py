"""One update as a whole: how much of it is taken, and that what it reports is of it."""

import math
from typing import Any

import pytest

from metta_ref.rl.update import Losses

LARGE_STEPS = ("py_agent=lstm", "trainer.learning_rate=0.05", "trainer.update_epochs=3", "trainer.minibatches=2")


def first_update(new_trainer: Any, config: Any) -> Losses:
    with new_trainer(config) as trainer:
        losses: Losses = trainer.update().losses
        return losses


def test_an_update_takes_every_minibatch_of_every_pass(small_config: Any, new_trainer: Any) -> None:
    assert first_update(new_trainer, small_config(*LARGE_STEPS)).minibatches == 6


def test_an_update_ends_when_the_policy_has_moved_too_far(small_config: Any, new_trainer: Any) -> None:
    """The first minibatch is seen by the policy that acted: no divergence yet. The second is not."""
    losses = first_update(new_trainer, small_config(*LARGE_STEPS, "trainer.target_kl=1e-9"))
    assert losses.minibatches == 2
    assert losses.approximate_kl > 1e-9


@pytest.mark.parametrize(("times", "taken"), [(0.99, 2), (1.01, 3)])
def test_the_limit_is_the_divergence_itself(small_config: Any, new_trainer: Any, times: float, taken: int) -> None:
    steps = (*LARGE_STEPS[:2], "trainer.update_epochs=3", "trainer.minibatches=1", "trainer.priority_alpha=0")
    first_two = first_update(new_trainer, small_config(*steps, "trainer.target_kl=1e-9")).approximate_kl
    limit = times * 2 * first_two  # it is a mean of two, of which the first is 0
    assert first_update(new_trainer, small_config(*steps, f"trainer.target_kl={limit!r}")).minibatches == taken


def test_an_unreached_limit_changes_nothing(small_config: Any, new_trainer: Any) -> None:
    limited = first_update(new_trainer, small_config(*LARGE_STEPS, "trainer.target_kl=1e9"))
    assert repr(limited) == repr(first_update(new_trainer, small_config(*LARGE_STEPS)))


def test_advantages_are_weighed_with_the_ratios_of_the_moment(small_config: Any, new_trainer: Any) -> None:
    """Of ratios that are 1, as those of the first minibatch are, no limit from 1 on would cut anything."""
    clips = [(f"trainer.rho_clip={limit}", f"trainer.c_clip={limit}") for limit in (1, 2)]
    narrow, wide = (first_update(new_trainer, small_config(*LARGE_STEPS, *limits)) for limits in clips)
    assert narrow.policy != wide.policy


@pytest.mark.parametrize("alpha", [0.0, 0.8])
def test_equal_settings_give_equal_updates(small_config: Any, new_trainer: Any, alpha: float) -> None:
    config = small_config(*LARGE_STEPS, f"trainer.priority_alpha={alpha}", "env.corridor_length=1", "env.max_steps=4")
    assert repr(first_update(new_trainer, config)) == repr(first_update(new_trainer, config))


def test_preference_changes_what_is_learned(small_config: Any, new_trainer: Any) -> None:
    plain, preferring = (
        first_update(new_trainer, small_config(*LARGE_STEPS, f"trainer.priority_alpha={alpha}")) for alpha in (0, 0.8)
    )
    assert plain.policy != preferring.policy


def test_the_learning_rate_falls_with_the_steps_of_the_agent(small_config: Any, new_trainer: Any) -> None:
    """32 steps an update: the second is taken at half the rate, and from the third on nothing moves."""
    weights = []
    with new_trainer(small_config("py_agent=memoryless", "trainer.anneal_timesteps=64")) as trainer:
        for _ in range(4):
            trainer.update()
            weights.append(trainer.snapshot()["policy/value.weight"])
    first, second, third, fourth = weights
    assert (first != second).any()
    assert (second == third).all()
    assert (third == fourth).all()


def test_the_weight_of_a_teacher_falls_with_the_steps_of_the_agent(small_config: Any, new_trainer: Any) -> None:
    config = small_config("py_agent=memoryless", "kickstart.teacher=mock://", "kickstart.timesteps=64")
    with new_trainer(config) as trainer:
        terms = [trainer.update().losses.kickstart for _ in range(3)]
    entropy = math.log(4)  # of an even teacher; the student begins nearly even
    assert terms == pytest.approx([entropy, entropy / 2, 0.0], rel=0.05)
