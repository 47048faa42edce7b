"""The arithmetic of PPO, against values worked out by hand and against independent implementations."""

import math
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from metta_ref.rl.adam import Adam
from metta_ref.rl.ppo import (
    Array,
    advantages,
    annealed,
    cross_entropy,
    divergence,
    entropy_bonus,
    errors_and_traces,
    log_softmax,
    minibatches,
    policy_loss,
    taken,
    value_loss,
)
from metta_ref.rl.update import explained_variance


def column(*values: float) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    """One environment over time: [T, 1]."""
    return np.array(values, np.float32)[:, None]


def test_advantages_by_hand() -> None:
    """Those of `three_steps`.

    Step 2: delta = 4 + 8/2 - 2 = 6,    A = 6
    Step 1: delta = 2 - 4 = -2,         A = -2 (nothing carries over the end)
    Step 0: delta = 1 + 4/2 - 2 = 1,    A = 1 + 1/4 * -2 = 0.5
    """
    result = advantages(*three_steps(), column(1, 1, 1))
    assert result.tolist() == [[0.5], [-2.0], [6.0]]


def three_steps() -> tuple[Array, Array]:
    """Rewards 1, 2, 4 and values 2, 4, 2, with 8 to come; gamma = lambda = 1/2; an end with the second."""
    dones, last_values = column(0, 1, 0).astype(bool), np.array([8], np.float32)
    return errors_and_traces(column(1, 2, 4), column(2, 4, 2), dones, last_values, gamma=0.5, gae_lambda=0.5)


def test_v_trace_weighs_errors_and_traces_with_limits() -> None:
    """As above, with ratios 3, 1, 1/2 and limits rho = 2, c = 1.

    Step 2: A = 1/2 * 6 = 3; step 1: A = -2; step 0: A = 2 * 1 + 1/4 * 1 * -2 = 1.5
    """
    result = advantages(*three_steps(), column(3, 1, 0.5), rho_clip=2, c_clip=1)
    assert result.tolist() == [[1.5], [-2.0], [3.0]]


@given(seed=st.integers(0, 2**32 - 1), steps=st.integers(1, 6), batch=st.integers(1, 4))
@settings(max_examples=50, deadline=None)
def test_time_is_the_first_axis_and_environments_do_not_mix(seed: int, steps: int, batch: int) -> None:
    rng, shape = np.random.default_rng(seed), (steps, batch)
    rewards, values, ratios = (rng.random(shape, np.float32) for _ in range(3))
    dones, last_values = rng.random(shape) < 0.3, rng.random(batch, np.float32)
    together = advantages(*errors_and_traces(rewards, values, dones, last_values, gamma=0.9, gae_lambda=0.8), ratios)
    for one in range(batch):
        own = (*(array[:, [one]] for array in (rewards, values, dones)), last_values[[one]])
        alone = advantages(*errors_and_traces(*own, gamma=0.9, gae_lambda=0.8), ratios[:, [one]])
        np.testing.assert_array_equal(together[:, [one]], alone)


@given(rewards=st.lists(st.floats(-1, 1, width=32), min_size=1, max_size=8), last=st.floats(-1, 1, width=32))
@settings(deadline=None)
def test_with_lambda_one_advantage_and_value_make_the_discounted_return(rewards: list[float], last: float) -> None:
    values = np.linspace(-1, 1, len(rewards), dtype=np.float32)[:, None]
    never, last_values = np.zeros(values.shape, bool), np.array([last], np.float32)
    known = errors_and_traces(column(*rewards), values, never, last_values, gamma=0.5, gae_lambda=1)
    result = advantages(*known, np.ones_like(values))
    expected = last
    for reward in reversed(rewards):
        expected = reward + 0.5 * expected
    assert result[0, 0] + values[0, 0] == pytest.approx(expected, abs=1e-5)


