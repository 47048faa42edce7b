"""Which environments' sequences make up a minibatch: all once a pass, or those with more to learn from first."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

_SMALLEST = 1e-6
"""Keeps a sequence without any error drawable."""


def minibatches(
    priorities: NDArray[np.float32], groups: int, rng: np.random.Generator, *, passes: int, alpha: float, beta: float
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.float32]]]:
    """Passes of `groups` minibatches over B environments: rows int64[B / groups], weights float32[B / groups].

    With `alpha` 0 every row comes once a pass, in random order, with weight 1. Otherwise each minibatch is drawn
    without repetition with probabilities p proportional to `priorities ** alpha`, and a row weighs
    (B p) ** -beta, which at `beta` 1 undoes the preference in expectation (Schaul et al. 2016, arXiv 1511.05952,
    equation 2 and section 3.4, over sequences instead of single steps).
    """
    batch = len(priorities)
    if alpha == 0:
        for _ in range(passes):
            for rows in rng.permutation(batch).reshape(groups, -1):
                yield rows, np.ones(len(rows), np.float32)
        return
    preference = (priorities.astype(np.float64) + _SMALLEST) ** alpha
    probabilities = preference / preference.sum()
    for _ in range(passes * groups):
        rows = rng.choice(batch, batch // groups, replace=False, p=probabilities)
        yield rows, ((batch * probabilities[rows]) ** -beta).astype(np.float32)
