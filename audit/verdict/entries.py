"""Judges whether the tree holds what a command line starts. Nothing is run."""

from __future__ import annotations

from audit.model.codebase import Codebase
from audit.model.commandline import module_of, script_of
from audit.model.evidence import Evidence
from audit.model.predicates import Entry
from audit.model.verdicts import Judgement
from audit.verdict.absence import absence, roots_of_path
from audit.verdict.judgements import first_party, refuted, retirement, unverified, verified


def judge_entry(predicate: Entry, codebase: Codebase) -> Judgement:
    """The script or first-party module that a command starts is there; any other command cannot be told."""
    missing = missing_entry(predicate.run, codebase)
    if missing is not None:
        return missing
    script, module = script_of(predicate.run), module_of(predicate.run)
    if script:
        evidence = (Evidence(summary=f"script {script}", path=script),)
        return verified(f"{script} is in the tree", coverage="not run", evidence=evidence)
    path = codebase.module_path(module) if module else None
    if path is not None:
        evidence = (Evidence(summary=f"module {module}", path=path),)
        return verified(f"module {module} is in the tree", coverage="not run", evidence=evidence)
    return unverified("it starts no script or module of this tree", coverage="not run")


def missing_entry(run: tuple[str, ...], codebase: Codebase) -> Judgement | None:
    """The judgement that the entry point is not in the tree; None when it is, or when there is none to look for."""
    script, module = script_of(run), module_of(run)
    if script and script not in codebase.paths():
        reason = f"its entry point {script} is not in the tree"
        roots = roots_of_path(script, codebase)
        return refuted(reason, coverage="not run", evidence=absence(script, codebase), roots=roots)
    if module and first_party(codebase, module) and codebase.module_path(module) is None:
        gone = codebase.retired(module)
        evidence = () if gone is None else (retirement(gone, module),)
        return refuted(f"its entry module {module} does not exist", coverage="not run", evidence=evidence)
    return None


def entry_modules(run: tuple[str, ...], codebase: Codebase) -> set[str]:
    """The modules that a command line starts with: a module, its ``__main__``, or that of a script."""
    script, module = script_of(run), module_of(run)
    if module:
        return {module, f"{module}.__main__"}
    return {name for name in codebase.modules() if script and codebase.module_path(name) == script}