def test_the_policy_loss_takes_the_worse_of_clipped_and_unclipped() -> None:
    """Ratios 2 and 1/2 with a limit of 0.2: gains count up to 1.2 only, losses in full."""
    losses, _ = policy_loss(column(2.0, 2.0, 0.5, 0.5), column(1.0, -1.0, 1.0, -1.0), 0.2)
    assert losses[:, 0].tolist() == pytest.approx([-1.2, 2.0, -0.5, 0.8])


def test_the_value_loss_takes_the_worse_of_limited_and_free() -> None:
    """Old value 0, limit 0.2, target 1. Value 1: limited to 0.2, error 0.8. Value -1: free, error 2."""
    losses, _ = value_loss(column(1.0, -1.0), column(0.0, 0.0), column(1.0, 1.0), 0.2)
    assert losses[:, 0].tolist() == pytest.approx([0.5 * 0.8**2, 0.5 * 2.0**2])


def test_entropy_and_divergences_by_hand() -> None:
    certain_and_even = torch.tensor([[0.5, 0.5], [0.25, 0.75]]).log()
    assert entropy_bonus(certain_and_even, 1.0)[0] == pytest.approx((math.log(2) + 0.5623351446) / 2)
    teacher = torch.tensor([[1.0, 0.0], [0.5, 0.5]])
    expected = (-math.log(0.5) - 0.5 * (math.log(0.25) + math.log(0.75))) / 2
    assert cross_entropy(teacher, certain_and_even).item() == pytest.approx(expected)
    assert divergence(column(0.0, math.log(2)), 0.2)[0][:, 0].tolist() == pytest.approx([0.0, 1 - math.log(2)])


@pytest.mark.parametrize("clip", [0.05, 0.2, 1.5])
def test_the_gradients_of_the_losses_are_those_of_their_means(clip: float) -> None:
    """By the log ratios and by the values, against differences in double precision, within the limits and beyond."""
    log_ratios, advantage, values, old_values, returns = np.random.default_rng(0).normal(size=(5, 4, 6))
    cases: list[tuple[Any, Any]] = [
        (log_ratios, lambda given: policy_loss(np.exp(given), advantage, clip)),
        (values, lambda given: value_loss(given, old_values, returns, clip)),
    ]
    for variable, loss in cases:
        _, gradient = loss(variable)
        for place in np.ndindex(variable.shape):
            ahead, behind = variable.copy(), variable.copy()
            ahead[place] += 1e-6
            behind[place] -= 1e-6
            slope = (loss(ahead)[0].mean() - loss(behind)[0].mean()) / 2e-6
            assert gradient[place] == pytest.approx(slope, abs=1e-8)
        assert gradient.any()


def test_the_gradient_of_the_entropy_bonus_is_right() -> None:
    torch.manual_seed(0)
    logits = torch.randn(4, 6, 3, dtype=torch.double, requires_grad=True)
    log_probs = log_softmax(logits)
    _, by_log_probs = entropy_bonus(log_probs.detach(), 0.5)
    odds = logits.softmax(-1)
    (expected,) = torch.autograd.grad(0.5 * (odds * odds.log()).sum(-1).mean(), logits)
    (found,) = torch.autograd.grad(log_probs, logits, by_log_probs)
    torch.testing.assert_close(found, expected)


def test_the_actions_taken_are_looked_up() -> None:
    assert taken(torch.tensor([[1.0, 2.0], [3.0, 4.0]]), torch.tensor([1, 0])).tolist() == [2.0, 3.0]


def test_ratios_beyond_the_limit_are_counted_on_both_sides() -> None:
    _, beyond = divergence(np.log(column(0.7, 0.9, 1.0, 1.1, 1.3)), 0.2)
    assert beyond[:, 0].tolist() == [True, False, False, False, True]


def test_explained_variance_is_one_for_prophets_and_zero_for_the_ignorant() -> None:
    returns = column(1, 2, 3, 6)
    assert explained_variance(returns, returns) == 1.0
    assert explained_variance(column(3, 3, 3, 3), returns) == 0.0
    assert explained_variance(-returns, returns) == -3.0
    assert math.isnan(explained_variance(returns, column(2, 2, 2, 2)))


