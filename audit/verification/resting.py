"""Tells what a bare verdict of a document ("VERIFIED WORKING") rests on: the tests and facts of its section."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

import msgspec

from audit.claims.extract import BARE_VERDICT
from audit.model.claims import Statement
from audit.model.codebase import Codebase
from audit.model.predicates import Absent, AnyPredicate, Exists, Lacks, Pytest, Uses
from audit.verdict.reach import reach

_FACTS: Final[tuple[type[AnyPredicate], ...]] = (Absent, Exists, Lacks, Uses)
_CHECKED: Final = re.compile(r"\b(?:verified|confirmed)\W*$", re.IGNORECASE)
"""A verdict that says no more than that what stands below it is so; "working" says more than any fact of the tree."""


def resting(statements: Sequence[Statement], codebase: Codebase) -> tuple[Statement, ...]:
    """The statements, each bare verdict with what it rests on.

    Where its section counts on tests, these are named with how much they reach: no number of them shows that the
    whole works. Where "verified" stands over nothing but facts of the tree, it claims these facts.
    """
    return tuple(
        _rested(statement, _section(statement, statements[number + 1 :]), codebase)
        if statement.obstacle == BARE_VERDICT
        else statement
        for number, statement in enumerate(statements)
    )


def _section(verdict: Statement, below: Sequence[Statement]) -> list[Statement]:
    """The claims below a verdict, under the same headings, up to the next verdict."""
    found: list[Statement] = []
    for statement in below:
        if statement.context[: len(verdict.context)] != verdict.context or statement.obstacle == BARE_VERDICT:
            break
        if statement.tense == "claim":
            found.append(statement)
    return found


def _rested(verdict: Statement, section: Sequence[Statement], codebase: Codebase) -> Statement:
    predicates = [predicate for statement in section for predicate in statement.predicates]
    nodes = [node for predicate in predicates if isinstance(predicate, Pytest) for node in predicate.nodes]
    if nodes:
        files = [path for path in codebase.paths() if _is_within(path, nodes) and codebase.tests_in(path)]
        tests = sum(map(codebase.tests_in, files))
        worth = reach(tests, files, codebase)
        reason = f"it rests on {worth}; that the whole works is more than these can show"
        return msgspec.structs.replace(verdict, obstacle=reason, coverage=worth) if files else verdict
    facts = tuple(dict.fromkeys(each for each in predicates if isinstance(each, _FACTS)))
    core = [statement for statement in section if statement.weight == "core"]
    if facts and _CHECKED.search(verdict.text) and all(map(_is_fact, core)):
        return msgspec.structs.replace(verdict, predicates=facts, obstacle="")
    return verdict


def _is_fact(statement: Statement) -> bool:
    return all(isinstance(each, _FACTS) for each in statement.predicates)


def _is_within(path: str, nodes: Sequence[str]) -> bool:
    bare = [node.partition("::")[0].rstrip("/") for node in nodes]
    return path.endswith(".py") and any(path == each or path.startswith(f"{each}/") for each in bare)
