"""Reads the ``expect:`` of a claim: one reader a predicate, found by its name."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Iterator
from pathlib import PurePosixPath
from typing import Final

from audit.config.fields import Fields, text_of, texts_of
from audit.config.positioned import Entry, Listing, Mapping, Mistakes, Node, Scalar, describe, hint
from audit.model.predicates import (
    Absent,
    AnyPredicate,
    Bound,
    Cited,
    Command,
    Contract,
    Count,
    Exists,
    Imports,
    Lacks,
    Pytest,
    Signature,
    Size,
    Smoke,
    Unreferenced,
)
from audit.model.predicates import Entry as EntryPoint

_BOUND: Final = re.compile(r"(>=|<=|==)?\s*(\d+)")
_NAME_KEYS: Final = ("name", "names", "path", "paths", "symbol", "symbols", "module", "modules")


def read_expectation(node: Node, mistakes: Mistakes) -> tuple[AnyPredicate, ...]:
    """All predicates of one ``expect:``; the result is only meaningful when no mistake was noted."""
    if not isinstance(node, Mapping) or not node.entries:
        mistakes.add(node.line, f"'expect' must name a predicate ({', '.join(sorted(PREDICATES))})")
        return ()
    return tuple(predicate for entry in node.entries for predicate in _predicates(entry, mistakes))


def _predicates(entry: Entry, mistakes: Mistakes) -> Iterator[AnyPredicate]:
    """The predicate of an entry, or several of the same name given as a list of mappings."""
    reader = PREDICATES.get(entry.key)
    if reader is None:
        mistakes.add(entry.line, f"unknown predicate '{entry.key}': {hint(entry.key, PREDICATES)}")
        return
    items = entry.value.items if isinstance(entry.value, Listing) else ()
    if items and all(isinstance(item, Mapping) for item in items):
        yield from (reader(item, mistakes) for item in items)
    else:
        yield reader(entry.value, mistakes)


def _imports(node: Node, mistakes: Mistakes) -> AnyPredicate:
    if isinstance(node, Scalar) and node.value is None:
        return Imports()
    return Imports(packages=_names(node, "imports", ("packages", "package"), mistakes, optional=True))


def _absent(node: Node, mistakes: Mistakes) -> AnyPredicate:
    return Absent(names=_in_tree(_names(node, "absent", _NAME_KEYS, mistakes), node, mistakes))


def _exists(node: Node, mistakes: Mistakes) -> AnyPredicate:
    return Exists(names=_in_tree(_names(node, "exists", _NAME_KEYS, mistakes), node, mistakes))


def _unreferenced(node: Node, mistakes: Mistakes) -> AnyPredicate:
    return Unreferenced(names=_names(node, "unreferenced", _NAME_KEYS, mistakes))


def _contract(node: Node, mistakes: Mistakes) -> AnyPredicate:
    if isinstance(node, Scalar) and node.value is None:
        return Contract()
    return Contract(names=_names(node, "contract", ("names", "name"), mistakes, optional=True))


def _signature(node: Node, mistakes: Mistakes) -> AnyPredicate:
    fields = Fields(node, "signature", mistakes)
    target = _required_text(fields, "callable", "symbol", "name")
    parameters = _parameters(fields, mistakes)
    predicate = Signature(callable=target, parameters=parameters, has=fields.texts("has"), lacks=fields.texts("lacks"))
    fields.close()
    if parameters is None and not predicate.has and not predicate.lacks:
        mistakes.add(fields.line, "signature needs 'parameters', 'has' or 'lacks'")
    return predicate


def _parameters(fields: Fields, mistakes: Mistakes) -> tuple[str, ...] | None:
    """The exact list; an empty list is a claim too: the callable takes nothing."""
    node = fields.node("parameters")
    if node is None:
        return None
    if isinstance(node, Listing) and not node.items:
        return ()
    return texts_of(node, "'parameters'", mistakes)


def _pytest(node: Node, mistakes: Mistakes) -> AnyPredicate:
    if not isinstance(node, Mapping):
        return Pytest(nodes=texts_of(node, "'pytest'", mistakes))
    fields = Fields(node, "pytest", mistakes)
    given = fields.first("nodes", "node", "node_ids", "tests")
    if given is None:
        mistakes.add(fields.line, "pytest needs the key 'nodes'")
    predicate = Pytest(
        nodes=texts_of(given[1], f"'{given[0]}'", mistakes) if given else (),
        passed=_bound(fields, "passed"),
        failed=_bound(fields, "failed"),
        errors=_bound(fields, "errors"),
        skipped=_bound(fields, "skipped"),
        collected=_bound(fields, "collected"),
        within=fields.number("within", above=0),
    )
    fields.close()
    return predicate


def _command(node: Node, mistakes: Mistakes) -> AnyPredicate:
    fields = Fields(node, "command", mistakes)
    exit_status = fields.integer("exit")
    creates = fields.node("creates")
    patterns = () if creates is None else texts_of(creates, "'creates'", mistakes)
    predicate = Command(
        run=_command_line(fields, mistakes),
        exit=0 if exit_status is None else exit_status,
        within=fields.number("within", above=0),
        stdout_has=fields.texts("stdout_has"),
        stdout_lacks=fields.texts("stdout_lacks"),
        stderr_has=fields.texts("stderr_has"),
        creates=patterns if creates is None else _in_tree(patterns, creates, mistakes),
    )
    fields.close()
    return predicate


def _command_line(fields: Fields, mistakes: Mistakes) -> tuple[str, ...]:
    node = fields.node("run", required=True)
    if node is None:
        return ()
    if isinstance(node, Listing):
        return texts_of(node, "'run'", mistakes)
    text = text_of(node, "'run'", mistakes)
    try:
        return tuple(shlex.split(text))
    except ValueError as error:
        mistakes.add(node.line, f"'run' is no command line ({error}); write it as a list")
        return ()


def _smoke(node: Node, mistakes: Mistakes) -> AnyPredicate:
    if not isinstance(node, Mapping):
        return Smoke(scenario=text_of(node, "'smoke'", mistakes))
    fields = Fields(node, "smoke", mistakes)
    predicate = Smoke(
        scenario=fields.text("scenario", required=True),
        stage=fields.text("stage"),
        within=fields.number("within", above=0),
    )
    fields.close()
    return predicate


def _size(node: Node, mistakes: Mistakes) -> AnyPredicate:
    fields = Fields(node, "size", mistakes)
    path, lines = fields.text("path", required=True), _bound(fields, "lines")
    if lines is None:
        mistakes.add(fields.line, "size needs the key 'lines', such as 50 or '<=300'")
    fields.close()
    return Size(path="".join(_in_tree((path,), node, mistakes)), lines=lines or Bound())


def _citation(node: Node, mistakes: Mistakes) -> AnyPredicate:
    fields = Fields(node, "citation", mistakes)
    path = fields.text("path", required=True)
    first, last = fields.integer("first", minimum=1), fields.integer("last", minimum=1)
    predicate = Cited(path="".join(_in_tree((path,), node, mistakes)), first=first, last=last, says=fields.text("says"))
    fields.close()
    if first is None and (last is not None or predicate.says):
        mistakes.add(fields.line, "citation needs the key 'first', the line that it cites")
    return predicate


def _entry(node: Node, mistakes: Mistakes) -> AnyPredicate:
    fields = Fields(node, "entry", mistakes)
    predicate = EntryPoint(run=_command_line(fields, mistakes))
    fields.close()
    return predicate


def _lacks(node: Node, mistakes: Mistakes) -> AnyPredicate:
    fields = Fields(node, "lacks", mistakes)
    path = fields.text("path", required=True)
    predicate = Lacks(
        path="".join(_in_tree((path,), node, mistakes)), imports=fields.texts("imports"), names=fields.texts("names")
    )
    fields.close()
    if not predicate.imports and not predicate.names:
        mistakes.add(fields.line, "lacks needs 'imports' or 'names'")
    return predicate


def _count(node: Node, mistakes: Mistakes) -> AnyPredicate:
    fields = Fields(node, "count", mistakes)
    expected = _bound(fields, "expected")
    files, modules, findings = fields.text("files"), fields.text("modules"), fields.texts("findings")
    fields.close()
    if expected is None:
        mistakes.add(fields.line, "count needs the key 'expected', such as 7 or '<=0'")
    if sum(map(bool, (files, modules, findings))) != 1:
        mistakes.add(fields.line, "count needs exactly one of 'files', 'modules', 'findings'")
    return Count(expected=expected or Bound(), files=files, modules=modules, findings=findings)


PREDICATES: Final[dict[str, Callable[[Node, Mistakes], AnyPredicate]]] = {
    "absent": _absent,
    "citation": _citation,
    "command": _command,
    "contract": _contract,
    "count": _count,
    "entry": _entry,
    "exists": _exists,
    "imports": _imports,
    "lacks": _lacks,
    "pytest": _pytest,
    "signature": _signature,
    "size": _size,
    "smoke": _smoke,
    "unreferenced": _unreferenced,
}
"""Every predicate of a rules file with its reader."""


def _names(
    node: Node, what: str, keys: tuple[str, ...], mistakes: Mistakes, *, optional: bool = False
) -> tuple[str, ...]:
    """One name, a list of names, or a mapping that gives them under one of ``keys``."""
    if not isinstance(node, Mapping):
        return texts_of(node, f"'{what}'", mistakes)
    fields = Fields(node, what, mistakes)
    found = [texts_of(value, f"'{key}'", mistakes) for key in keys if (value := fields.node(key)) is not None]
    fields.close()
    if not found and not optional:
        mistakes.add(node.line, f"{what} needs one of {', '.join(keys)}")
    return tuple(name for names in found for name in names)


def _in_tree(names: tuple[str, ...], node: Node, mistakes: Mistakes) -> tuple[str, ...]:
    """Names with a trailing slash removed; a path that leaves the repository is a mistake."""
    for name in names:
        if name.startswith(("/", "~")) or ".." in PurePosixPath(name).parts:
            mistakes.add(node.line, f"'{name}' leaves the repository; give a path relative to its root")
    return tuple(name.removeprefix("./").rstrip("/") for name in names)


def _required_text(fields: Fields, *keys: str) -> str:
    given = fields.first(*keys)
    if given is None:
        fields.mistakes.add(fields.line, f"signature needs the key '{keys[0]}'")
        return ""
    return text_of(given[1], f"'{given[0]}'", fields.mistakes)


def _bound(fields: Fields, key: str) -> Bound | None:
    """A whole number, or text such as ``>=6``."""
    node = fields.node(key)
    if node is None:
        return None
    value = node.value if isinstance(node, Scalar) else None
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return Bound(value, value)
    match = _BOUND.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is None:
        shown = f"'{value}'" if isinstance(value, str) else describe(node)
        fields.mistakes.add(node.line, f"'{key}' must be a whole number or text such as '>=6', not {shown}")
        return None
    number = int(match[2])
    return Bound(None if match[1] == "<=" else number, None if match[1] == ">=" else number)
