"""Reads the whole configuration of a tree at once, so that every mistake of every file is told together."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import PurePosixPath
from typing import TypeVar

from audit.config.contracts import load_contracts
from audit.config.settings import RETIRED_FILE, Read, load_settings
from audit.model.errors import ConfigError
from audit.model.settings import Configuration, RetiredName, Settings

_Value = TypeVar("_Value")


def load_configuration(read: Read) -> Configuration:
    """Settings, retired names and import contracts of a tree; all empty for a tree without any.

    Raises:
        ConfigError: every mistake of all files, each as ``file:line: message``. When the settings
            themselves are broken, the rules are looked for in the default folder.
    """
    mistakes: list[str] = []

    def attempt(load: Callable[[], _Value], instead: _Value) -> _Value:
        try:
            return load()
        except ConfigError as error:
            mistakes.extend(error.mistakes)
            return instead

    settings = attempt(lambda: load_settings(read), Settings())
    no_names: tuple[RetiredName, ...] = ()
    retired = attempt(lambda: _load_retired(read, settings.rules), no_names)
    contracts = attempt(lambda: load_contracts(read, settings.rules), None)
    if mistakes:
        raise ConfigError(list(dict.fromkeys(mistakes)))
    return Configuration(settings=settings, retired=retired, contracts=contracts)


def _load_retired(read: Read, rules: str) -> tuple[RetiredName, ...]:
    if read(str(PurePosixPath(rules, RETIRED_FILE))) is None:
        return ()
    # PyYAML takes as long to load as the rest of the configuration takes to read: only where there is a file
    from audit.config.retired import load_retired

    return load_retired(read, rules)
