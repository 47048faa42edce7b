"""The linear recurrences under AGaLiTe, with their gradients written by hand.

Autograd through a loop keeps every intermediate. A recurrence needs only its own outputs to go back, and what a loop
works on one step at a time stays in the cache of a CPU.
"""

import torch
from torch import Tensor
from torch.autograd.function import FunctionCtx


def discounted_sums(inputs: Tensor, waves: Tensor, decay: Tensor, initial: Tensor) -> Tensor:
    """y_t = d_t * y_{t-1} + w_t x_t for R waves, float [T, *S, R, D].

    Shapes: inputs and decay [T, *S, D], waves [T, *W, R, 1] with W broadcastable to S, initial [*S, R, D].
    The waves get no gradient.
    """
    result: Tensor = _DiscountedSums.apply(inputs, waves, decay, initial)  # type: ignore[no-untyped-call] # torch's is
    return result


def discounted_scores(
    inputs: Tensor, waves: Tensor, decay: Tensor, queries: Tensor, initial: Tensor
) -> tuple[Tensor, Tensor]:
    """The products y_t . q_t [T, *S, R] of such sums with queries [T, *S, D], and the last sums [*S, R, D].

    In one function the gradient by the sums, as large as they are, exists for one step at a time.
    """
    scores, last = _DiscountedScores.apply(  # type: ignore[no-untyped-call] # torch's is
        inputs, waves, decay, queries, initial
    )
    return scores, last


class _DiscountedSums(torch.autograd.Function):
    @staticmethod
    def forward(ctx: FunctionCtx, inputs: Tensor, waves: Tensor, decay: Tensor, initial: Tensor) -> Tensor:
        sums = _sums(inputs, waves, decay, initial)
        ctx.save_for_backward(sums, waves, decay, initial)
        return sums

    @staticmethod
    def backward(ctx: FunctionCtx, gradient: Tensor) -> tuple[Tensor | None, ...]:
        """With G_t = g_t + d_{t+1} * G_{t+1}: dx_t = sum_r w_t G_t, dd_t = sum_r G_t * y_{t-1}, dy_0 = d_1 * G_1."""
        sums, waves, decay, initial = ctx.saved_tensors  # type: ignore[attr-defined] # torch leaves it out of FunctionCtx
        by_input, by_decay = torch.empty_like(decay), torch.empty_like(decay)
        total, product = torch.zeros_like(initial), torch.empty_like(initial)
        for step in range(len(sums) - 1, -1, -1):
            total.add_(gradient[step])
            torch.sum(torch.mul(total, waves[step], out=product), -2, out=by_input[step])
            torch.sum(torch.mul(total, sums[step - 1] if step else initial, out=product), -2, out=by_decay[step])
            total.mul_(decay[step].unsqueeze(-2))
        return by_input, None, by_decay, total


class _DiscountedScores(torch.autograd.Function):
    @staticmethod
    def forward(
        ctx: FunctionCtx, inputs: Tensor, waves: Tensor, decay: Tensor, queries: Tensor, initial: Tensor
    ) -> tuple[Tensor, Tensor]:
        sums = _sums(inputs, waves, decay, initial)
        scores, product = sums.new_empty(sums.shape[:-1]), torch.empty_like(initial)
        for step, query, score in zip(sums, queries, scores, strict=True):
            torch.sum(torch.mul(step, query.unsqueeze(-2), out=product), -1, out=score)
        ctx.save_for_backward(sums, waves, decay, queries, initial)
        return scores, sums[-1].clone()

    @staticmethod
    def backward(ctx: FunctionCtx, by_score: Tensor, by_last: Tensor) -> tuple[Tensor | None, ...]:
        """As above with g_t = by_score_t * q_t, and dq_t = sum_r by_score_t * y_t."""
        sums, waves, decay, queries, initial = ctx.saved_tensors  # type: ignore[attr-defined] # as above
        by_input, by_decay, by_query = (torch.empty_like(decay) for _ in range(3))
        total, product = by_last.clone(), torch.empty_like(initial)
        for step in range(len(sums) - 1, -1, -1):
            weight = by_score[step].unsqueeze(-1)
            total.addcmul_(weight, queries[step].unsqueeze(-2))
            torch.sum(torch.mul(sums[step], weight, out=product), -2, out=by_query[step])
            torch.sum(torch.mul(total, waves[step], out=product), -2, out=by_input[step])
            torch.sum(torch.mul(total, sums[step - 1] if step else initial, out=product), -2, out=by_decay[step])
            total.mul_(decay[step].unsqueeze(-2))
        return by_input, None, by_decay, by_query, total


def _sums(inputs: Tensor, waves: Tensor, decay: Tensor, initial: Tensor) -> Tensor:
    sums = initial.new_empty((len(inputs), *initial.shape))
    previous = initial
    for step, wave, discount, result in zip(inputs, waves, decay, sums, strict=True):
        previous = torch.mul(previous, discount.unsqueeze(-2), out=result).addcmul_(step.unsqueeze(-2), wave)
    return sums
