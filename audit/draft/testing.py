"""Finds how a repository's tests are started, in the order in which its own files are most likely to say it."""

from __future__ import annotations

import configparser
import re
import tomllib
from collections.abc import Callable, Sequence
from typing import Any

from audit.model.drafts import TestCommand

Read = Callable[[str], str | None]


def find_test_commands(paths: Sequence[str], read: Read, tests: Sequence[str]) -> tuple[TestCommand, ...]:
    """What starts the tests, what pytest can judge first; ``tests`` are the files in which test functions stand."""
    found: list[TestCommand] = []
    configured = _pytest(paths, read)
    if tests:
        said_by, nodes = configured if configured is not None else ("", ())
        nodes = nodes or tuple(dict.fromkeys(_top(path) for path in tests))
        found.append(TestCommand(run=("python", "-m", "pytest", *nodes), said_by=said_by, nodes=nodes))
    for name in ("Makefile", "GNUmakefile", "makefile"):
        text = read(name) if name in paths else None
        target = re.search(r"^(test|tests|check)\s*:(?!=)", text or "", re.MULTILINE)
        if target is not None:
            found.append(TestCommand(run=("make", target[1]), said_by=name))
            break
    if "tox.ini" in paths and "[testenv" in (read("tox.ini") or ""):
        found.append(TestCommand(run=("python", "-m", "tox"), said_by="tox.ini"))
    session = re.search(r"^def (tests?)\b", (read("noxfile.py") if "noxfile.py" in paths else "") or "", re.MULTILINE)
    if session is not None:
        found.append(TestCommand(run=("python", "-m", "nox", "-s", session[1]), said_by="noxfile.py"))
    return tuple(found)


def _top(path: str) -> str:
    """The folder to give to pytest for a test file: the outermost one that is a folder of tests, else the file's."""
    folders = path.split("/")[:-1]
    for index, folder in enumerate(folders):
        if folder in ("test", "tests", "t"):
            return "/".join(folders[: index + 1])
    return "/".join(folders) or path


def _pytest(paths: Sequence[str], read: Read) -> tuple[str, tuple[str, ...]] | None:
    """The file that configures pytest, and the paths that it names."""
    for name, section in (("pytest.ini", "pytest"), ("tox.ini", "pytest"), ("setup.cfg", "tool:pytest")):
        text = read(name) if name in paths else None
        options = _ini(text or "", section)
        if options is not None:
            return name, _there(options.get("testpaths", "").split(), paths)
    text = read("pyproject.toml") if "pyproject.toml" in paths else None
    table: Any = _toml(text or "")
    for key in ("tool", "pytest"):
        table = table.get(key) if isinstance(table, dict) else None
    if not isinstance(table, dict):
        return None
    options = table.get("ini_options", table)
    given: Any = options.get("testpaths", []) if isinstance(options, dict) else []
    named = given.split() if isinstance(given, str) else [each for each in given if isinstance(each, str)]
    return "pyproject.toml", _there(named, paths)


def _ini(text: str, section: str) -> dict[str, str] | None:
    parser = configparser.ConfigParser(interpolation=None, strict=False)
    try:
        parser.read_string(text)
    except configparser.Error:
        return None
    return dict(parser.items(section)) if parser.has_section(section) else None


def _toml(text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except ValueError:  # an integer may have too many digits
        return {}


def _there(named: Sequence[str], paths: Sequence[str]) -> tuple[str, ...]:
    """The named paths that exist, without what pytest would expand itself."""
    plain = [name.strip("/") for name in named if "*" not in name]
    return tuple(name for name in plain if any(path == name or path.startswith(f"{name}/") for path in paths))
