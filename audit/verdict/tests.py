"""Judges a run of tests by its outcome vector; no test collected, and none passed, is never a pass."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final

from audit.model.codebase import Codebase
from audit.model.errors import AuditError
from audit.model.evidence import Evidence, FailedTest, TestRun
from audit.model.findings import Finding
from audit.model.predicates import Bound, Pytest
from audit.model.verdicts import Judgement
from audit.verdict.blame import missing_module, missing_module_excuse, roots_of, version_excuse
from audit.verdict.judgements import (
    counted,
    ending,
    failed_to_judge,
    found,
    listed,
    partly,
    ran,
    refuted,
    retirement,
    unverified,
    verified,
)
from audit.verdict.reach import reach

_NONE: Final = Bound(0, 0)
_WORTHLESS: Final = {"TST001": "asserting nothing", "TST002": "exercising only code of their own file"}
_MULTIPLYING: Final = re.compile(
    r"parametri[sz]e|\bparams\s*=|load_tests|subTest|subtests|pytest_generate_tests|pytest_collect|pytest_pycollect|doctest|"
    r"scenario|expand|\bsetattr\(|globals\(\)|\bddt\b|from\s+\S+\s+import\s+\*|"
    r"^\s*class\s+\w+\((?!\s*(?:\w+\.)*(?:\w*TestCase|object)\s*\))",
    re.MULTILINE,
)
"""What makes several tests of one function, or takes some over from elsewhere."""
_SETTINGS: Final = ("pyproject.toml", "pytest.ini", ".pytest.ini", "tox.ini", "setup.cfg")
_COLLECTING: Final = re.compile(
    r"doctest|python_(?:functions|classes|files)|\bpytest_plugins\b|--pyargs|xdoctest|mypy-testing"
)
"""Settings by which more is collected than functions of the usual names."""
_NOT_FOUND: Final = 4
"""Pytest's exit status for a node that does not exist, a conftest that does not import, and a wrong option."""


def judge_tests(predicate: Pytest, codebase: Codebase, observed: TestRun | None, why_not: str) -> Judgement:
    """The tests come out as expected. ``why_not`` says why they were not run, when they were not."""
    gone = [node for node in predicate.nodes if not _in_tree(node.partition("::")[0], codebase)]
    if gone:
        removed = [(node, codebase.retired(node.partition("::")[0])) for node in gone]
        return refuted(
            f"{listed(gone)} is not in the tree",
            evidence=(retirement(commit, node) for node, commit in removed if commit is not None),
        )
    if observed is None:
        return _judge_statically(predicate, codebase, why_not)
    run = ran(observed.run, _vector(observed), observed.vector)
    if observed.run.problem or "No module named pytest" in observed.run.stderr:
        return unverified(observed.run.problem or "pytest is not installed here", evidence=(run,))
    if not observed.finished:
        return _judge_unfinished(codebase, observed, run)
    if observed.run.exit == _NOT_FOUND and not observed.collected and not observed.errors:
        said = observed.run.stderr.strip().splitlines()
        return failed_to_judge(f"pytest found no such test: {said[0] if said else ''}", evidence=(run,))
    return _judge_outcomes(predicate, codebase, observed, run)


def _in_tree(path: str, codebase: Codebase) -> bool:
    return path in ("", ".") or any(
        each == path or each.startswith(f"{path.rstrip('/')}/") for each in codebase.paths()
    )


def _files(nodes: tuple[str, ...], codebase: Codebase) -> list[str]:
    """The test files that the nodes name, or that lie in the folders they name."""
    prefixes = [node.partition("::")[0].rstrip("/") for node in nodes]
    return [
        path
        for path in codebase.paths()
        if any(prefix in ("", ".", path) or path.startswith(f"{prefix}/") for prefix in prefixes)
        and path.endswith(".py")
        and codebase.tests_in(path)
    ]


