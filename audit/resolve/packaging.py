"""Readers of packaging and tool configuration: each notes the source roots, names and entry points it finds.

Nothing is executed: ``setup.py`` is parsed for literals only.
"""

from __future__ import annotations

import ast
import configparser
import json
import posixpath
import re
import tomllib
import warnings
from typing import Any, Final

import msgspec

BUILD_NAMES: Final = frozenset({"meson.build", "CMakeLists.txt", "Cargo.toml", "BUILD", "BUILD.bazel"})
_REQUIREMENT: Final = re.compile(r"\s*([A-Za-z0-9][A-Za-z0-9._-]*)")


class EntryPoint(msgspec.Struct, frozen=True):
    """A command or plug-in that packaging declares: its name and the ``module:attribute`` it starts."""

    name: str
    target: str
    path: str
    line: int


class Reading:
    """What has been read so far, over all configuration files."""

    def __init__(self) -> None:
        self.declared: set[str] = set()
        self.sorted_by: set[str] = set()
        self.shipping: set[str] = set()
        self.dependencies: set[str] = set()
        self.distributions: set[str] = set()
        self.built: set[str] = set()
        self.entry_points: list[EntryPoint] = []

    def root(self, folder: str, path: object) -> None:
        """Note a folder that ``path``, relative to the configuration's own folder, declares as a root."""
        joined = _inside(folder, path)
        if joined is not None:
            self.declared.add(joined)

    def first_party(self, folder: str, paths: object) -> None:
        """Note folders that an import sorter calls first-party: roots, unless they are packages themselves."""
        for path in [paths] if isinstance(paths, str) else _strings(paths):
            joined = _inside(folder, path)
            if joined is not None and joined not in self.declared:
                self.declared.add(joined)
                self.sorted_by.add(joined)


def _inside(folder: str, path: object) -> str | None:
    """A configured path relative to the tree, "" for the tree itself; None when it lies outside or is no path."""
    if not isinstance(path, str) or path.startswith(("/", "~", "$")):
        return None
    joined = posixpath.normpath(posixpath.join(folder, path.replace("${workspaceFolder}", ".")))
    return None if joined.startswith("..") else "" if joined == "." else joined


def read_configuration(reading: Reading, folder: str, name: str, path: str, text: str) -> None:
    """Read one file into ``reading``.

    Raises:
        ValueError: it is not valid TOML or JSON.
        configparser.Error: it is not a valid INI file.
    """
    if name == "pyproject.toml":
        _read_pyproject(reading, folder, path, text)
    elif name in ("setup.cfg", "pytest.ini", "tox.ini", "mypy.ini"):
        _read_ini(reading, folder, path, text)
    elif name == "setup.py":
        _read_setup(reading, folder, path, text)
    elif name == "pyrightconfig.json":
        _read_pyright(reading, folder, json.loads(_without_comments(text)))
    elif name in (".ruff.toml", "ruff.toml"):
        reading.first_party(folder, tomllib.loads(text).get("src"))
    elif name in ("ty.toml", "pyrefly.toml"):
        _read_checkers(reading, folder, tomllib.loads(text))
    elif name in BUILD_NAMES:
        reading.built.update(re.findall(r"[A-Za-z_][\w.]*", text))
    else:
        for line in text.splitlines():
            _dependency(reading, line)


def _read_pyproject(reading: Reading, folder: str, path: str, text: str) -> None:
    data = tomllib.loads(text)
    project, tool = _table(data, "project"), _table(data, "tool")
    _dependency(reading.distributions, project.get("name"))
    groups = [*_table(project, "optional-dependencies").values(), *_table(data, "dependency-groups").values()]
    for group in (project.get("dependencies"), *groups):
        for requirement in _strings(group):
            _dependency(reading, requirement)
    commands = [_table(project, "scripts"), _table(project, "gui-scripts")]
    commands += [table for table in _table(project, "entry-points").values() if isinstance(table, dict)]
    commands.append(_read_poetry(reading, folder, _table(tool, "poetry")))
    lines = text.splitlines()
    for name, target in (pair for table in commands for pair in table.items()):
        if isinstance(target, str):
            number = next((i for i, line in enumerate(lines, 1) if name in line and target in line), 1)
            reading.entry_points.append(EntryPoint(name, target, path, number))
    _read_backends(reading, folder, tool)
    _read_tools(reading, folder, tool)
    _read_generated(reading, tool)


