"""Runs the probes that statements need, each only once and several at a time, and judges as results come."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait

from audit.model.claims import Statement
from audit.model.codebase import Codebase
from audit.model.evidence import Observation
from audit.model.verdicts import Judgement
from audit.probes.cache import ProbeCache
from audit.probes.sandbox import Sandbox
from audit.verdict.judge import judge_predicate, together
from audit.verdict.judgements import unverified
from audit.verification.gather import in_order
from audit.verification.running import Runner

Progress = Callable[[str], None]

NEEDS_RUN = "it was not run: that needs --run"


def judge_all(
    statements: Sequence[Statement],
    codebase: Codebase,
    sandbox: Sandbox,
    cache: ProbeCache,
    *,
    jobs: int,
    progress: Progress,
    note: Progress,
) -> dict[str, Judgement]:
    """Judge every claim and every admission with predicates, by id.

    A statement whose need is not verified is not probed: it is unverified, blocked by that need, and says which
    claim stands at the root where the need is blocked itself. ``cache`` may know what a probe would see.
    ``progress`` is told of where it stands, ``note`` of each probe that took long.
    """
    known = {statement.id: statement for statement in statements}
    judgements: dict[str, Judgement] = {}
    sorter = in_order(statements)
    with ThreadPoolExecutor(max_workers=jobs, thread_name_prefix="probe") as pool:
        runner = Runner(codebase, sandbox, cache, pool, jobs, note)
        waiting: list[tuple[Statement, list[Future[Observation] | None]]] = []
        try:
            while sorter.is_active():
                for name in sorter.get_ready():
                    statement = known[name]
                    blocked = _blocked(statement, known, judgements)
                    if blocked is not None:
                        judgements[name] = blocked
                    waiting.append((statement, [] if blocked or not _is_judged(statement) else runner.start(statement)))
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
    return statement.tense in ("claim", "admission") and bool(statement.predicates)


def _blocked(statement: Statement, known: dict[str, Statement], judgements: dict[str, Judgement]) -> Judgement | None:
    """The judgement of a claim that needs one that is not verified; it has the root causes of that one."""
    chain = [statement]
    while need := _unmet_need(chain[-1], judgements):
        chain.append(known[need])
    if len(chain) == 1:
        return None
    root = judgements.get(chain[-1].id)
    verdict = root.verdict if root is not None else "not judged"
    names = [f"'{each.id}'" for each in chain[1:]]
    return unverified(
        f"blocked by {', which is blocked by '.join(names)} ({verdict})",
        coverage="not looked at",
        roots=root.roots if root is not None else (),
    )


def _unmet_need(statement: Statement, judgements: dict[str, Judgement]) -> str:
    """The first need that is not verified, or nothing."""
    for need in statement.needs:
        judgement = judgements.get(need)
        if judgement is None or judgement.verdict != "verified":
            return need
    return ""


def _judge(statement: Statement, futures: list[Future[Observation] | None], codebase: Codebase) -> Judgement:
    return together(
        [
            judge_predicate(predicate, codebase, future.result() if future else None, NEEDS_RUN)
            for predicate, future in zip(statement.predicates, futures, strict=True)
        ]
    )
