"""Runs the probes that statements need, each only once and several at a time, and judges as results come."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import Any

from audit.model.claims import Statement
from audit.model.codebase import Codebase
from audit.model.comparisons import Metric, RedGreen, SameOutput
from audit.model.errors import AuditError
from audit.model.evidence import Observation
from audit.model.predicates import AnyPredicate, Command, Imports, Pytest, Smoke, executes
from audit.model.verdicts import Judgement
from audit.probes.commands import probe_command
from audit.probes.imports import probe_imports
from audit.probes.metrics import probe_metric, probe_output_twice
from audit.probes.sandbox import Sandbox
from audit.probes.smoke import probe_smoke
from audit.probes.tests import probe_red_green, probe_tests
from audit.verdict.imports import modules_to_import
from audit.verdict.judge import judge_predicate, together
from audit.verdict.judgements import unverified
from audit.verification.gather import in_order
from audit.verification.laid_over import files_of_tests

Progress = Callable[[str], None]
Probe = Callable[[], Observation]

NEEDS_RUN = "it was not run: that needs --run"


def judge_all(
    statements: Sequence[Statement], codebase: Codebase, sandbox: Sandbox, *, jobs: int, progress: Progress
) -> dict[str, Judgement]:
    """Judge every statement that is a claim with predicates, by id.

    A statement whose need is not verified is not probed: it is unverified, blocked by that need.
    """
    known = {statement.id: statement for statement in statements}
    judgements: dict[str, Judgement] = {}
    sorter = in_order(statements)
    with ThreadPoolExecutor(max_workers=jobs, thread_name_prefix="probe") as pool:
        runner = _Runner(codebase, sandbox, pool, jobs)
        waiting: list[tuple[Statement, list[Future[Observation] | None]]] = []
        try:
            while sorter.is_active():
                for name in sorter.get_ready():
                    statement = known[name]
                    blocked = _blocked(statement, judgements)
                    if blocked is not None:
                        judgements[name] = blocked
                    waiting.append((statement, [] if blocked else runner.start(statement)))
                pending = [future for _, futures in waiting for future in futures if future and not future.done()]
                ready = [each for each in waiting if all(future is None or future.done() for future in each[1])]
                if not ready:
                    progress(f"{len(pending)} probes running, {len(judgements)} of {len(known)} claims judged")
                    wait(pending, return_when=FIRST_COMPLETED)
                    continue
                waiting = [each for each in waiting if each not in ready]
                for statement, futures in ready:
                    if statement.id not in judgements and _is_judged(statement):
                        judgements[statement.id] = _judge(statement, futures, codebase)
                    sorter.done(statement.id)
        except BaseException:
            # Also when interrupted: running probes are told to end before the pool waits for them.
            sandbox.stop.set()
            pool.shutdown(wait=True, cancel_futures=True)
            raise
    return judgements


def _is_judged(statement: Statement) -> bool:
    return statement.tense == "claim" and bool(statement.predicates)


def _blocked(statement: Statement, judgements: dict[str, Judgement]) -> Judgement | None:
    for need in statement.needs:
        judgement = judgements.get(need)
        verdict = judgement.verdict if judgement is not None else "not judged"
        if verdict != "verified":
            return unverified(f"blocked by '{need}' ({verdict})")
    return None


def _judge(statement: Statement, futures: list[Future[Observation] | None], codebase: Codebase) -> Judgement:
    return together(
        [
            judge_predicate(predicate, codebase, future.result() if future else None, NEEDS_RUN)
            for predicate, future in zip(statement.predicates, futures, strict=True)
        ]
    )


class _Runner:
    """Starts each distinct probe once, however many predicates ask for it."""

    def __init__(self, codebase: Codebase, sandbox: Sandbox, pool: ThreadPoolExecutor, jobs: int) -> None:
        self._codebase = codebase
        self._sandbox = sandbox
        self._pool = pool
        self._jobs = jobs
        self._started: dict[tuple[Any, ...], Future[Observation]] = {}

    def start(self, statement: Statement) -> list[Future[Observation] | None]:
        """For each predicate the probe that it waits for, or None."""
        if not _is_judged(statement):
            return []
        allowed = statement.may_run
        return [self._probe(each) if allowed or not executes(each) else None for each in statement.predicates]

    def _probe(self, predicate: AnyPredicate) -> Future[Observation] | None:
        found = self._request(predicate)
        if found is None:
            return None
        key, probe = found
        if key not in self._started:
            self._started[key] = self._pool.submit(probe)
        return self._started[key]

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
