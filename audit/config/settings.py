"""Reads the settings of the audit from ``audit.toml``, ``.audit.toml`` or ``[tool.audit]``."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import PurePosixPath
from typing import Any, Final

import msgspec

from audit.config.toml import TomlDocument, read_toml
from audit.model.codes import CODES
from audit.model.errors import ConfigError
from audit.model.settings import Settings
from audit.model.suggest import did_you_mean

Read = Callable[[str], bytes | None]
"""Gives the bytes of a file of the audited tree, or None when there is none; a work tree or a commit."""

PYPROJECT: Final = "pyproject.toml"
STANDALONE: Final = ("audit.toml", ".audit.toml")
RETIRED_FILE: Final = "retired.yaml"
"""The file of retired names in the rules folder."""

KEYS: Final[dict[str, str]] = {
    "source-roots": "a list of folders",
    "exclude": "a list of path globs",
    "select": "a list of codes or their prefixes",
    "ignore": "a list of codes or their prefixes",
    "baseline": "the path of a baseline file",
    "rules": "the path of a folder",
    "strict": "true or false",
    "ledger": "the path of a file that ends in .sqlite, or 'off'",
}
"""Every valid key with what it holds, in the words of the messages."""


def load_settings(read: Read) -> Settings:
    """The settings of a tree; all defaults when no file holds any.

    Raises:
        ConfigError: every mistake of every settings file: syntax, unknown keys, wrong types, unknown codes,
            paths that leave the repository, settings in more than one file.
    """
    mistakes: list[str] = []
    tables: list[tuple[str, TomlDocument, tuple[str, ...]]] = []
    for path in (*STANDALONE, PYPROJECT):
        content = read(path)
        if content is None:
            continue
        try:
            document = read_toml(path, content)
        except ConfigError as error:
            mistakes += error.mistakes
            continue
        within = ("tool", "audit") if path == PYPROJECT else ()
        if _table(document, within) is not None:
            tables.append((path, document, within))
    if len(tables) > 1:
        first = tables[0][0]
        mistakes += [
            f"{path}:{document.line(*within)}: settings stand in {first} too; keep one of the two"
            for path, document, within in tables[1:]
        ]
    settings = [_read_table(*table, mistakes) for table in tables]
    if mistakes:
        raise ConfigError(mistakes)
    return settings[0] if settings else Settings()


def unknown_code(code: str) -> str | None:
    """Why ``code`` is neither a finding code nor the beginning of one, or None when it is."""
    if code and any(name.startswith(code) for name in CODES):
        return None
    return f"unknown code '{code}'{did_you_mean(code, CODES)}"


def _table(document: TomlDocument, within: tuple[str, ...]) -> Any:
    table: Any = document.data
    for key in within:
        table = table.get(key) if isinstance(table, dict) else None
    return table


def _read_table(path: str, document: TomlDocument, within: tuple[str, ...], mistakes: list[str]) -> Settings:
    table = _table(document, within)
    if not isinstance(table, dict):
        mistakes.append(f"{path}:{document.line(*within)}: '{'.'.join(within)}' must be a table of settings")
        return Settings(path=path)
    values: dict[str, object] = {}
    for key, value in table.items():
        problems = list(_problems(key, value))
        where = f"{path}:{document.line(*within, key)}"
        mistakes += [f"{where}: {problem}" for problem in problems]
        if not problems:
            values[key.replace("-", "_")] = _normalised(key, value)
    return msgspec.convert({**values, "path": path}, Settings)


def _normalised(key: str, value: object) -> object:
    if key == "source-roots" and isinstance(value, list):
        return tuple(str(PurePosixPath(item)) for item in value)
    if key in ("baseline", "rules", "ledger"):
        return str(PurePosixPath(str(value)))
    return tuple(value) if isinstance(value, list) else value


def _problems(key: str, value: object) -> Iterable[str]:
    """What is wrong with one key, in words that follow ``file:line: ``."""
    if key not in KEYS:
        yield f"unknown key '{key}'{did_you_mean(key.replace('_', '-'), KEYS)}"
        return
    expects_list = KEYS[key].startswith("a list")
    fits = (
        isinstance(value, bool)
        if key == "strict"
        else isinstance(value, list) and all(isinstance(item, str) for item in value)
        if expects_list
        else isinstance(value, str)
    )
    if not fits:
        yield f"'{key}' must be {KEYS[key]}, not {_described(value)}"
        return
    items = value if isinstance(value, list) else [value]
    if key in ("select", "ignore"):
        yield from filter(None, map(unknown_code, items))
    elif key == "ledger" and value != "off" and not str(value).endswith(".sqlite"):
        yield f"'ledger' must be {KEYS[key]}, not '{value}'"
    elif key in ("source-roots", "baseline", "rules", "ledger"):
        yield from (f"'{key}' must lie in the repository: '{item}'" for item in items if _leaves(str(item)))


def _leaves(path: str) -> bool:
    return not path or path.startswith(("/", "\\")) or path[1:2] == ":" or ".." in path.split("/")


def _described(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return f"the text '{value}'"
    if isinstance(value, dict):
        return "a table"
    if isinstance(value, list):
        wrong = next((item for item in value if not isinstance(item, str)), None)
        return "a list" if wrong is None else f"one that holds {_described(wrong)}"
    return f"{value}"
