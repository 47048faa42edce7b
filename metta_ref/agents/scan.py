"""The linear recurrence under AGaLiTe, with its gradient written by hand.

Autograd through a Python loop records every step and keeps every intermediate. The recurrence needs only
its own outputs to go back, so a reverse loop in place is many times faster on a CPU.
"""

import torch
from torch import Tensor
from torch.autograd.function import FunctionCtx


def discounted_sums(inputs: Tensor, decay: Tensor, initial: Tensor) -> Tensor:
    """y_t = d_t * y_{t-1} + x_t along the first axis.

    Shapes: inputs [T, *S], decay [T, *D] with D broadcastable to S (of the same rank), initial [*S];
    the result is [T, *S].
    """
    result: Tensor = _DiscountedSums.apply(inputs, decay, initial)  # type: ignore[no-untyped-call] # torch's is
    return result


class _DiscountedSums(torch.autograd.Function):
    @staticmethod
    def forward(ctx: FunctionCtx, inputs: Tensor, decay: Tensor, initial: Tensor) -> Tensor:
        sums = torch.empty_like(inputs)
        previous = initial
        for step, discount, result in zip(inputs, decay, sums, strict=True):
            previous = torch.addcmul(step, discount, previous, out=result)
        ctx.save_for_backward(sums, decay, initial)
        return sums

    @staticmethod
    def backward(ctx: FunctionCtx, gradient: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """With G_t = g_t + d_{t+1} * G_{t+1}: dx_t = G_t, dd_t = G_t * y_{t-1} summed over broadcast axes,
        dy_0 = d_1 * G_1.
        """
        sums, decay, initial = ctx.saved_tensors  # type: ignore[attr-defined] # torch leaves it out of FunctionCtx
        total = gradient.clone(memory_format=torch.contiguous_format)
        for step in range(len(total) - 2, -1, -1):
            total[step].addcmul_(decay[step + 1], total[step + 1])
        previous = torch.cat([initial[None], sums[:-1]])
        return total, (total * previous).sum_to_size(decay.shape), decay[0] * total[0]
