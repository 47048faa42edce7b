"""The options that a file gives to programs: through argparse, optparse, click, typer, cyclopts or absl."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Final

from audit.facts.callables import leaf_of
from audit.facts.nodes import nodes_of
from audit.model.facts import ANY

TELLING: Final = frozenset({"add_argument", "add_option", "option", "Option", "Parameter"})
"""Last names of calls that define options."""
FLAGS: Final = "DEFINE_"
"""Begins the names of such calls of absl."""


class ProgramOptions:
    """Collects them as the pass over a file meets the calls that define them."""

    def __init__(self) -> None:
        self._found: set[str] = set()
        self._by_parameters = False

    def defined_by(self, call: ast.Call, leaf: str) -> None:
        """Note what a call defines; ``leaf`` is the last name of what it calls, one of `TELLING` or after `FLAGS`."""
        if leaf not in TELLING:
            if call.args and isinstance(call.args[0], ast.Constant):
                self._found.add(f"--{call.args[0].value!s}")
            return
        self._found.update(_spelt(call))
        self._by_parameters |= leaf == "Option"
        if leaf.startswith("add_") and call.args and not isinstance(call.args[0], ast.Constant):
            self._found.add(ANY)

    def names(self, tree: ast.Module) -> frozenset[str]:
        """The long options that the file of that tree defines, with their dashes; `ANY` where it computes what some are
        called."""
        of_parameters = {
            name
            for node in (nodes_of(tree) if self._by_parameters else ())
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
            for name in _of_parameters(node.args)
        }
        return frozenset(self._found | of_parameters)


def _spelt(call: ast.Call) -> Iterator[str]:
    """The options that a call spells; of ``--shout/--quiet`` each."""
    named = (keyword.value for keyword in call.keywords if keyword.arg in ("name", "alias"))
    given = (
        part
        for each in (*call.args, *named)
        for part in (each.elts if isinstance(each, ast.Tuple | ast.List) else [each])
    )
    for argument in given:
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
            yield from (each.strip() for each in argument.value.split("/") if each.strip().startswith("--"))


def _of_parameters(arguments: ast.arguments) -> Iterator[str]:
    """The options that typer makes of the parameters of a function which do not spell any."""
    positional = [*arguments.posonlyargs, *arguments.args]
    defaults = [None] * (len(positional) - len(arguments.defaults)) + [*arguments.defaults]
    for argument, default in (
        *zip(positional, defaults, strict=True),
        *zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True),
    ):
        calls = [default, *_annotated(argument.annotation)]
        if any(isinstance(each, ast.Call) and leaf_of(each.func) == "Option" and not [*_spelt(each)] for each in calls):
            yield f"--{argument.arg.replace('_', '-')}"


def _annotated(annotation: ast.expr | None) -> list[ast.expr]:
    match annotation:
        case ast.Subscript(value=generic, slice=ast.Tuple(elts=parts)) if leaf_of(generic) == "Annotated":
            return parts
    return []
