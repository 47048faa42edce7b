"""Reads the ``expect:`` of a claim: one reader a predicate, found by its name."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Final

from audit.config.comparisons import read_lines_changed, read_metric, read_red_green, read_unchanged
from audit.config.fields import Fields, text_of, texts_of
from audit.config.positioned import Entry, Listing, Mapping, Mistakes, Node, Scalar, hint
from audit.config.predicate_values import bound_of, command_line, globs_of, in_tree, names_of, nodes_of, pattern_of
from audit.config.shapes import read_chain, read_inherits, read_package
from audit.config.surface import read_constant, read_option, read_route
from audit.model.codes import CODES
from audit.model.predicates import (
    Absent,
    AnyPredicate,
    Bound,
    Cited,
    Command,
    Commit,
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
    Uses,
)
from audit.model.predicates import Entry as EntryPoint
from audit.model.suggest import did_you_mean

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
    return Imports(packages=names_of(node, "imports", ("packages", "package"), mistakes, optional=True))


def _absent(node: Node, mistakes: Mistakes) -> AnyPredicate:
    return Absent(names=in_tree(names_of(node, "absent", _NAME_KEYS, mistakes), node, mistakes))


def _exists(node: Node, mistakes: Mistakes) -> AnyPredicate:
    return Exists(names=in_tree(names_of(node, "exists", _NAME_KEYS, mistakes), node, mistakes))


def _unreferenced(node: Node, mistakes: Mistakes) -> AnyPredicate:
    return Unreferenced(names=names_of(node, "unreferenced", _NAME_KEYS, mistakes))


def _contract(node: Node, mistakes: Mistakes) -> AnyPredicate:
    if isinstance(node, Scalar) and node.value is None:
        return Contract()
    return Contract(names=names_of(node, "contract", ("names", "name"), mistakes, optional=True))


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
        return Pytest(nodes=nodes_of(node, "'pytest'", mistakes))
    fields = Fields(node, "pytest", mistakes)
    given = fields.first("nodes", "node", "node_ids", "tests")
    if given is None:
        mistakes.add(fields.line, "pytest needs the key 'nodes'")
    predicate = Pytest(
        nodes=nodes_of(given[1], f"'{given[0]}'", mistakes) if given else (),
        passed=bound_of(fields, "passed"),
        failed=bound_of(fields, "failed"),
        errors=bound_of(fields, "errors"),
        skipped=bound_of(fields, "skipped"),
        collected=bound_of(fields, "collected"),
        within=fields.number("within", above=0),
    )
    fields.close()
    return predicate


def _command(node: Node, mistakes: Mistakes) -> AnyPredicate:
    fields = Fields(node, "command", mistakes)
    exit_status = fields.integer("exit", maximum=255)
    creates = fields.node("creates")
    predicate = Command(
        run=command_line(fields, mistakes),
        exit=0 if exit_status is None else exit_status,
        within=fields.number("within", above=0),
        stdout_has=fields.texts("stdout_has"),
        stdout_lacks=fields.texts("stdout_lacks"),
        stderr_has=fields.texts("stderr_has"),
        creates=() if creates is None else globs_of(creates, "'creates'", mistakes),
    )
    fields.close()
    return predicate


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
    if fields.node("lines") is None and (fields.node("added") or fields.node("removed")):
        return read_lines_changed(node, mistakes)
    path, lines = fields.text("path", required=True), bound_of(fields, "lines")
    nearest = fields.integer("nearest", minimum=1)
    if lines is None and fields.node("lines") is None:
        mistakes.add(fields.line, "size needs 'lines', 'added' or 'removed', such as 50 or '<=300'")
    fields.close()
    return Size(path="".join(in_tree((path,), node, mistakes)), lines=lines or Bound(), nearest=nearest)


def _citation(node: Node, mistakes: Mistakes) -> AnyPredicate:
    fields = Fields(node, "citation", mistakes)
    path = fields.text("path", required=True)
    first, last = fields.integer("first", minimum=1), fields.integer("last", minimum=1)
    predicate = Cited(path="".join(in_tree((path,), node, mistakes)), first=first, last=last, says=fields.text("says"))
    fields.close()
    if first is None and last is not None:
        mistakes.add(fields.line, "citation needs the key 'first', the line that it cites")
    return predicate


def _entry(node: Node, mistakes: Mistakes) -> AnyPredicate:
    fields = Fields(node, "entry", mistakes)
    predicate = EntryPoint(run=command_line(fields, mistakes))
    fields.close()
    return predicate


def _lacks(node: Node, mistakes: Mistakes) -> AnyPredicate:
    path, imports, names = _names_of_file(node, "lacks", mistakes)
    return Lacks(path=path, imports=imports, names=names)


def _uses(node: Node, mistakes: Mistakes) -> AnyPredicate:
    path, imports, names = _names_of_file(node, "uses", mistakes)
    return Uses(path=path, imports=imports, names=names)


def _names_of_file(node: Node, what: str, mistakes: Mistakes) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
    fields = Fields(node, what, mistakes)
    path = fields.text("path", required=True)
    imports, names = fields.texts("imports"), fields.texts("names")
    fields.close()
    if not imports and not names:
        mistakes.add(fields.line, f"{what} needs 'imports' or 'names'")
    return "".join(in_tree((path,), node, mistakes)), imports, names


def _commit(node: Node, mistakes: Mistakes) -> AnyPredicate:
    fields = Fields(node, "commit", mistakes)
    start, branch, merged = fields.text("id").lower(), fields.text("branch"), fields.integer("merged", minimum=1)
    removed, added = fields.texts("removed"), fields.texts("added")
    fields.close()
    if sum(fields.node(key) is not None for key in ("id", "branch", "merged")) != 1:
        mistakes.add(fields.line, "commit needs exactly one of 'id', 'branch', 'merged'")
    if start and not re.fullmatch(r"[0-9a-f]{7,40}", start):
        mistakes.add(fields.line, f"'{start}' is no commit id; give 7 to 40 hexadecimal digits, and quote them")
    if (removed or added) and not start:
        mistakes.add(fields.line, "'removed' and 'added' go with 'id' only")
    return Commit(id=start, branch=branch, merged=merged, removed=removed, added=added)


def _count(node: Node, mistakes: Mistakes) -> AnyPredicate:
    fields = Fields(node, "count", mistakes)
    expected = bound_of(fields, "expected")
    given = {name: fields.text(name) for name in ("files", "modules", "tests", "occurrences", "within")}
    findings, new = fields.texts("findings"), fields.boolean("new")
    fields.close()
    if expected is None and fields.node("expected") is None:
        mistakes.add(fields.line, "count needs the key 'expected', such as 7 or '<=0'")
    what = ("files", "modules", "findings", "tests", "occurrences")
    if sum(bool(given.get(name) or (name == "findings" and findings)) for name in what) != 1:
        mistakes.add(fields.line, f"count needs exactly one of {', '.join(map(repr, what))}")
    for code in findings:
        if code not in CODES:
            mistakes.add(fields.line, f"unknown code '{code}'{did_you_mean(code, CODES)}; audit explain lists them")
    if new is not None and not findings:
        mistakes.add(fields.line, "'new' goes with 'findings' only")
    if given["within"] and not (findings or given["occurrences"]):
        mistakes.add(fields.line, "'within' goes with 'findings' and 'occurrences' only")
    pattern_of(given["occurrences"], "'occurrences'", fields.line, mistakes)
    for name in ("files", "tests", "within"):
        (given[name],) = in_tree((given[name],), node, mistakes)
    return Count(expected=expected or Bound(), findings=findings, new=new, **given)


PREDICATES: Final[dict[str, Callable[[Node, Mistakes], AnyPredicate]]] = {
    "absent": _absent,
    "chain": read_chain,
    "citation": _citation,
    "command": _command,
    "commit": _commit,
    "constant": read_constant,
    "contract": _contract,
    "count": _count,
    "entry": _entry,
    "exists": _exists,
    "imports": _imports,
    "inherits": read_inherits,
    "lacks": _lacks,
    "metric": read_metric,
    "option": read_option,
    "package": read_package,
    "pytest": _pytest,
    "red_green": read_red_green,
    "route": read_route,
    "signature": _signature,
    "size": _size,
    "smoke": _smoke,
    "unchanged": read_unchanged,
    "unreferenced": _unreferenced,
    "uses": _uses,
}
"""Every predicate of a rules file with its reader."""


def _required_text(fields: Fields, *keys: str) -> str:
    given = fields.first(*keys)
    if given is None:
        fields.mistakes.add(fields.line, f"signature needs the key '{keys[0]}'")
        return ""
    return text_of(given[1], f"'{given[0]}'", fields.mistakes)
