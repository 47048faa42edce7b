"""Reads the predicates that compare two commits, or measure something: size, unchanged, metric, red_green."""

from __future__ import annotations

import math
import re
from typing import Final, get_args

from audit.config.fields import Fields, texts_of
from audit.config.positioned import Listing, Mistakes, Node, Scalar, describe
from audit.config.predicate_values import bound_of, command_line, in_tree, nodes_of, pattern_of
from audit.model.bounds import Comparison, Operator
from audit.model.comparisons import LinesChanged, Metric, Mode, RedGreen, SameOutput, Take, Unchanged
from audit.model.regex import regex

_NUMBER: Final = r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"
_COMPARED: Final = regex(rf"(==|!=|<=|>=|<|>)\s*({_NUMBER})")
_OPERATORS: Final[dict[str, Operator]] = {name: name for name in get_args(Operator)}
_NOTHING: Final = Comparison(operator="==", value=0)


def read_lines_changed(node: Node, mistakes: Mistakes) -> LinesChanged:
    """``size`` with ``added`` or ``removed``."""
    fields = Fields(node, "size", mistakes)
    predicate = LinesChanged(
        paths=_paths(fields, node, mistakes),
        added=bound_of(fields, "added"),
        removed=bound_of(fields, "removed"),
        base=_base(fields),
    )
    fields.close()
    return predicate


def read_unchanged(node: Node, mistakes: Mistakes) -> Unchanged | SameOutput:
    """``unchanged`` of paths, of symbols, or of what a command prints."""
    if not isinstance(node, Listing) and isinstance(node, Scalar):
        return Unchanged(paths=in_tree(texts_of(node, "'unchanged'", mistakes), node, mistakes))
    fields = Fields(node, "unchanged", mistakes)
    run = command_line(fields, mistakes, required=False)
    paths, symbols = _paths(fields, node, mistakes), _either(fields, "symbol", "symbols")
    modes: dict[str, Mode] = {name: name for name in get_args(Mode)}
    mode = modes[fields.choice("mode", tuple(modes), "bytes" if paths else "code")]
    base, within = _base(fields), fields.number("within", above=0)
    fields.close()
    if bool(run) + bool(paths or symbols) != 1:
        mistakes.add(fields.line, "unchanged needs 'paths', 'symbols', or 'run' alone")
    if symbols and mode == "bytes":
        mistakes.add(fields.line, "'mode: bytes' is for paths; a symbol is compared by 'code' or by 'signature'")
    if not run and within is not None:
        mistakes.add(fields.line, "'within' goes with 'run' only")
    if run:
        return SameOutput(run=run, base=base, within=within)
    return Unchanged(paths=paths, symbols=symbols, mode=mode, base=base)


def read_red_green(node: Node, mistakes: Mistakes) -> RedGreen:
    """``red_green``: node ids, or a mapping that gives them under ``tests``."""
    if isinstance(node, Scalar) or (isinstance(node, Listing) and node.items):
        return RedGreen(tests=nodes_of(node, "'red_green'", mistakes))
    fields = Fields(node, "red_green", mistakes)
    given = fields.first("tests", "test", "nodes")
    if given is None:
        mistakes.add(fields.line, "red_green needs the key 'tests'")
    predicate = RedGreen(
        tests=nodes_of(given[1], f"'{given[0]}'", mistakes) if given else (),
        because=fields.text("because"),
        base=_base(fields),
        within=fields.number("within", above=0),
    )
    fields.close()
    return predicate


def read_metric(node: Node, mistakes: Mistakes) -> Metric:
    """``metric``: where the number stands, and what it is compared with."""
    fields = Fields(node, "metric", mistakes)
    file = fields.text("file")
    where = {name: fields.text(name) for name in ("json", "sql", "log")}
    takes: dict[str, Take] = {name: name for name in get_args(Take)}
    take = fields.choice("take", tuple(takes), "")
    predicate = Metric(
        expected=_comparison(fields, mistakes),
        file="".join(in_tree((file,), node, mistakes)),
        run=command_line(fields, mistakes, required=False),
        take=takes.get(take),
        within=fields.number("within", above=0),
        **where,
    )
    fields.close()
    _check_metric(predicate, fields.line, mistakes)
    return predicate


