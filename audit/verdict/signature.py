"""Judges which parameters a callable takes, from its definition."""

from __future__ import annotations

from audit.model.codebase import Codebase, Located
from audit.model.facts import Parameter
from audit.model.predicates import Signature
from audit.model.verdicts import Judgement
from audit.verdict.judgements import (
    first_party,
    listed,
    located,
    refuted,
    retirement,
    unverified,
    verified,
)

_STARS = {"variadic": "*", "keywords": "**"}


def judge_signature(predicate: Signature, codebase: Codebase) -> Judgement:
    """The callable takes exactly, or at least, the named parameters, and not others."""
    definition = _definition(predicate.callable, codebase)
    if isinstance(definition, Judgement):
        return definition
    if definition.definition.kind == "class":
        made_by = codebase.locate(f"{definition.qualified}.__init__")
        definition = made_by or definition
    if definition.definition.parameters is None:
        return unverified(
            f"{definition.qualified} is a {definition.definition.kind}; its parameters cannot be read",
            evidence=(located(definition, definition.qualified),),
        )
    names = _names(definition)
    bare = {name.lstrip("*") for name in names}
    shown = f"`{definition.definition.name}({', '.join(names)})`"
    wrong = []
    if predicate.parameters is not None and list(predicate.parameters) != names:
        wrong.append(f"not exactly ({', '.join(predicate.parameters)})")
    if missing := [name for name in predicate.has if name.lstrip("*") not in bare]:
        wrong.append(f"it lacks {listed(missing)}")
    if extra := [name for name in predicate.lacks if name.lstrip("*") in bare]:
        wrong.append(f"it still takes {listed(extra)}")
    evidence = (located(definition, shown),)
    coverage = "1 definition read"
    if wrong:
        return refuted(f"{shown}: {'; '.join(wrong)}", coverage=coverage, evidence=evidence)
    return verified(shown, coverage=coverage, evidence=evidence)


def _definition(name: str, codebase: Codebase) -> Located | Judgement:
    """The one definition meant by a dotted name, or why there is not exactly one."""
    path, _, symbol = name.rpartition("::")
    definition = codebase.locate(name)
    if definition is not None:
        return definition
    alike = tuple(each for each in codebase.locate_by_suffix(symbol) if path in ("", each.path))
    if len(alike) == 1:
        return alike[0]
    if alike:
        return unverified(
            f"{len(alike)} definitions end in {name}; say which",
            evidence=tuple(located(each, each.qualified) for each in alike),
        )
    gone = codebase.retired(name)
    if gone is not None:
        roots = tuple(root.target for root in codebase.check.roots if f"{name}.".startswith(f"{root.target}."))
        return refuted(f"{name} no longer exists", evidence=(retirement(gone, name),), roots=roots)
    if "." in name and not first_party(codebase, name):
        return unverified(f"{name} is not defined in this tree")
    return refuted(f"{name} is not defined in the tree", coverage=f"{len(codebase.modules())} modules read")


def _names(definition: Located) -> list[str]:
    """Parameter names in order, with stars, without the one that a method is called on."""
    parameters: list[Parameter] = list(definition.definition.parameters or ())
    is_method = "." in definition.definition.name and "staticmethod" not in definition.definition.decorators
    if is_method and parameters and parameters[0].kind in ("positional", "normal"):
        parameters = parameters[1:]
    return [f"{_STARS.get(parameter.kind, '')}{parameter.name}" for parameter in parameters]
