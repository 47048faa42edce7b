"""Evidence of what is not in a tree: what removed it, whether the base had it, and what may be meant instead."""

from __future__ import annotations

from typing import Final

from audit.model.codebase import Codebase
from audit.model.errors import AuditError
from audit.model.evidence import Evidence
from audit.model.findings import Root
from audit.verdict.blame import chain_text
from audit.verdict.judgements import retirement

_ALIKE: Final = 3
"""Most files of the same name that are told of."""
_SHORTEST: Final = 12
"""Fewest characters of a line of code that identify it, white space aside."""


def absence(path: str, codebase: Codebase, *, says: str = "") -> tuple[Evidence, ...]:
    """What is known of a path that is not in the tree.

    ``says`` is code that should stand there: where it stands instead is told.
    """
    gone = codebase.retired(path)
    found = [retirement(gone, path)] if gone is not None else [*_at_the_base(path, codebase)]
    name = path.rstrip("/").rpartition("/")[2]
    if gone is None:
        others = [each for each in codebase.paths() if each.rpartition("/")[2] == name][:_ALIKE]
        found += [Evidence(summary="a file of the same name", path=each) for each in others]
    chains = [Evidence(summary=f"{root.target}: {chain_text(root)}") for root in _roots(path, codebase)]
    return (*found, *_elsewhere(says, codebase), *chains)


def roots_of_path(path: str, codebase: Codebase) -> tuple[str, ...]:
    """The targets of the root causes that a missing file is: its own module, or names of it."""
    return tuple(root.target for root in _roots(path, codebase))


def _roots(path: str, codebase: Codebase) -> tuple[Root, ...]:
    dotted = f".{path.removesuffix('.py').removesuffix('/__init__').replace('/', '.')}"
    if not path.endswith(".py"):
        return ()
    return tuple(root for root in codebase.check.roots if "." in root.target and dotted.endswith(f".{root.target}"))


def _at_the_base(path: str, codebase: Codebase) -> tuple[Evidence, ...]:
    try:
        base = codebase.files_at("")
    except AuditError:
        return ()
    was = path in base.paths() or any(each.startswith(f"{path.rstrip('/')}/") for each in base.paths())
    where = f"the base{f' {base.commit[:10]}' if base.commit else ''}"
    return (Evidence(summary=f"{path} is in {where}" if was else f"{path} is not in {where} either"),)


def _elsewhere(says: str, codebase: Codebase) -> tuple[Evidence, ...]:
    """The lines of Python files that say a text, white space aside."""
    said = "".join(says.split())
    if len(said) < _SHORTEST:
        return ()
    places = (
        (path, number)
        for path in codebase.paths()
        if path.endswith(".py") and (text := codebase.read_text(path)) is not None and says.split()[-1] in text
        for number, line in enumerate(text.splitlines(), start=1)
        if said in "".join(line.split())
    )
    return tuple(
        Evidence(summary=f"here it says `{says.strip()}`", path=path, line=number)
        for (path, number), _ in zip(places, range(_ALIKE), strict=False)
    )
