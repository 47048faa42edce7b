"""Finds the file that holds a repository's import contracts and reads its options, whatever its format.

``importlinter.toml`` in the rules folder comes first, because it was written for the audit. Without it, the
places that import-linter itself searches are tried in its own order: setup.cfg, .importlinter and then
pyproject.toml.
"""

from __future__ import annotations

import configparser
from pathlib import PurePosixPath
from typing import Any, Final

import msgspec

from audit.config.settings import Read
from audit.config.toml import read_toml
from audit.model.errors import ConfigError
from audit.model.regex import regex

_SECTION: Final = "importlinter"
_INI_HEADER: Final = regex(r"^\[(?P<name>[^\]]+)\]")


class Option(msgspec.Struct, frozen=True):
    """One option as written: its raw value and its line."""

    value: Any
    line: int


class OptionTable(msgspec.Struct, frozen=True):
    """A table of options and the line on which it starts."""

    options: dict[str, Option]
    line: int


class ContractFile(msgspec.Struct, frozen=True):
    """The options of one configuration file; ``own`` when it is the one in the rules folder."""

    path: str
    session: OptionTable
    contracts: tuple[OptionTable, ...]
    own: bool = False


def find_contract_file(read: Read, rules: str) -> ContractFile | None:
    """The first file that configures import contracts, or None.

    Raises:
        ConfigError: that file cannot be parsed, or its tables do not have the shape of a configuration.
    """
    own = str(PurePosixPath(rules, "importlinter.toml"))
    if (content := read(own)) is not None:
        found = _read_toml(own, content, own=True)
        if found is None:
            raise ConfigError([f"{own}:1: no [tool.importlinter] table; the contracts belong into it"])
        return found
    for path in ("setup.cfg", ".importlinter"):
        content = read(path)
        if content is not None and (found := _read_ini(path, content)) is not None:
            return found
    content = read("pyproject.toml")
    if content is None or _SECTION.encode() not in content:
        return None  # whether it can be parsed at all, the settings tell
    return _read_toml("pyproject.toml", content)


def _read_toml(path: str, content: bytes, *, own: bool = False) -> ContractFile | None:
    document = read_toml(path, content)
    top = ("tool", _SECTION)
    table: Any = document.data
    for key in top:
        table = table.get(key) if isinstance(table, dict) else None
    if not table:
        return None
    if not isinstance(table, dict):
        raise ConfigError([f"{path}:{document.line(*top)}: 'tool.importlinter' must be a table"])
    contracts = table.pop("contracts", [])
    if not isinstance(contracts, list) or not all(isinstance(item, dict) for item in contracts):
        line = document.line(*top, "contracts")
        raise ConfigError([f"{path}:{line}: 'contracts' must be tables: [[tool.importlinter.contracts]]"])

    def options(values: dict[str, Any], *within: str | int) -> OptionTable:
        read = {key: Option(value, document.line(*within, key)) for key, value in values.items()}
        return OptionTable(read, document.line(*within))

    return ContractFile(
        path=path,
        session=options(table, *top),
        contracts=tuple(options(item, *top, "contracts", index) for index, item in enumerate(contracts)),
        own=own,
    )


def _read_ini(path: str, content: bytes) -> ContractFile | None:
    if _SECTION.encode() not in content:
        return None
    parser = configparser.ConfigParser()
    try:
        text = content.decode("utf-8")
        parser.read_string(text, source=path)
        if _SECTION not in parser:
            return None
        lines = _section_lines(text)
        return ContractFile(
            path=path,
            session=_ini_options(parser, _SECTION, lines),
            contracts=tuple(
                _ini_options(parser, name, lines) for name in parser.sections() if name.startswith(f"{_SECTION}:")
            ),
        )
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise ConfigError([f"{path}:{line}: not UTF-8; save the file as UTF-8"]) from None
    except configparser.Error as error:
        raise ConfigError([f"{path}:{_ini_line(error, text)}: not valid INI: {_ini_reason(error)}"]) from None


def _section_lines(text: str) -> dict[str, int]:
    lines: dict[str, int] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if found := _INI_HEADER.match(line):
            lines.setdefault(found["name"], number)
    return lines


def _ini_options(parser: configparser.ConfigParser, section: str, lines: dict[str, int]) -> OptionTable:
    line = lines[section]
    read = {
        key: Option(value.strip().split("\n") if "\n" in value else value, line)
        for key, value in parser[section].items()
    }
    return OptionTable(read, line)


def _ini_line(error: configparser.Error, text: str) -> int:
    if isinstance(error, configparser.InterpolationError):
        return _section_lines(text).get(error.section, 1)
    if isinstance(error, configparser.ParsingError) and getattr(error, "errors", None):
        return int(error.errors[0][0])
    return int(getattr(error, "lineno", None) or 1)


def _ini_reason(error: configparser.Error) -> str:
    if isinstance(error, configparser.ParsingError):
        return "a line that is no section, option or continuation"
    if isinstance(error, configparser.DuplicateSectionError):
        return f"section '{error.section}' is given twice"
    if isinstance(error, configparser.DuplicateOptionError):
        return f"option '{error.option}' is given twice in '{error.section}'"
    if isinstance(error, configparser.InterpolationError):
        return f"option '{error.option}': a percent sign must be written twice"
    return error.message.splitlines()[0]
