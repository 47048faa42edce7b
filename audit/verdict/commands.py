"""Judges a command by how it ended, what it said and what it left; and without running it, by its entry."""

from __future__ import annotations

import signal

from audit.model.codebase import Codebase
from audit.model.evidence import CommandRun, Evidence
from audit.model.predicates import Command
from audit.model.verdicts import Judgement
from audit.verdict.blame import chain_text, output_excuse, roots_of
from audit.verdict.entries import entry_modules, missing_entry
from audit.verdict.judgements import (
    counted,
    ending,
    failed_to_judge,
    listed,
    ran,
    refuted,
    unverified,
    verified,
)


def judge_command(predicate: Command, codebase: Codebase, observed: CommandRun | None, why_not: str) -> Judgement:
    """The command does all that is expected. ``why_not`` says why it was not run, when it was not."""
    if observed is None:
        return _entry_fault(predicate, codebase) or unverified(why_not or "the command was not run", coverage="not run")
    run = observed.run
    evidence = ran(run, f"{ending(run)} after running in a fresh copy")
    if run.problem:
        return _entry_fault(predicate, codebase) or unverified(run.problem, evidence=(evidence,))
    wrong = _unmet(predicate, observed)
    coverage = f"{counted(_expectations(predicate), 'expectation')} checked"
    if not wrong:
        return verified(_met(observed), coverage=coverage, evidence=(evidence,))
    if run.timed_out and predicate.within is None:
        return failed_to_judge(f"it {ending(run)}; say 'within' if it takes longer", evidence=(evidence,))
    if run.signal == signal.SIGKILL and not run.timed_out:
        return failed_to_judge(
            "it was killed from outside, as by a machine that is short of memory", evidence=(evidence,)
        )
    excuse = output_excuse(run.stderr + run.stdout, codebase)
    if excuse:
        return unverified(f"could not be checked here: {excuse}", coverage=coverage, evidence=(evidence,))
    modules = entry_modules(predicate.run, codebase)
    roots = roots_of(modules, codebase)
    chains = tuple(Evidence(summary=f"{root.target}: {chain_text(root)}") for root in roots)
    return refuted(
        "; ".join(wrong),
        coverage=coverage,
        evidence=(evidence, *chains),
        roots=tuple(root.target for root in roots),
    )


def _unmet(predicate: Command, observed: CommandRun) -> list[str]:
    run = observed.run
    wrong = []
    if run.exit != predicate.exit:
        wrong.append(f"it {ending(run)}, not with exit status {predicate.exit}")
    wrong += [f"its output lacks {text!r}" for text in predicate.stdout_has if text not in run.stdout]
    wrong += [f"its output has {text!r}" for text in predicate.stdout_lacks if text in run.stdout]
    wrong += [f"its errors lack {text!r}" for text in predicate.stderr_has if text not in run.stderr]
    wrong += [f"it created no {pattern}" for pattern, paths in observed.created.items() if not paths]
    return wrong


def _expectations(predicate: Command) -> int:
    texts = (predicate.stdout_has, predicate.stdout_lacks, predicate.stderr_has, predicate.creates)
    return 1 + sum(map(len, texts)) + (predicate.within is not None)


def _met(observed: CommandRun) -> str:
    created = [path for paths in observed.created.values() for path in paths]
    return f"it {ending(observed.run)}" + (f" and created {listed(created, 3)}" if created else "")


def _entry_fault(predicate: Command, codebase: Codebase) -> Judgement | None:
    """What the tree alone says: the entry is missing, or cannot be imported; None when it may well run."""
    missing = missing_entry(predicate.run, codebase)
    if missing is not None:
        return missing
    roots = roots_of(entry_modules(predicate.run, codebase), codebase)
    if not roots or predicate.exit != 0:
        return None
    return refuted(
        f"its entry point cannot be imported, because there is no {listed(root.target for root in roots)}",
        coverage="not run",
        evidence=(Evidence(summary=f"{root.target}: {chain_text(root)}") for root in roots),
        roots=tuple(root.target for root in roots),
    )
