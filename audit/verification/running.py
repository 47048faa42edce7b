"""Starts the probes that predicates ask for: each once, several at a time, and some of them alone."""

from __future__ import annotations

import textwrap
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, Final

from audit.model.claims import Statement
from audit.model.codebase import Codebase
from audit.model.comparisons import Metric, RedGreen, SameOutput
from audit.model.errors import AuditError
from audit.model.evidence import (
    CommandRun,
    ImportRun,
    MetricReading,
    Observation,
    RedGreenRun,
    SmokeRun,
    TestRun,
    TwoRuns,
)
from audit.model.predicates import AnyPredicate, Command, Imports, Pytest, Smoke
from audit.model.reach import executes
from audit.probes.cache import ProbeCache
from audit.probes.commands import probe_command
from audit.probes.imports import probe_imports
from audit.probes.metrics import probe_metric, probe_output_twice
from audit.probes.process import ProbeInterruptedError
from audit.probes.sandbox import Sandbox
from audit.probes.smoke import probe_smoke
from audit.probes.tests import probe_red_green, probe_tests
from audit.verdict.imports import modules_to_import
from audit.verification.laid_over import files_of_tests

Probe = Callable[[], Observation]

KINDS: Final[dict[str, type[Observation]]] = {
    "imports": ImportRun,
    "pytest": TestRun,
    "command": CommandRun,
    "smoke": SmokeRun,
    "metric": MetricReading,
    "twice": TwoRuns,
    "red_green": RedGreenRun,
}
"""What each kind of request is answered with."""

LONG_SECONDS: Final = 10.0
"""A probe that takes longer is told of when it ends: a reader of a log wants to know what the time went to."""

_POLL_SECONDS: Final = 0.1


class Gate:
    """Lets many in together, or one alone."""

    def __init__(self, stop: threading.Event) -> None:
        self._changed = threading.Condition()
        self._inside = 0
        self._alone = False
        self._stop = stop

    @contextmanager
    def entered(self, *, alone: bool) -> Iterator[None]:
        """Wait for entry; ``alone`` waits until nobody is inside, and keeps everybody out.

        Raises:
            ProbeInterruptedError: the probes were told to stop while this one waited.
        """
        with self._changed:
            while self._alone or (alone and self._inside):
                if self._stop.is_set():
                    raise ProbeInterruptedError
                self._changed.wait(_POLL_SECONDS)
            self._inside += 1
            self._alone = alone
        try:
            yield
        finally:
            with self._changed:
                self._inside -= 1
                self._alone = False
                self._changed.notify_all()


def _done(seen: Observation) -> Future[Observation]:
    future: Future[Observation] = Future()
    future.set_result(seen)
    return future


def _named(key: tuple[Any, ...]) -> str:
    """The kind of a probe and what it was asked, as far as a line has room."""
    kind, asked = key[0], key[1]
    if kind == "imports":
        return f"imports of {len(asked)} modules"
    words = " ".join(asked) if isinstance(asked, tuple) else str(asked)
    return f"{kind} {textwrap.shorten(words, 60, placeholder=' ...')}"


class Runner:
    """Starts each distinct probe once, however many predicates ask for it; ``tell`` hears of those that took long."""

    def __init__(
        self,
        codebase: Codebase,
        sandbox: Sandbox,
        cache: ProbeCache,
        pool: ThreadPoolExecutor,
        jobs: int,
        tell: Callable[[str], None],
    ) -> None:
        self._codebase = codebase
        self._sandbox = sandbox
        self._cache = cache
        self._gate = Gate(sandbox.stop)
        self._pool = pool
        self._jobs = jobs
        self._tell = tell
        self._started: dict[tuple[Any, ...], Future[Observation]] = {}

    def start(self, statement: Statement) -> list[Future[Observation] | None]:
        """For each predicate the probe that it waits for, or None."""
        allowed, alone = statement.may_run, statement.exclusive
        return [self._probe(each, alone) if allowed or not executes(each) else None for each in statement.predicates]

    def _probe(self, predicate: AnyPredicate, alone: bool) -> Future[Observation] | None:
        found = self._request(predicate)
        if found is None:
            return None
        key, probe = found
        if key not in self._started:
            known = self._cache.get(key, KINDS[key[0]])
            self._started[key] = self._pool.submit(self._run, key, probe, alone) if known is None else _done(known)
        return self._started[key]

    def _run(self, key: tuple[Any, ...], probe: Probe, alone: bool) -> Observation:
        with self._gate.entered(alone=alone):
            started = time.monotonic()
            seen = probe()
            seconds = time.monotonic() - started
        if seconds >= LONG_SECONDS:
            self._tell(f"{_named(key)} ended after {seconds:.0f} s")
        self._cache.put(key, seen)
        return seen

    def _request(self, predicate: AnyPredicate) -> tuple[tuple[Any, ...], Probe] | None:
        """What identifies the probe of a predicate, and the probe; None where nothing is to be run."""
        sandbox = self._sandbox
        match predicate:
            case Imports():
                modules = modules_to_import(predicate, self._codebase)
                probe: Probe = lambda: probe_imports(sandbox, modules, jobs=self._jobs)  # noqa: E731 - one of several
                return (("imports", modules), probe) if modules else None
            case Pytest(nodes=nodes, within=within):
                return ("pytest", nodes, within), lambda: probe_tests(sandbox, nodes, within)
            case Command(run=run, creates=creates, within=within):
                return ("command", run, creates, within), lambda: probe_command(sandbox, run, creates, within)
            case Smoke(scenario=scenario, within=within):
                if not self._codebase.modules("smoke"):
                    return None
                return ("smoke", scenario, within), lambda: probe_smoke(sandbox, [scenario], within)
            case Metric(file=file, run=run, sql=sql, within=within) if run or sql:
                return ("metric", file, run, sql, within), lambda: probe_metric(sandbox, file, run, sql, within)
            case SameOutput(run=run, base=base, within=within):
                commit = self._commit(base)
                if not commit:
                    return None
                return ("twice", run, commit, within), lambda: probe_output_twice(sandbox, run, commit, within)
            case RedGreen(tests=tests, base=base, within=within):
                commit = self._commit(base)
                if not commit:
                    return None
                files = files_of_tests(tests, base, self._codebase)
                key = ("red_green", tests, commit, within)
                return key, lambda: probe_red_green(sandbox, tests, commit, files, within)
            case _:
                return None

    def _commit(self, base: str) -> str:
        """The commit that a claim compares with; empty where there is none, which its judge then says."""
        try:
            return self._codebase.files_at(base).commit or ""
        except AuditError:
            return ""