def _check_metric(metric: Metric, line: int, mistakes: Mistakes) -> None:
    """What makes no sense together, although each key is right by itself."""
    if not metric.file and not metric.run:
        mistakes.add(line, "metric needs 'file', the file that holds the number, or 'run', the command that prints it")
    if sum(map(bool, (metric.json, metric.sql, metric.log))) != 1:
        mistakes.add(line, "metric needs exactly one of 'json', 'sql', 'log'")
    if metric.sql and not metric.file:
        mistakes.add(line, "'sql' needs 'file', the database")
    if metric.within is not None and not metric.run:
        mistakes.add(line, "'within' goes with 'run' only")
    if metric.log:
        pattern = pattern_of(metric.log, "'log'", line, mistakes)
        if pattern is not None and not pattern.groups:
            mistakes.add(line, "'log' needs a group around the number, such as 'reward=([0-9.]+)'")


def _comparison(fields: Fields, mistakes: Mistakes) -> Comparison:
    given, between, tolerance = fields.node("is"), fields.node("between"), fields.node("tolerance")
    if (given is None) == (between is None):
        mistakes.add(fields.line, "metric needs exactly one of 'is' (such as '>= 0.8') and 'between' ([low, high])")
        return _NOTHING
    if between is not None:
        if tolerance is not None:
            mistakes.add(tolerance.line, "'tolerance' goes with 'is' only")
        return _between(between, mistakes)
    if given is None:
        return _NOTHING
    value = given.value if isinstance(given, Scalar) else None
    match = _COMPARED.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is not None:
        compared = Comparison(operator=_OPERATORS[match[1]], value=float(match[2]))
    elif value is None or (isinstance(value, float) and not math.isfinite(value)):
        mistakes.add(given.line, f"'is' must be a number, a text, or a comparison such as '>= 0.8', not {value}")
        return _NOTHING
    elif isinstance(value, str) and re.match(r"[<>=!]", value.strip()):
        mistakes.add(given.line, f"'is' compares with no number: '{value}'; write it such as '>= 0.8'")
        return _NOTHING
    else:
        compared = Comparison(operator="==", value=value)
    return compared if tolerance is None else _tolerant(compared, tolerance, mistakes)


def _tolerant(compared: Comparison, node: Node, mistakes: Mistakes) -> Comparison:
    fields = Fields(node, "tolerance", mistakes)
    absolute, relative = fields.number("abs", above=0), fields.number("rel", above=0)
    fields.close()
    if compared.operator != "==" or isinstance(compared.value, str | bool):
        mistakes.add(node.line, "'tolerance' goes with a number in 'is' and no comparator")
    if absolute is None and relative is None:
        mistakes.add(node.line, "tolerance needs 'abs' or 'rel'")
    return Comparison(operator="==", value=compared.value, absolute=absolute or 0.0, relative=relative or 0.0)


def _between(node: Node, mistakes: Mistakes) -> Comparison:
    ends = (
        [item.value if isinstance(item, Scalar) else None for item in node.items] if isinstance(node, Listing) else []
    )
    numbers = [end for end in ends if isinstance(end, int | float) and not isinstance(end, bool) and math.isfinite(end)]
    if len(numbers) != 2 or len(ends) != 2 or numbers[0] > numbers[1]:
        shown = f"{ends}" if ends else describe(node)
        mistakes.add(node.line, f"'between' must be two numbers, the lower first, such as [0.7, 0.9], not {shown}")
        return _NOTHING
    return Comparison(operator="between", value=numbers[0], upper=float(numbers[1]))


def _base(fields: Fields) -> str:
    text = fields.text("base")
    if text.startswith("-"):
        fields.mistakes.add(fields.line, f"'base' must be a revision, not '{text}'")
    return text


def _paths(fields: Fields, node: Node, mistakes: Mistakes) -> tuple[str, ...]:
    return in_tree(_either(fields, "path", "paths"), node, mistakes)


def _either(fields: Fields, *keys: str) -> tuple[str, ...]:
    given = fields.first(*keys)
    return texts_of(given[1], f"'{given[0]}'", fields.mistakes) if given is not None else ()
