"""Judges which bases a class has, its own and those of its bases."""

from __future__ import annotations

from typing import Final

import msgspec

from audit.model.codebase import Codebase, Located
from audit.model.shapes import Inherits
from audit.model.verdicts import Judgement
from audit.verdict.judgements import listed, located, refuted, unverified, verified

_PLAIN: Final = frozenset({"object", "ABC", "Protocol", "Generic", "Enum", "IntEnum", "StrEnum", "Exception"})
"""Bases outside of the tree that have none of its classes as bases of their own."""


class Ancestry(msgspec.Struct, frozen=True):
    """The classes of the tree that a class inherits from, nearest first, and bases that lie outside of it."""

    inside: tuple[Located, ...]
    outside: tuple[str, ...]


def judge_inherits(predicate: Inherits, codebase: Codebase) -> Judgement:
    """Every expected base is among those of the class, directly or through another."""
    found = class_of(predicate.name, codebase)
    if isinstance(found, str):
        return unverified(found)
    line = ancestry(found, codebase)
    names = {each.definition.name.rpartition(".")[2] for each in line.inside}
    names |= {each.rpartition(".")[2] for each in line.outside}
    missing = [base for base in predicate.bases if base.rpartition(".")[2] not in names]
    bases = ", ".join(found.definition.bases)
    evidence = (
        located(found, f"class {found.definition.name}({bases})"),
        *(located(each, f"class {each.definition.name}({', '.join(each.definition.bases)})") for each in line.inside),
    )
    coverage = f"{1 + len(line.inside)} class definitions read" if line.inside else "1 class definition read"
    if not missing:
        return verified(
            f"{found.qualified} inherits from {listed(predicate.bases)}", coverage=coverage, evidence=evidence
        )
    unknown = [name for name in line.outside if name.rpartition(".")[2] not in _PLAIN]
    if unknown:
        return unverified(
            f"what {listed(unknown)} inherits from is not in this tree", coverage=coverage, evidence=evidence
        )
    if predicate.wide:
        reason = f"{listed(missing)} is no base of {found.qualified}, which may extend it in another way"
        return unverified(reason, coverage=coverage, evidence=evidence)
    has = f"its bases are {bases}" if bases else "it has no base"
    return refuted(
        f"{found.qualified} does not inherit from {listed(missing)}: {has}", coverage=coverage, evidence=evidence
    )


def class_of(name: str, codebase: Codebase) -> Located | str:
    """The one class of a name, dotted or with its file before two colons; or why there is not exactly one."""
    path, _, symbol = name.rpartition("::")
    whole = codebase.locate(name) if not path else None
    alike = [whole] if whole is not None else list(codebase.locate_by_suffix(symbol))
    alike = [each for each in alike if each.definition.kind == "class" and path in ("", each.path)]
    if len(alike) == 1:
        return alike[0]
    return f"{len(alike)} classes are called {name}; say which" if alike else f"no class of this tree is called {name}"


def ancestry(found: Located, codebase: Codebase) -> Ancestry:
    """All that a class inherits from, as far as the tree tells."""
    inside: dict[str, Located] = {}
    outside: dict[str, None] = {}
    queue = [found]
    while queue:
        current = queue.pop(0)
        for text in current.definition.bases:
            name = text.partition("[")[0].strip().strip("\"'")
            base = codebase.locate(f"{current.module}.{name}")
            if base is None or base.definition.kind != "class":
                outside[name] = None
            elif base.qualified not in inside and base.qualified != found.qualified:
                inside[base.qualified] = base
                queue.append(base)
    return Ancestry(tuple(inside.values()), tuple(outside))
