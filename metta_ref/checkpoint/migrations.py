"""Older formats of checkpoints, read as the current one: a pure function for each step from one to the next.

What is on disk is verified as it was written and never changed.

Format 2 (from 1): a policy's observation is a value with features instead of a bare shape; the encoder's layer comes
after a flattening layer; kickstarting may have several teachers, which are numbered.
"""

from collections.abc import Callable, Mapping
from typing import Any

Arrays = Mapping[str, Any]

FORMAT_VERSION = 2


def migrated_policy(plain: Mapping[str, Any], version: int) -> Mapping[str, Any]:
    """The content of policy.json, written in an older format, in the current one."""
    for step in _POLICY_STEPS[version - 1 :]:
        plain = step(plain)
    return plain


def migrated_tensors(section: str, arrays: Arrays, version: int) -> Arrays:
    """A section of tensors, written in an older format, in the current one."""
    for step in _TENSOR_STEPS[version - 1 :]:
        arrays = {step(section, name): array for name, array in arrays.items()}
    return arrays


def _observation_as_value(plain: Mapping[str, Any]) -> Mapping[str, Any]:
    others = {key: value for key, value in plain.items() if key != "observation_shape"}
    return others | {"observation": {"shape": plain["observation_shape"], "features": [], "grid": [0, 0]}}


def _names_of_format_2(section: str, name: str) -> str:
    if section == "kickstarter":
        # Of several teachers this was the first; its weights carry the names of a policy's.
        kind, dot, rest = name.partition(".")
        return f"0.{kind}{dot}{_flattened_first(rest)}"
    return _flattened_first(name) if section in ("policy", "optimizer") else name


def _flattened_first(name: str) -> str:
    return name.replace("encoder.0.", "encoder.1.", 1) if name.startswith("encoder.0.") else name


_POLICY_STEPS: tuple[Callable[[Mapping[str, Any]], Mapping[str, Any]], ...] = (_observation_as_value,)
_TENSOR_STEPS: tuple[Callable[[str, str], str], ...] = (_names_of_format_2,)
