"""The command that anyone can paste, at the root of the repository, to see what a verdict rests on."""

from __future__ import annotations

import shlex

from audit.model.claims import Statement
from audit.model.predicates import Command, Contract, Pytest, Smoke
from audit.model.reach import executes


def reproduce(statement: Statement, at: str | None, since: str | None, *, asked: bool | None = None) -> str:
    """A command for one statement; several predicates are reproduced by the audit itself.

    ``asked`` is what the user said of running code: a claim that was run because of it is only run again with it.
    """
    if len(statement.predicates) == 1:
        match statement.predicates[0]:
            case Command(run=run):
                return shlex.join(run)
            case Pytest(nodes=nodes):
                return shlex.join(["python", "-m", "pytest", *nodes])
            case Smoke(scenario=scenario):
                return shlex.join(["python", "-m", "smoke", scenario])
            case Contract():
                return shlex.join(["audit", "check", *_revisions(at, since)])
            case _:
                pass
    name = statement.id.removeprefix(f"{statement.path}:")
    words = ["audit", "verify", statement.path, "--only", name, *_revisions(at, since)]
    if asked is not None and any(map(executes, statement.predicates)):
        words.append("--run" if asked else "--no-run")
    return shlex.join(words)


def _revisions(at: str | None, since: str | None) -> list[str]:
    """The commits by their ids: a name such as HEAD~1 means something else tomorrow."""
    return [*(["--at", at[:12]] if at else []), *(["--since", since[:12]] if since else [])]
