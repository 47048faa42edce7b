"""When code runs: recognises blocks that never do, and handlers that survive a failed import."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Iterator
from typing import Any, Final, Literal

from audit.model.facts import Context
from audit.model.regex import regex

_OLDEST: Final[tuple[int, ...]] = (3, 9)
_NEWEST: Final[tuple[int, ...]] = (3, 99)
_ORDERINGS: Final[dict[type[ast.cmpop], Callable[[Any, Any], bool]]] = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Eq: operator.eq,
}
_IMPORT_FAILURES = frozenset({"ImportError", "ModuleNotFoundError", "Exception", "BaseException"})
_ATTRIBUTE_FAILURES = frozenset({"AttributeError", "Exception", "BaseException"})


KEPT_INSIDE: Final[dict[Context, tuple[Context, ...]]] = {
    "typing": ("lazy", "guarded", "fallback", "expected"),
    "expected": ("guarded", "fallback", "lazy"),
    "guarded": ("fallback",),
    "fallback": ("lazy",),
}
"""By outer context, the contexts that change nothing inside of it: what never runs stays so inside what may."""


def is_never(test: ast.expr) -> bool:
    """Whether a condition is never true at run time: ``TYPE_CHECKING``, a false constant, an old Python."""
    match test:
        case ast.Name(id="TYPE_CHECKING" | "PY2") | ast.Attribute(attr="TYPE_CHECKING" | "PY2"):
            return True
        case ast.Constant(value=value):
            return not value
        case ast.BoolOp(op=ast.And(), values=values):
            return any(is_never(value) for value in values)
        case ast.UnaryOp(op=ast.Not(), operand=ast.Name(id="PY3") | ast.Attribute(attr="PY3")):
            return True
        case ast.Compare():
            return _on_this_python(test) is False
    return False


def is_always(test: ast.expr) -> bool:
    """Whether a condition always holds at run time: ``not TYPE_CHECKING``, Python 3."""
    match test:
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return is_never(operand)
        case ast.Name(id="PY3") | ast.Attribute(attr="PY3"):
            return True
        case ast.Compare():
            return _on_this_python(test) is True
    return False


def only_a_run_tells(test: ast.expr) -> bool:
    """Whether a condition asks flags alone, which each environment sets as it is: ``if HAS_GPU and not is_ci():``,
    besides what always holds."""
    match test:
        case ast.Name() | ast.Attribute() | ast.Call():
            return not is_never(test) and not is_always(test)
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return only_a_run_tells(operand)
        case ast.BoolOp(op=operator, values=values):
            told = [value for value in values if not (isinstance(operator, ast.And) and is_always(value))]
            return bool(told) and all(map(only_a_run_tells, told))
    return False


def _on_this_python(test: ast.Compare) -> bool | None:
    """What a comparison of ``sys.version_info`` gives on every Python that is still in use; None when it depends."""
    compare = _ORDERINGS.get(type(test.ops[0]))
    versions: tuple[tuple[int, ...], tuple[int, ...]]
    match test:
        case ast.Compare(left=ast.Subscript(value=left, slice=ast.Constant(value=0)), comparators=[right]):
            versions, parts = ((3,), (3,)), [right]
        case ast.Compare(
            left=left, ops=[ast.Lt() | ast.LtE() | ast.Gt() | ast.GtE()], comparators=[ast.Tuple(elts=parts)]
        ):
            versions = _OLDEST, _NEWEST
        case _:
            return None
    bound = tuple(part.value for part in parts if isinstance(part, ast.Constant) and type(part.value) is int)
    if compare is None or not _is_version(left) or not bound or len(bound) < len(parts):
        return None
    answers = {compare(version, bound) for version in versions}
    return answers.pop() if len(answers) == 1 else None


def _is_version(node: ast.expr) -> bool:
    match node:
        case ast.Attribute(value=ast.Name(id="sys" | "_sys"), attr="version_info") | ast.Name(id="version_info"):
            return True
    return False


def runs_until(body: list[ast.stmt]) -> int:
    """The statements of a module after which it is given up: ``raise``, or a skip of the whole test module."""
    for position, statement in enumerate(body):
        match statement:
            case ast.Raise():
                return position + 1
            case ast.Expr(value=ast.Call(func=ast.Name(id="skip") | ast.Attribute(attr="skip"), keywords=keywords)):
                if any(keyword.arg == "allow_module_level" and not is_never(keyword.value) for keyword in keywords):
                    return position + 1
    return len(body)


def mocked_modules(node: ast.With | ast.AsyncWith) -> frozenset[str]:
    """The modules that ``with mock(["a.b", ...])`` puts in place for the block."""
    found: set[str] = set()
    for item in node.items:
        match item.context_expr:
            case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name), args=[ast.List(elts=parts), *_]) if (
                "mock" in name.lower()
            ):
                found |= {
                    part.value for part in parts if isinstance(part, ast.Constant) and isinstance(part.value, str)
                }
    return frozenset(found)


def is_main(test: ast.expr) -> bool:
    """Whether a condition demands ``__name__ == "__main__"``."""
    match test:
        case ast.BoolOp(op=ast.And(), values=values):
            return any(is_main(value) for value in values)
        case ast.Compare(left=ast.Name(id="__name__"), ops=[ast.Eq()], comparators=[ast.Constant(value="__main__")]):
            return True
        case ast.Compare(left=ast.Constant(value="__main__"), ops=[ast.Eq()], comparators=[ast.Name(id="__name__")]):
            return True
    return False


def when_tried(node: ast.Try | ast.TryStar) -> Literal["guarded", "expected"] | None:
    """What a ``try`` statement says of its body: guarded, where some handler catches a failed import and goes on
    instead of raising, or a failure that a test demands, where ``self.fail("no error")`` comes after it."""
    if not any(_catches(handler.type, _IMPORT_FAILURES) and not _raises(handler.body) for handler in node.handlers):
        return None
    return "expected" if _fails(node.orelse or node.body) else "guarded"


def _fails(body: list[ast.stmt]) -> bool:
    """Whether statements end in what makes a test fail."""
    match body[-1]:
        case ast.Expr(value=ast.Call(func=ast.Name(id="fail") | ast.Attribute(attr="fail"))):
            return True
        case ast.Raise(exc=ast.Call(func=ast.Name(id="AssertionError")) | ast.Name(id="AssertionError")):
            return True
        case ast.Assert(test=ast.Constant(value=value)):
            return not value
    return False


def survives_missing_attribute(node: ast.Try | ast.TryStar) -> bool:
    """Whether some handler is there for a missing attribute and goes on instead of raising. One for all failures is
    there for that of a single statement; around more it only hides what happened."""
    failures = _ATTRIBUTE_FAILURES if _is_simple(node.body) else frozenset({"AttributeError"})
    return any(
        _catches(handler.type, failures) and not _raises(handler.body)
        for handler in node.handlers
        if handler.type is not None or _is_simple(node.body)
    )


def _is_simple(body: list[ast.stmt]) -> bool:
    return len(body) == 1 and not hasattr(body[0], "body")


Failure = Literal["import", "attribute", "other"]
_DEMANDS: Final = ("raises", "expect")
"""Parts of the names of managers that fail unless the block does: ``assertRaises``, ``assert_raises``."""
_SPARES_IMPORTS: Final = regex(r"(?i)^(?=.*import)(?=.*(?:try|option|defer|ignor|suppress|maybe|catch|tolera|soft))")
"""The names of managers that exist to survive failed imports: ``try_import()``, ``optional_imports()``."""
_NAMED_FAILURES: Final[dict[str, Failure]] = {
    "ImportError": "import",
    "ModuleNotFoundError": "import",
    "AttributeError": "attribute",
}


def swallowed_failures(node: ast.With | ast.AsyncWith) -> set[Failure]:
    """The failures that a ``with contextlib.suppress(...)`` statement swallows, or a manager of the project that is
    handed the very errors (``with ignoring(ImportError)``)."""
    found: set[Failure] = set()
    for name, arguments in _managers(node):
        if name == "suppress":
            found |= _failures(arguments)
        elif not _is_demanding(name):
            found |= {_NAMED_FAILURES[leaf] for each in arguments for leaf in _leaves(each) if leaf in _NAMED_FAILURES}
            if _SPARES_IMPORTS.search(name):
                found.add("import")
    return found


def demanded_failures(node: ast.With | ast.AsyncWith) -> set[Failure]:
    """The failures that a test demands of the block: ``pytest.raises(...)``, ``self.assertRaises(...)``."""
    demanding = (arguments for name, arguments in _managers(node) if _is_demanding(name))
    return {failure for arguments in demanding for failure in _failures(arguments)}


def _managers(node: ast.With | ast.AsyncWith) -> Iterator[tuple[str, list[ast.expr]]]:
    """The last names of the calls that a ``with`` statement enters, with their positional arguments."""
    for item in node.items:
        match item.context_expr:
            case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name), args=arguments):
                yield name, arguments


def _is_demanding(name: str) -> bool:
    return any(part in name.lower() for part in _DEMANDS)


def _failures(arguments: list[ast.expr]) -> set[Failure]:
    found: set[Failure] = {"other"}
    if any(_catches(argument, _IMPORT_FAILURES) for argument in arguments):
        found.add("import")
    if any(_catches(argument, _ATTRIBUTE_FAILURES) for argument in arguments):
        found.add("attribute")
    return found


def _leaves(node: ast.expr) -> Iterator[str]:
    """The last names of an error, or of a tuple of some."""
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            yield name
        case ast.Tuple(elts=kinds):
            for each in kinds:
                yield from _leaves(each)


def _catches(kind: ast.expr | None, failures: frozenset[str]) -> bool:
    return kind is None or any(leaf in failures for leaf in _leaves(kind))


def _raises(body: list[ast.stmt]) -> bool:
    """Whether a handler's body always ends in an error or in leaving the program."""
    if not body:
        return False
    match body[-1]:
        case ast.Raise():
            return True
        case ast.Expr(value=ast.Call(func=ast.Name(id="exit" | "quit"))):
            return True
        case ast.Expr(value=ast.Call(func=ast.Attribute(value=ast.Name(id="sys" | "os"), attr="exit" | "_exit"))):
            return True
        case ast.If(body=inner, orelse=[_, *_] as other):
            return _raises(inner) and _raises(other)
    return False
