"""Kind of reference: Python that strings of a program hold, to be run by it or by another Python."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from itertools import pairwise
from typing import Final

import msgspec

from audit.kinds.commands import Caller, fed_code
from audit.kinds.kind import Example, Source, TextKind
from audit.kinds.python_source import called_name, python_nodes
from audit.kinds.python_strings import strings_of
from audit.model.mentions import Mention
from audit.model.regex import regex

_RUNNERS: Final = frozenset({"exec", "eval", "compile", "makepyfile", "makeconftest", "inline_runsource", "timeit"})
"""Calls that run the code they are given, or write it down for tests that are run at once."""
_RUNNING: Final = regex(rf"\b(?:{'|'.join(sorted(_RUNNERS))})[\s\\]*\(|[\"']-c[\"']")
_DEDENTING: Final = frozenset({"dedent", "cleandoc"})
_CODE: Final = Caller("REF004", "the code in a string", "error", judges_slots=False)


class KeptCode(TextKind):
    """Imports of the code that a program hands to ``exec``, to ``python -c`` or to a test that it writes."""

    name = "kept-code"
    codes = ("REF004",)
    title = "imports of code in strings that are handed to `exec`, `compile`, `python -c` or pytest's `makepyfile`"
    suffixes = (".py",)
    marks = (b"exec(", b"eval(", b"compile(", b"makepyfile", b"makeconftest", b"timeit(", b'"-c"', b"'-c'")

    def excerpt(self, content: bytes) -> bytes:
        """Its strings, which alone hold such code."""
        return strings_of(content)

    def wants(self, path: str) -> bool:
        return path.endswith(self.suffixes)

    def mentions(self, source: Source) -> Iterator[Mention]:
        if _RUNNING.search(source.text) is None:
            return
        nodes = python_nodes(source.text)
        kept = dict(_assigned(nodes))
        for node in nodes:
            for code in _run_by(node):
                text = kept.get(code.id) if isinstance(code, ast.Name) else _text(code)
                if text is not None and "import" in str(text.value):
                    start = source.positions.offset(text.lineno, text.col_offset)
                    at = source.text.find(str(text.value), start)
                    if at >= 0:  # without escapes
                        for each in fed_code(str(text.value), at, source.positions, _CODE):
                            yield msgspec.structs.replace(each, kind="string")  # no statement of the file itself

    HOLDS = (
        Example(
            title="code that nobody runs, that tries, or that is written with escapes, and a pattern that is compiled",
            before={
                "shop/__init__.py": "",
                "shop/old.py": "",
                "run.py": (
                    'import re\n\nNOTE = """\nimport shop.old\n"""\nexec("try:\\n    import shop.old\\n'
                    'except ImportError: ...")\nre.compile("import shop.old")\nprint("import shop.old")\n'
                ),
            },
            gone=("shop/old.py",),
        ),
    )
    BREAKS = (
        Example(
            title="code for this Python, for another one, and for a test",
            before={
                "shop/__init__.py": "",
                "shop/old.py": "def load(): ...\n",
                "run.py": (
                    "import subprocess\nimport sys\nimport textwrap\n\n"
                    'CODE = """\nimport sys\nfrom shop.old import load\n"""\n\nexec("import shop.old as old")\n'
                    'subprocess.run([sys.executable, "-c", CODE])\n'
                    'subprocess.run([sys.executable, "-c", "import shop.old; shop.old.load()"])\n\n\n'
                    'def test_it(pytester):\n    pytester.makepyfile(\n        """\n        import shop.old\n'
                    '        """\n    )\n    exec(textwrap.dedent("""\n        from shop import old\n        """))\n'
                ),
            },
            gone=("shop/old.py",),
            finds=(
                ("run.py", 7, "shop.old"),
                ("run.py", 10, "shop.old"),
                ("run.py", 12, "shop.old"),
                ("run.py", 18, "shop.old"),
                ("run.py", 22, "shop.old"),
            ),
        ),
    )


def _assigned(nodes: tuple[ast.AST, ...]) -> Iterator[tuple[str, ast.Constant]]:
    """The names to which strings are assigned, of several assignments the last."""
    for node in nodes:
        match node:
            case (
                ast.Assign(targets=[ast.Name(id=name)], value=value)
                | ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value)
            ):
                if (text := _text(value)) is not None:
                    yield name, text


def _text(node: ast.expr) -> ast.Constant | None:
    """The string that an expression is, dedented or not."""
    match node:
        case ast.Constant(value=str()):
            return node
        case ast.Call(args=[ast.Constant(value=str()) as text]) if called_name(node) in _DEDENTING:
            return text
        case _:
            return None


def _run_by(node: ast.AST) -> Iterator[ast.expr]:
    """The code that a call runs, or that stands behind ``-c`` in a list of arguments."""
    match node:
        case ast.Call(func=ast.Attribute(value=ast.Name(id="re" | "regex"))):
            return
        case ast.Call(args=[code, *_]) if called_name(node) in _RUNNERS:
            yield code
        case ast.List(elts=words) | ast.Tuple(elts=words):
            for flag, code in pairwise(words):
                if isinstance(flag, ast.Constant) and flag.value == "-c":
                    yield code
