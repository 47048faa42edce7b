"""Which values of a configuration are commands, whatever format it has: by what they begin with, or by their key."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from audit.kinds.commands import Caller, command_mentions
from audit.kinds.texts import Positions
from audit.model.mentions import Mention
from audit.model.regex import regex

RUN_KEYS: Final = frozenset(
    {"command", "entrypoint", "run", "setup", "script", "cmd", "cmds", "commands", "bash_command"}
    | {"startCommand", "buildCommand", "preDeployCommand", "dockerCommand", "start_command", "build_command"}
    | {"release_command", "shell", "ansible.builtin.shell", "ansible.builtin.command", "test-command"}
)
"""Keys under which clusters, schedulers, launchers and hosts of applications hold what they run."""
_BEFORE: Final = r"(?:\w+=\S*\s+)*(?:(?:exec|nohup|time|sudo)\s+|(?:uv|poetry|pdm|hatch|pipenv|pixi|rye)\s+run\s+)*"
_BEGINS: Final = regex(
    rf"{_BEFORE}(?:"
    r"(?:\S*/)?(?:python|pypy)[\d.]*\s+(?:-\w+\s+)*(?:-m\s+[^\W\d]|[\w./-]+\.py(?=\s|$))"
    r"|(?:uvicorn|gunicorn|hypercorn|daphne|granian)\s.*[^\W\d]\w*:[^\W\d]"
    r"|celery\s.*(?:-A|--app)[\s=]"
    r")"
)
"""What only a command begins with: an interpreter and what it runs, a server and its application."""
_COMMAND: Final = Caller("REF007", "the command", "error")


def is_command(key: str, value: str) -> bool:
    """Whether a value is a line for a shell; a lone word is none."""
    return " " in value and (key in RUN_KEYS or _BEGINS.match(value) is not None)


def value_commands(source: str, start: int, end: int, positions: Positions) -> Iterator[Mention]:
    """What the command between two offsets of a file names."""
    yield from command_mentions(source[start:end], start, positions, _COMMAND)
