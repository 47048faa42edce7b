"""Compares the tests of two trees: what was taken away, skipped, left out of the run, or made easier to pass."""

from __future__ import annotations

import ast
import difflib
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Final

from audit.model.findings import Finding, Site
from audit.model.regex import regex
from audit.worth.functions import Function, TestFunction, dotted, is_test_file, parsed, tests_of

Read = Callable[[str], bytes | None]

_SETTINGS: Final = ("pytest.ini", ".pytest.ini", "pyproject.toml", "tox.ini", "setup.cfg")
_LEFT_OUT: Final = regex(
    r"""(--ignore(?:-glob)?[= ]+\S+|--deselect[= ]+\S+"""
    r"""|(?<![\w-])-[km][= ]+(?:"[^"]*"|'[^']*'|[^\s"',\]]+)|norecursedirs\s*=.*)"""
)
_LEFT_OUT_BY_CODE: Final = frozenset({"collect_ignore", "collect_ignore_glob"})
_SKIPS: Final = frozenset({"skip", "skipif", "skipIf", "skipUnless", "xfail", "expectedFailure", "skipTest"})


def weakened(
    changed: Iterable[str], now: Iterable[str], paths: Iterable[str], old: Read, new: Read
) -> tuple[Finding, ...]:
    """What makes the tests of ``paths`` prove less than they did (RUN003), by place; ``paths`` are test files.

    ``changed`` are the paths that differ between the two trees, ``now`` all of the later one, ``old`` and ``new``
    read them. A test that stands in another file now was moved, and is not missed.
    """
    changed, elsewhere = set(changed), None
    found: list[Finding] = []
    for path in sorted(set(paths) & changed):
        tests = {test.name: test for test in _tests(path, new)}
        for test in _tests(path, old):
            if test.name in tests:
                found += _changes(path, test, tests[test.name])
                continue
            if elsewhere is None:
                elsewhere = {
                    each.name.rpartition("::")[2] for file in now if is_test_file(file) for each in _tests(file, new)
                }
            if test.name.rpartition("::")[2] not in elsewhere:
                found.append(_finding(path, test.node.lineno, test.name, f"{test.name} -> no longer collected"))
    for path in sorted(changed):
        if path.rpartition("/")[2] in (*_SETTINGS, "conftest.py"):
            found += _left_out(path, old(path) or b"", new(path) or b"")
    return tuple(found)


def _tests(path: str, read: Read) -> list[TestFunction]:
    content = read(path)
    tree = parsed(content.decode("utf-8", errors="replace")) if content is not None else None
    return list(tests_of(tree)) if tree is not None else []


def _changes(path: str, old: TestFunction, new: TestFunction) -> Iterator[Finding]:
    """What differs in a test that both trees have."""
    known = {text for text, _ in _skips(old)}
    for text, line in sorted(each for each in _skips(new) if each[0] not in known):
        yield _finding(path, line, new.name, f"{new.name}: runs -> {text}")
    fewer = _cases(old.node), _cases(new.node)
    if fewer[1] < fewer[0]:
        yield _finding(path, new.node.lineno, new.name, f"{new.name}: {fewer[0]} cases -> {fewer[1]}")
    for was, is_now in _paired(_checks(old.node), _checks(new.node)):
        yield _finding(path, is_now.lineno, new.name, f"{new.name}: {ast.unparse(was)} -> {ast.unparse(is_now)}")
    lost = len(_checks(old.node)) - len(_checks(new.node))
    if lost > 0:
        yield _finding(
            path, new.node.lineno, new.name, f"{new.name}: {len(_checks(old.node))} checks -> {len(_checks(new.node))}"
        )


