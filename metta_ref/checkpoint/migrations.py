"""Older formats of checkpoints, read as the current one: a pure function for each step from one to the next.

What is on disk is verified as it was written and never changed.

Format 2 (from 1): a policy's observation is a value with features instead of a bare shape; the encoder's layer comes
after a flattening layer; kickstarting may have several teachers, which are numbered.
"""

from collections.abc import Callable, Mapping
from typing import Any

from numpy.typing import NDArray

Arrays = Mapping[str, NDArray[Any]]
"""State by `<section>/<name>`."""

FORMAT_VERSION = 2


def migrated_policy(plain: Mapping[str, Any], version: int) -> Mapping[str, Any]:
    """The content of policy.json, written in an older format, in the current one."""
    for step in _POLICY_STEPS[version - 1 :]:
        plain = step(plain)
    return plain


def migrated_state(state: Arrays, version: int) -> Arrays:
    """State, all or some of it, written in an older format, in the current one."""
    for step in _STATE_STEPS[version - 1 :]:
        state = {step(name): array for name, array in state.items()}
    return state


def _observation_as_value(plain: Mapping[str, Any]) -> Mapping[str, Any]:
    others = {key: value for key, value in plain.items() if key != "observation_shape"}
    return others | {"observation": {"shape": plain["observation_shape"], "features": [], "grid": [0, 0]}}


def _names_of_format_2(name: str) -> str:
    """The one teacher that there was is the first of several; its weights carry the names of a policy's."""
    return name.replace("kickstarter/", "kickstarter/0.").replace("encoder.0.", "encoder.1.")


_POLICY_STEPS: tuple[Callable[[Mapping[str, Any]], Mapping[str, Any]], ...] = (_observation_as_value,)
_STATE_STEPS: tuple[Callable[[str], str], ...] = (_names_of_format_2,)
