"""Kinds of reference: reStructuredText documents, and the cross-references and doctests of docstrings."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import Final

from audit.kinds.deletion import heads_deletion
from audit.kinds.forms import form_of
from audit.kinds.kind import Example, Source, TextKind
from audit.kinds.markdown import Fence, fence_mentions
from audit.kinds.prose import doctest_mentions, prose_mentions
from audit.kinds.python_source import python_tree
from audit.kinds.sphinx import doc_mentions
from audit.kinds.texts import Positions, UnreadableError
from audit.model.mentions import Form, Mention
from audit.model.regex import regex

_ROLE: Final = regex(
    r":(?:py:)?(?P<role>mod|class|func|meth|attr|exc|data|obj|const|decorator):`(?:[^`<\n]*<)?[~!.]?(?P<name>[\w.]+)>?[^`\n]*`"
)
_AUTO: Final = regex(
    r"^[ \t]*\.\.[ \t]+(?P<directive>auto(?:module|class|function|method|data|exception|attribute)"
    r"|(?:py:)?currentmodule|(?:py:)?module|automodapi)::[ \t]+(?P<name>[\w.]+)[ \t]*$",
    re.MULTILINE,
)
_CODE: Final = regex(r"^([ \t]*)\.\.[ \t]+(?:(?:code-block|code|sourcecode|prompt)::[ \t]*|(?=toctree::))([\w+-]*)")
_OLD: Final = regex(r"^([ \t]*)\.\.[ \t]+(?:deprecated|versionremoved|versionchanged)::")
_COMMENT: Final = regex(r"^([ \t]*)\.\.(?:[ \t]+(?!\S*::|_|\[|\|)\S|[ \t]*$)")
_LINK: Final = regex(r"`[^`<]*<([^>`]+)>`__?")
_UNDERLINE: Final = regex(r"^([=\-~^\"'`#*+.:_])\1{2,}\s*$")


def _role_mentions(text: str, offset: int, positions: Positions) -> Iterator[Mention]:
    for found in _ROLE.finditer(text):
        if "." in found["name"] or found["role"] == "mod":
            start = offset + found.start("name")
            span = positions.span(start, start + len(found["name"]))
            form: Form = "name" if "." in found["name"] else "module"
            role = f":{found['role']}:"
            yield Mention("REF008", "name", found["name"].rstrip("."), form, role, "warning", span)


def _link_mentions(text: str, offset: int, positions: Positions) -> Iterator[Mention]:
    for found in _LINK.finditer(text):
        if form_of(found[1]) == "path":
            span = positions.span(offset + found.start(1), offset + found.end(1))
            yield Mention("REF008", "link", found[1], "path", "the document", "warning", span)


def _without_roles(text: str) -> str:
    return _AUTO.sub(_blank, _ROLE.sub(_blank, text))


def _blank(found: re.Match[str]) -> str:
    return " " * len(found[0])


class ReStructuredText(TextKind):
    """Names, roles, automodule directives, paths, example code and commands in RST."""

    name = "rst"
    codes = ("REF008",)
    title = "RST: automodule and autoclass targets, toctrees, roles, names, paths, code blocks, doctests"

    def wants(self, path: str) -> bool:
        return path.lower().endswith((".rst", ".rest"))

    def mentions(self, source: Source) -> Iterator[Mention]:
        text, positions = source.text, source.positions
        yield from self._blocks(text, positions)
        for auto in _AUTO.finditer(text):
            span = positions.span(auto.start("name"), auto.end("name"))
            form: Form = "name" if "." in auto["name"] else "module"
            role = f"`{auto['directive']}`"
            yield Mention("REF008", "name", auto["name"], form, role, "warning", span)

    def _blocks(self, text: str, positions: Positions) -> Iterator[Mention]:
        lines = text.splitlines(keepends=True)
        offset, index, is_old = 0, 0, False
        unit: list[str] = []
        unit_offset = 0

        def flush() -> Iterator[Mention]:
            whole = "".join(unit)
            unit.clear()
            if not is_old and whole.strip():
                if ">>> " in whole:
                    yield from doctest_mentions(whole, unit_offset, positions, "the example")
                else:
                    yield from _role_mentions(whole, unit_offset, positions)
                    yield from _link_mentions(whole, unit_offset, positions)
                    yield from doc_mentions(whole, unit_offset, positions)
                    yield from prose_mentions(_without_roles(whole), unit_offset, positions, "the document")

        while index < len(lines):
            line = lines[index]
            if _UNDERLINE.match(line) and len(unit) == 1:
                is_old = heads_deletion(unit[0])
                unit.clear()
            elif block := _CODE.match(line) or _OLD.match(line) or _COMMENT.match(line):
                yield from flush()
                end = _block_end(lines, index, len(block[1]))
                if block.re.pattern == _CODE.pattern and not is_old:
                    start, content = _content(lines[index:end], offset)
                    yield from fence_mentions(Fence(block[2].lower(), start, content), positions, "the document")
                offset += sum(map(len, lines[index:end]))
                index = end
                continue
            elif not line.strip():
                yield from flush()
            else:
                if not unit or re.match(r"\s*(?:[-*+]|\d+\.)\s", line):
                    yield from flush()
                    unit_offset = offset
                unit.append(line)
            offset += len(line)
            index += 1
        yield from flush()

    HOLDS = (
        Example(
            title="a toctree of documents that a build has written since they were removed",
            before={
                "docs/index.rst": "Shop\n====\n\n.. toctree::\n\n   pkg/shop\n",
                "docs/pkg/shop.rst": "",
            },
            gone=("docs/pkg/shop.rst",),
            after={"docs/pkg/.gitignore": "*\n!.gitignore\n"},
        ),
        Example(
            title="roles that resolve, a removal that is stated, a comment, a note of a version",
            before={
                "shop/__init__.py": "",
                "shop/old.py": "",
                "shop/new.py": "class Store: ...\n",
                "a.rst": (
                    "Shop\n====\n\n:class:`shop.new.Store` and :mod:`shop`.\n``shop.old`` was removed.\n\n"
                    ".. shop.old in a comment\n\n.. versionchanged:: 2.0\n   It lay in shop.old once.\n\n"
                    "Migration\n---------\n\nFrom shop.old to shop.new.\n"
                ),
            },
            gone=("shop/old.py",),
        ),
    )
    BREAKS = (
        Example(
            title="documents that a toctree lists and a role leads to, by their names",
            before={
                "docs/index.rst": (
                    "Shop\n====\n\n.. toctree::\n   :maxdepth: 2\n\n   start\n   guide/old\n   The old <guide/old>\n"
                    "   self\n   https://example.org/guide/old\n\n"
                    "See :doc:`the guide <guide/old>` and :doc:`/guide/old`.\n"
                ),
                "docs/start.rst": "Start\n=====\n",
                "docs/guide/old.rst": "Old\n===\n",
            },
            gone=("docs/guide/old.rst",),
            finds=(
                ("docs/index.rst", 8, "docs/guide/old.rst"),
                ("docs/index.rst", 9, "docs/guide/old.rst"),
                ("docs/index.rst", 13, "docs/guide/old.rst"),
                ("docs/index.rst", 13, "docs/guide/old.rst"),
            ),
        ),
        Example(
            title="automodule, a role with a title, a tilde, a code block and a doctest",
            before={
                "shop/__init__.py": "",
                "shop/old.py": "class Store: ...\n",
                "a.rst": (
                    ".. automodule:: shop.old\n   :members:\n\nA :class:`store <shop.old.Store>`,\n"
                    ":py:class:`~shop.old.Store`.\n\n.. code-block:: python\n\n   from shop.old import Store\n\n"
                    ">>> import shop.old\n"
                ),
            },
            gone=("shop/old.py",),
            finds=(
                ("a.rst", 1, "shop.old"),
                ("a.rst", 4, "shop.old"),
                ("a.rst", 5, "shop.old"),
                ("a.rst", 9, "shop.old"),
                ("a.rst", 11, "shop.old"),
            ),
        ),
    )


def _block_end(lines: list[str], index: int, indent: int) -> int:
    """The first line after a directive that is indented no deeper than it."""
    end = index + 1
    while end < len(lines) and (not lines[end].strip() or len(lines[end]) - len(lines[end].lstrip()) > indent):
        end += 1
    return end


def _content(block: list[str], offset: int) -> tuple[int, str]:
    """Where a directive's content begins, and the content: after its options and a blank line."""
    skipped = 1
    while skipped < len(block) and (not block[skipped].strip() or re.match(r"\s*:[\w-]+:", block[skipped])):
        skipped += 1
    return offset + sum(map(len, block[:skipped])), "".join(block[skipped:])


class Docstrings(TextKind):
    """Cross-references and doctests in the docstrings of Python files."""

    name = "docstrings"
    codes = ("REF008",)
    title = "docstrings: :class:, :func: and :mod: cross-references, and what doctests import"
    marks = (b":`", b">>> ")

    def wants(self, path: str) -> bool:
        return path.endswith((".py", ".pyi"))

    def mentions(self, source: Source) -> Iterator[Mention]:
        text, positions = source.text, source.positions
        try:
            tree = python_tree(text)
        except UnreadableError:
            return  # the reader of Python itself reports it
        for node in ast.walk(tree):
            if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)) and node.body:
                first = node.body[0]
                if (
                    isinstance(first, ast.Expr)
                    and isinstance(first.value, ast.Constant)
                    and isinstance(first.value.value, str)
                ):
                    start = positions.offset(first.lineno)
                    end = positions.offset(first.end_lineno or first.lineno, first.end_col_offset or 0)
                    yield from _role_mentions(text[start:end], start, positions)
                    yield from doctest_mentions(text[start:end], start, positions, "the doctest")

    HOLDS = (
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
