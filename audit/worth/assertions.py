"""Tells whether code can fail by what it checks, and not only by crashing.

When in doubt it can: a call that may check something by its name, a fixture or a decorator that nobody can look
into, a test that says itself that not failing is its point. An assertion that cannot fail does not count.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterator, Sequence
from typing import Final

from audit.model.regex import regex
from audit.worth.functions import Function, dotted

_CHECKS: Final = regex(
    r"_*(?:assert|check|verify|verif|expect|validat|ensure|should|must|fail|raises?|warns?|deprecated_call|compar|"
    r"match|require|snapshot|approv|golden|regress|benchmark|test|f?nmatch|no_fnmatch|consume|wait_for|doctest|"
    r"gradcheck|quick_?check|conform|lint|is_valid|confirm|prove|abort|exit|does_not|doesnt|not_rais|no_)"
    r"|\w*_(?:assert|check|test|verif|valid|compliance|equal|close)\w*"
)
"""Beginnings of names of functions that fail when something is not as it should be."""

_CHECKING_FIXTURES: Final = regex(
    r"(?:snapshot|benchmark|.*_regression|regtest|.*golden.*|httpx_mock|respx_mock|responses|requests_mock|aioresponses|"
    r".*assert.*|.*check.*|.*verif.*|.*expect.*|recwarn)"
)
_DECLARED: Final = regex(
    r"smoke|(?:no|not|n't|without|never|nor)\b.{0,40}?(?:rais|error|exception|crash|fail|warn|hang|deadlock|leak|"
    r"break|block|complain|blow|explode|recurs)|(?:no|not|dont|doesnt|without|never)_(?:\w+_)?(?:rais|error|exception|"
    r"crash|fail|warn|hang|deadlock|leak|break|block|recur)|import|doesn.?t_|does_not|do_not|survive|toler|"
    r"assert|regression|sanity|importable|can be|can_be|allow|accept|works|compil|valid",
    re.IGNORECASE,
)
"""Words by which a test says that running without a failure is what it is about."""

_TRANSPARENT: Final = regex(
    r"(?:pytest\.)?mark(?:\..*)?|(?:.*\.)?(?:parametrize|patch|patch\.\w+|given|settings|example|seed|usefixtures|"
    r"staticmethod|classmethod|property|override|wraps|asyncio|anyio|contextmanager|no_type_check|overload|"
    r"skip|skipif|skipIf|skipUnless|slow|timeout|flaky|override_settings|runif|require_\w+)"
)
_SKIPPED: Final = regex(r"(?:.*\.)?(?:skip|skipif|skipIf|skipUnless|xfail|expectedFailure)")
_MOCKS: Final = frozenset({"Mock", "MagicMock", "AsyncMock", "NonCallableMock", "create_autospec"})
_IDENTITY: Final = regex(r"eq|hash|compar|identit|nan|reflex|same|order", re.IGNORECASE)


def may_fail_by_checking(node: Function, helpers: Collection[str], source: str) -> bool:
    """Whether a test checks something, or cannot be told not to. ``helpers`` are functions known to check."""
    if any(not _is_transparent(each) for each in node.decorator_list):
        return True
    said = f"{node.name} {ast.get_docstring(node) or ''}"
    if _DECLARED.search(said) or _DECLARED.search(" ".join(_comments(node, source))):
        return True
    return _is_left_out(node) or checks(node, helpers)


def checks(node: Function, helpers: Collection[str]) -> bool:
    """Whether anything in a function's reachable code checks; functions within it count, for they may be called."""
    mocks = _mocks(node)
    return any(
        _checks(each, helpers, mocks, identity=bool(_IDENTITY.search(node.name))) for each in _reachable(node.body)
    )


def asks_for_checks(fixtures: Collection[str]) -> bool:
    """Whether one of the fixtures checks by its nature, at the end of the test if not before."""
    return any(_CHECKING_FIXTURES.fullmatch(name) for name in fixtures)


def _checks(node: ast.AST, helpers: Collection[str], mocks: set[str], *, identity: bool) -> bool:
    if isinstance(node, ast.Assert):
        return not _is_hollow(node.test, mocks, identity=identity)
    if isinstance(node, ast.Raise):
        return True
    if isinstance(node, ast.Call):
        name = dotted(node.func).rpartition(".")[2]
        if any((each.arg or "").startswith(("expect", "check", "raise", "strict", "catch")) for each in node.keywords):
            return True
        if name in helpers:
            return True
        if name in ("simplefilter", "filterwarnings"):
            return bool(node.args) and isinstance(node.args[0], ast.Constant) and node.args[0].value == "error"
        return bool(_CHECKS.match(name)) and not _is_hollow_call(name, node, mocks)
    return False


def _reachable(body: Sequence[ast.AST]) -> Iterator[ast.AST]:
    """Every node that can run: nothing after a return or in a branch never taken, and of a handler only what says
    that it must not run."""
    for node in body:
        if isinstance(node, ast.If) and isinstance(node.test, ast.Constant):
            yield from _reachable(node.body if node.test.value else node.orelse)
            continue
        if isinstance(node, ast.While) and isinstance(node.test, ast.Constant) and not node.test.value:
            yield from _reachable(node.orelse)
            continue
        yield node
        if isinstance(node, ast.Try | ast.TryStar):
            yield from _reachable([*node.body, *node.orelse])
            yield from _reachable(node.finalbody)
            yield from (each for handler in node.handlers for each in ast.walk(handler) if _is_failure(each))
        else:
            yield from _parts(node)
        if isinstance(node, ast.Return | ast.Raise | ast.Continue | ast.Break):
            return


