"""Kind of reference: data files that Python code knows by the end of their paths, put together from strings."""

from __future__ import annotations

import ast
import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Final

from audit.kinds.kind import Example, Source, TextKind
from audit.kinds.python_source import called_name, python_nodes, writes
from audit.model.mentions import Form, Mention
from audit.model.regex import regex
from audit.model.testdata import is_test

_ENDING: Final = regex(r"[\w@+-][\w.@+-]*(?:/[\w@+-][\w.@+-]*)*\.[A-Za-z]\w{0,9}")
_JOINING: Final = frozenset({"join", "joinpath", "get_data", "read_text", "read_binary", "open_text", "open_binary"})
_RENDERING: Final = frozenset(
    {"get_template", "render", "render_template", "render_to_response", "render_to_string", "select_template"}
    | {"TemplateResponse"}
)
"""Calls that take the name of a template, below the folders in which a loader looks for it."""
_TEMPLATE: Final = "template_name"
"""The attribute, or the argument, that holds such a name."""
_END: Final = regex(r"\.(?!pyi?[\"'])[A-Za-z]\w{0,9}[\"']")
"""What a file must hold that names any: most need not be parsed."""
_BEFORE: Final = regex(
    rf"/[^\n]*$|\b(?:{'|'.join(sorted(_JOINING | _RENDERING))})\s*\([^;]*$|/\s*[\"'][^\n]*$"
    rf"|\b{_TEMPLATE}\s*=\s*[\"'][^\n]*$"
)
"""What stands before the end of a path: a slash, or what puts paths together or takes a template."""
_NEAR: Final = 300
"""How many characters before an ending may belong to its path."""
_END_IN_BYTES: Final = regex(rb"\.[A-Za-z][\w\x80-\xff]{0,36}[\"']")
"""Wherever `_END` is found in a text, this is found in its bytes."""
_SOURCES: Final = (".py", ".pyi", ".pyc", ".so", ".md", ".rst")
_MADE: Final = regex(
    r"tmp|temp(?!lat)|(?<![a-z])out(?:put|dir)?(?![a-z])|dest|dst|target|cache|build|home|prefix|save|log|backup",
    re.IGNORECASE,
)
"""What folders are called in which a program writes, or that are somebody else's."""
_WRITING: Final = frozenset(
    {"write_text", "write_bytes", "touch", "unlink", "mkdir", "chmod", "remove", "savefig", "to_csv", "dump"}
)
_SAYING: Final = frozenset(
    {"print", "echo", "debug", "info", "warning", "warn", "error", "critical", "exception", "log", "write", "format"}
    | {"startswith", "endswith", "removesuffix", "removeprefix", "replace", "match", "search", "sub", "compile"}
)
"""What merely says or compares a text."""
_OPENING: Final = frozenset({"open", "Path", "PurePath", "read_csv", "read_json"})
"""Calls that say by a literal path where a file lies: another kind's."""
_COPYING: Final = frozenset({"copy", "copy2", "copyfile", "copytree", "move", "rename", "replace", "urlretrieve"})
"""What makes the file that its second argument names."""


