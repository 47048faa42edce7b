"""Kind of reference: what settings of development tools name, and the commands that some of them hold."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import msgspec

from audit.kinds.commands import COMMAND_WORDS, Caller, command_mentions
from audit.kinds.json_scan import json_strings
from audit.kinds.kind import Example, Source, TextKind
from audit.kinds.regexes import is_regex, paths_in_regex
from audit.kinds.roles import is_tool_settings
from audit.kinds.setting_names import form_of_setting, names_within
from audit.kinds.settings_text import Value, ini_values, toml_values
from audit.kinds.texts import Positions
from audit.kinds.tool_commands import COMMAND_OPTIONS, holds_command, without_folders
from audit.model.codes import Severity
from audit.model.mentions import Mention

_OF_FLIT: Final = ("tool", "flit", "module", "name")
_ENTRY_POINTS: Final = (
    ("project", "scripts"),
    ("project", "gui-scripts"),
    ("project", "entry-points"),
    ("tool", "poetry", "scripts"),
    ("tool", "poetry", "plugins"),
)
_PACKAGE_DATA: Final = frozenset({"package-data", "package_data", "options.package_data"})
_NOT_REFERENCES: Final = frozenset(
    {"exclude-package-data", "dependencies", "urls", "classifiers", "keywords", "requires", "requires-python"}
    | {"banned-api", "banned-module-level-imports"}
    | {"write_to", "version-file"}
)
_REGEX_KEYS: Final = frozenset({"exclude", "extend-exclude", "force-exclude", "files"})
_ANYWHERE: Final = frozenset(
    {"exclude", "extend-exclude", "extend_exclude", "force-exclude", "norecursedirs"}
    | {"per-file-ignores", "per_file_ignores", "extend-per-file-ignores"}
)
"""Keys of linters and test runners, to whom a bare name stands for what is called so in any folder."""
_FATAL: Final = frozenset(
    {"build-backend", "readme", "testpaths", "py-modules", "py_modules", "packages", "package_dir"}
)
"""Keys without whose file or module the tool stops."""

_OF_PROJECT: Final = frozenset({"license", "license-files", "readme"})
"""Keys by which a project, beside what it says of itself, names files."""
_OF_OTHER_THINGS: Final = frozenset({"content-type", "text"})


class ToolSettings(TextKind):
    """Modules, paths and commands in pyproject.toml, tox.ini, setup.cfg, mypy.ini, .coveragerc and their like."""

    name = "tool-settings"
    codes = ("REF007",)
    title = "tool settings: mypy overrides, ruff per-file ignores, coverage, pytest, pyright; tox and task commands"
    slots = COMMAND_WORDS

    def wants(self, path: str) -> bool:
        return is_tool_settings(path)

    def mentions(self, source: Source) -> Iterator[Mention]:
        text, name, positions = source.text, source.name, source.positions
        if name.endswith(".toml") or name == "Pipfile":
            yield from _toml(text, positions, is_pixi=name == "pixi.toml")
        elif name.endswith(".json"):
            for string in json_strings(text):
                keys = tuple(each for each in string.path if isinstance(each, str))
                yield from _setting(Value(keys, string.value, string.start + 1, string.end - 1), positions)
        else:
            yield from _ini(text, positions, heads=name != "config")  # of Transifex: projects and their resources

    HOLDS = (
        Example(
            title="settings that name what exists, patterns that match nothing in particular, a dependency's name",
            before={
                "shop/__init__.py": "",
                "shop/old.py": "",
                "tests/test_a.py": "",
                "pyproject.toml": (
                    '[project]\nname = "shop.old"\ndependencies = ["shop.old>=1"]\n[tool.ruff.lint.per-file-ignores]\n'
                    '"**/*.py" = ["E501"]\n"shop/__init__.py" = ["F401"]\n'
                    '[tool.setuptools.exclude-package-data]\nshop = ["tests/*"]\n'
                ),
            },
            gone=("shop/old.py", "tests/test_a.py"),
        ),
    )
    BREAKS = (
        Example(
            title="a mypy override, a ruff per-file ignore, a coverage source and a project's own files, all gone",
            before={
                "shop/__init__.py": "",
                "shop/old.py": "",
                "legacy/__init__.py": "",
                "pyproject.toml": (
                    '[[tool.mypy.overrides]]\nmodule = ["shop.old", "shop.old.*"]\n'
                    '[tool.ruff.lint.per-file-ignores]\n"shop/old.py" = ["E501"]\n'
                    '[tool.coverage.run]\nsource = ["legacy"]\n'
                    '[project]\nlicense-files = ["TERMS.txt"]\nreadme = { file = "ABOUT.md", content-type = "a/b" }\n'
                ),
                "TERMS.txt": "",
                "ABOUT.md": "",
            },
            gone=("shop/old.py", "legacy/__init__.py", "TERMS.txt", "ABOUT.md"),
            finds=(
                ("pyproject.toml", 2, "shop.old"),
                ("pyproject.toml", 2, "shop.old"),
                ("pyproject.toml", 4, "shop/old.py"),
                ("pyproject.toml", 6, "legacy"),
                ("pyproject.toml", 8, "TERMS.txt"),
                ("pyproject.toml", 9, "ABOUT.md"),
            ),
        ),
        Example(
            title="the package that a build takes, and the head of a section",
            before={
                "shop/__init__.py": "",
                "shop/old.py": "",
                "pyproject.toml": '[tool.uv.build-backend]\nmodule-name = "shop"\n[tool.flit.module]\nname = "shop"\n',
                ".bumpversion.cfg": "[bumpversion:file:shop/old.py]\n[bumpversion:file:new/__init__.py]\n",
            },
            gone=("shop/__init__.py", "shop/old.py"),
            after={"new/__init__.py": ""},
            finds=(
                (".bumpversion.cfg", 1, "shop/old.py"),
                ("pyproject.toml", 2, "shop"),
                ("pyproject.toml", 4, "shop"),
            ),
        ),
        Example(
            title="the folder from which a build takes all packages, and what is translated",
            before={
                "lib/shop/__init__.py": "",
                "lib/shop/locale/en.po": "",
                "shop/old.py": "",
                "setup.cfg": "[options]\npackage_dir =\n    = lib\n    shop = lib/shop\npackages = find:\n",
                "pyproject.toml": '[tool.setuptools.package-dir]\n"" = "lib"\n"shop.sub" = "other"\n',
                ".tx/config": "[shop.old]\nsource_file = lib/shop/locale/en.po\nsource_lang = en\n",
            },
            gone=("lib/shop/__init__.py", "lib/shop/locale/en.po", "shop/old.py"),
            after={"src/shop/__init__.py": ""},
            finds=(
                (".tx/config", 2, "lib/shop/locale/en.po"),
                ("pyproject.toml", 2, "lib"),
                ("setup.cfg", 3, "lib"),
                ("setup.cfg", 4, "lib/shop"),
            ),
        ),
        Example(
            title="tasks of pixi, wherever they stand",
            before={
                "shop/__init__.py": "",
                "shop/old.py": "",
                "pyproject.toml": '[tool.pixi.tasks]\nold = "python -m shop.old"\n',
                "pixi.toml": (
                    '[tasks]\nold = { cmd = "python shop/old.py", outputs = ["a"] }\n'
                    'new = { cmd = "make", outputs = ["shop/old.py"] }\n'
                    '[feature.test.tasks]\ntest = "python -m shop.old"\n'
                ),
            },
            gone=("shop/old.py",),
            finds=(("pixi.toml", 2, "shop/old.py"), ("pixi.toml", 5, "shop.old"), ("pyproject.toml", 2, "shop.old")),
        ),
        Example(
            title="commands of Hatch and of the tests of wheels, and an import that a contract leaves out",
            before={
                "shop/__init__.py": "",
                "shop/old.py": "",
                "hatch.toml": '[envs.default.scripts]\na = "python -m shop.old"\n',
                "pyproject.toml": (
                    '[tool.cibuildwheel]\ntest-command = "python {project}/shop/old.py"\n'
                    '[tool.importlinter]\nignore_imports = ["shop.old -> shop"]\n'
                ),
            },
            gone=("shop/old.py",),
            finds=(
                ("hatch.toml", 2, "shop.old"),
                ("pyproject.toml", 2, "shop/old.py"),
                ("pyproject.toml", 4, "shop.old"),
            ),
        ),
        Example(
            title="a tox command, and a section of mypy.ini",
            before={
                "shop/__init__.py": "",
                "shop/old.py": "",
                "tests/test_old.py": "def test_old(): ...\n",
                "tox.ini": "[testenv]\ncommands =\n    pytest tests/test_old.py\n    python -m shop.old --fast\n",
                "mypy.ini": "[mypy]\nstrict = true\n[mypy-shop.old.*]\nignore_errors = true\n",
            },
            gone=("shop/old.py", "tests/test_old.py"),
            finds=(
                ("mypy.ini", 3, "shop.old"),
                ("tox.ini", 3, "tests/test_old.py"),
                ("tox.ini", 4, "shop.old"),
            ),
        ),
    )


def _toml(text: str, positions: Positions, *, is_pixi: bool) -> Iterator[Mention]:
    packages: set[str] = set()
    for value in toml_values(text):
        if (is_command := holds_command(value, is_pixi=is_pixi)) is not None:
            if is_command:
                yield from _command(text, value.start, value.end, positions, value.key)
            continue
        if any(value.keys[: len(table)] == table for table in _ENTRY_POINTS):
            continue
        if value.keys[-2:-1] and value.keys[-2] in _PACKAGE_DATA:
            yield from _package(value, text, packages, positions)
        else:
            yield from _setting(value, positions)


def _ini(text: str, positions: Positions, *, heads: bool) -> Iterator[Mention]:
    bounds: tuple[int, int] | None = None
    packages: set[str] = set()
    for value in ini_values(text):
        is_command = value.key in COMMAND_OPTIONS
        if bounds is not None and not (is_command and value.start >= bounds[0]):
            yield from _command(text, *bounds, positions, "commands")
            bounds = None
        if is_command:
            bounds = (bounds[0] if bounds else value.start, value.end)
        elif value.keys[:1] and value.keys[0] in _PACKAGE_DATA:
            yield from _package(value, text, packages, positions)
        elif value.keys[:1] != ("options.entry_points",) and (heads or value.keys):
            yield from _setting(value, positions)
    if bounds is not None:
        yield from _command(text, *bounds, positions, "commands")


def _command(text: str, start: int, end: int, positions: Positions, key: str) -> Iterator[Mention]:
    command = without_folders(text[start:end])
    yield from command_mentions(command, start, positions, Caller("REF007", f"`{key}`", "error"))


def _package(value: Value, text: str, seen: set[str], positions: Positions) -> Iterator[Mention]:
    """The package whose data a key declares; told once, whatever number of patterns it has."""
    start = text.rfind(value.key, 0, value.start)
    if value.key not in seen and start >= 0 and value.key.replace(".", "").isidentifier():
        seen.add(value.key)
        span = positions.span(start, start + len(value.key))
        yield Mention("REF007", "setting", value.key, "module", "the package data", "warning", span)


def _setting(value: Value, positions: Positions) -> Iterator[Mention]:
    if not _NOT_REFERENCES.isdisjoint(value.keys) or _is_own_name(value):
        return
    if value.key in _REGEX_KEYS and is_regex(value.value):
        for start, end, path in paths_in_regex(value.value):
            span = positions.span(value.start + start, value.start + end)
            yield Mention("REF007", "path", path, "path", f"`{value.key}`", "warning", span)
        return
    key = "module" if value.keys == _OF_FLIT else value.key
    if value.keys[-2:-1] == ("package-dir",):  # a table of packages, the empty name among them
        value, key = msgspec.structs.replace(value, keys=value.keys[:-1]), "package_dir"
    for text, start in names_within(value):
        form = form_of_setting(key, text, is_section=value.value.startswith("mypy-") and not value.keys)
        if form is not None:
            role = f"`{value.key}`" if value.key else "the section"
            is_fatal = value.key in _FATAL or value.keys[-2:-1] == ("readme",)
            severity: Severity = "error" if is_fatal else "warning"
            kind = "path" if form == "path" else "setting"
            span = positions.span(start, start + len(text))
            if form == "path" and "/" not in text and not _ANYWHERE.isdisjoint((*value.keys, value.key)):
                text = f"**/{text}"
            yield Mention("REF007", kind, text, form, role, severity, span)


def _is_own_name(value: Value) -> bool:
    """Whether a value describes the project itself: its name, authors and the like."""
    if value.keys[:1] == ("project",):
        return not _OF_PROJECT.issuperset(value.keys[1:2]) or value.key in _OF_OTHER_THINGS
    return value.key == "name" and value.keys != _OF_FLIT
