"""The tasks of a curriculum: what each id stands for."""

from dataclasses import replace
from typing import Any

from metta_ref.config import OFF, CurriculumConfig, EnvConfig

_BASES = (2, 3)
"""One prime for each parameter that may vary."""


def task_config(env: EnvConfig, curriculum: CurriculumConfig, task: int) -> EnvConfig:
    """The task of an id, which with the ranges alone decides it.

    Ids walk through the ranges as Halton's sequence does (Numerische Mathematik 2, 1960): any number of tasks covers
    them evenly, and more tasks leave the earlier ones as they are.
    """
    values: dict[str, Any] = {}
    for (name, (least, most)), base in zip(curriculum.ranges.items(), _BASES, strict=False):
        numerator, denominator = _mirrored(task, base)
        values[name] = least + (most - least + 1) * numerator // denominator
    return replace(env, **values)


def task_configs(env: EnvConfig, curriculum: CurriculumConfig) -> tuple[EnvConfig, ...]:
    """All tasks in the order of their ids; the environment itself when there is no curriculum."""
    if curriculum.kind == OFF:
        return (env,)
    return tuple(task_config(env, curriculum, task) for task in range(curriculum.tasks))


def _mirrored(number: int, base: int) -> tuple[int, int]:
    """The digits of a number mirrored at the point, from 0 up to 1, as numerator and denominator."""
    numerator, denominator = 0, 1
    while number:
        number, digit = divmod(number, base)
        numerator, denominator = numerator * base + digit, denominator * base
    return numerator, denominator