class DataFiles(TextKind):
    """Data files of the repository by the end of their paths: ``"ui/main.css"``, ``join(HERE, "main.css")``."""

    name = "data-files"
    codes = ("REF007",)
    title = "data files that Python code knows by the end of their paths, as one string or put together"

    def excerpt(self, content: bytes) -> bytes:
        """Each ending of a path, with what stands before it."""
        near, done = [], 0
        for end in _END_IN_BYTES.finditer(content):
            near.append(content[max(done, end.start() - _NEAR) : end.end()])
            done = end.end()
        return b" ".join(near)

    def wants(self, path: str) -> bool:
        return path.endswith(".py")

    def mentions(self, source: Source) -> Iterator[Mention]:
        if not _may_name(source.text):
            return
        nodes = python_nodes(source.text)
        taken = {part for node in nodes for part in _taken(node)}
        taken.update(part for made in _made_later(nodes) for part in ast.walk(made))
        for node in nodes:
            if node in taken:
                continue
            parts = _joined(node)
            if parts:
                yield from _named(parts, node, source, "data")
            elif parts is None and isinstance(node, ast.Constant) and "/" in str(node.value):
                # a test makes up paths of its own: what it names as a whole lies where it says
                yield from _named([node], node, source, "file" if is_test(source.name) else "data")
            for name in _rendered(node):
                yield from _named([name], node, source, "data", "templates/")

    HOLDS = (
        Example(
            title="files that are written, or lie among tests or in two places, sources, and lone names",
            before={
                "shop/__init__.py": "",
                "shop/data/old.json": "{}",
                "shop/old.py": "",
                "tests/fixtures/prices.json": "{}",
                "old/cover.xml": "",
                "log.csv": "",
                "tests/test_use.py": "run(['/shop/data/old.json'])\nself.copy('a', 'data/old.json')\n",
                "shop/one/menu.json": "{}",
                "shop/two/menu.json": "{}",
                "shop/templates/menu.html": "",
                "shop/use.py": (
                    "from os.path import join\n\n(tmp_path / 'data' / 'old.json').read_text()\n"
                    "join(output_dir, 'old.json')\nopen(join(HERE, 'data/old.json'), 'w')\nprint('shop/old.py')\n"
                    "print('old.json')\njoin(HERE, 'prices.json')\n'https://x.org/data/old.json'\n"
                    "join(HERE, 'menu.json')\nshow('menu.html')\n(HERE / 'old.json').write_text('')\n"
                    "join(project_root, 'cover.xml')\nworkspace / 'log.csv'\n"
                    "made = HERE / 'data' / 'old.json'\nwith open(made, 'w') as file:\n    file.write('')\n"
                    "made = HERE / 'data' / 'old.json'\nmade.chmod(0o755)\n"
                    "made = HERE / 'data' / 'old.json'\nshutil.copy(source, made)\n"
                ),
            },
            gone=(
                "old/cover.xml",
                "log.csv",
                "shop/data/old.json",
                "shop/old.py",
                "tests/fixtures/prices.json",
                "shop/one/menu.json",
                "shop/templates/menu.html",
            ),
        ),
        Example(
            title="a template that a loader finds below a theme, or an application, of the name that leads",
            before={"shop/templates/admin/menu.html": "", "shop/web.py": "render_template('admin/menu.html')\n"},
            gone=("shop/templates/admin/menu.html",),
            after={"shop/themes/admin/templates/menu.html": ""},
        ),
    )
    BREAKS = (
        Example(
            title="a template by the end of its path, and files whose paths are put together",
            before={
                "shop/__init__.py": "",
                "shop/templates/shop/old.html": "",
                "shop/ui/main_window.css": "",
                "shop/data/prices.json": "{}",
                "shop/talk/chat.jinja": "",
                "shop/templates/lone_page.html": "",
                "prompts/agents/old.prompt": "",
                "menu.csv": "",
                "shop/use.py": (
                    "name = 'no.css'\nimport os\nfrom importlib.resources import files\n\n"
                    "template_name = 'shop/old.html'\n"
                    "os.path.join(HERE, 'ui', 'main_window.css')\nHERE / 'data' / 'prices.json'\n"
                    "files('shop').joinpath('prices.json')\n(TEMPLATES / 'chat.jinja').read_text()\n"
                    "self.prompts_dir / 'old.prompt'\nopen(os.path.join(REPO_ROOT, 'menu.csv'))\n"
                    "read = HERE / 'data' / 'prices.json'\nopen(read)\nread = 1\nread.chmod(0)\n"
                    "render(request, 'lone_page.html', {})\n\n\nclass A:\n    template_name = 'lone_page.html'\n\n\n"
                    "A.as_view(template_name='lone_page.html')\n"
                ),
            },
            gone=(
                "shop/templates/shop/old.html",
                "shop/ui/main_window.css",
                "shop/data/prices.json",
                "shop/talk/chat.jinja",
                "shop/templates/lone_page.html",
                "prompts/agents/old.prompt",
                "menu.csv",
            ),
            finds=(
                ("shop/use.py", 5, "shop/templates/shop/old.html"),
                ("shop/use.py", 6, "shop/ui/main_window.css"),
                ("shop/use.py", 7, "shop/data/prices.json"),
                ("shop/use.py", 8, "shop/data/prices.json"),
                ("shop/use.py", 9, "shop/talk/chat.jinja"),
                ("shop/use.py", 10, "prompts/agents/old.prompt"),
                ("shop/use.py", 11, "menu.csv"),
                ("shop/use.py", 12, "shop/data/prices.json"),
                ("shop/use.py", 16, "shop/templates/lone_page.html"),
                ("shop/use.py", 20, "shop/templates/lone_page.html"),
                ("shop/use.py", 23, "shop/templates/lone_page.html"),
            ),
        ),
    )


