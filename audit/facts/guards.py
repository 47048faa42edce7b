"""When code runs: recognises TYPE_CHECKING blocks and handlers that survive a failed import."""

from __future__ import annotations

import ast
from typing import Final, Literal

_IMPORT_FAILURES = frozenset({"ImportError", "ModuleNotFoundError", "Exception", "BaseException"})
_ATTRIBUTE_FAILURES = frozenset({"AttributeError", "Exception", "BaseException"})


def is_type_checking(test: ast.expr) -> bool:
    """Whether a condition is ``TYPE_CHECKING`` (or a constant that is never true)."""
    match test:
        case ast.Name(id="TYPE_CHECKING") | ast.Attribute(attr="TYPE_CHECKING"):
            return True
        case ast.Constant(value=value):
            return not value
        case ast.BoolOp(op=ast.And(), values=values):
            return any(is_type_checking(value) for value in values)
    return False


def is_not_type_checking(test: ast.expr) -> bool:
    """Whether a condition is ``not TYPE_CHECKING``."""
    return isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not) and is_type_checking(test.operand)


def is_main(test: ast.expr) -> bool:
    """Whether a condition is ``__name__ == "__main__"``."""
    match test:
        case ast.Compare(left=ast.Name(id="__name__"), ops=[ast.Eq()], comparators=[ast.Constant(value="__main__")]):
            return True
    return False


def survives_failed_import(node: ast.Try | ast.TryStar) -> bool:
    """Whether some handler catches a failed import and goes on instead of raising."""
    return any(_catches(handler.type, _IMPORT_FAILURES) and not _raises(handler.body) for handler in node.handlers)


def survives_missing_attribute(node: ast.Try | ast.TryStar) -> bool:
    """Whether some handler catches a missing attribute and goes on instead of raising."""
    return any(_catches(handler.type, _ATTRIBUTE_FAILURES) and not _raises(handler.body) for handler in node.handlers)


Failure = Literal["import", "attribute", "other"]
_DEMANDS: Final = frozenset({"raises", "assertRaises", "assertRaisesRegex"})


def swallowed_failures(node: ast.With | ast.AsyncWith) -> set[Failure]:
    """The failures that a ``with contextlib.suppress(...)`` statement swallows."""
    return _failures(node, frozenset({"suppress"}))


def demanded_failures(node: ast.With | ast.AsyncWith) -> set[Failure]:
    """The failures that a test demands of the block: ``pytest.raises(...)``, ``self.assertRaises(...)``."""
    return _failures(node, _DEMANDS)


def _failures(node: ast.With | ast.AsyncWith, managers: frozenset[str]) -> set[Failure]:
    found: set[Failure] = set()
    for item in node.items:
        match item.context_expr:
            case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name), args=arguments) if name in managers:
                found.add("other")
                if any(_catches(argument, _IMPORT_FAILURES) for argument in arguments):
                    found.add("import")
                if any(_catches(argument, _ATTRIBUTE_FAILURES) for argument in arguments):
                    found.add("attribute")
    return found


def _catches(kind: ast.expr | None, failures: frozenset[str]) -> bool:
    match kind:
        case None:
            return True
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name in failures
        case ast.Tuple(elts=kinds):
            return any(_catches(each, failures) for each in kinds)
    return False


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
