"""Where settings of development tools hold commands, and how these are written there."""

from __future__ import annotations

from typing import Final

from audit.kinds.settings_text import Value
from audit.model.regex import regex

_TABLES: Final = (
    ("tool", "taskipy"),
    ("tool", "poe"),
    ("tool", "pdm", "scripts"),
    ("tool", "rye", "scripts"),
    ("tool", "hatch", "envs"),
)
_OF_HATCH: Final = ("envs",)
"""The table of environments of hatch.toml, which hold scripts."""
_OF_PIXI: Final = ("tool", "pixi")
_NO_COMMANDS: Final = frozenset({"outputs", "env", "depends-on", "depends_on", "description"})
"""Keys of a task of pixi that hold no command, nor what it needs."""
_OF_WHEELS: Final = ("tool", "cibuildwheel")
_FOLDER: Final = regex(r"\{(?:project|package)\}/")
"""The folders of the project, as cibuildwheel writes them."""
_PACKAGING: Final = (
    ("project", "scripts"),
    ("project", "gui-scripts"),
    ("project", "entry-points"),
    ("tool", "poetry"),
)
COMMAND_OPTIONS: Final = frozenset({"commands", "commands_pre", "commands_post", "cmd", "script", "shell", "addopts"})
"""Keys of any table that hold commands, or options of one."""


def holds_command(value: Value, *, is_pixi: bool) -> bool | None:
    """Whether a value is a command; None where its place says neither that nor that it is nothing to look at."""
    keys = value.keys
    if "tasks" in keys and (is_pixi or keys[:2] == _OF_PIXI):
        return _NO_COMMANDS.isdisjoint(keys)
    if keys[:2] == _OF_WHEELS:
        return value.key.startswith("before-") or value.key == "test-command"
    if any(keys[: len(table)] == table for table in _PACKAGING) or "package-data" in keys[-2:-1]:
        return None
    is_script = keys[:1] == _OF_HATCH and "scripts" in keys
    if is_script or value.key in COMMAND_OPTIONS or any(keys[: len(table)] == table for table in _TABLES):
        return True
    return None


def without_folders(command: str) -> str:
    """A command without the folders that a tool fills in, as long as before."""
    return _FOLDER.sub(lambda found: " " * len(found[0]), command)
