"""Settings as frozen dataclasses: what each says of itself, and the `key=value` grammar that gives it another value."""

import difflib
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, is_dataclass, replace
from types import NoneType
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

C = TypeVar("C")
T = TypeVar("T")

Rules = Iterator[str]
"""Messages about broken rules between settings; each names the keys that it is about."""


class RefusedError(Exception):
    """What was asked for cannot be done with what is there; the message says what to do, and a tool exits with 2."""


class FailedError(Exception):
    """A process that this one depends on failed; the message says which and why, and a tool exits with 1."""


class ConfigError(RefusedError):
    """Settings that cannot be used: one message for each mistake, in `problems`."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__(self.problems)

    def __str__(self) -> str:
        return "\n".join(self.problems)


@dataclass(frozen=True, slots=True)
class Setting:
    """One settable key of a configuration, and what it says of itself.

    `required` asks for a value when it is left empty. `resumable` marks what may differ when a run goes on: it changes
    when training stops or how it is carried out, never what is computed. `neutral` marks what computes, at its default,
    what was computed before there was such a setting: digests leave it out then, so that older checkpoints fit.
    """

    type: object
    default: object
    help: str = ""
    unit: str = ""
    minimum: float = -math.inf
    maximum: float = math.inf
    choices: tuple[str, ...] = ()
    required: str = ""
    resumable: bool = False
    neutral: bool = False


def option(default: T, help: str = "", **traits: Any) -> T:  # noqa: A002 - argparse's and click's word
    """A dataclass field that documents itself by the traits of `Setting`; of a nested dataclass, all its fields."""
    return field(default=default, metadata=traits | ({"help": help} if help else {}))


def settings_of(config_class: type) -> dict[str, Setting]:
    """All settings of a dataclass by key, those of nested dataclasses after a dot."""
    found: dict[str, Setting] = {}
    hints = get_type_hints(config_class)
    for item in fields(config_class):
        kind = hints[item.name]
        if isinstance(kind, type) and is_dataclass(kind):
            for key, inner in settings_of(kind).items():
                found[f"{item.name}.{key}"] = replace(inner, **item.metadata)
        else:
            found[item.name] = Setting(kind, item.default, **item.metadata)
    return found


def values_of(config: Any) -> dict[str, object]:
    """The value of every setting by its key."""
    return _flattened(asdict(config))


def parse_overrides(argv: Sequence[str], config_class: type[C], base: C | None = None) -> C:
    """The configuration that `key=value` arguments describe, over `base` or the defaults.

    The class may define `problems() -> Rules`; a rule stays silent while a key that it names is mistaken.

    Raises ConfigError with all mistakes at once, unknown keys with the nearest valid one.
    """
    given: dict[str, str] = {}
    problems: list[str] = []
    for argument in argv:
        key, equals, text = argument.partition("=")
        if not equals or not key or key.startswith("-"):
            problems.append(f"{argument}: write settings as key=value (--help lists all keys)")
        elif key in given:
            problems.append(f"{key}: given twice; give it once")
        else:
            given[key] = text
    return _configured(given, config_class, base, problems)


def from_mapping(mapping: Mapping[str, Any], config_class: type[C], base: C | None = None) -> C:
    """As `parse_overrides`, by the same rules, of a nested mapping that was read from a file."""
    return _configured({key: _text(value) for key, value in _flattened(mapping).items()}, config_class, base, [])


def help_text(config_class: type) -> str:
    """One line a key: name, default, unit, meaning and accepted values."""
    rows = []
    for key, setting in settings_of(config_class).items():
        empty = "none" if setting.default is None else '""'
        asked = "; required" if setting.required else ""
        choices = f" ({', '.join(setting.choices)})" if setting.choices else ""
        rows.append((key, _text(setting.default) or empty, setting.unit, setting.help + asked + choices))
    widths = [*(max(map(len, column)) for column in list(zip(*rows, strict=True))[:3]), 0]
    return "\n".join("  ".join(map(str.ljust, row, widths)) for row in rows)


def _configured(given: Mapping[str, str], config_class: type[C], base: C | None, problems: list[str]) -> C:
    known = settings_of(config_class)
    values: dict[str, object] = {}
    mistaken: list[str] = []
    for key, text in given.items():
        if key not in known:
            nearest = difflib.get_close_matches(key, known, n=1, cutoff=0.0)[0]
            problems.append(f"{key}: no such key; did you mean {nearest}? (--help lists all keys)")
            continue
        try:
            values[key] = _parsed(known[key].type, known[key], text)
        except ValueError as error:
            mistaken.append(key)
            problems.append(f"{key}={text}: must be {error}")
    config: C = _replaced(config_class() if base is None else base, values)
    for key, value in values_of(config).items():
        if known[key].required and not value:
            problems.append(f"{key}: is missing; {known[key].required}")
    rules: Rules = getattr(config, "problems", lambda: iter(()))()
    problems += [message for message in rules if not any(key in message for key in mistaken)]
    if problems:
        raise ConfigError(problems)
    return config


def _flattened(mapping: Mapping[str, Any], prefix: str = "") -> dict[str, object]:
    flat: dict[str, object] = {}
    for key, value in mapping.items():
        flat |= _flattened(value, f"{prefix}{key}.") if isinstance(value, Mapping) else {f"{prefix}{key}": value}
    return flat


def _replaced(config: Any, values: Mapping[str, object], prefix: str = "") -> Any:
    changes: dict[str, object] = {}
    for item in fields(config):
        key, current = f"{prefix}{item.name}", getattr(config, item.name)
        if is_dataclass(current):
            changes[item.name] = _replaced(current, values, f"{key}.")
        elif key in values:
            changes[item.name] = values[key]
    return replace(config, **changes)


def _parsed(kind: object, setting: Setting, text: str) -> object:
    """The value that a text means. Raises ValueError with what it must be instead."""
    arguments = get_args(kind)
    if NoneType in arguments:
        return None if text in ("none", "") else _parsed(arguments[0], setting, text)
    if get_origin(kind) is tuple:
        return tuple(_parsed(arguments[0], setting, part) for part in text.split(",") if part)
    if kind is bool:
        if text not in ("true", "false"):
            raise ValueError("true or false")
        return text == "true"
    if kind is str:
        if setting.choices and text not in setting.choices:
            raise ValueError(f"one of {', '.join(setting.choices)}")
        return text
    try:
        number = int(text) if kind is int else float(text)
    except ValueError:
        raise ValueError("a whole number" if kind is int else "a number") from None
    if isinstance(number, float) and not math.isfinite(number):
        raise ValueError("a finite number")
    if number < setting.minimum:
        raise ValueError(f"at least {setting.minimum:g}")
    if number > setting.maximum:
        raise ValueError(f"at most {setting.maximum:g}")
    return number


def _text(value: object) -> str:
    """How a command line writes a value; nothing is empty."""
    if value is None:
        return ""
    if isinstance(value, list | tuple):
        return ",".join(map(_text, value))
    return str(value).lower() if isinstance(value, bool) else str(value)
