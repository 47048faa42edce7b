"""From a policy's logits to actions, reproducibly in every lane of a batch."""

import numpy as np
from numpy.typing import NDArray

from metta_ref.envs.streams import draw, seeded_streams


def action_streams(seed: int, first_env: int, num_envs: int) -> NDArray[np.uint64]:
    """Random streams uint64[num_envs] for sampling; not those that the environments have from that seed."""
    own = int(np.random.SeedSequence([seed, 1]).generate_state(1, np.uint64)[0])
    return seeded_streams(own, first_env, num_envs)


def likeliest(logits: NDArray[np.float64]) -> NDArray[np.int64]:
    """The action with the highest logit in each lane, the first one when equal; logits [N, A]."""
    return np.asarray(logits.argmax(axis=-1), np.int64)


def sampled(logits: NDArray[np.float64], streams: NDArray[np.uint64]) -> NDArray[np.int64]:
    """An action for each lane with the probabilities softmax(logits); logits [N, A], streams [N].

    By inversion of the cumulative distribution, each lane from its own stream, which advances in place: one
    lane's episodes do not depend on how long another's last.
    """
    weights = np.exp(logits - logits.max(axis=-1, keepdims=True))
    cumulative = np.cumsum(weights, axis=-1)
    uniform = draw(streams, np.ones(len(streams), np.bool_), 1 << 32) / (1 << 32)
    return np.asarray((cumulative > (uniform * cumulative[:, -1])[:, None]).argmax(axis=-1), np.int64)
