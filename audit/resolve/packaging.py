"""Readers of packaging and tool configuration: each notes the source roots, names and entry points it finds.

Nothing is executed: ``setup.py`` is parsed for literals only.
"""

from __future__ import annotations

import configparser
import json
import posixpath
import re
import tomllib
from typing import Any, Final

from audit.model.regex import regex
from audit.resolve.reading import EntryPoint, Reading, note_dependency, note_requirements, strings
from audit.resolve.setup_script import read_setup

BUILD_NAMES: Final = frozenset({"meson.build", "CMakeLists.txt", "Cargo.toml", "BUILD", "BUILD.bazel"})
_MAKES_EXTENSIONS: Final = regex(r"extension|pybind|nanobind|python3?_add_library|swig|cython", re.IGNORECASE)
_QUOTED: Final = regex(r"""(?:["']|\w*(?:add_library|add_module)\s*\(\s*)([A-Za-z_]\w*)(?=["'\s)])""")
"""Names that stand in a build file as a whole: in quotes, or as the target of a CMake command."""
_WRITTEN: Final = regex(r"\bout(?:s|put)?\s*[=:]\s*(\[[^\]]*\]|[\"'][^\"']*[\"'])")
_MODULE_FILE: Final = regex(r"(\w+)\.pyi?[\"']")


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
        read_setup(reading, folder, path, text)
    elif name == "pyrightconfig.json":
        _read_pyright(reading, folder, json.loads(_without_comments(text)))
    elif name in (".ruff.toml", "ruff.toml"):
        reading.first_party(folder, tomllib.loads(text).get("src"))
    elif name in ("ty.toml", "pyrefly.toml"):
        _read_checkers(reading, folder, tomllib.loads(text))
    elif name in BUILD_NAMES:
        reading.built.update(word.removesuffix(".py") for word in re.findall(r"[A-Za-z_][\w.]*", text))
        reading.build_folders.add(folder)
        if _MAKES_EXTENSIONS.search(text):
            reading.extensions.update((folder, quoted) for quoted in _QUOTED.findall(text))
        for written in _WRITTEN.findall(text):
            reading.extensions.update((folder, module) for module in _MODULE_FILE.findall(written))
    else:
        note_requirements(reading, text)


def _read_pyproject(reading: Reading, folder: str, path: str, text: str) -> None:
    data = tomllib.loads(text)
    project, tool = _table(data, "project"), _table(data, "tool")
    reading.home(folder, *_table(project, "urls").values())
    if "build-system" in data and "name" not in project:
        reading.shipping.add(folder)  # what it builds is named elsewhere
        reading.nameless.add(folder)
    note_dependency(reading.distributions, project.get("name"))
    groups = [*_table(project, "optional-dependencies").values(), *_table(data, "dependency-groups").values()]
    for group in (project.get("dependencies"), *groups):
        for requirement in strings(group):
            note_dependency(reading, requirement)
    commands = [_table(project, "scripts"), _table(project, "gui-scripts")]
    commands.append(_read_poetry(reading, folder, _table(tool, "poetry")))
    commands.append(_table(_table(tool, "flit"), "scripts"))
    names = {name for table in commands for name in table}
    for groups_of in (
        _table(project, "entry-points"),
        _table(_table(tool, "poetry"), "plugins"),
        _table(_table(tool, "flit"), "entrypoints"),
    ):
        commands += [table for table in groups_of.values() if isinstance(table, dict)]
    lines = text.splitlines()
    for name, value in (pair for table in commands for pair in table.items()):
        if target := _started(value):
            written = re.compile(rf"(?:^|[\s{{,.]){_quotable(name)}\s*=[^\n]*?{_quotable(target)}")
            number = next((i for i, line in enumerate(lines, 1) if written.search(line)), 1)
            reading.entry_points.append(EntryPoint(name, target, path, number, is_command=name in names))
    _read_backends(reading, folder, tool)
    _read_tools(reading, folder, tool)
    _read_generated(reading, tool)


def _started(value: object) -> str:
    """What a command starts; empty for one that is a file. Poetry tells more of a command in a table."""
    if isinstance(value, dict):
        value = value.get("callable") or (value.get("reference") if value.get("type") != "file" else None)
    return value if isinstance(value, str) else ""


