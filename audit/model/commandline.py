"""What a command line starts: a script of the tree, or a module by ``python -m``. Words only; nothing is run."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Final

_LAUNCHERS: Final = (("uv", "run"), ("poetry", "run"), ("pdm", "run"), ("hatch", "run"))
_VALUELESS: Final = frozenset({"-u", "-O", "-B", "-E", "-I", "-s", "-S", "--active", "--frozen", "--no-sync"})
"""Options of Python and of launchers that take no value, so that the word after them is the next one to read."""


def script_of(run: tuple[str, ...]) -> str:
    """The file of ``python file.py`` or ``./file``, relative to where it is run; empty for anything else."""
    words = _without_options(run)
    if len(words) > 1 and _is_python(words[0]) and words[1].endswith(".py"):
        return _relative(words[1])
    if words and (words[0].startswith("./") or words[0].endswith(".py")):
        return _relative(words[0])
    return ""


def module_of(run: tuple[str, ...]) -> str:
    """The module of ``python -m module``; empty for anything else."""
    words = _without_options(run)
    if len(words) > 2 and _is_python(words[0]) and words[1] == "-m":
        return words[2]
    return ""


def _without_options(words: tuple[str, ...]) -> tuple[str, ...]:
    """The words from the program on, without a launcher and without options that take no value."""
    if words[:2] in _LAUNCHERS:
        words = _skipping(words[2:])
    return (words[0], *_skipping(words[1:])) if words and _is_python(words[0]) else words


def _skipping(words: tuple[str, ...]) -> tuple[str, ...]:
    while words and words[0] in _VALUELESS:
        words = words[1:]
    return words


def _is_python(word: str) -> bool:
    return PurePosixPath(word).name.startswith("python")


def _relative(path: str) -> str:
    """A path that stays in the repository; one that leads out of it is nothing that a tree can answer for."""
    return "" if path.startswith(("/", "~")) or ".." in PurePosixPath(path).parts else PurePosixPath(path).as_posix()


def tests_of(run: tuple[str, ...]) -> tuple[str, ...] | None:
    """The files, folders and node ids that ``pytest ...`` or ``python -m pytest ...`` runs; ``.`` where it names none.

    None for any other command, and where options choose among the tests or a word cannot be told from a value.
    """
    words = _without_options(run)
    if module_of(run) == "pytest":
        words = words[3:]
    elif words[:1] in (("pytest",), ("py.test",)):
        words = words[1:]
    else:
        return None
    named: list[str] = []
    after_value = False
    for word in words:
        if after_value:
            after_value = False
        elif word.partition("=")[0] in _CHOOSING or (word[:2] in ("-k", "-m") and word[2:3] != "-"):
            return None
        elif word in _WITH_VALUE:
            after_value = True
        elif not word.startswith("-"):
            if not ("/" in word or word.partition("::")[0].endswith(".py") or word in ("tests", "test", ".")):
                return None
            named.append(_relative(word.rstrip("/")) if word != "." else ".")
    return tuple(named) if all(named) and named else None if named else (".",)


_CHOOSING: Final = frozenset(
    {"--deselect", "--ignore", "--ignore-glob", "--lf", "--last-failed", "--ff", "--pyargs", "--co", "--collect-only"}
)
_WITH_VALUE: Final = frozenset(
    {"-n", "-p", "-c", "-o", "-W", "-r", "--tb", "--cov", "--cov-report", "--maxfail", "--timeout", "--durations"}
)
