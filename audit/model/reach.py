"""What a predicate reaches: the paths that it names, and whether it runs code of the repository."""

from __future__ import annotations

from audit.model.comparisons import LinesChanged, Metric, RedGreen, SameOutput, Unchanged
from audit.model.predicates import (
    Absent,
    AnyPredicate,
    Cited,
    Command,
    Exists,
    Imports,
    Lacks,
    Pytest,
    Size,
    Smoke,
    Uses,
)


def named_paths(predicate: AnyPredicate) -> tuple[str, ...]:
    """What a predicate names that may be a path: a rules file may only name what lies in its tree."""
    match predicate:
        case Absent(names=names) | Exists(names=names):
            return names
        case Pytest(nodes=nodes):
            return nodes
        case RedGreen(tests=tests):
            return tests
        case LinesChanged(paths=paths) | Unchanged(paths=paths):
            return paths
        case Cited(path=path) | Lacks(path=path) | Size(path=path) | Uses(path=path):
            return (path,)
        case _:
            return ()


def executes(predicate: AnyPredicate) -> bool:
    """Whether judging a predicate runs code of the audited repository, and does not only look at it."""
    match predicate:
        case Command() | Imports() | Pytest() | RedGreen() | SameOutput() | Smoke():
            return True
        case Metric(run=run):
            return bool(run)
        case _:
            return False
