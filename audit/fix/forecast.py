"""Whether `audit fix` would mend a finding, told from the text of its file without parsing it losslessly.

It makes the same decisions as the fix itself, except those that only the second check can make.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import cache
from typing import Final

from audit.fix.generated import is_generated
from audit.fix.places import ACCESSES, respelled_at
from audit.fix.text import CannotFixError, Lines, decode_python, decode_text
from audit.model.facts import UsedNames
from audit.model.findings import Finding
from audit.model.regex import regex

_NOT_BY_RENAMING: Final = frozenset({"REF010", "REF013"})
"""A pickle is not text, and a call needs its arguments mended. A parameter is renamed with all that uses it."""
_REMOVED: Final = frozenset({"REF001", "REF002"})
_GUARDED: Final = "REF011"
_IN_PROSE: Final = "REF008"
_CHAIN: Final = regex(r"[\w.\s]+")


def may_be_fixable(finding: Finding) -> bool:
    """Whether `audit fix` could mend a finding at all, whatever the text of its file."""
    if not finding.code.startswith(("REF", "IMP")) or finding.code in _NOT_BY_RENAMING or finding.kind == "fixture":
        return False
    if finding.site.line is None or finding.site.end_column is None:
        return False
    if finding.code == _GUARDED and not finding.new:
        return False
    return finding.replacement is not None or (_is_import(finding) and finding.code in _REMOVED)


def _is_import(finding: Finding) -> bool:
    return finding.kind == "import" and finding.code != _IN_PROSE and finding.site.path.endswith((".py", ".pyi"))


class Forecast:
    """Answers for the findings of one tree.

    ``read`` gives the bytes of a file, None where it must not be touched; ``names_in`` the names of a text.
    """

    def __init__(self, read: Callable[[str], bytes | None], names_in: Callable[[str], UsedNames]) -> None:
        self._read = read
        self._names_in = cache(names_in)
        self._texts: dict[str, str | None] = {}

    def look_ahead(self, findings: Iterable[Finding]) -> None:
        """Read now, while there is time, what the answers for these findings need."""
        for finding in findings:
            self.is_fixable(finding)

    def is_fixable(self, finding: Finding) -> bool:
        """Whether `audit fix`, without ``--unsafe``, would mend what the finding is about."""
        if not may_be_fixable(finding):
            return False
        path = finding.site.path
        text = self._text(path)
        if text is None:
            return False
        if finding.code == _GUARDED and (finding.site.line or 0) in self._names_in(text).handled:
            return False
        if _is_import(finding):
            return finding.replacement is not None or self._is_unused(text, finding)
        if path.endswith((".py", ".pyi")) and finding.kind in ACCESSES and finding.code != _IN_PROSE:
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

    def _is_unused(self, text: str, finding: Finding) -> bool:
        """Whether nothing in the file uses any name that the import on the finding's line binds."""
        names = self._names_in(text)
        bound = names.bound.get((finding.site.line or 0, finding.site.column or 0), frozenset())
        return bool(bound) and names.used.isdisjoint(bound)


def _spells_access(text: str, finding: Finding) -> bool:
    """Whether the text at a finding on an attribute spells what is to be renamed, and nothing else."""
    try:
        start, end = Lines(text).span(finding.site)
    except CannotFixError:
        return False
    written, old = text[start:end], finding.target
    stays = (finding.replacement or "").rpartition(".")[0] == old.rpartition(".")[0]
    if finding.kind == "star" or (finding.kind == "name" and stays):
        return re.match(rf"{re.escape(old.rpartition('.')[2])}(?!\w)", written) is not None
    if finding.kind == "name":
        return False
    if stays:
        return re.search(rf"(?<!\w){re.escape(old.rpartition('.')[2])}(?!\w)", written) is not None
    return _CHAIN.fullmatch(written) is not None
