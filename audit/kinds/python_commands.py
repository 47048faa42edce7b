"""Kinds of reference in Python that runs commands or describes a build: noxfile.py, setup.py, subprocess calls."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Final

from audit.kinds.commands import Caller, command_mentions
from audit.kinds.kind import Example, Source, TextKind
from audit.kinds.python_source import called_name, literal_calls, python_nodes, writes
from audit.kinds.python_strings import strings_of
from audit.model.codes import Severity
from audit.model.mentions import Form, Mention
from audit.model.regex import regex

_BUILD_SCRIPTS: Final = ("noxfile.py", "tasks.py", "fabfile.py", "dodo.py", "conf.py", "duties.py")
_LAUNCHERS: Final = frozenset(
    {"run", "call", "check_call", "check_output", "Popen", "system", "popen", "run_path", "getoutput"}
    | {"create_subprocess_exec", "create_subprocess_shell"}
)
_PARSERS: Final = frozenset({"parse_args", "parse_known_args", "invoke"})
"""What is handed the options of a program of the tree itself, as tests do."""
_OPTION: Final = regex(r"--[A-Za-z][\w-]+(?==|$)")
_LAUNCHING: Final = regex(
    literal_calls(_LAUNCHERS, r"\[") + r"|" + literal_calls(_PARSERS, r"\[") + r"|\binvoke\([^)\n]{0,99}\["
)
_STARTING: Final = r"(?:python|pypy)[\d.]*\s+-m\s+(?P<module>[^\W\d]\w*(?:\.[^\W\d]\w*)+)"
_KEPT: Final = regex(rf"\s*(?:\w+=\S*\s+)*{_STARTING}")
"""A string that is a command, for whoever runs it later: ``"python -m pkg.train --fast"``."""
_MAY_KEEP: Final = regex(_STARTING)
"""Found wherever `_KEPT` would be, in a hundredth of the time: it can begin at few places."""
_LISTED: Final[dict[str, Form]] = {"packages": "module", "py_modules": "module", "scripts": "path"}
_KEYED: Final = ("package_data", "package_dir")
_COMMAND: Final = Caller("REF007", "the command", "error", judges_slots=False)
_SETTING: Final = Caller("REF007", "the configuration", "warning", judges_slots=False)
"""Sphinx warns of what it does not find, and goes on."""


def _is_line(node: ast.expr | None) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str) and "\n" not in node.value


def _inside(node: ast.Constant, source: Source) -> int:
    """The offset of the first character of a string, after its prefix and quote."""
    start = source.positions.offset(node.lineno, node.col_offset)
    return source.text.find(str(node.value), start) if node.value else start


def _command(words: list[ast.expr], source: Source, caller: Caller = _COMMAND) -> Iterator[Mention]:
    """What a command named word by word names; a word that is computed leaves a gap."""
    first = next((each for each in words if isinstance(each, ast.Constant) and _is_line(each)), None)
    if first is None:
        return
    begin, text = _inside(first, source), ""
    for each in words:
        if isinstance(each, ast.Constant) and _is_line(each) and " " not in str(each.value):
            text += " " * (_inside(each, source) - begin - len(text)) + str(each.value)
    yield from command_mentions(text, begin, source.positions, caller)


def _handed_options(arguments: list[ast.expr], source: Source) -> Iterator[Mention]:
    """The options in lists that code hands to a program of its own."""
    lists = (each for each in arguments if isinstance(each, ast.List | ast.Tuple))
    for each in (part for holder in lists for part in holder.elts):
        if isinstance(each, ast.Constant) and isinstance(each.value, str) and (option := _OPTION.match(each.value)):
            start = _inside(each, source)
            span = source.positions.span(start, start + len(option[0]))
            yield Mention("REF007", "option", f" {option[0]}", "option", "the call", "error", span)


class BuildScripts(TextKind):
    """Paths in the literals of noxfile.py, tasks.py and their like: Python that runs commands. In Sphinx's conf.py they
    mislead, and stop nothing."""

    name = "build-scripts"
    codes = ("REF007",)
    title = "paths in the string literals of noxfile.py, tasks.py, fabfile.py, dodo.py, conf.py"
    suffixes = (".py",)

    def wants(self, path: str) -> bool:
        return path.rpartition("/")[2] in _BUILD_SCRIPTS

    def mentions(self, source: Source) -> Iterator[Mention]:
        caller = _SETTING if source.name == "conf.py" else _COMMAND
        nodes = python_nodes(source.text)
        opened = (node for node in nodes if isinstance(node, ast.Call) and called_name(node) == "open")
        written = {part for call in opened if writes(call) for part in (call, *call.args)}
        for node in nodes:
            found: Iterator[Mention] = iter(())
            if node in written:
                continue
            if isinstance(node, ast.Constant) and _is_line(node):
                found = command_mentions(str(node.value), _inside(node, source), source.positions, caller)
            elif isinstance(node, ast.Call) and len(node.args) > 1:
                found = _command(node.args, source, caller)
            yield from (each for each in found if each.form == "path")

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
        Example(
            title="a folder that a checker is pointed at",
            before={"a/new.py": "", "old/b.py": "", "noxfile.py": 'def lint(s):\n    s.run("mypy", "a", "old")\n'},
            gone=("old/b.py",),
            finds=(("noxfile.py", 2, "old"),),
        ),
    )


class Subprocesses(TextKind):
    """Scripts and command lines that Python code starts in another process."""

    name = "subprocesses"
    codes = ("REF007",)
    title = (
        "scripts and shell lines that Python starts: subprocess, os.system, runpy.run_path, asyncio subprocesses; "
        "strings that begin with `python -m`"
    )
    suffixes = (".py",)
    marks = (b"subprocess", b"os.system", b"os.popen", b"run_path", b" -m ", b"parse_args(", b"invoke(")

    def excerpt(self, content: bytes) -> bytes:
        """Its strings: what else it says names no file and no command."""
        return strings_of(content)

    def wants(self, path: str) -> bool:
        return path.endswith(self.suffixes)

    def mentions(self, source: Source) -> Iterator[Mention]:
        if _LAUNCHING.search(source.text) is not None:
            yield from self._started(source)
        if _MAY_KEEP.search(source.text) is not None:
            yield from self._kept(source)

    def _kept(self, source: Source) -> Iterator[Mention]:
        """The modules of commands that strings hold: of those that are handed to what runs them it is certain."""
        nodes, others, run = python_nodes(source.text), set[int](), set[int]()
        for node in nodes:
            match node:
                case ast.Expr(value=ast.Constant() as text):
                    others.add(id(text))  # it documents
                case ast.Call(args=[ast.Constant() as text, *_]) if called_name(node) in _LAUNCHERS:
                    others.add(id(text))
                case ast.Call(args=[ast.JoinedStr(values=parts), *_]) if called_name(node) in _LAUNCHERS:
                    run.update(map(id, parts))
        for node in nodes:
            if not isinstance(node, ast.Constant) or not isinstance(node.value, str) or id(node) in others:
                continue
            command = _KEPT.match(node.value)
            start = source.positions.offset(node.lineno, node.col_offset) if command is not None else 0
            if command is not None and (at := source.text.find(command["module"], start)) >= 0:
                span = source.positions.span(at, at + len(command["module"]))
                severity: Severity = "error" if id(node) in run else "warning"
                yield Mention("REF007", "command", command["module"], "module", "the command", severity, span)

    def _started(self, source: Source) -> Iterator[Mention]:
        for node in python_nodes(source.text):
            if not (isinstance(node, ast.Call) and node.args):
                continue
            first = node.args[0]
            if called_name(node) in _PARSERS:
                yield from _handed_options(node.args, source)
            if called_name(node) not in _LAUNCHERS:
                continue
            if isinstance(first, (ast.List, ast.Tuple)):
                for each in _command(first.elts, source):
                    if each.form in ("program", "option") or (each.form == "path" and "/" in each.text):
                        yield each
            elif isinstance(first, ast.Constant) and _is_line(first):
                yield from command_mentions(str(first.value), _inside(first, source), source.positions, _COMMAND)

    HOLDS = (
        Example(
            title="a script that exists, one that is made at run time, a path that nothing starts",
            before={
                "tools/old.py": "",
                "tools/new.py": "",
                "run.py": (
                    'import subprocess\n\nsubprocess.run(["python", "tools/new.py", f"tools/{1}.py"])\n'
                    'print("tools/old.py")\nprint("say python -m tools.old")\n'
                ),
                "tools/__init__.py": "",
            },
            gone=("tools/old.py",),
        ),
    )
    BREAKS = (
        Example(
            title="a script in a list of arguments, and a module in a shell line",
            before={
                "shop/__init__.py": "",
                "shop/old.py": "",
                "tools/old.py": "",
                "run.py": (
                    'import subprocess\nimport sys\n\nsubprocess.run([sys.executable, "tools/old.py", "-x"])\n'
                    'subprocess.check_call("python -m shop.old", shell=True)\n'
                ),
            },
            gone=("shop/old.py", "tools/old.py"),
            finds=(("run.py", 4, "tools/old.py"), ("run.py", 5, "shop.old")),
        ),
        Example(
            title="commands that strings keep for whoever runs them, whole or up to what is filled in",
            before={
                "shop/__init__.py": "",
                "shop/old.py": "",
                "sweep.py": (
                    'import os\n\nBASE = f"python -m shop.old --rate={0.1} "\n'
                    'RUNS = [\n    "CUDA_VISIBLE_DEVICES=0 python3 -m shop.old "\n    "--fast",\n]\n'
                    'os.system(f"python -m shop.old {BASE}")\n'
                ),
            },
            gone=("shop/old.py",),
            finds=(("sweep.py", 3, "shop.old"), ("sweep.py", 5, "shop.old"), ("sweep.py", 8, "shop.old")),
        ),
    )


class SetupScripts(TextKind):
    """Packages, modules, scripts and data folders that setup.py declares literally."""

    name = "setup-script"
    codes = ("REF007",)
    title = "setup.py: packages, py_modules, scripts, package_dir, package_data"
    suffixes = (".py",)

    def wants(self, path: str) -> bool:
        return path.rpartition("/")[2] == "setup.py"

    def mentions(self, source: Source) -> Iterator[Mention]:
        for node in python_nodes(source.text):
            if not isinstance(node, ast.keyword):
                continue
            if node.arg in _LISTED and isinstance(node.value, (ast.List, ast.Tuple)):
                yield from self._each(node.arg, node.value.elts, _LISTED[node.arg], source)
            elif node.arg in _KEYED and isinstance(node.value, ast.Dict):
                keys = [key for key in node.value.keys if key is not None]
                yield from self._each(node.arg, keys, "module", source)
                if node.arg == "package_dir":
                    yield from self._each(node.arg, node.value.values, "path", source)

    def _each(self, key: str, parts: list[ast.expr], form: Form, source: Source) -> Iterator[Mention]:
        for part in parts:
            if isinstance(part, ast.Constant) and isinstance(part.value, str) and part.value.strip("./"):
                start = _inside(part, source)
                span = source.positions.span(start, start + len(part.value))
                kind = "path" if form == "path" else "setting"
                yield Mention("REF007", kind, part.value, form, f"`{key}`", "error", span)

    HOLDS = (
        Example(
            title="packages that exist, and one that is found by looking",
            before={
                "shop/__init__.py": "",
                "shop/old.py": "",
                "setup.py": 'setup(name="old", packages=["shop"], package_dir={"": "."}, scripts=sorted(["old"]))\n',
            },
            gone=("shop/old.py",),
        ),
    )
    BREAKS = (
        Example(
            title="a package, a module, a script and a folder that are gone",
            before={
                "shop/__init__.py": "",
                "legacy/__init__.py": "",
                "single.py": "",
                "bin/go": "",
                "setup.py": (
                    'setup(\n    packages=["shop", "legacy"],\n    py_modules=["single"],\n'
                    '    scripts=["bin/go"],\n    package_data={"legacy": ["*.txt"]},\n)\n'
                ),
            },
            gone=("legacy/__init__.py", "single.py", "bin/go"),
            finds=(
                ("setup.py", 2, "legacy"),
                ("setup.py", 3, "single"),
                ("setup.py", 4, "bin/go"),
                ("setup.py", 5, "legacy"),
            ),
        ),
    )
