"""Fixtures that tests and fixtures of one file ask pytest for, by parameters and by strings."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Collection, Iterable, Iterator
from typing import Final

from audit.facts.bodies import FunctionNode
from audit.facts.callables import dotted, leaf_of
from audit.facts.spans import Spans
from audit.model.calls import Request

_BY_STRING: Final = frozenset({"usefixtures", "getfixturevalue", "getfuncargvalue"})
_GENERATING: Final = "pytest_generate_tests"


def read_requests(content: bytes, wanted: Collection[str]) -> tuple[Request, ...]:
    """Every request of a file for one of the ``wanted`` fixtures, in reading order.

    A parameter that a decorator fills in is none, nor one of a file that makes parameters up itself; a file that does
    not parse has none.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(content)
    except (SyntaxError, ValueError, LookupError, RecursionError, MemoryError):
        return ()
    reader = _Reader(Spans(content), frozenset(wanted))
    given = reader.given_to_all(tree.body)
    if not any(isinstance(each, ast.FunctionDef) and each.name == _GENERATING for each in tree.body):
        reader.functions(tree.body, given)
    reader.strings(tree)
    return tuple(sorted(reader.found, key=lambda each: each.span))


class _Reader:
    def __init__(self, spans: Spans, wanted: frozenset[str]) -> None:
        self.found: list[Request] = []
        self._spans = spans
        self._wanted = wanted

    def given_to_all(self, body: list[ast.stmt]) -> frozenset[str]:
        """The names that ``pytestmark`` gives values to, for all tests of a module or class."""
        marks = [
            each.value
            for each in body
            if isinstance(each, ast.Assign)
            and any(isinstance(target, ast.Name) and target.id == "pytestmark" for target in each.targets)
        ]
        return frozenset(_parametrized(part for mark in marks for part in ast.walk(mark)))

    def functions(self, body: list[ast.stmt], given: frozenset[str], within: str = "", doubtful: str = "") -> None:
        """Note the parameters of the tests and fixtures of a module or class; ``within`` is that class, ``doubtful``
        the innermost one that may be of unittest."""
        for node in body:
            match node:
                case ast.FunctionDef() | ast.AsyncFunctionDef():
                    self._function(node, given, doubtful)
                case ast.ClassDef(bases=bases, name=name):
                    own = _parametrized(part for each in node.decorator_list for part in ast.walk(each))
                    inner = f"{within}.{name}" if within else name
                    is_doubtful = any("TestCase" in leaf_of(each) for each in bases)
                    taken = given | own | self.given_to_all(node.body)
                    self.functions(node.body, taken, inner, inner if is_doubtful else doubtful)
                case ast.If(body=block, orelse=other):
                    self.functions([*block, *other], given, within, doubtful)

    def _function(self, node: FunctionNode, given: frozenset[str], owner: str) -> None:
        leaves = [_decorator(each).rpartition(".")[2] for each in node.decorator_list]
        if not (node.name.startswith("test") or "fixture" in leaves):
            return
        if any("patch" in _decorator(each) for each in node.decorator_list):
            return
        taken = given | _parametrized(part for each in node.decorator_list for part in ast.walk(each))
        if "given" in leaves:
            taken |= _keywords(node.decorator_list)
        every = [*node.args.posonlyargs, *node.args.args]
        without_default = every[: len(every) - len(node.args.defaults)]
        only_named = zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True)
        for each in (*without_default, *(argument for argument, default in only_named if default is None)):
            is_itself = each.arg == node.name  # it goes on from what a plug-in gives
            if each.arg in self._wanted and each.arg not in taken and not is_itself:
                line, column, *_ = self._spans.of(each)
                self.found.append(Request(each.arg, (line, column, line, column + len(each.arg)), owner))

    def strings(self, tree: ast.Module) -> None:
        """Note what ``usefixtures("name")`` and ``getfixturevalue("name")`` spell."""
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and leaf_of(node.func) in _BY_STRING:
                for each in (*node.args, *(keyword.value for keyword in node.keywords)):
                    if isinstance(each, ast.Constant) and each.value in self._wanted:
                        self.found.append(Request(str(each.value), self._spans.of(each)))


def _parametrized(parts: Iterable[ast.AST]) -> frozenset[str]:
    """The names to which ``parametrize`` gives values; what goes through a fixture (``indirect``) still asks for it."""
    return frozenset(name for part in parts if isinstance(part, ast.Call) for name in _given_by(part))


def _given_by(call: ast.Call) -> Iterator[str]:
    indirect = next((each.value for each in call.keywords if each.arg == "indirect"), None)
    if leaf_of(call.func) != "parametrize" or (isinstance(indirect, ast.Constant) and indirect.value is True):
        return
    listed = call.args[0] if call.args else next((each.value for each in call.keywords if each.arg == "argnames"), None)
    through = set(_names(indirect))
    yield from (name for name in _names(listed) if name not in through)


def _names(node: ast.expr | None) -> Iterator[str]:
    for part in ast.walk(node) if node is not None else ():
        if isinstance(part, ast.Constant) and isinstance(part.value, str):
            yield from (name.strip() for name in part.value.split(","))


def _keywords(decorators: Iterable[ast.expr]) -> frozenset[str]:
    calls = (each for each in decorators if isinstance(each, ast.Call))
    return frozenset(keyword.arg for call in calls for keyword in call.keywords if keyword.arg)


def _decorator(node: ast.expr) -> str:
    return dotted(node.func if isinstance(node, ast.Call) else node)
