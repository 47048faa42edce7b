"""Judges whether modules import: by importing them, and without that by what the static check knows."""

from __future__ import annotations

from typing import Final

import msgspec

from audit.model.archives import archive_of, example_of, is_archived
from audit.model.codebase import Codebase
from audit.model.evidence import Evidence, ImportAttempt, ImportRun
from audit.model.findings import Finding
from audit.model.predicates import Imports
from audit.model.verdicts import Judgement
from audit.verdict.blame import chain_text, import_excuse, roots_of
from audit.verdict.judgements import (
    counted,
    failed_to_judge,
    fingerprints,
    found,
    listed,
    partly,
    ran,
    refuted,
    unverified,
    verified,
)

_IMPORT_CODES: Final = frozenset({"IMP001", "IMP002", "REF001", "REF002"})


def modules_to_import(predicate: Imports, codebase: Codebase) -> tuple[tuple[str, str], ...]:
    """The modules that the claim is about, as (dotted name, root folder), in order.

    Only Python files count, and ``__main__`` modules do not: importing one runs a program.
    """
    names: dict[str, str] = {}
    for package in predicate.packages or ("",):
        for name in codebase.modules(package):
            path = codebase.module_path(name)
            if path is not None and path.endswith(".py") and name.rpartition(".")[2] != "__main__":
                names[name] = _root_of(name, path)
    return tuple(sorted(names.items()))


def _root_of(name: str, path: str) -> str:
    """The folder from which ``name`` leads to ``path``."""
    parts = path.removesuffix(".py").removesuffix("/__init__").split("/")
    return "/".join(parts[: len(parts) - len(name.split("."))]) or "."


def judge_imports(predicate: Imports, codebase: Codebase, observed: ImportRun | None, why_not: str) -> Judgement:
    """Every module of the packages imports.

    ``why_not`` says why nothing was run, when ``observed`` is None: then only the static check speaks,
    which can refute the claim but not verify it.
    """
    modules = {name for name, _ in modules_to_import(predicate, codebase)}
    if not modules:
        return unverified(
            f"there is no module in {listed(predicate.packages) or 'the tree'}", coverage="0 modules examined"
        )
    dangling = _dangling(modules, predicate, codebase)
    if observed is None:
        return _judge_statically(modules, dangling, codebase, why_not)
    return _judge_attempts(modules, dangling, codebase, observed)


def _dangling(modules: set[str], predicate: Imports, codebase: Codebase) -> tuple[Finding, ...]:
    """Import statements of these modules that name something gone: those that break an import come first."""
    found = [
        finding
        for finding in codebase.check.findings
        if finding.code in _IMPORT_CODES
        and finding.severity == "error"
        and (finding.referrer in modules or not predicate.packages)
    ]
    return tuple(
        sorted(found, key=lambda each: (not each.breaks_import, is_archived(each.site.path), each.new is False))
    )


def _judge_statically(modules: set[str], dangling: tuple[Finding, ...], codebase: Codebase, why_not: str) -> Judgement:
    roots = roots_of(modules, codebase)
    killed = modules.intersection(name for root in roots for name in root.killed)
    coverage = f"{counted(len(modules), 'module')} read, none imported"
    evidence = tuple(found(finding) for finding in dangling)
    aside = {archive_of(path) or example_of(path) for path in (codebase.module_path(name) or "" for name in killed)}
    if killed and all(aside) and killed != modules:
        kept = "archived" if all(map(is_archived, (f"{folder}/" for folder in aside))) else "examples or archived"
        return partly(
            f"{len(killed)} of {counted(len(modules), 'module')} cannot be imported, all of them {kept} in "
            f"{listed(sorted(aside))}: {_causes(_breaking(dangling))}",
            coverage=coverage,
            evidence=evidence,
            findings=fingerprints(dangling),
            roots=tuple(root.target for root in roots),
        )
    if killed:
        chains = tuple(Evidence(summary=f"{root.target}: {chain_text(root)}") for root in roots)
        return refuted(
            f"{len(killed)} of {counted(len(modules), 'module')} cannot be imported: {_causes(_breaking(dangling))}",
            coverage=coverage,
            evidence=(*evidence, *chains),
            findings=fingerprints(dangling),
            roots=tuple(root.target for root in roots),
        )
    if dangling:
        return _only_lazy(len(modules), dangling, coverage, evidence)
    return unverified(f"no import of a missing module was found, but {why_not or 'none was tried'}", coverage=coverage)


