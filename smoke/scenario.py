"""What a smoke run consists of, as values: scenarios of stages, and what each stage must show."""

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Trained:
    """The command named the newest checkpoint of `run`, which stands at `min_step` steps or later."""

    run: str
    min_step: int = 1


@dataclass(frozen=True, slots=True)
class Complete:
    """Every checkpoint of `run` holds exactly what its manifest lists, byte for byte."""

    run: str


@dataclass(frozen=True, slots=True)
class Resumed:
    """`run` went on from the checkpoint that stage `since` left, and stands where `same_as` stands.

    `same_as` is a run that was never interrupted: at the newest epoch of `run` it must have a checkpoint
    whose state files are equal to its own in every byte.
    """

    run: str
    since: str
    same_as: str


@dataclass(frozen=True, slots=True)
class Evaluated:
    """The command completed and recorded `episodes` episodes of the newest checkpoint of `run`.

    Their mean reward lies between the bounds, where these are given: what was to be learnt was, or could not be.
    """

    run: str
    episodes: int
    min_reward: float = -math.inf
    max_reward: float = math.inf


@dataclass(frozen=True, slots=True)
class Analysed:
    """`analysis.json` of `run` has finite figures for what stage `evaluation` evaluated, and its counts."""

    run: str
    evaluation: str


Expectation = Trained | Complete | Resumed | Evaluated | Analysed

EXPECTATIONS: dict[str, type[Expectation]] = {
    "trained": Trained,
    "complete": Complete,
    "resumed": Resumed,
    "evaluated": Evaluated,
    "analysed": Analysed,
}
"""Names under which a stage may expect them."""


@dataclass(frozen=True, slots=True)
class Stage:
    """A command, the seconds it may take, the stages it rests on, and what it must show besides success.

    A stage without a command examines what earlier ones left.
    """

    name: str
    timeout: float
    expect: tuple[Expectation, ...]
    run: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Scenario:
    """Stages in the order in which they run, in a data directory of their own."""

    name: str
    stages: tuple[Stage, ...]
    text: str = ""
