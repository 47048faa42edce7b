"""Kind of reference: extensions of Sphinx that a project keeps beside its documents."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Final

from audit.kinds.kind import Example, Source, TextKind
from audit.kinds.python_source import python_nodes
from audit.model.mentions import Mention

_VARIABLE: Final = "extensions"


class SphinxExtensions(TextKind):
    """Modules of one name that a conf.py lists among its extensions: longer ones are read with the code."""

    name = "sphinx-extensions"
    codes = ("REF004",)
    title = "extensions in Sphinx's conf.py that lie beside it, or in a folder that it puts on the path"
    suffixes = (".py",)
    marks = (_VARIABLE.encode(),)

    def wants(self, path: str) -> bool:
        return path.rpartition("/")[2] == "conf.py"

    def mentions(self, source: Source) -> Iterator[Mention]:
        for node in python_nodes(source.text):
            for each in _listed(node):
                if isinstance(each, ast.Constant) and isinstance(each.value, str) and each.value.isidentifier():
                    start = source.text.find(each.value, source.positions.offset(each.lineno, each.col_offset))
                    span = source.positions.span(start, start + len(each.value))
                    yield Mention("REF004", "string", each.value, "module", f"`{_VARIABLE}`", "error", span)

    HOLDS = (
        Example(
            title="an extension that is there, one of others, and a list of something else",
            before={
                "docs/ext/new.py": "",
                "docs/ext/old.py": "",
                "docs/conf.py": (
                    "import sys\n\nsys.path.insert(0, 'ext')\nextensions = ['new', 'numpydoc']\nx = ['old']\n"
                ),
            },
            gone=("docs/ext/old.py",),
        ),
    )
    BREAKS = (
        Example(
            title="extensions that are gone",
            before={
                "docs/old.py": "",
                "docs/ext/diagrams.py": "",
                "docs/conf.py": (
                    "import os\nimport sys\n\nsys.path.append(os.path.abspath('ext'))\n"
                    "extensions = [\n    'sphinx.ext.autodoc',\n    'old',\n]\nextensions += ['diagrams']\n"
                    "if True:\n    extensions.append('old')\n"
                ),
            },
            gone=("docs/old.py", "docs/ext/diagrams.py"),
            finds=(("docs/conf.py", 7, "old"), ("docs/conf.py", 9, "diagrams"), ("docs/conf.py", 11, "old")),
        ),
    )


def _listed(node: ast.AST) -> list[ast.expr]:
    """What a node puts into the list of extensions."""
    match node:
        case (
            ast.Assign(targets=[ast.Name(id=name)], value=ast.List(elts=listed) | ast.Tuple(elts=listed))
            | ast.AnnAssign(target=ast.Name(id=name), value=ast.List(elts=listed) | ast.Tuple(elts=listed))
            | ast.AugAssign(target=ast.Name(id=name), value=ast.List(elts=listed) | ast.Tuple(elts=listed))
            | ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr="extend"), args=[ast.List(elts=listed)])
            | ast.Call(func=ast.Attribute(value=ast.Name(id=name), attr="append"), args=listed)
        ) if name == _VARIABLE:
            return listed
    return []
