"""One update as a whole: how much of it is taken, and that what it reports is of it."""

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


def test_an_unreached_limit_changes_nothing(small_config: Any, new_trainer: Any) -> None:
    limited = first_update(new_trainer, small_config(*LARGE_STEPS, "trainer.target_kl=1e9"))
    assert repr(limited) == repr(first_update(new_trainer, small_config(*LARGE_STEPS)))


@pytest.mark.parametrize("alpha", [0.0, 0.8])
def test_equal_settings_give_equal_updates(small_config: Any, new_trainer: Any, alpha: float) -> None:
    config = small_config(*LARGE_STEPS, f"trainer.priority_alpha={alpha}", "env.corridor_length=1", "env.max_steps=4")
    assert repr(first_update(new_trainer, config)) == repr(first_update(new_trainer, config))


def test_preference_changes_what_is_learned(small_config: Any, new_trainer: Any) -> None:
    plain, preferring = (
        first_update(new_trainer, small_config(*LARGE_STEPS, f"trainer.priority_alpha={alpha}")) for alpha in (0, 0.8)
    )
    assert plain.policy != preferring.policy
