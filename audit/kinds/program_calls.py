"""What a command line runs, and the options that it passes: for programs of the repository itself.

A program is told by a name of its own (``shop --fast``), a script (``python shop/run.py --fast``) or a module
(``python -m shop.run --fast``).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from audit.kinds.texts import Positions
from audit.model.codes import Severity
from audit.model.mentions import Mention
from audit.model.regex import regex

_NAME: Final = regex(r"[A-Za-z][\w.-]{2,}")
_OPTION: Final = regex(r"(--[A-Za-z][\w-]+)(?:=.*)?")
_COMMAND: Final = regex(r"[A-Za-z]\w+")
_MANAGING: Final = frozenset({"manage.py", "django-admin", "django-admin.py"})
"""Programs that run commands of Django's applications."""
_PYTHON: Final = regex(r"(?:.*/)?(?:python|pypy)[\d.]*(?:\.exe)?|[$%{]+\w*(?:PYTHON|python)\w*[}%]*")
_BEFORE: Final = frozenset(
    {"run", "exec", "sudo", "time", "env", "nohup", "uv", "uvx", "poetry", "pdm", "hatch", "pipenv", "pipx", "rye"}
    | {"torchrun", "accelerate", "launch", "coverage", "xvfb-run", "timeout", "nice", "conda", "mamba", "pixi", "!"}
    | {"if", "then", "else", "do", "while", "until", "elif", "{", "-", "+"}
)
"""Words before the program that a command runs."""
_OF_OTHERS: Final = frozenset(
    {"pip", "pip3", "git", "docker", "npm", "yarn", "apt-get", "apt", "curl", "wget", "make", "cmake", "pytest", "tox"}
    | {"echo", "cat", "cd", "export", "ruff", "mypy", "black", "twine", "brew", "kubectl", "helm", "gcloud", "aws"}
    | {"sed", "grep", "find", "chmod", "mkdir", "install", "nox", "pre-commit", "ssh", "rsync", "tar"}
)
"""Programs that are nobody's own."""


def program_mentions(
    words: list[tuple[str, int]], positions: Positions, code: str, role: str, severity: Severity
) -> Iterator[Mention]:
    """What the words of one command, each with its offset, run and pass."""
    place, program = _program(words)
    if not program or program in _OF_OTHERS:
        return
    word, start = words[place]
    if program == word.lstrip("@") and _NAME.fullmatch(program) and not program.endswith(".py"):
        end = start + len(word)
        span = positions.span(end - len(program), end)
        yield Mention(code, "program", program, "program", role, severity, span)
    if program.rpartition("/")[2] in _MANAGING:
        yield from _managed(words[place + 1 :], positions, code, role, severity)
    for text, offset in words[place + 1 :]:
        if text == "--":
            return
        if option := _OPTION.fullmatch(text):
            span = positions.span(offset, offset + len(option[1]))
            yield Mention(code, "option", f"{program} {option[1]}", "option", role, severity, span)


def _managed(
    words: list[tuple[str, int]], positions: Positions, code: str, role: str, severity: Severity
) -> Iterator[Mention]:
    """The management command among what follows the program that runs it: the first word that is no option."""
    text, offset = next(((text, offset) for text, offset in words if not text.startswith("-")), ("", 0))
    if _COMMAND.fullmatch(text):
        span = positions.span(offset, offset + len(text))
        yield Mention(code, "command", text, "management", role, severity, span)


def _program(words: list[tuple[str, int]]) -> tuple[int, str]:
    """The place of the program among the words, and what it is called: ``-m shop.run`` for a module."""
    python = next((place for place, (text, _) in enumerate(words) if _PYTHON.fullmatch(text.lstrip("@"))), None)
    if python is not None:
        for place in range(python + 1, len(words)):
            text = words[place][0]
            if text == "-m" and place + 1 < len(words):
                return place + 1, f"-m {words[place + 1][0]}"
            if text.endswith(".py"):
                return place, text
            if not text.startswith("-"):
                break
        return 0, ""
    for place, (text, _) in enumerate(words):
        if text.lstrip("@") in _BEFORE or "=" in text:
            continue
        if text == "-m" and place == 0 and len(words) > 1:  # after what runs it, which code computes
            return 1, f"-m {words[1][0]}"
        return _script_after(words, place) if text.startswith("-") else (place, text.lstrip("@"))
    return 0, ""


def _script_after(words: list[tuple[str, int]], first: int) -> tuple[int, str]:
    """The script that follows the options of what runs it; a lone name may be the value of one of them."""
    found = ((place, words[place][0]) for place in range(first, len(words)) if words[place][0].endswith(".py"))
    return next(found, (0, ""))
