"""Kind of reference: Jupyter notebooks, their code, shell lines and prose, by cell and line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Final

import msgspec

from audit.kinds.commands import Caller, command_mentions
from audit.kinds.json_scan import JsonString, json_strings
from audit.kinds.kind import Example, Source, TextKind
from audit.kinds.markdown_text import markdown_mentions
from audit.kinds.python_code import is_code, read_code, without_magics
from audit.kinds.texts import Positions, UnreadableError
from audit.model.facts import Span
from audit.model.mentions import Form, Mention
from audit.model.regex import regex

_MAX_NOTEBOOK: Final = 20_000_000
_LINE: Final = regex(r"[^\n]*\n|[^\n]+")
_SHELL_LINE: Final = regex(r"\s*(?:[\w, \t]+=\s*)?(?:!!?|%(?:run|sx|system|load_ext|reload_ext|aimport|%writefile) )")
_SHELL_CELLS: Final = ("%%bash", "%%sh", "%%script", "%%!")


class CellLine(msgspec.Struct, frozen=True):
    """One source line: its cell and line there (from 1), its text, and where that begins in which JSON string."""

    cell: int
    number: int
    text: str
    string: JsonString
    offset: int


class Cell(msgspec.Struct, frozen=True):
    """One cell: "code", "markdown" or "raw", and its lines."""

    kind: str
    lines: tuple[CellLine, ...]

    @property
    def source(self) -> str:
        """What the cell says."""
        return "\n".join(line.text for line in self.lines)


class Notebooks(TextKind):
    """Imports, attributes, shell lines, names and paths in notebooks."""

    name = "notebooks"
    codes = ("REF009",)
    title = "notebooks: imports and attributes in code cells, `!` and `%run` lines, prose in Markdown cells"
    suffixes = (".ipynb",)
    slots = frozenset({"import"})
    max_bytes = _MAX_NOTEBOOK
    max_line = None

    def wants(self, path: str) -> bool:
        return path.endswith(self.suffixes)

    def mentions(self, source: Source) -> Iterator[Mention]:
        positions = source.positions
        cells, is_python = _cells(source.text)
        code = [cell for cell in cells if cell.kind == "code"] if is_python else []
        yield from _code(code, positions)
        for cell in cells:
            if cell.kind == "markdown":
                for each in markdown_mentions(cell.source, Positions(cell.source), "the text"):
                    yield _moved(each, cell.lines, positions, "warning")
            elif cell in code:
                yield from _shell(cell, positions)

    HOLDS = (
        Example(
            title="a library, a guarded import, an output that names what is gone, a notebook of another language",
            before={
                "shop/__init__.py": "",
                "shop/old.py": "",
                "a.ipynb": json.dumps(
                    {
                        "cells": [
                            {
                                "cell_type": "code",
                                "source": [
                                    "import numpy.old\n",
                                    "try:\n",
                                    "    import shop.old\n",
                                    "except ImportError: ...",
                                ],
                                "outputs": [{"text": ["import shop.old\n"]}],
                            }
                        ]
                    }
                ),
                "b.ipynb": json.dumps(
                    {
                        "cells": [{"cell_type": "code", "source": ["import shop.old"]}],
                        "metadata": {"language_info": {"name": "julia"}},
                    }
                ),
            },
            gone=("shop/old.py",),
        ),
    )
    BREAKS = (
        Example(
            title="an import beside magics, an attribute in a later cell, a shell line, a Markdown cell",
            before={
                "shop/__init__.py": "",
                "shop/old.py": "class Store: ...\n",
                "shop/store.py": "size = 1\n",
                "a.ipynb": json.dumps(
                    {
                        "cells": [
                            {
                                "cell_type": "code",
                                "source": [
                                    "%matplotlib inline\n",
                                    "from shop.old import Store\n",
                                    "import shop.store as s",
                                ],
                            },
                            {"cell_type": "code", "source": ["s.size\n", "!python -m shop.old"]},
                            {"cell_type": "markdown", "source": "# Title\nSee `shop/old.py`."},
                        ]
                    },
                    indent=1,
                ),
            },
            gone=("shop/old.py",),
            after={"shop/store.py": ""},
            finds=(
                ("a.ipynb", 7, "shop.old"),
                ("a.ipynb", 14, "shop.store.size"),
                ("a.ipynb", 15, "shop.old"),
                ("a.ipynb", 20, "shop/old.py"),
            ),
        ),
        Example(
            title="the output of a command, an extension, a name that a call takes, and an import beside them",
            before={
                "shop/__init__.py": "",
                "shop/old.py": "",
                "a.ipynb": json.dumps(
                    {
                        "cells": [
                            {
                                "cell_type": "code",
                                "source": [
                                    "import importlib, shop.old\n",
                                    "out = !python -m shop.old\n",
                                    "%load_ext shop.old\n",
                                    "importlib.import_module('shop.old')",
                                ],
                            }
                        ]
                    },
                    indent=1,
                ),
            },
            gone=("shop/old.py",),
            finds=tuple(("a.ipynb", line, "shop.old") for line in (6, 7, 8, 9)),
        ),
        Example(
            title="an import of a module that this tree never had: an error without any base",
            before={
                "shop/__init__.py": "",
                "a.ipynb": json.dumps({"cells": [{"cell_type": "code", "source": "import os\nimport shop.nix\n"}]}),
            },
            finds=(("a.ipynb", 1, "shop.nix"),),
        ),
    )


def _cells(text: str) -> tuple[list[Cell], bool]:
    """The cells of a notebook in order, and whether its language is Python."""
    kinds: dict[int, str] = {}
    sources: dict[int, list[JsonString]] = {}
    language, has_cells = "python", False
    for string in json_strings(text):
        path = string.path
        if string.is_key:
            has_cells = has_cells or string.raw in ("cells", "worksheets")
        elif "cells" in path[:3]:
            start = path.index("cells") + 1
            place, field = path[start : start + 1], path[start + 1 : start + 2]
            if place and isinstance(place[0], int) and len(path) <= start + 3:
                if field == ("cell_type",):
                    kinds[place[0]] = string.value
                elif field in (("source",), ("input",)):
                    sources.setdefault(place[0], []).append(string)
        elif path[-2:] == ("language_info", "name") or path[-2:] == ("kernelspec", "language"):
            language = string.value.lower()
    if not has_cells:
        raise UnreadableError("not a notebook: it has no cells")
    cells = [Cell(kinds.get(index, "code"), tuple(_lines(index + 1, sources[index]))) for index in sorted(sources)]
    return cells, language in ("python", "python3", "ipython")


def _lines(cell: int, strings: list[JsonString]) -> Iterator[CellLine]:
    """The source lines of a cell; one line may be spread over several strings only if no line break ends them."""
    number = 0
    for string in strings:
        offset = string.start + 1
        for line in _LINE.findall(string.value):
            number += 1
            yield CellLine(cell, number, line.rstrip("\r\n"), string, offset)
            offset = string.advance(offset, len(line))


def _place(span: Span, lines: tuple[CellLine, ...] | list[CellLine], positions: Positions) -> tuple[CellLine, Span]:
    """Where a place in a cell's source lies in the file."""
    line = lines[min(span[0], len(lines)) - 1]
    last = lines[min(span[2], len(lines)) - 1]
    start = line.string.advance(line.offset, span[1] - 1)
    return line, positions.span(start, max(last.string.advance(last.offset, span[3] - 1), start))


