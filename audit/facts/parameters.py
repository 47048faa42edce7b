"""The parameters of a function, as its facts keep them."""

from __future__ import annotations

import ast

from audit.facts.terms import annotation_text
from audit.model.facts import Parameter


def signature_of(arguments: ast.arguments) -> tuple[Parameter, ...]:
    """The parameters in the order in which a call fills them."""
    positional = [*arguments.posonlyargs, *arguments.args]
    first_default = len(positional) - len(arguments.defaults)
    found = [
        Parameter(
            argument.arg,
            "positional" if index < len(arguments.posonlyargs) else "normal",
            index < first_default,
            annotation_text(argument.annotation),
        )
        for index, argument in enumerate(positional)
    ]
    if arguments.vararg is not None:
        found.append(Parameter(arguments.vararg.arg, "variadic", False, annotation_text(arguments.vararg.annotation)))
    found += [
        Parameter(argument.arg, "keyword", default is None, annotation_text(argument.annotation))
        for argument, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
    ]
    if arguments.kwarg is not None:
        found.append(Parameter(arguments.kwarg.arg, "keywords", False, annotation_text(arguments.kwarg.annotation)))
    return tuple(found)