def _skips(test: TestFunction) -> set[tuple[str, int]]:
    """What skips a test, or expects it to fail, as it is written, with its line."""
    nodes: list[ast.AST] = [*test.node.decorator_list]
    if test.holder is not None:
        nodes += test.holder.decorator_list
    nodes += [each for each in ast.walk(test.node) if isinstance(each, ast.Call)]
    return {(ast.unparse(each), getattr(each, "lineno", 0)) for each in nodes if _last(each) in _SKIPS}


def _last(node: ast.AST) -> str:
    return dotted(node.func if isinstance(node, ast.Call) else node).rpartition(".")[2]


def _cases(node: Function) -> int:
    """How many cases the parametrisations of a test name, multiplied; 1 where they cannot be counted."""
    number = 1
    for decorator in node.decorator_list:
        if isinstance(decorator, ast.Call) and _last(decorator) == "parametrize" and len(decorator.args) > 1:
            values = decorator.args[1]
            number *= len(values.elts) if isinstance(values, ast.List | ast.Tuple) and values.elts else 1
    return number


def _checks(node: Function) -> list[ast.stmt | ast.expr]:
    """Assertions and calls that check, and decorators with a limit, in order."""
    limits = [each for each in node.decorator_list if _last(each) in ("timeout", "flaky")]
    made = [
        each
        for each in ast.walk(node)
        if isinstance(each, ast.Assert) or (isinstance(each, ast.Call) and _last(each).lower().startswith("assert"))
    ]
    return [*limits, *sorted(made, key=lambda each: (each.lineno, each.col_offset))]


def _paired(
    old: list[ast.stmt | ast.expr], new: list[ast.stmt | ast.expr]
) -> Iterator[tuple[ast.AST, ast.stmt | ast.expr]]:
    """Checks that are alike but for a number, which is another one now."""
    shapes = [_shape(each) for each in old], [_shape(each) for each in new]
    for block in difflib.SequenceMatcher(None, *shapes, autojunk=False).get_matching_blocks():
        for offset in range(block.size):
            was, is_now = old[block.a + offset], new[block.b + offset]
            if _numbers(was) != _numbers(is_now):
                yield was, is_now


def _shape(node: ast.AST) -> str:
    """A check without its numbers."""
    return re.sub(r"Constant\(value=[\d.e+-]+\)", "Constant(#)", ast.dump(node))


def _numbers(node: ast.AST) -> list[object]:
    return [
        each.value for each in ast.walk(node) if isinstance(each, ast.Constant) and isinstance(each.value, int | float)
    ]


def _left_out(path: str, old: bytes, new: bytes) -> Iterator[Finding]:
    """Options of pytest's settings, and lists in a conftest, that leave tests out and did not before."""
    before, after = (text.decode("utf-8", errors="replace") for text in (old, new))
    if path.endswith(".py"):
        yield from _ignored_by_code(path, before, after)
        return
    known = set(_LEFT_OUT.findall(before))
    for number, line in enumerate(after.splitlines(), start=1):
        for option in _LEFT_OUT.findall(line):
            if option not in known and "import-mode" not in option:
                yield _finding(path, number, option, f"nothing -> {option.strip()}")


def _ignored_by_code(path: str, before: str, after: str) -> Iterator[Finding]:
    lists = [
        {
            target.id: (ast.unparse(node.value), node.lineno)
            for node in ast.walk(tree)
            if isinstance(node, ast.Assign)
            for target in node.targets
            if isinstance(target, ast.Name) and target.id in _LEFT_OUT_BY_CODE
        }
        if (tree := parsed(text)) is not None
        else {}
        for text in (before, after)
    ]
    for name, (value, line) in lists[1].items():
        was = lists[0].get(name, ("nothing", 0))[0]
        if was != value:
            yield _finding(path, line, name, f"{name}: {was} -> {value}")


def _finding(path: str, line: int, target: str, message: str) -> Finding:
    return Finding(
        code="RUN003",
        severity="error",
        site=Site(path, line),
        kind="test",
        target=f"{path}::{target}",
        referrer=path,
        message=message,
        new=True,
    )
