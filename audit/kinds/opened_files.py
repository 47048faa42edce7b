"""Kind of reference: files that Python code opens by a literal path."""

from __future__ import annotations

import ast
import posixpath
from collections.abc import Iterator
from typing import Final

from audit.kinds.kind import Example, Source, TextKind
from audit.kinds.python_source import called_name, literal_calls, python_nodes, writes
from audit.kinds.python_strings import strings_of
from audit.model.mentions import Mention
from audit.model.regex import regex

_OPENERS: Final = frozenset({"open", "Path", "PurePath", "read_csv", "read_json", "read_parquet", "loadtxt"})
_OPENING: Final = regex(literal_calls(_OPENERS))


class OpenedFiles(TextKind):
    """Files of the repository that code reads: `open`, `Path` and the readers of tables with a literal path."""

    name = "opened-files"
    codes = ("REF007",)
    title = "files that Python code opens by a literal path, from the root or from beside the code"
    suffixes = (".py",)
    marks = (b"open(", b"Path(", b"read_", b"loadtxt(")

    def excerpt(self, content: bytes) -> bytes:
        """Its strings: what else it says names no file and no command."""
        return strings_of(content)

    def wants(self, path: str) -> bool:
        return path.endswith(self.suffixes)

    def mentions(self, source: Source) -> Iterator[Mention]:
        if _OPENING.search(source.text) is None:
            return
        for node in python_nodes(source.text):
            if isinstance(node, ast.Call) and node.args and called_name(node) in _OPENERS and not writes(node):
                path = node.args[0]
                if isinstance(path, ast.Constant) and isinstance(path.value, str) and _names_a_file(path.value):
                    start = source.positions.offset(path.lineno, path.col_offset)
                    start = source.text.find(path.value, start)
                    span = source.positions.span(start, start + len(path.value))
                    yield Mention("REF007", "path", path.value, "file", f"`{called_name(node)}`", "warning", span)

    HOLDS = (
        Example(
            title="a file that is written, one that exists, one of another folder, and a path that nothing opens",
            before={
                "data/old.csv": "a\n",
                "data/new.csv": "a\n",
                "far/data/gone.csv": "a\n",
                "run.py": (
                    'open("data/old.csv", "w")\nopen("data/old.csv", mode="a")\nopen("data/new.csv")\n'
                    'open("data/gone.csv")\nprint("data/old.csv")\n'
                ),
            },
            gone=("data/old.csv", "far/data/gone.csv"),
        ),
    )
    BREAKS = (
        Example(
            title="files that are read from the root and from beside the code",
            before={
                "data/old.csv": "a\n",
                "tools/more/old.json": "{}\n",
                "tools/run.py": (
                    'from pathlib import Path\n\nopen("data/old.csv")\nPath("more/old.json").read_text()\n'
                    'open("./data/old.csv", "rb")\n'
                ),
            },
            gone=("data/old.csv", "tools/more/old.json"),
            finds=(
                ("tools/run.py", 3, "data/old.csv"),
                ("tools/run.py", 4, "tools/more/old.json"),
                ("tools/run.py", 5, "data/old.csv"),
            ),
        ),
    )


def _names_a_file(path: str) -> bool:
    """Whether a text is a path below the root or the code that ends in a file: a lone name could be anybody's."""
    plain = posixpath.normpath(path)
    return "/" in plain and not plain.startswith(("/", "..")) and "." in plain.rpartition("/")[2] and "\n" not in path
