"""Whether `audit fix` would mend a finding, told from the text of its file without parsing it losslessly.

It makes the same decisions as the fix itself, except those that only the second check can make.
"""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Callable, Iterator
from typing import Final

import msgspec

from audit.fix.generated import is_generated
from audit.fix.places import respelled_at
from audit.fix.text import CannotFixError, Lines, decode_python, decode_text
from audit.model.findings import Finding
from audit.model.regex import regex

_NOT_BY_RENAMING: Final = frozenset({"REF010", "REF013"})
"""A pickle is not text, and a call needs its arguments mended."""
_REMOVED: Final = frozenset({"REF001", "REF002"})
_GUARDED: Final = "REF011"
_IN_PROSE: Final = "REF008"
_WORD: Final = regex(r"\w+")
_CHAIN: Final = regex(r"[\w.\s]+")
_MAX_NAME: Final = 200
"""Characters of a string that may be a forward reference or an entry of ``__all__``."""


def may_be_fixable(finding: Finding) -> bool:
    """Whether `audit fix` could mend a finding at all, whatever the text of its file."""
    if not finding.code.startswith(("REF", "IMP")) or finding.code in _NOT_BY_RENAMING:
        return False
    if finding.site.line is None or finding.site.end_column is None:
        return False
    if finding.code == _GUARDED and not finding.new:
        return False
    return finding.replacement is not None or (_is_import(finding) and finding.code in _REMOVED)


def _is_import(finding: Finding) -> bool:
    return finding.kind == "import" and finding.code != _IN_PROSE and finding.site.path.endswith((".py", ".pyi"))


class Forecast:
    """Answers for the findings of one tree; ``read`` gives the bytes of a file, None where it must not be touched."""

    def __init__(self, read: Callable[[str], bytes | None]) -> None:
        self._read = read
        self._texts: dict[str, str | None] = {}
        self._names: dict[str, _Names | None] = {}

    def is_fixable(self, finding: Finding) -> bool:
        """Whether `audit fix`, without ``--unsafe``, would mend what the finding is about."""
        if not may_be_fixable(finding):
            return False
        path = finding.site.path
        text = self._text(path)
        if text is None:
            return False
        if finding.code == _GUARDED and (finding.site.line or 0) in self._handled(path, text):
            return False
        if _is_import(finding):
            return finding.replacement is not None or self._is_unused(path, text, finding)
        if path.endswith((".py", ".pyi")) and finding.kind in ("attribute", "star") and finding.code != _IN_PROSE:
            return _spells_access(text, finding)
        try:
            respelled_at(Lines(text), finding)
        except CannotFixError:
            return False
        return True

    def _text(self, path: str) -> str | None:
        if path not in self._texts:
            self._texts[path] = self._decoded(path)
        return self._texts[path]

    def _decoded(self, path: str) -> str | None:
        content = self._read(path)
        if content is None or is_generated(content):
            return None
        try:
            return (decode_python if path.endswith((".py", ".pyi")) else decode_text)(content).text
        except CannotFixError:
            return None

    def _names_in(self, path: str, text: str) -> _Names | None:
        if path not in self._names:
            self._names[path] = _names_of(text)
        return self._names[path]

    def _handled(self, path: str, text: str) -> frozenset[int]:
        names = self._names_in(path, text)
        return names.handled if names is not None else frozenset()

    def _is_unused(self, path: str, text: str, finding: Finding) -> bool:
        """Whether nothing in the file uses any name that the import on the finding's line binds."""
        names = self._names_in(path, text)
        bound = (
            names.bound.get((finding.site.line or 0, finding.site.column or 0), frozenset())
            if names is not None
            else frozenset()
        )
        return names is not None and bool(bound) and names.used.isdisjoint(bound)


class _Names(msgspec.Struct, frozen=True):
    """What a file uses, and what each import and each name of it binds, by line and column."""

    used: frozenset[str]
    bound: dict[tuple[int, int], frozenset[str]]
    handled: frozenset[int]
    """The lines of imports that stand in an ``except`` clause."""


def _names_of(text: str) -> _Names | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what is odd about another project's strings is its own affair
            tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    used: set[str] = set()
    bound: dict[tuple[int, int], frozenset[str]] = {}
    handled: set[int] = set()
    for node in _nodes(tree):
        if isinstance(node, ast.Name):
            used.add(node.id)
        elif isinstance(node, (ast.Global, ast.Nonlocal)):
            used.update(node.names)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            used.update(_WORD.findall(node.value) if len(node.value) < _MAX_NAME else ())
        elif isinstance(node, ast.ExceptHandler):
            handled.update(each.lineno for each in ast.walk(node) if isinstance(each, (ast.Import, ast.ImportFrom)))
        elif isinstance(node, ast.ClassDef):
            used.update(each for part in node.body for each in _bound_by(part))
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            bound[node.lineno, node.col_offset + 1] = frozenset(_bound_by(node))
            for alias in node.names:
                bound[alias.lineno, alias.col_offset + 1] = frozenset({(alias.asname or alias.name).partition(".")[0]})
    return _Names(frozenset(used), bound, frozenset(handled))


def _nodes(tree: ast.AST) -> Iterator[ast.AST]:
    """Every node in no order: `ast.walk` takes twice the time for one that does not matter here."""
    stack = [tree]
    while stack:
        node = stack.pop()
        yield node
        for value in vars(node).values():
            if isinstance(value, list):
                stack += [each for each in value if isinstance(each, ast.AST)]
            elif isinstance(value, ast.AST):
                stack.append(value)


def _bound_by(statement: ast.stmt) -> list[str]:
    """What an import binds; ``*`` binds nothing that could be looked for."""
    if not isinstance(statement, (ast.Import, ast.ImportFrom)):
        return []
    return [(alias.asname or alias.name).partition(".")[0] for alias in statement.names if alias.name != "*"]


def _spells_access(text: str, finding: Finding) -> bool:
    """Whether the text at a finding on an attribute spells what is to be renamed, and nothing else."""
    try:
        start, end = Lines(text).span(finding.site)
    except CannotFixError:
        return False
    written, old = text[start:end], finding.target
    if finding.kind == "star":
        return re.match(rf"{re.escape(old.rpartition('.')[2])}(?!\w)", written) is not None
    if (finding.replacement or "").rpartition(".")[0] == old.rpartition(".")[0]:
        return re.search(rf"(?<!\w){re.escape(old.rpartition('.')[2])}(?!\w)", written) is not None
    return _CHAIN.fullmatch(written) is not None