def _read_poetry(reading: Reading, folder: str, poetry: dict[str, Any]) -> dict[str, Any]:
    """Poetry's own tables; returns its scripts."""
    _dependency(reading.distributions, poetry.get("name"))
    groups = [_table(group, "dependencies") for group in _table(poetry, "group").values()]
    for table in (_table(poetry, "dependencies"), _table(poetry, "dev-dependencies"), *groups):
        for requirement in table:
            _dependency(reading, requirement)
    for package in _tables(poetry.get("packages")):
        reading.root(folder, package.get("from", "."))
    return _table(poetry, "scripts")


def _read_backends(reading: Reading, folder: str, tool: dict[str, Any]) -> None:
    """Where build back ends say that packages lie."""
    setuptools = _table(tool, "setuptools")
    for value in _table(setuptools, "package-dir").values():
        reading.root(folder, value)
    _roots(reading, folder, _table(_table(setuptools, "packages"), "find").get("where"))
    targets = _table(_table(_table(tool, "hatch"), "build"), "targets")
    for target in (each for each in targets.values() if isinstance(each, dict)):
        for package in _strings(target.get("packages")):
            reading.root(folder, posixpath.dirname(package) or ".")
        sources = target.get("sources")
        for source in sources if isinstance(sources, dict) else _strings(sources):
            reading.root(folder, source)
    maturin = _table(tool, "maturin")
    reading.root(folder, maturin.get("python-source"))
    reading.built.update(re.findall(r"[A-Za-z_][\w.]*", json.dumps(maturin)))
    reading.root(folder, _table(_table(tool, "pdm"), "build").get("package-dir"))


def _read_tools(reading: Reading, folder: str, tool: dict[str, Any]) -> None:
    """Where test runners and checkers look for modules."""
    _roots(reading, folder, _table(_table(tool, "pytest"), "ini_options").get("pythonpath"))
    for name in ("pyright", "basedpyright"):
        _read_pyright(reading, folder, _table(tool, name))
    for name in ("ty", "pyrefly"):
        _read_checkers(reading, folder, _table(tool, name))
    reading.first_party(folder, _table(tool, "ruff").get("src"))
    _roots(reading, folder, _split(_table(tool, "mypy").get("mypy_path"), ":,"))


def _read_generated(reading: Reading, tool: dict[str, Any]) -> None:
    """Version files that build back ends write: modules that exist only after a build."""
    hooks = _table(_table(_table(_table(tool, "hatch"), "build"), "hooks"), "vcs")
    for value in (
        *(_table(tool, "setuptools_scm").get(key) for key in ("write_to", "version_file")),
        *(_table(tool, "setuptools-scm").get(key) for key in ("write_to", "version_file")),
        hooks.get("version-file"),
        _table(_table(tool, "pdm"), "version").get("write_to"),
    ):
        if isinstance(value, str):
            reading.built.add(value.rpartition("/")[2].removesuffix(".py"))


def _read_ini(reading: Reading, folder: str, path: str, text: str) -> None:
    parser = configparser.ConfigParser(interpolation=None, strict=False)
    parser.read_string(text, source=path)

    def value(section: str, option: str) -> str:
        return parser.get(section, option, fallback="")

    def values(section: str) -> list[str]:
        return [item for _, item in parser.items(section)] if parser.has_section(section) else []

    _dependency(reading.distributions, value("metadata", "name"))
    for line in value("options", "package_dir").splitlines():
        reading.root(folder, line.partition("=")[2].strip() or None)
    requirements = [value("options", "install_requires"), value("options", "tests_require")]
    for line in "\n".join(requirements + values("options.extras_require")).splitlines():
        _dependency(reading, line)
    lines = text.splitlines()
    for line in "\n".join(values("options.entry_points")).splitlines():
        name, equals, target = (part.strip() for part in line.partition("="))
        if equals and target:
            number = next((i for i, each in enumerate(lines, 1) if line.strip() in each), 1)
            reading.entry_points.append(EntryPoint(name, target, path, number))
    _roots(reading, folder, _split(value("options.packages.find", "where"), "\n,"))
    for section in ("tool:pytest", "pytest"):
        _roots(reading, folder, _split(value(section, "pythonpath"), "\n ,"))
    _roots(reading, folder, _split(value("mypy", "mypy_path"), "\n:,"))


