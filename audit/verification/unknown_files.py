"""Finds the Python files that a document speaks of as being there, and that no tree of the repository ever had.

One such file may be meant to come, or lie elsewhere. In a document whose other files are in the tree it is an error.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from fnmatch import fnmatchcase
from typing import Final

import msgspec

from audit.model.claims import Statement
from audit.model.codebase import Codebase
from audit.model.predicates import Cited
from audit.model.regex import regex
from audit.verification.fit_paths import ending, is_folder

_FEWEST: Final = 3
"""Fewest Python files of a document that are in the tree, and show that it speaks of this one."""
_LAST_LATIN: Final = "\u024f"
_PLACEHOLDER: Final = regex(r"\b(?:path/to|your|my|example|foo|bar|xxx)|[<>{}*]", re.IGNORECASE)


def with_unknown_files(
    written: Sequence[Statement], fitted: Sequence[Statement], codebase: Codebase
) -> tuple[Statement, ...]:
    """The fitted statements, in which a Python file that is spoken of and is unknown is looked for all the same."""
    spoken = [_spoken_of(each) for each in written]
    paths = set(codebase.paths())
    there = {path for path in spoken if path in paths}
    unknown = {path for path in spoken if path and path not in there and _is_unknown(path, codebase)}
    if not unknown or not _is_read(written):
        return tuple(fitted)
    if len(there) < max(_FEWEST, 2 * len(unknown)):
        return tuple(fitted)
    return tuple(
        msgspec.structs.replace(now, predicates=(Cited(path=path),), obstacle="", weight=was.weight)
        if path in unknown and not now.predicates and was.tense == "claim"
        else now
        for was, now, path in zip(written, fitted, spoken, strict=True)
    )


def _is_read(written: Sequence[Statement]) -> bool:
    """Whether the document is in a script in which words such as "planned" or "or" would be seen."""
    letters = [letter for each in written for letter in each.text if letter.isalpha()]
    return sum(letter > _LAST_LATIN for letter in letters) * 10 < len(letters)


def _spoken_of(statement: Statement) -> str:
    """The Python file below a folder that a statement does nothing but speak of; a drawn tree may be one to come."""
    match statement.predicates:
        case (Cited(path=path, first=None, says=""),) if "/" in path and path.endswith(".py"):
            return path if path in statement.text else ""
        case _:
            return ""


def _is_unknown(path: str, codebase: Codebase) -> bool:
    folder, _, name = path.rpartition("/")
    paths = codebase.paths()
    if path.startswith(("/", "~", ".")) or not is_folder(folder, paths) or _PLACEHOLDER.search(path):
        return False
    known = codebase.retired(path) is not None or codebase.was_deleted(path)
    return not (known or ending(name, paths) or name in paths or _is_ignored(path, codebase))


def _is_ignored(path: str, codebase: Codebase) -> bool:
    """Whether the repository may leave the file out on purpose."""
    rules = [
        line.strip().strip("/")
        for each in codebase.paths()
        if each.rpartition("/")[2] == ".gitignore"
        for line in (codebase.read_text(each) or "").splitlines()
    ]
    parts = path.split("/")
    ends = {*parts, *("/".join(parts[:end]) for end in range(1, len(parts) + 1))}
    return any(fnmatchcase(part, rule) for rule in rules if rule and rule[0] not in "#!" for part in ends)
