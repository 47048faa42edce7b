"""Functions whose bodies are being read: what their parameters stand for, and what they return."""

from __future__ import annotations

import ast

import msgspec

from audit.facts.callables import leaf_of
from audit.facts.nodes import nodes_of
from audit.facts.scopes import Scope
from audit.facts.terms import annotation_text
from audit.model.terms import class_of, declared, instance_of

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef


class Body(msgspec.Struct):
    """One function: the class that it is a method of, its first parameter, and the terms that it returns."""

    owner: str
    first: str
    node: FunctionNode
    scope: Scope
    qualified: str | None
    returned: list[str]

    def given(self, name: str) -> str:
        """The term of a parameter; empty for one that says nothing of itself."""
        if self.owner and name == self.first:
            return class_of(self.owner) if is_decorated(self.node, "classmethod") else instance_of(self.owner)
        arguments = self.node.args
        for argument in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs):
            if argument.arg == name:
                return declared(annotation_text(argument.annotation))
        return ""


def parameters_of(arguments: ast.arguments) -> list[ast.arg]:
    """All parameters of a function, those that take any number last."""
    extra = (each for each in (arguments.vararg, arguments.kwarg) if each is not None)
    return [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, *extra]


def is_decorated(node: FunctionNode, name: str) -> bool:
    """Whether a plain name decorates a function."""
    return any(isinstance(each, ast.Name) and each.id == name for each in node.decorator_list)


def looks_up_keys(getter: FunctionNode) -> bool:
    """Whether a ``__getattr__`` finds attributes among keys alone: ``return self.kept[name]``. One that may ask some
    other object for them does not."""
    parameters = [argument.arg for argument in (*getter.args.posonlyargs, *getter.args.args)]
    key = parameters[-1] if parameters else ""
    found = False
    for node in nodes_of(getter):
        if isinstance(node, ast.Name | ast.Attribute) and "getattr" in leaf_of(node):
            return False
        found |= isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Name) and node.slice.id == key
    return found
