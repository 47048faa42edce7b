"""What a probe saw when it ran something: raw observations, not yet judged."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from audit.model.findings import Site


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that speaks for or against a claim.

    ``seconds`` is the only value that differs between two runs on the same tree; ``digest`` and
    ``excerpt`` are taken of the output with times, rates and scratch paths replaced by placeholders.
    ``facts`` are what was observed as numbers and names: the counts of a test run, the facts of a smoke stage.
    """

    summary: str
    path: str | None = None
    line: int | None = None
    command: tuple[str, ...] | None = None
    exit: int | None = None
    seconds: float | None = None
    digest: str | None = None
    excerpt: str | None = None
    facts: dict[str, Any] = {}


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """How one process ended.

    ``command`` is as a user would type it. ``exit`` is None when a signal or the time limit ended it;
    ``seconds`` is wall time, ``limit`` the time limit. Output is normalised and bounded; ``problem`` says
    why the process could not be started, and then everything else is empty.
    """

    command: tuple[str, ...]
    exit: int | None = None
    signal: int | None = None
    timed_out: bool = False
    seconds: float = 0.0
    limit: float = 0.0
    stdout: str = ""
    stderr: str = ""
    digest: str = ""
    problem: str = ""


class CommandRun(msgspec.Struct, frozen=True, kw_only=True):
    """A command and, for each pattern that it was to create, the files that match it now."""

    run: Run
    created: dict[str, tuple[str, ...]]


class ImportAttempt(msgspec.Struct, frozen=True, kw_only=True):
    """One module imported in a fresh process.

    ``outcome`` is imported, raised (an exception left the import), died (the process ended without a
    word; ``message`` says how) or hung. ``missing`` is the module that an ImportError names, ``not_found``
    whether it says that there is none, ``variable`` an environment variable that is not set. ``frames``
    lead from the module to the place that raised; a path outside the tree is absolute. ``os_error`` tells
    an exception of the operating system (a file, a library, a connection).
    """

    module: str
    outcome: Literal["imported", "raised", "died", "hung"]
    error: str = ""
    message: str = ""
    missing: str = ""
    not_found: bool = False
    variable: str = ""
    os_error: bool = False
    frames: tuple[Site, ...] = ()


class ImportRun(msgspec.Struct, frozen=True, kw_only=True):
    """Every module that was to be imported, with what became of it."""

    run: Run
    attempts: tuple[ImportAttempt, ...]


class FailedTest(msgspec.Struct, frozen=True, kw_only=True):
    """One test or collection that did not pass; ``missing`` is the module that could not be found, if any."""

    node: str
    outcome: Literal["failed", "error"]
    message: str
    missing: str = ""


class TestRun(msgspec.Struct, frozen=True, kw_only=True):
    """The outcome vector of one pytest run, and the failures behind it.

    ``finished`` is false when the process ended before pytest closed its session: the counts are then
    what was seen until then. ``files`` counts the tests that ran, by test file; ``outcomes`` is what became of
    each.
    """

    __test__ = False

    run: Run
    finished: bool
    passed: int = 0
    failed: int = 0
    errors: int = 0
    skipped: int = 0
    xfailed: int = 0
    xpassed: int = 0
    deselected: int = 0
    collected: int = 0
    failures: tuple[FailedTest, ...] = ()
    files: dict[str, int] = {}
    outcomes: dict[str, str] = {}

    @property
    def vector(self) -> dict[str, int]:
        """The eight counts, in the order in which pytest speaks of them."""
        names = ("collected", "passed", "failed", "errors", "skipped", "xfailed", "xpassed", "deselected")
        return {name: getattr(self, name) for name in names}


class SmokeStage(msgspec.Struct, frozen=True, kw_only=True):
    """One stage of a smoke scenario as the repository's own smoke reports it."""

    name: str
    outcome: Literal["passed", "failed", "blocked"]
    command: tuple[str, ...] = ()
    exit: int | None = None
    seconds: float | None = None
    digest: str | None = None
    excerpt: str | None = None
    reason: str = ""
    facts: dict[str, Any] = {}


class SmokeScenario(msgspec.Struct, frozen=True, kw_only=True):
    """One scenario and its stages in order."""

    name: str
    outcome: Literal["passed", "failed"]
    stages: tuple[SmokeStage, ...]


class SmokeRun(msgspec.Struct, frozen=True, kw_only=True):
    """The scenarios that ran; ``unreadable`` says what was wrong with the report of the smoke, if it was."""

    run: Run
    scenarios: tuple[SmokeScenario, ...]
    unreadable: str = ""


class MetricReading(msgspec.Struct, frozen=True, kw_only=True):
    """Where a measured number stands: the text of a file or an output, or the rows that SQL selected.

    ``problem`` says why there is neither; ``run`` is the command that was to make the number, if any.
    """

    run: Run | None = None
    text: str | None = None
    rows: tuple[float | int | str | None, ...] | None = None
    problem: str = ""


class TwoRuns(msgspec.Struct, frozen=True, kw_only=True):
    """One command at the base and in the tree."""

    before: Run
    after: Run


class RedGreenRun(msgspec.Struct, frozen=True, kw_only=True):
    """The same tests at the base and in the tree; ``laid_over`` are the files that the base was given."""

    before: TestRun
    after: TestRun
    laid_over: tuple[str, ...]


Observation = CommandRun | ImportRun | MetricReading | RedGreenRun | SmokeRun | TestRun | TwoRuns
