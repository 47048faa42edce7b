"""Finds the commits and branches that sentences name, and what a commit is said to have done."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

import msgspec

from audit.claims.blocks import Block
from audit.claims.names import PATH, is_quoted
from audit.claims.phrases import Phrase, phrase_at
from audit.model.commits import Commit
from audit.model.regex import regex

_ID: Final = r"`?(?P<id>(?=[0-9a-f]*[a-f])(?=[0-9a-f]*\d)[0-9a-f]{7,40})`?(?![\w-])"
"""The start of an id: of letters and digits both, so that neither a number nor a word is taken for one."""
_NAMED: Final = regex(
    rf"\b(?:(?:commits?|sha|revision)\s*:?|in|by|with|since|at)\s+{_ID}(?!\s*\.\w|/)"
    rf"|^{_ID.replace('?P<id>', '?P<first>')}"
    r"(?=\s+(?:\([^()]*\)\s+)?(?:removed|deleted|added|created|introduced|renamed|moved)\b)",
    re.IGNORECASE,
)
_DONE: Final = (
    ("removed", r"(?:removed|deleted|removes|deletes|dropped)"),
    ("added", r"(?:added|created|introduced|adds|creates|introduces)"),
)
_ACTIVE: Final = tuple(
    (key, re.compile(rf"\b(?:commit\s+)?{_ID}\s+(?:\([^()]*\)\s+)?(?:also\s+)?{verb}\b", re.IGNORECASE))
    for key, verb in _DONE
)
_RENAMED: Final = regex(
    rf"\b(?:commit\s+)?{_ID}\s+(?:\([^()]*\)\s+)?(?:renamed|moved|renames|moves)\s+`(?P<old>[^`]+)`\s+(?:in)?to\s+`(?P<new>[^`]+)`",
    re.IGNORECASE,
)
_PASSIVE: Final = tuple(
    (
        key,
        re.compile(
            rf"\s*(?:was|were|is|are|has\s+been|have\s+been)?\s*{verb}\s+(?:in|by|with)\s+(?:commit\s+)?{_ID}",
            re.IGNORECASE,
        ),
    )
    for key, verb in _DONE
)
_BEFORE: Final = tuple((key, re.compile(rf"^(?:also\s+)?{verb}\b", re.IGNORECASE)) for key, verb in _DONE)
_IN: Final = regex(rf"\s*(?:in|by|with)\s+(?:commit\s+)?{_ID}", re.IGNORECASE)
_BRANCH: Final = regex(
    r"\b(?:on|from|into|in|to)\s+(?:the\s+)?(?:branch\s+`(?P<a>[\w./-]+)`|`(?P<b>[\w./-]+)`\s+branch\b)"
    r"|^(?:working\s+|git\s+|feature\s+)?branch\s*:\s*`?(?P<c>[\w./-]+)`?\W*$",
    re.IGNORECASE,
)
_MERGED: Final = regex(
    r"\bmerged\s+(?:in|as|via|with|by)\s+(?:pr\s+|pull\s+request\s+)?#(?P<number>\d{1,7})\b", re.IGNORECASE
)
_END: Final = regex(r"\s*(?:$|[.;,!)(—–]|and\b|because\b|with\b|in\s+favou?r\b|on\s+\d)")


class NamedCommit(msgspec.Struct, frozen=True):
    """One commit, branch or request as it is written, and what must be so."""

    text: str
    block: Block
    predicate: Commit


def find_commits(blocks: Sequence[Block]) -> Iterator[NamedCommit]:
    """Every commit and branch that a sentence names outside quotations, each once a sentence."""
    for block in blocks:
        if not block.quoted and block.kind != "html" and not block.struck:
            yield from _in_sentence(block)


def _in_sentence(block: Block) -> Iterator[NamedCommit]:
    text = block.text
    taken: set[str] = set()
    for match in _NAMED.finditer(text):
        start = match["id"] or match["first"]
        if start not in taken and not is_quoted(text, match.start()):
            taken.add(start)
            yield NamedCommit(match[0], block, _done(start, text))
    for match in _BRANCH.finditer(text):
        if not is_quoted(text, match.start()):
            yield NamedCommit(match[0], block, Commit(branch=match["a"] or match["b"] or match["c"]))
    for match in _MERGED.finditer(text):
        if not is_quoted(text, match.start()):
            yield NamedCommit(match[0], block, Commit(merged=int(match["number"])))


def _done(start: str, text: str) -> Commit:
    """What a sentence says that the commit did, where it names only that."""
    renamed = _RENAMED.search(text)
    if (
        renamed is not None
        and renamed["id"] == start
        and PATH.fullmatch(renamed["old"])
        and PATH.fullmatch(renamed["new"])
    ):
        return Commit(id=start, removed=(renamed["old"],), added=(renamed["new"],))
    for key, active in _ACTIVE:
        match = active.search(text)
        phrase = phrase_at(text, match.end()) if match is not None and match["id"] == start else None
        if phrase is not None and _END.match(text, phrase.end):
            return _commit(start, key, phrase)
    for (key, passive), (_, before) in zip(_PASSIVE, _BEFORE, strict=True):
        phrase = phrase_at(text)
        match = passive.match(text, phrase.end) if phrase is not None else None
        if phrase is None:
            verb = before.match(text)
            phrase = phrase_at(text, verb.end()) if verb is not None else None
            match = _IN.match(text, phrase.end) if phrase is not None else None
        if phrase is not None and match is not None and match["id"] == start:
            return _commit(start, key, phrase)
    return Commit(id=start)


def _commit(start: str, key: str, phrase: Phrase) -> Commit:
    names = tuple(name.removeprefix("./").removesuffix("()") for name in phrase.names)
    if not all(PATH.fullmatch(name) or name.isidentifier() for name in names):
        return Commit(id=start)
    return Commit(id=start, removed=names) if key == "removed" else Commit(id=start, added=names)