def _judge_statically(predicate: Pytest, codebase: Codebase, why_not: str) -> Judgement:
    """Without a run, tests whose modules cannot be imported are refuted; nothing more can be told."""
    files = _files(predicate.nodes, codebase)
    tests = sum(codebase.tests_in(path) for path in files)
    worth, flagged = _worth(predicate.nodes, files, codebase)
    reached = f" ({reach(tests, files, codebase)})" if tests else ""
    coverage = f"{counted(tests, 'test function')} in {counted(len(files), 'file')} read, none run{reached}{worth}"
    modules = {name for name in codebase.modules() if codebase.module_path(name) in files}
    roots = roots_of(modules, codebase)
    killed = {name for root in roots for name in root.killed} & modules
    failures_told = predicate.failed is not None or predicate.errors is not None
    everywhere = bool({"", "."} & set(predicate.nodes))  # some of them may not be meant to run at all
    every_file_dies = len(killed) == len(files)
    if killed and not failures_told and (every_file_dies or (predicate.passed is None and not everywhere)):
        which = "the" if every_file_dies else f"{len(killed)} of {counted(len(files), 'file')} with"
        return refuted(
            f"{which} tests cannot be imported, because there is no {listed(root.target for root in roots)}",
            coverage=coverage,
            evidence=(
                Evidence(summary=f"names {root.target}", path=root.sites[0].path, line=root.sites[0].line)
                for root in roots
            ),
            roots=tuple(root.target for root in roots),
        )
    least = predicate.passed.least if predicate.passed is not None else None
    if least is not None and 0 < tests < least and not _may_be_more(files, codebase):
        return refuted(
            f"there are {counted(tests, 'test function')} and nothing that makes more tests of them, so "
            f"{predicate.passed} cannot pass",
            coverage=coverage,
            evidence=(
                *(Evidence(summary=counted(codebase.tests_in(path), "test"), path=path) for path in files),
                *flagged,
            ),
        )
    return unverified(why_not or "the tests were not run", coverage=coverage, evidence=flagged)


def _may_be_more(files: Sequence[str], codebase: Codebase) -> bool:
    """Whether a run may collect more tests than there are functions: parameters, heirs of test classes, settings."""
    paths = codebase.paths()
    around = [path for path in paths if path.rpartition("/")[2] in ("conftest.py", *_SETTINGS)]
    texts = ((path, codebase.read_text(path)) for path in (*files, *around))
    return any(
        text is None or (_COLLECTING if path.rpartition("/")[2] in _SETTINGS else _MULTIPLYING).search(text) is not None
        for path, text in texts
    )


def _worth(nodes: Iterable[str], files: Iterable[str], codebase: Codebase) -> tuple[str, tuple[Evidence, ...]]:
    """How many of the tests prove nothing, to follow a coverage, and which these are."""
    named = tuple(node.rstrip("/") for node in nodes)
    flagged = [
        each
        for each in codebase.worthless_tests(tuple(files))
        if any(node in ("", ".") or _is_within(each.target, node) for node in named)
    ]
    counts = Counter(each.code for each in flagged)
    said = [f"{counts[code]} {words}" for code, words in _WORTHLESS.items() if counts[code]]
    return "".join(f"; {each}" for each in said), tuple(found(each) for each in flagged)


def weaker_than_before(nodes: Iterable[str], base: str, codebase: Codebase) -> tuple[Finding, ...]:
    """What makes the tests of these nodes prove less than at the base; nothing where there is no base.

    Files that are gone count, and what leaves tests out of every run.
    """
    try:
        before = codebase.files_at(base).paths()
    except AuditError:
        return ()
    prefixes = [node.partition("::")[0].rstrip("/") for node in nodes]
    files = {
        path
        for path in (*before, *codebase.paths())
        if path.endswith(".py") and any(pre in ("", ".", path) or path.startswith(f"{pre}/") for pre in prefixes)
    }
    return codebase.weakened_tests(sorted(files), base)


def _is_within(test: str, node: str) -> bool:
    """Whether a node id is that of a test, or of a class, file or folder that holds it; parameters aside."""
    node = node.partition("[")[0]
    return test == node or test.startswith((f"{node}::", f"{node}/"))


def _judge_unfinished(codebase: Codebase, observed: TestRun, run: Evidence) -> Judgement:
    """A session that did not close is an error, unless it could not start because a conftest does not import."""
    missing = missing_module(observed.run.stdout + observed.run.stderr)
    if observed.run.exit != _NOT_FOUND or not missing:
        said = [line.strip() for line in observed.run.stderr.splitlines() if line.strip()]
        # Of a wrong option pytest tells first what is wrong, and then where it read it.
        telling = next((line for line in said if ": error: " in line), said[-1] if said else "")
        why = f": {telling.removeprefix('E   ')}" if telling and not observed.run.timed_out else ""
        return failed_to_judge(f"pytest {ending(observed.run)} before it was done{why}", evidence=(run,))
    excuse = missing_module_excuse(missing, codebase)
    if excuse:
        return unverified(f"could not be checked here: {excuse}", coverage="0 tests run", evidence=(run,))
    return refuted(
        f"the tests cannot start: a conftest does not import, because there is no module {missing}",
        coverage="0 tests run",
        evidence=(run,),
        roots=tuple(root.target for root in codebase.check.roots if f"{missing}.".startswith(f"{root.target}.")),
    )


