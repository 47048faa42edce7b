"""Holds the statements of a document against each other, and against those of earlier documents of its series."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import Final, Literal

import msgspec

from audit.model.bounds import Bound
from audit.model.claims import Dossier, Statement
from audit.model.documents import DocumentFinding
from audit.model.predicates import Absent, Cited, Exists, Imports, Pytest, Size, Unreferenced
from audit.model.regex import regex

Kind = Literal["size", "tests", "gone", "there", "unused", "used", "imports", "import errors"]

_TESTS: Final = regex(
    r"(?<![\d.~/])\b(?P<number>\d+)\s+(?P<which>[a-z][\w-]*)\s+tests?\s+(?:(?:are|is|now|all)\s+)*(?:passing|pass|passed)\b",
    re.IGNORECASE,
)
_VAGUE: Final = frozenset({"more", "new", "other", "additional", "of", "the", "remaining", "further", "these", "unit"})
_STILL_THERE: Final = regex(
    r"`?(?P<name>[\w./]+)`?\s+(?:still\s+(?:exists?|stands?)|is\s+still\s+(?:there|in\s+the))\b"
)
_STILL_USED: Final = regex(
    r"\bstill\s+(?:uses?|using|imports?|importing|references?|referencing|depends?\s+on)\s+(?:the\s+)?(?P<names>.*)$",
    re.IGNORECASE,
)
_IMPORT_ERRORS: Final = regex(
    r"\b(?:still|remaining|currently|yet|unresolved)\b.*\bimport\s+(?:errors?|failures?|issues?)\b"
    r"|\bimport\s+(?:errors?|failures?)\b.*\b(?:still|remain\w*|persist\w*|unresolved)\b",
    re.IGNORECASE,
)
_MOST: Final = 50
"""Most statements of one subject that are compared: with more, the document is a log."""
_OPPOSITES: Final[dict[Kind, Kind]] = {"gone": "there", "unused": "used", "imports": "import errors"}


class _Said(msgspec.Struct, frozen=True):
    """One thing that a statement says of a subject, and in what words; ``bound`` where it is a number."""

    kind: Kind
    subject: str
    words: str
    line: int
    bound: Bound | None = None
    name: str = ""


def contradictions(statements: Sequence[Statement], path: str) -> Iterator[DocumentFinding]:
    """Every pair of statements of one document of which only one can be right (DOC006)."""
    said: dict[str, list[_Said]] = defaultdict(list)
    for statement in statements:
        for each in _sayings(statement):
            said[each.subject].append(each)
    for group in said.values():
        clashes = (pair for pair in combinations(group[:_MOST], 2) if _clash(*pair))
        for early, late in (sorted(pair, key=lambda each: each.line) for pair in clashes):
            yield DocumentFinding(
                code="DOC006",
                message=f"says that {late.words}, and on line {early.line} that {early.words}",
                path=path,
                line=late.line,
            )


def subjects_of(statements: Sequence[Statement]) -> frozenset[str]:
    """The last words of the names that statements say are gone or there, as any text must hold them to say so too."""
    names = [
        name
        for statement in statements
        if statement.tense == "claim"
        for predicate in statement.predicates
        if isinstance(predicate, Absent | Exists | Cited)
        for name in (predicate.names if isinstance(predicate, Absent | Exists) else (predicate.path,))
    ]
    return frozenset(re.split(r"[/.:]", name.removesuffix(".py"))[-1] for name in names)


def against_earlier(now: Dossier, before: Dossier, *, same_series: bool) -> Iterator[DocumentFinding]:
    """What an earlier document had already said done, or said the opposite of: deletions cannot be done twice.

    That a thing is claimed anew counts only within one series: an audit repeats what the engineers claimed.
    """
    done = {
        each.subject: each for statement in before.statements for each in _sayings(statement) if each.kind == "gone"
    }
    for statement in now.statements:
        for said in _sayings(statement):
            earlier = done.get(said.subject)
            if earlier is None or said.kind not in ("gone", "there") or not _may_be_one(said.name, earlier.name):
                continue
            if said.kind == "gone" and not same_series:
                continue
            verb = "claims again" if said.kind == "gone" else "says"
            yield DocumentFinding(
                code="DOC006",
                message=f"{verb} that {said.words}; {before.path}:{earlier.line} said that {earlier.words}",
                path=now.path,
                line=said.line,
            )


def _clash(first: _Said, second: _Said) -> bool:
    if first.line == second.line or not _may_be_one(first.name, second.name):
        return False
    if first.bound is not None and second.bound is not None:
        return first.kind == second.kind and first.subject == second.subject and _apart(first.bound, second.bound)
    opposite = _OPPOSITES.get(first.kind) == second.kind or _OPPOSITES.get(second.kind) == first.kind
    return opposite and first.subject == second.subject


def _may_be_one(first: str, second: str) -> bool:
    """Whether two names can be of one thing: of two paths one must be the end of the other."""
    if "/" not in first or "/" not in second:
        return True
    one, other = f"/{first.strip('/')}", f"/{second.strip('/')}"
    return one.endswith(other) or other.endswith(one)


def _apart(first: Bound, second: Bound) -> bool:
    """Whether no number lies within both."""
    lowest = max(first.least or 0, second.least or 0)
    highest = min(each.most for each in (first, second, Bound(most=lowest)) if each.most is not None)
    return highest < lowest


def _sayings(statement: Statement) -> Iterator[_Said]:
    line = statement.line
    if statement.tense == "admission":
        yield from _admissions(statement)
    if statement.tense != "claim":
        return
    for predicate in statement.predicates:
        match predicate:
            case Size(symbol=symbol, lines=lines) if symbol:
                yield _Said("size", f"{symbol}()", f"{symbol} has {lines} lines", line, lines)
            case Size(path=path, lines=lines):
                yield _Said("size", _subject(path), f"{path} has {lines} lines", line, lines, path)
            case Pytest(nodes=nodes, passed=passed) if passed is not None and not nodes[0].endswith("/"):
                yield _Said("tests", " ".join(nodes), f"{passed} tests of {', '.join(nodes)} pass", line, passed)
            case Absent(names=names):
                yield from (_Said("gone", _subject(name), f"{name} is gone", line, name=name) for name in names)
            case Exists(names=names):
                yield from (_Said("there", _subject(name), f"{name} is there", line, name=name) for name in names)
            case Cited(path=path, first=first) if first is not None:
                yield _Said("there", _subject(path), f"{path} has line {first}", line, name=path)
            case Unreferenced(names=names):
                yield from (_Said("unused", _subject(name), f"nothing names {name}", line) for name in names)
            case Imports(packages=()):
                yield _Said("imports", "", "everything imports", line)
            case _:
                continue
    for match in _TESTS.finditer(statement.text):
        which, number = match["which"].lower(), int(match["number"])
        if which not in _VAGUE:
            yield _Said("tests", which, f"{number} {which} tests pass", line, Bound(number, number))


def _admissions(statement: Statement) -> Iterator[_Said]:
    text, line = statement.text, statement.line
    for match in _STILL_THERE.finditer(text):
        yield _Said("there", _subject(match["name"]), f"{match['name']} is still there", line)
    used = _STILL_USED.search(text)
    if used is not None:
        for name in re.findall(r"[A-Z][a-z]\w*[A-Z]\w*", used["names"]):
            yield _Said("used", _subject(name), f"{name} is still used", line)
    if _IMPORT_ERRORS.search(text):
        yield _Said("import errors", "", "there are import errors still", line)


def _subject(name: str) -> str:
    """A file or a class by one name: ``pkg/checkpoint_manager.py`` is the file of ``CheckpointManager``."""
    bare = name.strip("/").rpartition("/")[2]
    if "/" not in name and name[:1].isupper():
        return name.lower()
    return bare.removesuffix(".py").replace("_", "").lower() if bare[:2] != "__" and bare.endswith(".py") else name