def _moved(mention: Mention, lines: tuple[CellLine, ...], positions: Positions, severity: str) -> Mention:
    line, span = _place(mention.span or (1, 1, 1, 1), lines, positions)
    return msgspec.structs.replace(
        mention,
        code="REF009",
        span=span,
        severity=severity,
        role=f"{mention.role} in cell {line.cell}",
        cell=line.cell,
        cell_line=line.number,
    )


def _code(cells: list[Cell], positions: Positions) -> Iterator[Mention]:
    """What the code imports and uses; a name that one cell imports is known in those that follow."""
    lines: list[CellLine] = []
    sources: list[str] = []
    for cell in cells:
        source = without_magics(cell.source)
        if source.strip() and is_code(source):
            sources.append(source)
            lines += cell.lines
    for name in read_code("\n".join(sources)) or ():
        line, span = _place(name.span, lines, positions)
        form: Form = "module" if name.bare else "name"
        role = f"cell {line.cell}"
        is_import = name.kind == "import"
        yield Mention("REF009", name.kind, name.name, form, role, "error", span, is_import, line.cell, line.number)


def _shell(cell: Cell, positions: Positions) -> Iterator[Mention]:
    is_shell = cell.source.lstrip().startswith(_SHELL_CELLS)
    for line in cell.lines:
        prefix = _SHELL_LINE.match(line.text)
        if is_shell or prefix:
            source = line.text if prefix is None else " " * prefix.end() + line.text[prefix.end() :]
            for each in command_mentions(source, 0, Positions(source), Caller("REF009", "the command", "error")):
                yield _moved(each, (line,), positions, "error")
