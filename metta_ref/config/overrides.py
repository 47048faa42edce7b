"""The `key=value` grammar: text to a frozen dataclass, with every mistake reported at once."""

import contextlib
import difflib
import math
import types
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields, is_dataclass, replace
from typing import Any, TypeVar, Union, get_args, get_origin

from metta_ref.config.options import Leaf, leaves

C = TypeVar("C")


class ConfigError(Exception):
    """Settings that cannot be used: one message for each mistake, in `problems`."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(self.problems))


class _RefusedError(Exception):
    """A value that its field does not accept; the message completes a sentence that begins with key=value."""


def parse_overrides(argv: Sequence[str], config_class: type[C], base: C | None = None) -> C:
    """The configuration that `key=value` arguments describe, over `base` or the defaults.

    The class may define `problems() -> Iterable[tuple[tuple[str, ...], str]]`, the rules between fields:
    each names the keys that it is about, so that a rule stays silent while one of its keys is mistaken.

    Raises ConfigError with all mistakes: unknown keys (with the nearest valid one), keys given twice,
    values of the wrong type or out of range, broken rules between fields.
    """
    given: dict[str, object] = {}
    problems: list[str] = []
    for argument in argv:
        key, equals, text = argument.partition("=")
        if not equals or not key or key.startswith("-"):
            problems.append(f"{argument}: write settings as key=value (--help lists all keys)")
        elif key in given:
            problems.append(f"{key}: given twice; give it once")
        else:
            given[key] = text
    return _build(given, config_class, base, problems)


def from_mapping(mapping: Mapping[str, Any], config_class: type[C], base: C | None = None) -> C:
    """The configuration that a nested mapping, read from a file, describes over `base` or the defaults.

    Raises ConfigError as `parse_overrides` does, so a file and a command line obey the same rules.
    """
    return _build(_flatten(mapping), config_class, base, [])


def help_text(config_class: type) -> str:
    """One line a key: name, default, unit, meaning and accepted values."""
    rows = [(leaf.key, _show(leaf.default), leaf.option.unit, _meaning(leaf)) for leaf in leaves(config_class).values()]
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    return "\n".join(
        "  ".join([*(cell.ljust(width) for cell, width in zip(row[:3], widths, strict=True)), row[3]]) for row in rows
    )


def _build(given: Mapping[str, object], config_class: type[C], base: C | None, problems: list[str]) -> C:
    known = leaves(config_class)
    values: dict[str, object] = {}
    mistaken: set[str] = set()
    for key, raw in given.items():
        leaf = known.get(key)
        if leaf is None:
            nearest = difflib.get_close_matches(key, known, n=1, cutoff=0.0)[0]
            problems.append(f"{key}: no such key; did you mean {nearest}? (--help lists all keys)")
            continue
        try:
            values[key] = _checked(leaf, _converted(leaf.type, raw))
        except _RefusedError as error:
            mistaken.add(key)
            problems.append(f"{key}={raw}: {error}")
    config = _replaced(base if base is not None else config_class(), values)
    rules = getattr(config, "problems", None)
    if rules is not None:
        problems += [message for keys, message in rules() if not mistaken.intersection(keys)]
    if problems:
        raise ConfigError(problems)
    return config


def _flatten(mapping: Mapping[str, Any], prefix: str = "") -> dict[str, object]:
    flat: dict[str, object] = {}
    for key, value in mapping.items():
        if isinstance(value, Mapping):
            flat |= _flatten(value, f"{prefix}{key}.")
        else:
            flat[f"{prefix}{key}"] = value
    return flat


def _replaced(config: C, values: Mapping[str, object]) -> C:
    changes: dict[str, Any] = {}
    for item in fields(config):  # type: ignore[arg-type] # C is a dataclass: leaves() has looked at its fields
        current = getattr(config, item.name)
        nested = {
            key.removeprefix(f"{item.name}."): value for key, value in values.items() if key.startswith(f"{item.name}.")
        }
        if item.name in values:
            changes[item.name] = values[item.name]
        elif nested and is_dataclass(current):
            changes[item.name] = _replaced(current, nested)
    return replace(config, **changes)  # type: ignore[type-var] # as above


def _converted(kind: object, raw: object) -> object:
    """`raw` as a value of type `kind`: text from a command line, or a plain value from a file."""
    arguments = get_args(kind)
    if get_origin(kind) in (Union, types.UnionType) and type(None) in arguments:
        if raw is None or raw == "none":
            return None
        return _converted(next(part for part in arguments if part is not type(None)), raw)
    if get_origin(kind) is tuple:
        # A file written when the setting was a single value holds no list.
        parts = [raw] if isinstance(raw, int | float) else raw
        parts = [part for part in parts.split(",") if part] if isinstance(parts, str) else parts
        if not isinstance(parts, list | tuple):
            raise _RefusedError("must be a list, separated by commas")
        return tuple(_converted(arguments[0], part) for part in parts)
    if kind is bool:
        if raw in (True, "true"):
            return True
        if raw in (False, "false"):
            return False
        raise _RefusedError("must be true or false")
    if kind is str:
        if not isinstance(raw, str):
            raise _RefusedError("must be text")
        return raw
    return _number(kind, raw)


def _number(kind: object, raw: object) -> int | float:
    if isinstance(raw, bool) or not isinstance(raw, str | int | float):
        raise _RefusedError("must be a number")
    if kind is int:
        if not isinstance(raw, float):
            with contextlib.suppress(ValueError):
                return int(raw)
        raise _RefusedError("must be a whole number")
    try:
        number = float(raw)
    except ValueError:
        raise _RefusedError("must be a number") from None
    if not math.isfinite(number):
        raise _RefusedError("must be a finite number")
    return number


def _checked(leaf: Leaf, value: object) -> object:
    if isinstance(value, tuple):
        return tuple(_checked(leaf, part) for part in value)
    limits = leaf.option
    if limits.choices and value not in limits.choices:
        raise _RefusedError(f"must be one of {', '.join(limits.choices)}")
    if isinstance(value, int | float) and not isinstance(value, bool):
        if limits.minimum is not None and value < limits.minimum:
            raise _RefusedError(f"must be at least {limits.minimum:g}")
        if limits.maximum is not None and value > limits.maximum:
            raise _RefusedError(f"must be at most {limits.maximum:g}")
    return value


def _show(value: object) -> str:
    if isinstance(value, tuple):
        return ",".join(str(part) for part in value) or '""'
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if value != "" else '""'


def _meaning(leaf: Leaf) -> str:
    choices = f" ({', '.join(leaf.option.choices)})" if leaf.option.choices else ""
    return f"{leaf.option.help}{choices}"