def test_without_preference_every_environment_comes_once_a_pass() -> None:
    drawn = list(minibatches(column(1, 2, 3, 4, 5, 6)[:, 0], 3, np.random.default_rng(0), passes=1, alpha=0, beta=1))
    assert sorted(np.concatenate([rows for rows, _ in drawn]).tolist()) == [0, 1, 2, 3, 4, 5]
    assert [weights.tolist() for _, weights in drawn] == [[1.0, 1.0]] * 3


def test_preference_draws_large_errors_more_often_and_weighs_them_less() -> None:
    """p is proportional to the priorities at alpha 1: 1/2, 1/4, 1/4, 0; weights at beta 1 are 1 / (4 p)."""
    rng, priorities = np.random.default_rng(0), np.array([2, 1, 1, 0], np.float32)
    drawn = [next(minibatches(priorities, 4, rng, passes=1, alpha=1, beta=1)) for _ in range(4000)]
    counts = np.bincount([int(rows[0]) for rows, _ in drawn], minlength=4) / 4000
    np.testing.assert_allclose(counts, [0.5, 0.25, 0.25, 0], atol=0.03)
    weights = {int(rows[0]): float(weights[0]) for rows, weights in drawn}
    assert [weights[row] for row in (0, 1, 2)] == pytest.approx([0.5, 1.0, 1.0], rel=1e-4)


@given(alpha=st.floats(0.1, 2), groups=st.sampled_from([1, 2, 4]), seed=st.integers(0, 99))
def test_a_minibatch_never_repeats_a_sequence(alpha: float, groups: int, seed: int) -> None:
    priorities = np.arange(8, dtype=np.float32)
    for rows, weights in minibatches(priorities, groups, np.random.default_rng(seed), passes=1, alpha=alpha, beta=0.5):
        assert len(set(rows.tolist())) == len(rows) == len(weights) == 8 // groups


def test_of_priorities_that_are_no_numbers_minibatches_are_drawn_all_the_same() -> None:
    """What diverged is told of where the gradient is looked at, not by a generator that cannot draw."""
    priorities = np.array([1, np.nan, np.inf, 1], np.float32)
    [(rows, weights)] = minibatches(priorities, 1, np.random.default_rng(0), passes=1, alpha=1, beta=1)
    assert sorted(rows.tolist()) == [0, 1, 2, 3]
    assert np.isfinite(weights).all()


def test_schedules_depend_on_the_step_alone() -> None:
    assert [annealed(2.0, step, 100) for step in (0, 25, 100, 150)] == [2.0, 1.5, 0.0, 0.0]
    assert [annealed(2.0, step, 0) for step in (0, 1_000_000)] == [2.0, 2.0]


def test_adam_moves_as_torch_does_with_the_gradient_limited() -> None:
    torch.manual_seed(0)
    ours = {"a": torch.randn(3, 2, requires_grad=True), "b": torch.randn(4, requires_grad=True)}
    theirs = {name: parameter.detach().clone().requires_grad_() for name, parameter in ours.items()}
    adam, oracle = Adam(ours), torch.optim.Adam(theirs.values(), lr=0.1, eps=1e-5)
    for size in (1.0, 0.01, 100.0, 0.1, 1.0):  # beyond the limit and within
        slopes = [size * torch.randn_like(parameter) for parameter in ours.values()]
        for parameter, slope in zip(theirs.values(), slopes, strict=True):
            parameter.grad = slope.clone()
        outputs = [parameter * 1 for parameter in ours.values()]
        adam.step(adam.gradient(outputs, slopes), learning_rate=0.1, max_grad_norm=0.5)
        torch.nn.utils.clip_grad_norm_(list(theirs.values()), 0.5)
        oracle.step()
    for name in ours:
        torch.testing.assert_close(ours[name], theirs[name])


def test_adam_refuses_to_leave_a_parameter_behind() -> None:
    parameters = {"a": torch.zeros(1, requires_grad=True), "b": torch.zeros(1, requires_grad=True)}
    with pytest.raises(ValueError, match="no gradient for b"):
        Adam(parameters).gradient([2 * parameters["a"]], [torch.ones(1)])