def _read_setup(reading: Reading, folder: str, path: str, text: str) -> None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what is wrong with another project's strings is its own affair
            tree = ast.parse(text)
    except (SyntaxError, ValueError):
        return
    lines = text.splitlines()
    reading.shipping.add(folder)
    constants = {
        target.id: node.value.value
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for node in ast.walk(tree):
        match node:
            case ast.keyword(arg="name", value=ast.Name(id=constant)):
                _dependency(reading.distributions, constants.get(constant))
            case ast.keyword(arg="package_dir", value=ast.Dict(values=values)):
                for value in values:
                    reading.root(folder, value.value if isinstance(value, ast.Constant) else None)
            case ast.keyword(arg="where", value=ast.Constant(value=where)):
                reading.root(folder, where)
            case ast.Call(
                func=ast.Name(id="find_packages" | "find_namespace_packages"),
                args=[ast.Constant(value=where), *_],
            ):
                reading.root(folder, where)
            case ast.keyword(arg="name", value=ast.Constant(value=str(name))):
                _dependency(reading.distributions, name)
            case ast.Call(
                func=ast.Name(id="Extension") | ast.Attribute(attr="Extension"),
                args=[ast.Constant(value=str(name)), *_],
            ):
                reading.built.update((name, name.rpartition(".")[2]))
            case ast.Constant(value=str(value)) if len(value) < 200:
                if re.fullmatch(r"\s*[\w.-]+\s*=\s*[\w.]+:[\w.]+\s*", value):
                    name, _, target = (part.strip() for part in value.partition("="))
                    reading.entry_points.append(EntryPoint(name, target, path, node.lineno))
                elif value.endswith(".py") and "/" in value:
                    reading.built.add(value.rpartition("/")[2].removesuffix(".py"))
                elif len(lines) < 2000:
                    _dependency(reading, value)


def _read_pyright(reading: Reading, folder: str, data: Any) -> None:
    table = data if isinstance(data, dict) else {}
    _roots(reading, folder, table.get("extraPaths"))
    for environment in _tables(table.get("executionEnvironments")):
        reading.root(folder, environment.get("root"))
        base = posixpath.join(folder, str(environment.get("root", ".")))
        _roots(reading, folder, environment.get("extraPaths"))
        _roots(reading, base, environment.get("extraPaths"))


def _read_checkers(reading: Reading, folder: str, table: dict[str, Any]) -> None:
    _roots(reading, folder, table.get("search-path"))
    _roots(reading, folder, _table(table, "environment").get("extra-paths"))
    _roots(reading, folder, _table(table, "environment").get("root"))


def _roots(reading: Reading, folder: str, value: object) -> None:
    for path in [value] if isinstance(value, str) else _strings(value):
        reading.root(folder, path)


def _dependency(into: Reading | set[str], requirement: object) -> None:
    if isinstance(requirement, str) and (match := _REQUIREMENT.match(requirement)):
        names = into.dependencies if isinstance(into, Reading) else into
        names.add(re.sub(r"[-_.]+", "-", match[1]).lower())


def _table(data: Any, key: str) -> dict[str, Any]:
    value = data.get(key) if isinstance(data, dict) else None
    return value if isinstance(value, dict) else {}


def _tables(value: object) -> list[dict[str, Any]]:
    return [part for part in value if isinstance(part, dict)] if isinstance(value, list) else []


def _strings(value: object) -> list[str]:
    return [part for part in value if isinstance(part, str)] if isinstance(value, list) else []


def _split(value: object, separators: str) -> list[str]:
    if isinstance(value, list):
        return _strings(value)
    return [part for part in re.split(f"[{separators}]", value) if part.strip()] if isinstance(value, str) else []


def _without_comments(text: str) -> str:
    """JSON with comments, as editors write it, made plain; strings are left alone."""
    for pattern in (r'("(?:\\.|[^"\\])*")|//[^\n]*|/\*.*?\*/', r'("(?:\\.|[^"\\])*")|,(?=\s*[}\]])'):
        text = re.sub(pattern, lambda match: match[1] or "", text, flags=re.DOTALL)
    return text