def _read_poetry(reading: Reading, folder: str, poetry: dict[str, Any]) -> dict[str, Any]:
    """Poetry's own tables; returns its scripts."""
    note_dependency(reading.distributions, poetry.get("name"))
    reading.home(folder, *(poetry.get(key) for key in ("repository", "homepage")), *_table(poetry, "urls").values())
    groups = [_table(group, "dependencies") for group in _table(poetry, "group").values()]
    for table in (_table(poetry, "dependencies"), _table(poetry, "dev-dependencies"), *groups):
        for requirement in table:
            note_dependency(reading, requirement)
    for package in _tables(poetry.get("packages")):
        reading.root(folder, package.get("from", "."))
    return _table(poetry, "scripts")


def _read_backends(reading: Reading, folder: str, tool: dict[str, Any]) -> None:
    """Where build back ends say that packages lie."""
    setuptools = _table(tool, "setuptools")
    for package, value in _table(setuptools, "package-dir").items():
        reading.package_folder(folder, package, value)
    _roots(reading, folder, _table(_table(setuptools, "packages"), "find").get("where"))
    targets = _table(_table(_table(tool, "hatch"), "build"), "targets")
    for target in (each for each in targets.values() if isinstance(each, dict)):
        for package in strings(target.get("packages")):
            reading.root(folder, posixpath.dirname(package) or ".")
        sources = target.get("sources")
        for source in sources if isinstance(sources, dict) else strings(sources):
            reading.root(folder, source)
    modules = _tables(setuptools.get("ext-modules")) + _tables(_table(tool, "setuptools-rust").get("ext-modules"))
    reading.built.update(str(each.get(key)) for each in modules for key in ("name", "target") if each.get(key))
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
        *(_table(_table(tool, "scikit-build"), "generate").get(key) for key in ("path", "location")),
        *(each.get("path") for each in _tables(_table(tool, "scikit-build").get("generate"))),
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

    note_dependency(reading.distributions, value("metadata", "name"))
    reading.home(folder, value("metadata", "url"), *re.findall(r"https?://\S+", value("metadata", "project_urls")))
    for line in value("options", "package_dir").splitlines():
        package, _, path = (part.strip() for part in line.partition("="))
        reading.package_folder(folder, package, path or None)
    requirements = [value("options", "install_requires"), value("options", "tests_require")]
    for line in "\n".join(requirements + values("options.extras_require")).splitlines():
        note_dependency(reading, line)
    lines = text.splitlines()
    section = "options.entry_points"
    groups = dict(parser.items(section)) if parser.has_section(section) else {}
    for group, line in ((group, line) for group, declared in groups.items() for line in declared.splitlines()):
        name, equals, target = (part.strip() for part in line.partition("="))
        if equals and target:
            number = next((i for i, each in enumerate(lines, 1) if line.strip() in each), 1)
            is_command = group in ("console_scripts", "gui_scripts")
            reading.entry_points.append(EntryPoint(name, target, path, number, is_command))
    _roots(reading, folder, _split(value("options.packages.find", "where"), "\n,"))
    for section in ("tool:pytest", "pytest"):
        _roots(reading, folder, _split(value(section, "pythonpath"), "\n ,"))
    _roots(reading, folder, _split(value("mypy", "mypy_path"), "\n:,"))


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
    for path in [value] if isinstance(value, str) else strings(value):
        reading.root(folder, path)


def _quotable(text: str) -> str:
    return rf"[\"']?{re.escape(text)}[\"']?"


def _table(data: Any, key: str) -> dict[str, Any]:
    value = data.get(key) if isinstance(data, dict) else None
    return value if isinstance(value, dict) else {}


def _tables(value: object) -> list[dict[str, Any]]:
    return [part for part in value if isinstance(part, dict)] if isinstance(value, list) else []


def _split(value: object, separators: str) -> list[str]:
    if isinstance(value, list):
        return strings(value)
    return [part for part in re.split(f"[{separators}]", value) if part.strip()] if isinstance(value, str) else []


def _without_comments(text: str) -> str:
    """JSON with comments, as editors write it, made plain; strings are left alone."""
    for pattern in (r'("(?:\\.|[^"\\])*")|//[^\n]*|/\*.*?\*/', r'("(?:\\.|[^"\\])*")|,(?=\s*[}\]])'):
        text = re.sub(pattern, lambda match: match[1] or "", text, flags=re.DOTALL)
    return text
