"""What one packaging file declares, read without running it: pyproject.toml, setup.cfg, setup.py, requirements."""

from __future__ import annotations

import ast
import configparser
import re
import tomllib
from collections.abc import Mapping
from typing import Any, Final

import msgspec

from audit.model.parsing import literal, parsed

_REQUIREMENTS: Final = re.compile(
    r"(?:[\w.-]*[-_])?requirements?(?:[-_][\w.-]+)?\.(?:txt|in)|.*requirements/[\w.-]+\.(?:txt|in)"
)
_REQUIRED: Final = frozenset({"requires"})
_COMPUTED: Final = {
    "version": "version",
    "requires-python": "python",
    "dependencies": "requires",
    "optional-dependencies": "requires",
    "scripts": "scripts",
    "gui-scripts": "scripts",
    "entry-points": "scripts",
}
"""What ``dynamic`` of pyproject.toml names, by the field that it leaves open."""
_NAME: Final = re.compile(r"^\s*([A-Za-z0-9][\w.-]*)")


class Declared(msgspec.Struct, frozen=True, kw_only=True):
    """The declarations of one file; ``optional`` are requirements of extras and groups, ``dynamic`` is what of
    it is computed when the package is built, by the names of these fields. Names of distributions are normalised."""

    path: str
    version: str = ""
    python: str = ""
    requires: frozenset[str] = frozenset()
    optional: frozenset[str] = frozenset()
    scripts: frozenset[str] = frozenset()
    dynamic: frozenset[str] = frozenset()

    @property
    def summary(self) -> str:
        """The file in a few words, for a reader."""
        said = [f"version {self.version}"] if self.version else []
        said += [f"Python {self.python}"] if self.python else []
        said += [f"{len(self.requires)} requirements"] if self.requires else []
        return f"{self.path} declares {', '.join(said) or 'nothing of this'}"


def normalised(name: str) -> str:
    """The name of a distribution as package indexes compare it, without extras and versions."""
    match = _NAME.match(name)
    return re.sub(r"[-_.]+", "-", match[1]).lower() if match is not None else ""


def is_packaging_file(path: str) -> bool:
    """Whether a file declares a package or its requirements, by its name."""
    name = path.rpartition("/")[2]
    return (
        name in ("pyproject.toml", "setup.cfg", "setup.py")
        or _REQUIREMENTS.fullmatch(path if "/" in path else name) is not None
    )


def declared_by(path: str, text: str) -> Declared | None:
    """What a packaging file declares; None where it cannot be read, or declares no package."""
    name = path.rpartition("/")[2]
    try:
        if name == "pyproject.toml":
            return _of_pyproject(path, tomllib.loads(text))
        if name == "setup.cfg":
            return _of_setup_cfg(path, text)
        if name == "setup.py":
            return _of_setup_script(path, text)
    except (configparser.Error, SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    lines = [line.partition("#")[0].strip() for line in text.splitlines()]
    named = frozenset(filter(None, (normalised(line) for line in lines if not line.startswith("-"))))
    return Declared(
        path=path, requires=named, dynamic=_REQUIRED if any(line.startswith("-r") for line in lines) else frozenset()
    )


def _names(texts: object) -> frozenset[str]:
    return frozenset(filter(None, (normalised(each) for each in _items(texts) if isinstance(each, str))))


def _items(value: object) -> list[Any]:
    """The items of what should be a list; none of anything else."""
    return list(value) if isinstance(value, list | tuple | set | frozenset) else []


def _table(value: Any, *keys: str) -> Mapping[str, Any]:
    for key in keys:
        value = value.get(key) if isinstance(value, Mapping) else None
    return value if isinstance(value, Mapping) else {}


def _of_pyproject(path: str, content: Mapping[str, Any]) -> Declared | None:
    project, poetry = _table(content, "project"), _table(content, "tool", "poetry")
    if not project and not poetry:
        return None
    optional = [each for group in _table(project, "optional-dependencies").values() for each in _items(group)]
    optional += [each for group in _table(content, "dependency-groups").values() for each in _items(group)]
    groups = [_table(each, "dependencies") for each in _table(poetry, "group").values()]
    optional += [each for group in (*groups, _table(poetry, "dev-dependencies")) for each in group]
    required = _table(poetry, "dependencies")
    python = project.get("requires-python") or required.get("python") or ""
    return Declared(
        path=path,
        version=str(project.get("version") or poetry.get("version") or ""),
        python=re.sub(r"\s+", "", python) if isinstance(python, str) else "",
        requires=_names(project.get("dependencies")) | _names(set(required) - {"python"}),
        optional=_names(optional),
        scripts=frozenset({*_table(project, "scripts"), *_table(project, "gui-scripts"), *_table(poetry, "scripts")}),
        dynamic=frozenset(field for name, field in _COMPUTED.items() if name in _items(project.get("dynamic"))),
    )


_ELSEWHERE: Final = ("attr:", "file:")
"""What setup.cfg writes before a place from which a value is taken."""


def _of_setup_cfg(path: str, text: str) -> Declared | None:
    parser = configparser.ConfigParser(interpolation=None)
    parser.read_string(text)
    if not parser.has_section("metadata") and not parser.has_section("options"):
        return None
    version = parser.get("metadata", "version", fallback="")
    commands = parser.get("options.entry_points", "console_scripts", fallback="")
    extras = dict(parser.items("options.extras_require")) if parser.has_section("options.extras_require") else {}
    needs = parser.get("options", "install_requires", fallback="")
    said = {"version": version, "requires": needs, "scripts": commands}
    return Declared(
        path=path,
        version="" if version.startswith(_ELSEWHERE) else version,
        python=re.sub(r"\s+", "", parser.get("options", "python_requires", fallback="")),
        requires=_names([] if needs.startswith(_ELSEWHERE) else needs.splitlines()),
        optional=_names([line for lines in extras.values() for line in lines.splitlines()]),
        scripts=frozenset(line.partition("=")[0].strip() for line in commands.splitlines() if "=" in line),
        dynamic=frozenset(field for field, value in said.items() if value.startswith(_ELSEWHERE)),
    )


def _of_setup_script(path: str, text: str) -> Declared | None:
    calls = [node for node in ast.walk(parsed(text)) if isinstance(node, ast.Call)]
    setup = next((call for call in calls if ast.unparse(call.func).rpartition(".")[2] == "setup"), None)
    if setup is None:
        return None
    said: dict[str, Any] = {}
    for keyword in setup.keywords:
        try:
            said[keyword.arg or "**"] = literal(keyword.value)
        except ValueError:
            said["**"] = None
    entries = said.get("entry_points")
    commands = entries.get("console_scripts", ()) if isinstance(entries, Mapping) else ()
    extras = said.get("extras_require")
    return Declared(
        path=path,
        version=str(said.get("version") or ""),
        python=re.sub(r"\s+", "", str(said.get("python_requires") or "")),
        requires=_names(said.get("install_requires")),
        optional=_names([each for group in _table(extras).values() for each in _items(group)]),
        scripts=frozenset(each.partition("=")[0].strip() for each in _items(commands) if isinstance(each, str)),
        dynamic=frozenset(_COMPUTED.values()) if "**" in said else frozenset(),
    )
