"""Kind of reference: editor launch files, and their like, which say what to start."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from audit.kinds.commands import COMMAND_WORDS, Caller, command_mentions
from audit.kinds.forms import form_of
from audit.kinds.json_scan import JsonString, json_strings
from audit.kinds.kind import Example, Source, TextKind
from audit.kinds.roles import is_launch_json
from audit.kinds.texts import Positions
from audit.model.mentions import Mention

_STARTING: Final = frozenset({"program", "command", "cmd", "args", "runtimeExecutable"})
_TELLING: Final = frozenset({"description", "name", "title", "displayName", "label", "keywords", "author", "license"})


def _may_be_command(key: str, value: str) -> bool:
    """Whether the first word of a value may be a program: of a lone word no more than its key says."""
    return key in _STARTING or (" " in value and key not in _TELLING)


class LaunchFiles(TextKind):
    """Modules, programs and paths in editor launch files, dev containers and package.json scripts."""

    name = "launch"
    codes = ("REF007",)
    title = "modules, programs and commands in .vscode/launch.json, tasks.json, workspaces, devcontainer, package.json"
    suffixes = (".json", ".code-workspace")
    slots = COMMAND_WORDS | {"module"}

    def wants(self, path: str) -> bool:
        return is_launch_json(path)

    def mentions(self, source: Source) -> Iterator[Mention]:
        for string in json_strings(source.text):
            yield from self._mentions(string, source.positions)

    def _mentions(self, string: JsonString, positions: Positions) -> Iterator[Mention]:
        value = string.value.replace("${workspaceFolder}/", " " * len("${workspaceFolder}/"))
        if string.is_key:
            if "/" in value and form_of(value) == "path":
                span = positions.span(string.start + 1, string.end - 1)
                yield Mention("REF007", "path", value, "path", "the key", "warning", span)
            return
        if string.key == "module" and (value.replace(".", "").isidentifier()):
            span = positions.span(string.start + 1, string.end - 1)
            yield Mention("REF007", "command", value, "module", "`module`", "error", span, True)
        elif string.raw == string.value:
            caller = Caller("REF007", f"`{string.key}`", "error" if string.key == "program" else "warning")
            found = command_mentions(value, string.start + 1, positions, caller)
            yield from (each for each in found if each.form != "program" or _may_be_command(string.key, value))

    HOLDS = (
        Example(
            title="a word that is also a program's, among what a package says of itself",
            before={
                "shop/__init__.py": "",
                "pyproject.toml": '[project]\nname = "till"\n[project.scripts]\nshop = "shop:main"\n',
                "ui/package.json": '{"keywords": ["shop"], "description": "shop for all", "publisher": "shop"}\n',
                ".vscode/settings.json": '{"python.analysis.packageIndexDepths": [{"name": "shop"}]}\n',
            },
            after={"pyproject.toml": '[project]\nname = "till"\n'},
        ),
        Example(
            title="a comment, a trailing comma, and a module that exists",
            before={
                "shop/__init__.py": "",
                "shop/old.py": "",
                ".vscode/launch.json": '{\n  // was shop.old\n  "configurations": [{"module": "shop"},],\n}\n',
            },
            gone=("shop/old.py",),
        ),
    )
    BREAKS = (
        Example(
            title="a module, and a program below the workspace folder",
            before={
                "shop/__init__.py": "",
                "shop/old.py": "",
                ".vscode/launch.json": (
                    '{"configurations": [\n  {"module": "shop.old"},\n'
                    '  {"program": "${workspaceFolder}/shop/old.py"}\n]}\n'
                ),
            },
            gone=("shop/old.py",),
            finds=((".vscode/launch.json", 2, "shop.old"), (".vscode/launch.json", 3, "shop/old.py")),
        ),
        Example(
            title="a program that packaging declares no more, in a script and as a command",
            before={
                "shop/__init__.py": "",
                "pyproject.toml": '[project]\nname = "till"\n[project.scripts]\nshop = "shop:main"\n',
                "ui/package.json": '{\n  "scripts": {"start": "shop serve"},\n  "command": "shop"\n}\n',
            },
            after={"pyproject.toml": '[project]\nname = "till"\n'},
            finds=(("ui/package.json", 2, "shop"), ("ui/package.json", 3, "shop")),
        ),
    )
