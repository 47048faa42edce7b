"""The names that a module's ``__getattr__`` answers to, where it compares what it is asked for with names it spells."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Final

from audit.facts.bodies import FunctionNode

_CHANGING: Final = frozenset(
    {"add", "append", "clear", "difference_update", "discard", "extend", "insert", "intersection_update", "pop"}
    | {"popitem", "remove", "setdefault", "symmetric_difference_update", "update"}
)


class _AnyNameError(Exception):
    """What is asked for may be answered whatever its name."""


def offered_names(node: FunctionNode, tree: ast.Module) -> frozenset[str] | None:
    """All names that ``__getattr__`` of a module can give; None where it may give others too.

    It gives a name only where it has found it equal to one that the module spells, in the function itself or in
    a table that nothing changes, and refuses every other by an exception.
    """
    parameters = [*node.args.posonlyargs, *node.args.args]
    if len(parameters) != 1 or node.decorator_list or isinstance(node, ast.AsyncFunctionDef):
        return None
    reading = _Reading(parameters[0].arg, tree)
    try:
        ends = reading.block(node.body)
    except _AnyNameError:
        return None
    return frozenset(reading.names) if ends else None


class _Reading:
    """Goes through the statements that run while nothing is known of the ``asked`` name yet."""

    def __init__(self, asked: str, tree: ast.Module) -> None:
        self._asked = asked
        self._tree = tree
        self.names: set[str] = set()

    def block(self, statements: Iterable[ast.stmt]) -> bool:
        """Whether the end of a block is never reached by a name that is not among ``names``.

        Raises:
            _AnyNameError: any name may be given.
        """
        return any(self._statement(statement) for statement in statements)

    def _statement(self, statement: ast.stmt) -> bool:
        match statement:
            case ast.Raise():
                return True
            case ast.If():
                return self._if(statement)
            case ast.Try(finalbody=[]):
                ends = [self.block([*statement.body, *statement.orelse])]
                ends += [self.block(handler.body) for handler in statement.handlers]
                return all(ends)
            case ast.Match(subject=ast.Name(id=self._asked)):
                return self._match(statement)
            case ast.Assign() | ast.AnnAssign() | ast.Expr() | ast.Return() if table := self._looked_up(statement):
                self.names |= table  # any other name fails there
                return True
            case ast.Assign(targets=targets) if not any(map(self._is_asked, targets)):
                return False
            case ast.Expr() | ast.Import() | ast.ImportFrom() | ast.Pass() | ast.Global():
                return False
        raise _AnyNameError

    def _if(self, statement: ast.If) -> bool:
        found, negated = self._tested(statement.test)
        if found is None:
            ends = self.block(statement.body)
            return self.block(statement.orelse) and ends
        self.names |= found
        return self.block(statement.body if negated else statement.orelse)

    def _match(self, statement: ast.Match) -> bool:
        ends = False
        for case in statement.cases:
            match case.pattern:
                case ast.MatchValue(value=ast.Constant(value=str(name))):
                    self.names.add(name)
                case ast.MatchOr(patterns=patterns) if all(isinstance(each, ast.MatchValue) for each in patterns):
                    self.names |= _strings([each.value for each in patterns if isinstance(each, ast.MatchValue)])
                case ast.MatchAs(pattern=None, name=None) if case.guard is None:
                    ends = self.block(case.body)
                case _:
                    raise _AnyNameError
        return ends

    def _tested(self, test: ast.expr) -> tuple[set[str] | None, bool]:
        """The names that a test holds the asked one against, and whether it is true of all others; None of none."""
        match test:
            case ast.BoolOp(op=ast.And(), values=values):
                found = [names for names, negated in map(self._tested, values) if names is not None and not negated]
                return (found[0] if found else None), False
            case ast.BoolOp(op=ast.Or(), values=values):
                each = [self._tested(value) for value in values]
                together = [names for names, negated in each if names is not None and not negated]
                return (set().union(*together) if len(together) == len(each) else None), False
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                names, negated = self._tested(operand)
                return names, not negated
            case ast.Compare(left=left, ops=[ast.Eq() | ast.NotEq() as operator], comparators=[right]):
                sides = [side for side in (left, right) if not self._is_asked(side)]
                if len(sides) == 1 and isinstance(sides[0], ast.Constant):
                    return _strings(sides), isinstance(operator, ast.NotEq)
            case ast.Compare(left=left, ops=[ast.In() | ast.NotIn() as operator], comparators=[right]):
                if self._is_asked(left):
                    return self._held(right), isinstance(operator, ast.NotIn)
        return None, False

    def _is_asked(self, node: ast.expr) -> bool:
        return isinstance(node, ast.Name) and node.id == self._asked

    def _held(self, container: ast.expr) -> set[str]:
        """The names in a table.

        Raises:
            _AnyNameError: it may hold others.
        """
        match container:
            case ast.Call(func=ast.Attribute(value=value, attr="keys"), args=[]):
                return self._held(value)
            case ast.Name(id=name):
                return self._table(name)
        return _literal(container)

    def _looked_up(self, statement: ast.stmt) -> set[str] | None:
        """The keys of a table that a statement looks the asked name up in."""
        for node in ast.walk(statement):
            match node:
                case ast.Subscript(value=ast.Name(id=name), slice=asked, ctx=ast.Load()) if self._is_asked(asked):
                    return self._table(name)
        return None

    def _table(self, name: str) -> set[str]:
        """The names that a variable of the module holds from its only assignment on."""
        values = [
            statement.value
            for statement in self._tree.body
            if isinstance(statement, ast.Assign | ast.AnnAssign) and _targets(statement) == [name]
        ]
        bound = [node for node in ast.walk(self._tree) if isinstance(node, ast.Name) and node.id == name]
        stored = sum(not isinstance(node.ctx, ast.Load) for node in bound)
        if len(values) != 1 or values[0] is None or stored != 1 or name in _changed(self._tree):
            raise _AnyNameError
        return _literal(values[0])


def _targets(statement: ast.Assign | ast.AnnAssign) -> list[str]:
    targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
    return [target.id for target in targets if isinstance(target, ast.Name)]


@cache
def _changed(tree: ast.Module) -> frozenset[str]:
    """The variables of which some statement changes what they hold."""
    found = set()
    for node in ast.walk(tree):
        match node:
            case ast.Attribute(value=ast.Name(id=name), attr=method) if method in _CHANGING:
                found.add(name)
            case ast.Subscript(value=ast.Name(id=name), ctx=ast.Store() | ast.Del()):
                found.add(name)
    return frozenset(found)


def _literal(node: ast.expr) -> set[str]:
    match node:
        case ast.Dict(keys=keys):
            return _strings(keys)
        case ast.List(elts=elements) | ast.Tuple(elts=elements) | ast.Set(elts=elements):
            return _strings(elements)
        case ast.Call(func=ast.Name(id="frozenset" | "set" | "tuple" | "list"), args=[argument], keywords=[]):
            return _literal(argument)
    raise _AnyNameError


def _strings(nodes: Sequence[ast.expr | None]) -> set[str]:
    found = {node.value for node in nodes if isinstance(node, ast.Constant) and isinstance(node.value, str)}
    if not all(isinstance(node, ast.Constant) for node in nodes):
        raise _AnyNameError
    return found
