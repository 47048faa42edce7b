"""The options that a file gives to programs: through argparse, optparse, click, typer or absl."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Final

from audit.facts.callables import leaf_of
from audit.model.facts import ANY

TELLING: Final = frozenset({"add_argument", "add_option", "option", "Option"})
"""Last names of calls that define options."""
FLAGS: Final = "DEFINE_"
"""Begins the names of such calls of absl."""


def read_options(tree: ast.Module) -> frozenset[str]:
    """The long options that a file defines, with their dashes; `ANY` where it computes what some are called."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            leaf = leaf_of(node.func)
            if leaf in TELLING:
                found.update(_spelt(node))
                if leaf.startswith("add_") and node.args and not isinstance(node.args[0], ast.Constant):
                    found.add(ANY)
            elif leaf.startswith(FLAGS) and node.args and isinstance(node.args[0], ast.Constant):
                found.add(f"--{node.args[0].value!s}")
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            found.update(_of_parameters(node.args))
    return frozenset(found)


def _spelt(call: ast.Call) -> Iterator[str]:
    """The options that a call spells; of ``--shout/--quiet`` each."""
    for argument in call.args:
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
