"""Kinds of reference in what starts programs: editor launch files, and Python files that run commands."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from audit.kinds.commands import COMMAND_WORDS, Caller, command_mentions
from audit.kinds.json_scan import JsonString, json_strings
from audit.kinds.kind import Example, Source, TextKind
from audit.kinds.roles import is_launch_json
from audit.kinds.texts import Positions, UnreadableError
from audit.model.mentions import Mention


class LaunchFiles(TextKind):
    """Modules, programs and paths in editor launch files, dev containers and package.json scripts."""

    name = "launch"
    codes = ("REF007",)
    title = "modules, programs and commands in .vscode/launch.json, tasks.json, workspaces, devcontainer, package.json"
    slots = COMMAND_WORDS | {"module"}

    def wants(self, path: str) -> bool:
        return is_launch_json(path)

    def mentions(self, source: Source) -> Iterator[Mention]:
        for string in json_strings(source.text):
            yield from self._mentions(string, source.positions)

    def _mentions(self, string: JsonString, positions: Positions) -> Iterator[Mention]:
        value = string.value.replace("${workspaceFolder}/", " " * len("${workspaceFolder}/"))
        if string.is_key:
            return
        if string.key == "module" and (value.replace(".", "").isidentifier()):
            span = positions.span(string.start + 1, string.end - 1)
            yield Mention("REF007", "command", value, "module", "`module`", "error", span, True)
        elif string.raw == string.value:
            caller = Caller("REF007", f"`{string.key}`", "error" if string.key == "program" else "warning")
            yield from command_mentions(value, string.start + 1, positions, caller)

    HOLDS = (
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
    )


class BuildScripts(TextKind):
    """Paths in the literals of noxfile.py, tasks.py and their like: Python that runs commands."""

    name = "build-scripts"
    codes = ("REF007",)
    title = "paths in the string literals of noxfile.py, tasks.py, fabfile.py, dodo.py"

    def wants(self, path: str) -> bool:
        return path.rpartition("/")[2] in ("noxfile.py", "tasks.py", "fabfile.py", "dodo.py", "conf.py", "duties.py")

    def mentions(self, source: Source) -> Iterator[Mention]:
        text, positions = source.text, source.positions
        try:
            tree = ast.parse(text)
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            raise UnreadableError(f"not Python: {type(error).__name__}") from None
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and "\n" not in node.value:
                start = positions.offset(node.lineno, node.col_offset) + 1
                inner = command_mentions(node.value, start, positions, Caller("REF007", "the command", "error", False))
                yield from (each for each in inner if each.form == "path")

    HOLDS = (
        Example(
            title="a path that exists, and prose",
            before={"a/old.py": "", "a/new.py": "", "noxfile.py": 'PATH = "a/new.py"\nWHY = "old"\n'},
            gone=("a/old.py",),
        ),
    )
    BREAKS = (
        Example(
            title="a session that runs a test file which is gone",
            before={"tests/test_old.py": "", "noxfile.py": 'def tests(s):\n    s.run("pytest", "tests/test_old.py")\n'},
            gone=("tests/test_old.py",),
            finds=(("noxfile.py", 2, "tests/test_old.py"),),
        ),
    )
