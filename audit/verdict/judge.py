"""Judges one statement: each predicate by its own judge, and all of them together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final, assert_never

from audit.model.codebase import Codebase
from audit.model.comparisons import LinesChanged, Metric, RedGreen, SameOutput, Unchanged
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
from audit.model.predicates import (
    Absent,
    AnyPredicate,
    Cited,
    Command,
    Commit,
    Contract,
    Count,
    Entry,
    Exists,
    Imports,
    Lacks,
    Pytest,
    Signature,
    Size,
    Smoke,
    TreePredicate,
    Unreferenced,
    Uses,
)
from audit.model.shapes import Chain, Inherits, Package
from audit.model.surface import Constant, Option, Route
from audit.model.verdicts import Judgement, Verdict
from audit.verdict.amounts import judge_count, judge_size
from audit.verdict.citations import judge_citation
from audit.verdict.commands import judge_command
from audit.verdict.commits import judge_commit
from audit.verdict.constants import judge_constant
from audit.verdict.contracts import judge_contract
from audit.verdict.entries import judge_entry
from audit.verdict.import_chain import judge_chain
from audit.verdict.imports import judge_imports
from audit.verdict.inheritance import judge_inherits
from audit.verdict.judgements import judged
from audit.verdict.lacking import judge_names
from audit.verdict.metrics import judge_metric
from audit.verdict.options import judge_option
from audit.verdict.outputs import judge_same_output
from audit.verdict.packaging import judge_package
from audit.verdict.presence import judge_absent, judge_exists, judge_unreferenced
from audit.verdict.red_green import judge_red_green
from audit.verdict.routes import judge_route
from audit.verdict.signature import judge_signature
from audit.verdict.smoke import judge_smoke
from audit.verdict.tests import judge_tests
from audit.verdict.unchanged import judge_lines_changed, judge_unchanged

WORST_FIRST: Final[tuple[Verdict, ...]] = ("refuted", "error", "unverified", "partly", "verified")


def judge_predicate(
    predicate: AnyPredicate, codebase: Codebase, observed: Observation | None, why_not: str
) -> Judgement:
    """Hold one predicate against the tree and what a probe saw.

    ``observed`` is None for a predicate that needs no run, and for one that was not run: ``why_not``
    then says why.
    """
    match predicate:
        case Imports():
            run = observed if isinstance(observed, ImportRun) else None
            return judge_imports(predicate, codebase, run, why_not)
        case Pytest():
            tests = observed if isinstance(observed, TestRun) else None
            return judge_tests(predicate, codebase, tests, why_not)
        case Command():
            command = observed if isinstance(observed, CommandRun) else None
            return judge_command(predicate, codebase, command, why_not)
        case Smoke():
            smoke = observed if isinstance(observed, SmokeRun) else None
            return judge_smoke(predicate, codebase, smoke, why_not)
        case Metric():
            reading = observed if isinstance(observed, MetricReading) else None
            return judge_metric(predicate, codebase, reading, why_not)
        case SameOutput():
            outputs = observed if isinstance(observed, TwoRuns) else None
            return judge_same_output(predicate, codebase, outputs, why_not)
        case RedGreen():
            both = observed if isinstance(observed, RedGreenRun) else None
            return judge_red_green(predicate, codebase, both, why_not)
        case Chain():
            return judge_chain(predicate, codebase)
        case Inherits():
            return judge_inherits(predicate, codebase)
        case Package():
            return judge_package(predicate, codebase)
        case Constant():
            return judge_constant(predicate, codebase)
        case Option():
            return judge_option(predicate, codebase)
        case Route():
            return judge_route(predicate, codebase)
        case _:
            return _judge_by_tree(predicate, codebase)


def _judge_by_tree(predicate: TreePredicate, codebase: Codebase) -> Judgement:
    """Hold a predicate that needs no run against the tree."""
    match predicate:
        case Absent():
            return judge_absent(predicate, codebase)
        case Exists():
            return judge_exists(predicate, codebase)
        case Unreferenced():
            return judge_unreferenced(predicate, codebase)
        case Signature():
            return judge_signature(predicate, codebase)
        case Contract():
            return judge_contract(predicate, codebase)
        case Size():
            return judge_size(predicate, codebase)
        case Count():
            return judge_count(predicate, codebase)
        case Cited():
            return judge_citation(predicate, codebase)
        case Commit():
            return judge_commit(predicate, codebase)
        case Entry():
            return judge_entry(predicate, codebase)
        case Lacks() | Uses():
            return judge_names(predicate, codebase)
        case LinesChanged():
            return judge_lines_changed(predicate, codebase)
        case Unchanged():
            return judge_unchanged(predicate, codebase)
        case _:
            assert_never(predicate)


def together(judgements: Sequence[Judgement]) -> Judgement:
    """The judgement of a statement that claims all of these at once: its verdict is the worst of theirs."""
    if len(judgements) == 1:
        return judgements[0]
    worst = next(verdict for verdict in WORST_FIRST if any(each.verdict == verdict for each in judgements))
    telling = [each for each in judgements if each.verdict == worst]
    return judged(
        worst,
        _counted_once([each.reason for each in telling]),
        coverage=_counted_once([each.coverage for each in judgements if each.coverage]),
        evidence=[
            piece for each in sorted(judgements, key=telling.__contains__, reverse=True) for piece in each.evidence
        ],
        findings=tuple(dict.fromkeys(name for each in judgements for name in each.findings)),
        roots=tuple(dict.fromkeys(name for each in judgements for name in each.roots)),
    )


def _counted_once(texts: Sequence[str]) -> str:
    """Texts in a row; one that several judgements share is said once, with how many share it."""
    return "; ".join(text if number == 1 else f"{text} ({number} times)" for text, number in Counter(texts).items())