def _judge_outcomes(predicate: Pytest, codebase: Codebase, observed: TestRun, run: Evidence) -> Judgement:
    ran_tests = observed.passed + observed.failed + observed.xfailed + observed.xpassed
    coverage = reach(ran_tests, observed.files, codebase)
    worth, flagged = _worth(predicate.nodes, observed.files, codebase)
    coverage += worth
    if observed.deselected:
        coverage += f"; {observed.deselected} deselected"
    excuses = {failure.node: _excuse(failure, codebase) for failure in observed.failures}
    real = [failure for failure in observed.failures if not excuses[failure.node]]
    failures = tuple(_failure(failure, excuses[failure.node]) for failure in observed.failures)
    weaker = weaker_than_before(predicate.nodes, "", codebase)
    if weaker:
        coverage += f"; weaker than at the base in {counted(len(weaker), 'place')} (RUN003)"
    evidence = (run, *failures, *map(found, weaker), *flagged)
    if observed.failures and not real:
        reasons = listed(dict.fromkeys(excuses.values()), 3)
        return unverified(f"could not be checked here: {reasons}", coverage=coverage, evidence=evidence)
    if not observed.collected and not observed.errors:
        return unverified("no test was collected, which is never a pass", coverage=coverage, evidence=evidence)
    wrong = _unmet(predicate, observed)
    if not wrong and not observed.passed + observed.failed and predicate.passed is None:
        return unverified("no test passed: all were skipped", coverage=coverage, evidence=evidence)
    roots = roots_of(_killed(real, codebase), codebase)
    most = predicate.passed.most if predicate.passed is not None else None
    if wrong == ["passed"] and most is not None and observed.passed > most:
        return partly(
            f"{_vector(observed)}: more passed than the {predicate.passed} expected",
            coverage=coverage,
            evidence=evidence,
        )
    if wrong:
        return refuted(
            f"{_vector(observed)}; expected {_expected(predicate, wrong)}",
            coverage=coverage,
            evidence=evidence,
            roots=tuple(root.target for root in roots),
        )
    return verified(_vector(observed), coverage=coverage, evidence=evidence)


def _unmet(predicate: Pytest, observed: TestRun) -> list[str]:
    """The counts that are not as expected; failures and errors are expected to be none unless said."""
    wanted = {
        "collected": predicate.collected,
        "passed": predicate.passed,
        "failed": predicate.failed or _NONE,
        "errors": predicate.errors or _NONE,
        "skipped": predicate.skipped,
    }
    counts = observed.vector
    return [name for name, bound in wanted.items() if bound is not None and not bound.admits(counts[name])]


def _expected(predicate: Pytest, wrong: list[str]) -> str:
    return ", ".join(f"{getattr(predicate, name) or _NONE} {name}" for name in wrong)


def _vector(observed: TestRun) -> str:
    counts = observed.vector
    shown = [f"{number} {name}" for name, number in counts.items() if number and name != "collected"]
    return f"{counted(observed.collected, 'test')} collected: {', '.join(shown) or 'none ran'}"


def _excuse(failure: FailedTest, codebase: Codebase) -> str:
    if failure.missing:
        return missing_module_excuse(failure.missing, codebase)
    return version_excuse(failure.message, codebase)


def _failure(failure: FailedTest, excuse: str) -> Evidence:
    lines = [line for line in failure.message.splitlines() if line.strip()]
    said = (lines[-1] if failure.outcome == "error" else lines[0]) if lines else ""
    return Evidence(
        summary=f"{failure.node}: {excuse or said.removeprefix('E   ')}",
        path=failure.node.partition("::")[0],
        command=("python", "-m", "pytest", failure.node),
    )


def _killed(failures: list[FailedTest], codebase: Codebase) -> set[str]:
    files = {failure.node.partition("::")[0] for failure in failures}
    return {name for name in codebase.modules() if codebase.module_path(name) in files}
