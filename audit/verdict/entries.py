"""Finds what a command line starts, and judges whether the tree holds it. Nothing is run."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import Final

from audit.model.codebase import Codebase
from audit.model.evidence import Evidence
from audit.model.predicates import Entry
from audit.model.verdicts import Judgement
from audit.verdict.judgements import first_party, refuted, retirement, unverified, verified

_LAUNCHERS: Final = (("uv", "run"), ("poetry", "run"), ("pdm", "run"), ("hatch", "run"))
_VALUELESS: Final = frozenset(
    {"-u", "-O", "-B", "-E", "-I", "-s", "-S", "--active", "--frozen", "--no-sync", "--isolated"}
)
"""Options of Python and of launchers that take no value, so that the word after them is the next one to read."""


def judge_entry(predicate: Entry, codebase: Codebase) -> Judgement:
    """The script or first-party module that a command starts is there; any other command cannot be told."""
    missing = missing_entry(predicate.run, codebase)
    if missing is not None:
        return missing
    words = _without_launcher(predicate.run)
    script, module = _script(words), _module(words)
    if script:
        return verified(
            f"{script} is in the tree", coverage="not run", evidence=(Evidence(summary=script, path=script),)
        )
    path = codebase.module_path(module) if module else None
    if path is not None:
        evidence = (Evidence(summary=f"module {module}", path=path),)
        return verified(f"module {module} is in the tree", coverage="not run", evidence=evidence)
    return unverified("it starts no script or module of this tree", coverage="not run")


def missing_entry(run: tuple[str, ...], codebase: Codebase) -> Judgement | None:
    """The judgement that the entry point is not in the tree; None when it is, or when there is none to look for."""
    words = _without_launcher(run)
    script = _script(words)
    if script and script not in codebase.paths():
        gone = codebase.retired(script)
        evidence = () if gone is None else (retirement(gone, script),)
        return refuted(f"its entry point {script} is not in the tree", coverage="not run", evidence=evidence)
    module = _module(words)
    if module and first_party(codebase, module) and codebase.module_path(module) is None:
        gone = codebase.retired(module)
        evidence = () if gone is None else (retirement(gone, module),)
        return refuted(f"its entry module {module} does not exist", coverage="not run", evidence=evidence)
    return None


def entry_modules(run: tuple[str, ...], codebase: Codebase) -> set[str]:
    """The modules that a command line starts with: a module, its ``__main__``, or that of a script."""
    words = _without_launcher(run)
    module, script = _module(words), _script(words)
    if module:
        return {module, f"{module}.__main__"}
    return {name for name in codebase.modules() if script and codebase.module_path(name) == script}


def script_of(run: tuple[str, ...]) -> str:
    """The script that a command line starts, as a path relative to where it is run; empty for anything else."""
    return _script(_without_launcher(run))


def _without_launcher(words: tuple[str, ...]) -> tuple[str, ...]:
    if words[:2] in _LAUNCHERS:
        words = words[2:]
        while words and words[0] in _VALUELESS:
            words = words[1:]
    if words and _is_python(words[0]):
        rest = words[1:]
        while rest and rest[0] in _VALUELESS:
            rest = rest[1:]
        return (words[0], *rest)
    return words


def _is_python(word: str) -> bool:
    return PurePosixPath(word).name.startswith("python")


def _module(words: tuple[str, ...]) -> str:
    """The module of ``python -m module``."""
    if len(words) > 2 and _is_python(words[0]) and words[1] == "-m":
        return words[2]
    return ""


def _script(words: tuple[str, ...]) -> str:
    """The file of ``python file.py`` or ``./file``, relative to the root; empty for anything else."""
    if len(words) > 1 and _is_python(words[0]) and words[1].endswith(".py"):
        return _relative(words[1])
    if words and (words[0].startswith("./") or words[0].endswith(".py")):
        return _relative(words[0])
    return ""


def _relative(path: str) -> str:
    """A path that stays in the repository; one that leads out of it is nothing that this tree can answer for."""
    return "" if path.startswith(("/", "~")) or ".." in PurePosixPath(path).parts else PurePosixPath(path).as_posix()