def _is_failure(node: ast.AST) -> bool:
    """Whether a part of a handler says that what it handles must not happen."""
    if isinstance(node, ast.Assert):
        return isinstance(node.test, ast.Constant) and not node.test.value
    return isinstance(node, ast.Call) and dotted(node.func).rpartition(".")[2] in ("fail", "exit")


def _parts(node: ast.AST) -> Iterator[ast.AST]:
    """The nodes below one, its lists of statements each as a body of its own."""
    for _, value in ast.iter_fields(node):
        if isinstance(value, list) and value and all(isinstance(each, ast.stmt) for each in value):
            yield from _reachable(value)
        elif isinstance(value, list):
            for each in value:
                if isinstance(each, ast.AST):
                    yield each
                    yield from _parts(each)
        elif isinstance(value, ast.AST):
            yield value
            yield from _parts(value)


def _is_hollow(test: ast.expr, mocks: set[str], *, identity: bool = False) -> bool:
    """Whether an assertion can never fail."""
    if isinstance(test, ast.Constant):
        return bool(test.value)
    if isinstance(test, ast.Tuple | ast.List | ast.Dict | ast.JoinedStr):
        return bool(getattr(test, "elts", None) or getattr(test, "keys", None) or getattr(test, "values", None))
    if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.Or):
        return any(_is_hollow(each, mocks) for each in test.values)
    if isinstance(test, ast.BoolOp):
        return all(_is_hollow(each, mocks, identity=identity) for each in test.values)
    if isinstance(test, ast.Compare) and len(test.ops) == 1:
        left, right, operator = test.left, test.comparators[0], test.ops[0]
        if isinstance(left, ast.Constant) and isinstance(right, ast.Constant):
            return True
        alike = ast.dump(left) == ast.dump(right) and not _calls(left)
        if alike and not identity and isinstance(operator, ast.Eq | ast.Is | ast.LtE | ast.GtE):
            return True
        if (
            isinstance(operator, ast.GtE)
            and dotted(left) == "len"
            and isinstance(right, ast.Constant)
            and right.value == 0
        ):
            return True
    return _speaks_of_mocks_only(test, mocks)


def _is_hollow_call(name: str, node: ast.Call, mocks: set[str]) -> bool:
    """``assertTrue(True)``, ``assertEqual(x, x)``; and what only asks a mock for what the test told it."""
    values = node.args
    if name in ("assertTrue", "assert_", "assertIsNotNone") and len(values) == 1:
        return isinstance(values[0], ast.Constant) and values[0].value not in (False, None)
    if name.startswith("assert_") and dotted(node.func).partition(".")[0] in mocks:
        return True
    if name in ("assertEqual", "assertEquals", "assertIs", "assert_equal") and len(values) >= 2:
        return ast.dump(values[0]) == ast.dump(values[1]) and not _calls(values[0])
    return False


def _calls(node: ast.AST) -> bool:
    return any(isinstance(each, ast.Call | ast.Await) for each in ast.walk(node))


def _mocks(node: Function) -> set[str]:
    """Local names that are mocks which no code but the test ever gets to see."""
    made = {
        target.id
        for each in ast.walk(node)
        if isinstance(each, ast.Assign)
        and isinstance(each.value, ast.Call)
        and dotted(each.value.func).rpartition(".")[2] in _MOCKS
        for target in each.targets
        if isinstance(target, ast.Name)
    }
    if not made:
        return made
    shared: set[str] = set()
    for each in ast.walk(node):
        if isinstance(each, ast.Call):
            given = (*each.args, *(keyword.value for keyword in each.keywords))
            shared |= {name.id for value in given for name in ast.walk(value) if isinstance(name, ast.Name)}
        elif each is not node and isinstance(each, Function | ast.Lambda):
            shared |= {name.id for name in ast.walk(each) if isinstance(name, ast.Name)}
        elif isinstance(each, ast.Assign | ast.Return | ast.Yield | ast.withitem | ast.Dict | ast.List | ast.Tuple):
            values = getattr(each, "value", None) or getattr(each, "context_expr", None) or each
            shared |= {
                name.id for name in ast.walk(values) if isinstance(name, ast.Name) and isinstance(name.ctx, ast.Load)
            }
    return made - shared


def _speaks_of_mocks_only(test: ast.expr, mocks: set[str]) -> bool:
    names = {each.id for each in ast.walk(test) if isinstance(each, ast.Name)}
    return bool(names) and names <= mocks


def _is_transparent(decorator: ast.expr) -> bool:
    name = dotted(decorator.func if isinstance(decorator, ast.Call) else decorator)
    return bool(_TRANSPARENT.fullmatch(name)) and not name.endswith("filterwarnings")


def _is_left_out(node: Function) -> bool:
    """A test that is skipped, or has nothing in it yet: it claims nothing."""
    if any(
        _SKIPPED.fullmatch(dotted(each.func if isinstance(each, ast.Call) else each)) for each in node.decorator_list
    ):
        return True
    calls = [dotted(each.func) for each in ast.walk(node) if isinstance(each, ast.Call)]
    return any(name.rpartition(".")[2] in ("skip", "skipTest", "xfail", "importorskip") for name in calls)


def _comments(node: Function, source: str) -> list[str]:
    lines = source.splitlines()[node.lineno - 1 : node.end_lineno]
    return [line.partition("#")[2] for line in lines if "#" in line]
