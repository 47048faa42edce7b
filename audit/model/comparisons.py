"""Predicates that compare two commits, or measure something and compare it with a number.

``base`` is the revision to compare with, and empty for the one that ``--since`` names.
"""

from __future__ import annotations

import shlex
from typing import ClassVar, Literal

from audit.model.bounds import Bound, Comparison
from audit.model.predicate import Predicate, listed

Mode = Literal["bytes", "code", "signature"]
"""What has to be equal: every byte; the syntax without comments, layout and docstrings; what callers see."""

Take = Literal["last", "first", "all", "mean", "min", "max"]
"""Which of several values counts; ``all`` means that every one of them has to be as expected."""


class LinesChanged(Predicate, frozen=True, kw_only=True):
    """So many lines came or went between the base and the tree, as git counts them; no path means everywhere."""

    kind: ClassVar[str] = "size"
    paths: tuple[str, ...] = ()
    added: Bound | None = None
    removed: Bound | None = None
    base: str = ""

    def __str__(self) -> str:
        said = [f"{bound} lines {verb}" for verb in ("added", "removed") if (bound := getattr(self, verb)) is not None]
        return f"{' and '.join(said)} in {listed(self.paths, 'the tree')}{_since(self.base)}"


class Unchanged(Predicate, frozen=True, kw_only=True):
    """Files that match the globs, or definitions, are at the base what they are in the tree."""

    kind: ClassVar[str] = "unchanged"
    paths: tuple[str, ...] = ()
    symbols: tuple[str, ...] = ()
    mode: Mode = "bytes"
    base: str = ""

    def __str__(self) -> str:
        what = {"bytes": "every byte", "code": "the code", "signature": "every signature"}[self.mode]
        return f"{what} of {listed((*self.paths, *self.symbols))} is unchanged{_since(self.base)}"


class SameOutput(Predicate, frozen=True, kw_only=True):
    """A command ends alike and prints the same at the base and now, times and scratch paths aside."""

    kind: ClassVar[str] = "unchanged"
    run: tuple[str, ...]
    base: str = ""
    within: float | None = None

    def __str__(self) -> str:
        return f"what `{shlex.join(self.run)}` prints is unchanged{_since(self.base)}"


class Metric(Predicate, frozen=True, kw_only=True):
    """A number is as expected: one that JSON holds, that SQL selects from a database, or that a log names.

    It is read from ``file``, which ``run`` may have to write first, or from what ``run`` prints. Exactly one of
    ``json`` (a path such as ``eval.scores[0].mean``), ``sql`` and ``log`` (a regular expression whose first
    group is the number) says where the number stands.
    """

    kind: ClassVar[str] = "metric"
    expected: Comparison
    file: str = ""
    run: tuple[str, ...] = ()
    json: str = ""
    sql: str = ""
    log: str = ""
    take: Take | None = None
    within: float | None = None

    def __str__(self) -> str:
        source = self.file or f"the output of `{shlex.join(self.run)}`"
        after = f" after `{shlex.join(self.run)}`" if self.file and self.run else ""
        which = f"{self.take} " if self.take else ""
        return f"{which}{self.json or self.sql or f'/{self.log}/'} in {source}{after} is {self.expected}"


class RedGreen(Predicate, frozen=True, kw_only=True):
    """The tests, as they are now, fail at the base and pass in the tree.

    ``because`` is a text or a regular expression that each failure at the base has to show; without it only a
    failure of the test itself counts, and not one of collecting it.
    """

    kind: ClassVar[str] = "red_green"
    tests: tuple[str, ...]
    because: str = ""
    base: str = ""
    within: float | None = None

    def __str__(self) -> str:
        why = f" because of {self.because!r}" if self.because else ""
        return f"tests of {listed(self.tests)} fail at {self.base or 'the base'}{why} and pass now"


def _since(base: str) -> str:
    return f" since {base}" if base else " since the base"
