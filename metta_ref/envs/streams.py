"""What is random of an environment: a stream of its own, drawn with those of others as one array, or a seed for each of
its episodes where another package draws.

SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014) needs one 64-bit word
a stream: the whole state is an array. A stream belongs to the environment's number in the whole batch, however that is
divided among processes.
"""

import numpy as np
from numpy.typing import NDArray

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_MIX_1, _MIX_2 = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
_HIGH_BITS = np.uint64(32)


def seeded_streams(seed: int, first: int, count: int) -> NDArray[np.uint64]:
    """States uint64[count] of the streams of environments `first` .. `first + count - 1`."""
    words = np.random.SeedSequence(seed).generate_state(first + count, np.uint64)
    return words[first:].astype(np.uint64)


def episode_seed(seed: int, env: int, episode: int) -> int:
    """32 bits for an episode of an environment, by their numbers in the whole batch and in its own count."""
    return int(np.random.SeedSequence((seed, env, episode)).generate_state(1)[0])


def draw(state: NDArray[np.uint64], chosen: NDArray[np.bool_], high: int) -> NDArray[np.int64]:
    """Whole numbers in [0, high), one for each true entry of `chosen`; only those streams advance, in place.

    Multiplication instead of rejection leaves a bias below high / 2**32, which no task here can notice.
    """
    state[chosen] += _GOLDEN
    word = state[chosen]
    word = (word ^ (word >> np.uint64(30))) * _MIX_1
    word = (word ^ (word >> np.uint64(27))) * _MIX_2
    word ^= word >> np.uint64(31)
    return (((word >> _HIGH_BITS) * np.uint64(high)) >> _HIGH_BITS).astype(np.int64)
