"""Kind of reference: docstrings of Python files, and the comments that Sphinx reads as such."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from audit.kinds.cross_references import OWN
from audit.kinds.kind import Example, Source, TextKind
from audit.kinds.markdown_text import markdown_mentions
from audit.kinds.own_files import without_own_files
from audit.kinds.rst_text import rst_mentions
from audit.model.mentions import Mention
from audit.model.regex import regex

_TOKEN: Final = regex(
    r"""
      \#(?P<comment>[^\n]*)
    | (?P<prefix>[rRbBuUfF]{0,2})
      (?:
        \"{3} (?P<long>  [^"\\]* (?: (?: \\. | "(?!"") ) [^"\\]* )* ) \"{3}
      | \'{3} (?P<long1> [^'\\]* (?: (?: \\. | '(?!'') ) [^'\\]* )* ) \'{3}
      | "(?P<short>  [^"\\\n]* (?: \\. [^"\\\n]* )* )"
      | '(?P<short1> [^'\\\n]* (?: \\. [^'\\\n]* )* )'
      )
    """,
    re.VERBOSE | re.DOTALL,
)
_RENDERED: Final = regex(r"^#(?: %%[^\n]*|#{19,}[ \t]*)\r?\n((?:#[^\n]*(?:\n|\Z))+)", re.MULTILINE)
_TITLED: Final = regex(r"(?:#[^\n]*\n|\s)*[rR]?(?:\"{3}|\'{3})\s*(?:[=~#*-]{3,}\s*)?[^\n]+\n[ \t]*[=~#*-]{3,}\s*\n")
_MARK: Final = regex(r"^#", re.MULTILINE)
_FRAME: Final = regex(r"^[ \t]*File \"[^\"\n]*\", line \d+[^\n]*", re.MULTILINE)
"""A frame of a traceback that is quoted, and tells of the tree of its day."""
_OPEN: Final = frozenset("([{,=+%|&-*/\\<>@")
"""What cannot end a statement: a string that follows is part of an expression."""


def _documentation(text: str) -> Iterator[tuple[int, str]]:
    """The docstrings of a source, of attributes too, and its ``#:`` comments, each with its offset.

    Told by what stands before a string, not by parsing: it is much faster, and a string taken for a docstring by
    mistake is text all the same.
    """
    before, end = ":", 0
    for token in _TOKEN.finditer(text):
        start = token.start()
        if code := text[end:start].rstrip():
            before = code[-1]
        end = token.end()
        begins_line = not text[text.rfind("\n", 0, start) + 1 : start].strip()
        if token["comment"] is not None:
            if begins_line and token["comment"].startswith(":"):
                yield token.start("comment") + 1, token["comment"][1:]
            continue
        name = token.lastgroup or ""
        if begins_line and before not in _OPEN and (name.startswith("long") or before == ":") and _is_text(token):
            yield token.start(name), token[name]
        before = '"'


def _gallery(text: str) -> Iterator[tuple[int, str]]:
    """The comments that Sphinx-Gallery renders, each stretch with its offset: those right below a line of ``# %%``, or
    of nothing but twenty or more marks, in a file that begins with a docstring that begins with a title."""
    is_page = ("# %%" in text or "#" * 20 in text) and _TITLED.match(text)
    for block in _RENDERED.finditer(text) if is_page else ():
        yield block.start(1), _MARK.sub(" ", block[1])


def _is_text(token: re.Match[str]) -> bool:
    """Whether a string is neither of bytes nor computed."""
    return not set(token["prefix"].lower()) & {"b", "f"}


class Docstrings(TextKind):
    """Names, cross-references, example code and doctests in the docstrings of Python files."""

    name = "docstrings"
    codes = ("REF008",)
    title = "docstrings and `#:` comments: cross-references, names, paths, code blocks, and what doctests import"
    suffixes = (".py", ".pyi")

    marks = (b'"""', b"'''", b"#:", b":`", b">>> ")

    def excerpt(self, content: bytes) -> bytes:
        """Long strings, where nothing else can hold a name and no quotes inside of strings may deceive."""
        parts = content.split(b'"""')
        rest = parts[::2]
        deceives = len(parts) % 2 == 0 or any(
            b"'''" in part or b"#:" in part or (b"`" in part and b":`" in part) or part.endswith(b"'") for part in rest
        )
        return content if deceives else b"\n".join(parts[1::2])

    def wants(self, path: str) -> bool:
        return path.endswith(self.suffixes)

    def mentions(self, source: Source) -> Iterator[Mention]:
        for offset, whole in (*_documentation(source.text), *_gallery(source.text)):
            text = _FRAME.sub(lambda frame: " " * len(frame[0]), whole)
            found = (
                markdown_mentions(text, source.positions, "the docstring", offset)
                if "```" in text
                else rst_mentions(text, source.positions, offset, OWN)
            )
            yield from without_own_files(text, found)

    HOLDS = (
        Example(
            title="comments below a line of marks in a module that is no page of a gallery",
            before={
                "shop/__init__.py": "",
                "shop/old.py": "",
                "shop/till.py": '"""Tills."""\n\n' + "#" * 30 + "\n# as in :mod:`shop.old`\n" + "#" * 30 + "\n",
            },
            gone=("shop/old.py",),
        ),
        Example(
            title="an attribute of what is called as a module beside it is called",
            before={
                "shop/__init__.py": "",
                "shop/app.py": "from . import till\n",
                "shop/till.py": '"""Commands below ``app.till`` are kept."""\n',
            },
            after={"shop/app.py": ""},
        ),
        Example(
            title="one word that was a module which no one can read, and a member that may be anybody's",
            before={
                "shop/__init__.py": '"""Calls store.open of what it is given, and till.count."""\n',
                "store.py": "print 'opened'\n",
                "till.py": "def close(): ...\n",
            },
            gone=("store.py", "till.py"),
        ),
        Example(
            title="neighbours of a package that moved to another source root, spelled from there",
            before={
                "shop/__init__.py": '"""Shelves lie in shop/store.py, and below shop/data/."""\n',
                "shop/store.py": "",
                "shop/data/a.txt": "",
            },
            gone=("shop/__init__.py", "shop/store.py", "shop/data/a.txt"),
            after={
                "src/shop/__init__.py": '"""Shelves lie in shop/store.py, and below shop/data/."""\n',
                "src/shop/store.py": "",
                "src/shop/data/a.txt": "",
            },
        ),
        Example(
            title="what a file is written to, what it takes the place of, and what its neighbours are called",
            before={
                "shop/__init__.py": (
                    '"""Keeps the store\nReplaces old.py with less work.\nResults are written to ``out/x``."""\n'
                ),
                "shop/use.py": '"""Replaces the old `shop.old`.\n\nFiles of bought/new."""\n',
                "shop/old.py": "",
                "out/x/a.txt": "",
                "backup_2025/bought/new/a.csv": "",
            },
            gone=("shop/old.py", "out/x/a.txt", "backup_2025/bought/new/a.csv"),
        ),
        Example(
            title="texts that document nothing, other comments, and what a docstring says is gone",
            before={
                "shop/__init__.py": (
                    'def f(path, text="""\nshop.old\n"""):\n    """What shop.old did before it was removed."""\n'
                    '    # shop.old\n    print(\n        """shop.old""",\n        f"""\nshop.old {path}""")\n'
                ),
                "shop/old.py": "",
            },
            gone=("shop/old.py",),
        ),
        Example(
            title="a role that resolves, and code outside docstrings",
            before={
                "shop/__init__.py": '"""See :mod:`shop`."""\n\nTEXT = ":mod:`shop.old` >>> import shop.old"\n',
                "shop/old.py": "",
            },
            gone=("shop/old.py",),
        ),
    )
    BREAKS = (
        Example(
            title="comments that Sphinx-Gallery renders, beside one that it does not",
            before={
                "shop/__init__.py": "",
                "shop/old.py": "",
                "docs/gallery/plot.py": (
                    '"""\nSelling\n=======\n"""\nimport shop\n# see :mod:`shop.old`\n\n'
                    "###############################\n# Selling\n# -------\n# By :mod:`shop.old`.\nshop.sell()\n\n"
                    "# %%\n# Then\n#\n# * :py:func:`shop.old.close`\nshop.close()  # :mod:`shop.old`\n"
                ),
            },
            gone=("shop/old.py",),
            finds=(("docs/gallery/plot.py", 11, "shop.old"), ("docs/gallery/plot.py", 17, "shop.old")),
        ),
        Example(
            title="names, example code, the docstring of an attribute, and comments that Sphinx reads",
            before={
                "shop/__init__.py": (
                    'def f():\n    """Sells.\n\n    Raises:\n        shop.old.Sold: when it is.\n\n'
                    "    .. code-block:: python\n\n        from shop.old import Store\n\n    :rtype: shop.old.Store\n"
                    '    """\n\n\n#: Kept by :class:`~shop.old.Store`.\nx = 1\n"""An attribute of shop.old.Store."""\n'
                ),
                "shop/old.py": "class Store: ...\n",
            },
            gone=("shop/old.py",),
            finds=(
                ("shop/__init__.py", 5, "shop.old"),
                ("shop/__init__.py", 9, "shop.old"),
                ("shop/__init__.py", 11, "shop.old"),
                ("shop/__init__.py", 15, "shop.old"),
                ("shop/__init__.py", 17, "shop.old"),
            ),
        ),
        Example(
            title="names of the module itself, notes of versions, and roles behind what they mark",
            before={
                "shop/__init__.py": "",
                "shop/old.py": (
                    '"""Keeps :class:`Store`, :class:`Other`, unlike :class:`str` and :class:`Dict`."""\n\n'
                    "from typing import Dict\n\nclass Store: ...\n"
                ),
                "shop/use.py": (
                    '"""Shop.\n\n.. versionchanged:: 2.0\n   See :class:`shop.old.Store`.\n'
                    "   :class:`~shop.old.Store` was removed.\n\n"
                    'A `store <shop.old.Store>`:class: or `shop.old.Store`:obj:.\n"""\n'
                ),
            },
            after={
                "shop/old.py": (
                    '"""Keeps :class:`Store`, :class:`Other`, unlike :class:`str` and :class:`Dict`."""\n\n'
                    "class Shelf: ...\n"
                )
            },
            finds=(
                ("shop/old.py", 1, "shop.old.Store"),
                ("shop/use.py", 4, "shop.old.Store"),
                ("shop/use.py", 7, "shop.old.Store"),
                ("shop/use.py", 7, "shop.old.Store"),
            ),
        ),
        Example(
            title="a neighbour that did not move along",
            before={
                "shop/__init__.py": '"""Shelves lie in shop/store.py."""\n',
                "shop/store.py": "",
            },
            gone=("shop/__init__.py", "shop/store.py"),
            after={"src/shop/__init__.py": '"""Shelves lie in shop/store.py."""\n', "src/shop/shelf.py": ""},
            finds=(("src/shop/__init__.py", 1, "shop/store.py"),),
        ),
        Example(
            title="a copy that is called one",
            before={
                "shop/__init__.py": '"""Copies of 2025 lie in shop_backups/2025."""\n',
                "var/shop_backups/2025/a.csv": "",
            },
            gone=("var/shop_backups/2025/a.csv",),
            finds=(("shop/__init__.py", 1, "var/shop_backups/2025"),),
        ),
        Example(
            title="a docstring in Markdown",
            before={
                "shop/__init__.py": '"""Shop.\n\n```python\nimport shop.old\n```\n"""\n',
                "shop/old.py": "",
            },
            gone=("shop/old.py",),
            finds=(("shop/__init__.py", 4, "shop.old"),),
        ),
        Example(
            title="a cross-reference and a doctest that name what is gone",
            before={
                "shop/__init__.py": (
                    'def f():\n    """Like :class:`~shop.old.Store`.\n\n    >>> from shop.old import Store\n    """\n'
                ),
                "shop/old.py": "class Store: ...\n",
            },
            gone=("shop/old.py",),
            finds=(("shop/__init__.py", 2, "shop.old"), ("shop/__init__.py", 4, "shop.old")),
        ),
    )
