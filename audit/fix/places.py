"""A name respelled at the exact place of its finding, in any text."""

from __future__ import annotations

import posixpath
import re
from typing import Final

from audit.fix.changes import Relocate, appended
from audit.fix.spelling import is_formatted, respell, respell_link
from audit.fix.text import CannotFixError, Edit, Lines
from audit.model.findings import Finding
from audit.model.regex import regex

_SHOWN: Final = ("REF008", "REF009")
_IMPORTING: Final = (*_SHOWN, "REF007")
"""What is no Python file and may hold imports all the same: documents, notebooks, scripts without a suffix."""
_FURTHEST: Final = 2_000
"""Characters within which a name follows the module that it is imported from."""
_OTHER_NAMES: Final = r"(?:(?:[ \t\w,]|\\\r?\n[ \t.>]*)*|\s*\([^()]*)"
"""On one line, on lines that a backslash joins, or in parentheses with comments and prompts."""
_ACCESS: Final = regex(r"\w+(?:\.\w+)+")
PLAIN: Final = ("star", "name")
"""Kinds of findings on plain names."""
ACCESSES: Final = ("attribute", *PLAIN)
"""Kinds of findings on what code reads of an object, a module or its own names."""
_PLAIN_NAME: Final = regex(r"(['\"])([\w.]+)\1")
_BEHIND_KEY: Final = regex(r"\s*:")
_SUBSCRIPT: Final = regex(r"\w\[")
_QUOTED: Final = regex(r"(['\"])\w+(?:\.\w+)+\1")
NO_REPLACEMENT: Final = "no replacement known"


def respelled_at(lines: Lines, finding: Finding, relocate: Relocate = appended) -> Edit:
    """The edit that renames what a finding names where it stands, quotes and what follows the name kept.

    ``relocate`` tells where a name is now that follows the module which a finding is on.

    Raises:
        CannotFixError: no successor is known, or the text there does not spell the old name.
    """
    if finding.replacement is None:
        raise CannotFixError(NO_REPLACEMENT)
    start, end = lines.span(finding.site)
    written = lines.text[start:end]
    if is_formatted(written):
        raise CannotFixError("an f-string is put together when it runs")
    renamed = _as_link(written, finding, finding.replacement) or _with_follower(written, finding, relocate)
    renamed = renamed or respell(written, finding.target, finding.replacement)
    if renamed is None and finding.kind == "string":
        renamed = _as_key(lines, start, end, finding.target, finding.replacement)
    is_import = finding.code in _IMPORTING or finding.kind == "import"
    if renamed is None and is_import and (module := _module_of(lines, finding, relocate)) is not None:
        return module
    if renamed is None and finding.code in _SHOWN and _ACCESS.fullmatch(written):
        return last_part_at(lines, finding)  # code that a document shows, which reaches the name by another
    if renamed is None and finding.code == "REF004" and _QUOTED.fullmatch(written):
        return last_part_at(lines, finding)  # a string that reaches the name through another module
    if renamed is None or renamed == written:
        raise CannotFixError("the text there does not spell the old name")
    return Edit(start, end, renamed)


def _as_key(lines: Lines, start: int, end: int, target: str, replacement: str) -> str | None:
    """A module that a table has for a key, relative to its package, which holds the new one as well."""
    written, before = lines.text[start:end], lines.text[max(0, start - 2) : start]
    is_key = _BEHIND_KEY.match(lines.text, end) is not None or _SUBSCRIPT.fullmatch(before) is not None
    literal = _PLAIN_NAME.fullmatch(written)
    package = target[: -len(literal[2]) - 1] if literal is not None else ""
    if (
        not is_key
        or literal is None
        or target != f"{package}.{literal[2]}"
        or not replacement.startswith(f"{package}.")
    ):
        return None
    return f"{literal[1]}{replacement[len(package) + 1 :]}{literal[1]}"


def _as_link(written: str, finding: Finding, replacement: str) -> str | None:
    """A link of a document that leads to another folder now, or a document listed without its suffix: relative to the
    folder of its own. What a sentence merely calls by its name is another matter."""
    if finding.kind != "link" and (finding.code != "REF008" or written.endswith(posixpath.splitext(replacement)[1])):
        return None
    return respell_link(written, finding.site.path.rpartition("/")[0], finding.target, replacement)


def _module_of(lines: Lines, finding: Finding, relocate: Relocate) -> Edit | None:
    """The edit of the module in an import that a document shows, where a finding stands at one name of several."""
    start, end = lines.span(finding.site)
    name, before = lines.text[start:end].partition(" ")[0], lines.text[max(0, start - _FURTHEST) : start]
    module = rf"({re.escape(finding.target)})(?:\.(\w+))?(?:\.\w+)*"
    found = re.search(rf"(?<![\w.])from\s+{module}\s+import\b{_OTHER_NAMES}$", before)
    if found is None:
        return None
    follower = found[2] or name
    if relocate(finding, follower) != f"{finding.replacement}.{follower}":
        return None
    return Edit(start - len(before) + found.start(1), start - len(before) + found.end(1), finding.replacement or "")


def _with_follower(written: str, finding: Finding, relocate: Relocate) -> str | None:
    """The text with the target and the one name behind it renamed together; None where that went along with it."""
    spelled = r"[.:]".join(map(re.escape, finding.target.split(".")))
    follower = re.search(rf"(?<![\w.]){spelled}(?:[.:]|\s+import\s+)([^\W\d]\w*)(?![\w,]|\s*,)", written)
    if follower is None:
        return None
    home = relocate(finding, follower[1])
    if home == f"{finding.replacement}.{follower[1]}":
        return None
    return respell(written, f"{finding.target}.{follower[1]}", home)


def last_part_at(lines: Lines, finding: Finding) -> Edit:
    """The edit that renames the last part of a target, where a string or a call spells it by that alone: a member of
    a class, whose module may have moved as well.

    Raises:
        CannotFixError: more than the last part has changed, or it does not stand there exactly once.
    """
    parent, _, old = finding.target.rpartition(".")
    new_parent, _, new = (finding.replacement or "").rpartition(".")
    start, end = lines.span(finding.site)
    places = list(re.finditer(rf"(?<!\w){re.escape(old)}(?!\w)", lines.text[start:end]))
    if _leaf(parent) != _leaf(new_parent) or len(places) != 1:
        raise CannotFixError("the text there does not spell the old name")
    return Edit(start + places[0].start(), start + places[0].end(), new)


def _leaf(dotted: str) -> str:
    return dotted.rpartition(".")[2]