def _may_name(text: str) -> bool:
    """Whether a text may name a data file: only then need it be parsed."""
    return any(_BEFORE.search(text, max(0, end.start() - _NEAR), end.start()) for end in _END.finditer(text))


def _joined(node: ast.AST) -> list[ast.Constant] | None:
    """The strings at the end of a path that is put together, in order; none where it leads where programs write."""
    match node:
        case ast.BinOp(op=ast.Div(), left=left, right=ast.Constant(value=str()) as last):
            before = _joined(left)
            if before is None:
                return [] if _MADE.search(ast.unparse(left)) else [last]
            return [*before, last] if before else []
        case ast.Call(func=function, args=[*_, ast.Constant(value=str())] as given) if called_name(node) in _JOINING:
            strings = [each for each in given if isinstance(each, ast.Constant)]
            holders = [each for each in given if not isinstance(each, ast.Constant)]
            holders += [function.value] if isinstance(function, ast.Attribute) else []
            return [] if any(_MADE.search(ast.unparse(each)) for each in holders) else strings
    return None


def _taken(node: ast.AST) -> Iterator[ast.AST]:
    """What is part of something larger: of a path that is put together, of what is written, or another kind's."""
    match node:
        case ast.BinOp(op=ast.Div(), left=left, right=ast.Constant(value=str()) as last):
            yield from (left, last)
        case ast.Call(func=ast.Attribute(value=owner, attr=name)) if name in _WRITING:
            yield from ast.walk(owner)
        case ast.Call() if called_name(node) == "open" and writes(node):
            yield from ast.walk(node)
        case ast.Call(args=arguments) if called_name(node) in _JOINING or called_name(node) in _SAYING:
            yield from arguments
        case ast.Call(args=[ast.Constant() as first, *_]) if called_name(node) in _OPENING:
            yield first
        case ast.Expr(value=ast.Constant() as text):
            yield text


def _made_later(nodes: Iterable[ast.AST]) -> Iterator[ast.AST]:
    """The paths that a variable takes and that are written by its name before it takes another value."""
    values: dict[str, list[tuple[int, ast.AST]]] = defaultdict(list)
    written: dict[str, list[int]] = defaultdict(list)
    for node in nodes:
        match node:
            case ast.Assign(targets=[ast.Name(id=name)]):
                values[name].append((node.lineno, node.value))
            case ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr=does)) if does in _WRITING or (
                does == "open" and writes(node, 0)
            ):
                written[name].append(node.lineno)
            case ast.Call(args=[ast.Name(id=name), *_]) if called_name(node) == "open" and writes(node):
                written[name].append(node.lineno)
            case ast.Call(args=[_, ast.Name(id=name), *_]) if called_name(node) in _COPYING:
                written[name].append(node.lineno)
    for name, lines in written.items():
        taken = sorted(values[name], key=lambda each: each[0])
        ends = [*(line for line, _ in taken[1:]), sys.maxsize]
        for (start, value), end in zip(taken, ends, strict=False):
            if any(start <= line < end for line in lines):
                yield value


def _rendered(node: ast.AST) -> Iterator[ast.Constant]:
    """The lone names of templates that a call or an attribute names: what loaders look for in folders of their own."""
    match node:
        case ast.Call(args=arguments) if called_name(node) in _RENDERING:
            given = arguments
        case ast.Assign(targets=[ast.Name(id=name)], value=value) if name == _TEMPLATE:
            given = [value]
        case ast.keyword(arg=name, value=value) if name == _TEMPLATE:
            given = [value]
        case _:
            return
    for each in given:
        if isinstance(each, ast.Constant) and isinstance(each.value, str) and "/" not in each.value:
            yield each


def _named(parts: list[ast.Constant], node: ast.AST, source: Source, form: Form, below: str = "") -> Iterator[Mention]:
    values = [part.value for part in parts if isinstance(part.value, str)]
    path = "/".join(value.strip("/") for value in values)
    if len(values) < len(parts) or not _ENDING.fullmatch(path) or path.endswith(_SOURCES):
        return
    if values[0].startswith("/") and is_test(source.name):
        return  # made up, or of some machine
    last, value = parts[-1], values[-1]
    start = source.text.find(value, source.positions.offset(last.lineno, last.col_offset))
    if start >= 0:
        span = source.positions.span(start, start + len(value))
        beside = () if "/" in path or below else (ast.unparse(node).replace(value, ""),)
        yield Mention("REF007", "path", below + path, form, "the code", "warning", span, beside=beside)