def _breaking(dangling: tuple[Finding, ...]) -> tuple[Finding, ...]:
    return tuple(finding for finding in dangling if finding.breaks_import) or dangling


def _causes(dangling: tuple[Finding, ...]) -> str:
    targets = list(dict.fromkeys(finding.target for finding in dangling))
    files = {finding.site.path for finding in dangling}
    statements = counted(len(dangling), "import statement")
    verb = "names" if len(dangling) == 1 else "name"
    return f"{statements} in {counted(len(files), 'file')} {verb} {listed(targets)}"


def _only_lazy(number: int, dangling: tuple[Finding, ...], coverage: str, evidence: tuple[Evidence, ...]) -> Judgement:
    fails = "fails when it runs" if len(dangling) == 1 else "fail when they run"
    return partly(
        f"no module of {number} fails at import, but {_causes(dangling)}, and {fails}",
        coverage=coverage,
        evidence=evidence,
        findings=fingerprints(dangling),
    )


def _judge_attempts(
    modules: set[str], dangling: tuple[Finding, ...], codebase: Codebase, observed: ImportRun
) -> Judgement:
    tried = observed.attempts
    failed = [attempt for attempt in tried if attempt.outcome != "imported"]
    excuses = {attempt.module: import_excuse(attempt, codebase) for attempt in failed}
    broken = [attempt for attempt in failed if not excuses[attempt.module]]
    excused = [attempt for attempt in failed if excuses[attempt.module]]
    imported = len(tried) - len(failed)
    coverage = f"{imported} of {counted(len(modules), 'module')} imported, each on its own"
    run = msgspec.structs.replace(ran(observed.run, coverage), command=None)
    if broken:
        roots = roots_of({attempt.module for attempt in broken}, codebase)
        do = "does" if len(broken) == 1 else "do"
        chains = tuple(Evidence(summary=f"{root.target}: {chain_text(root)}") for root in roots)
        return refuted(
            f"{len(broken)} of {counted(len(modules), 'module')} {do} not import: {_shortly(broken)}",
            coverage=coverage,
            evidence=(run, *(_failure(attempt, "") for attempt in broken), *chains),
            findings=fingerprints(dangling),
            roots=tuple(root.target for root in roots),
        )
    if observed.run.problem or len(tried) < len(modules):
        problem = observed.run.problem or "some were never tried"
        return failed_to_judge(f"the imports could not be tried: {problem}", coverage=coverage, evidence=(run,))
    if excused:
        reasons = list(dict.fromkeys(excuses[attempt.module] for attempt in excused))
        return unverified(
            f"{counted(len(excused), 'module')} could not be checked here: {listed(reasons, 3)}",
            coverage=coverage,
            evidence=(run, *(_failure(attempt, excuses[attempt.module]) for attempt in excused)),
        )
    if dangling:
        evidence = (run, *(found(finding) for finding in dangling))
        return _only_lazy(len(modules), dangling, coverage, evidence)
    return verified(
        "the module imports" if len(modules) == 1 else f"all {len(modules)} modules import",
        coverage=coverage,
        evidence=(run,),
    )


def _shortly(broken: list[ImportAttempt]) -> str:
    reasons = list(dict.fromkeys(_what(attempt) for attempt in broken))
    return listed(reasons, 3)


def _what(attempt: ImportAttempt) -> str:
    if attempt.outcome == "died":
        return f"{attempt.module} ends the process ({attempt.message})"
    first_line = attempt.message.splitlines()[0] if attempt.message else ""
    return f"{attempt.error}: {first_line}" if first_line else attempt.error


def _failure(attempt: ImportAttempt, excuse: str) -> Evidence:
    """A failed import, at the last place inside the tree that it passed."""
    inside = [frame for frame in attempt.frames if not frame.path.startswith(("/", "<"))]
    way = " -> ".join(str(frame) for frame in inside)
    return Evidence(
        summary=f"{attempt.module}: {excuse or _what(attempt)}" + (f" ({way})" if way else ""),
        path=inside[-1].path if inside else None,
        line=inside[-1].line if inside else None,
        command=("python", "-c", f"import {attempt.module}"),
    )
