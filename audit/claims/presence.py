"""Sentences about files, classes and functions as wholes: deleted, created."""

from __future__ import annotations

import re
from typing import Final

from audit.claims.blocks import Block
from audit.claims.last_size import lines_at_last
from audit.claims.names import FOLDER, PATH, SYMBOL, folder_name, is_quoted
from audit.claims.phrases import Phrase, phrase_at
from audit.claims.place import place_of
from audit.claims.tables import status_of
from audit.claims.titles import lists_added, lists_deleted
from audit.model.archives import is_archived
from audit.model.predicates import Absent, AnyPredicate, Exists, Lacks
from audit.model.regex import regex

_LABEL: Final = r"(?:[A-Z][\w &/-]{0,30}:\s+)?(?:(?i:also|additionally|finally|furthermore|moreover|then)\b,?\s+)?"
_WHO: Final = r"(?i:(?:(?:the\s+)?(?:\w+\s+)?team|we|they|i)\s+)?"
_BY_WAY: Final = r"(?:(?:completely|entirely|successfully|finally|also|already|safely|cleanly|permanently|now)\s+)*"
_BEING: Final = r"(?:(?:was|were|is|are|has|have|had|been|now)\s+)*"
_GONE: Final = r"(?:deleted|removed|eliminated|dropped|purged|archived)"
_MADE: Final = r"(?:created|added|introduced|implemented)"
_PUT_AWAY: Final = regex(r"\barchived\b", re.IGNORECASE)
_DELETED: Final = regex(rf"\b{_GONE}\b", re.IGNORECASE)
_ADDED: Final = regex(rf"^{_LABEL}{_WHO}(?:have\s+)?{_BY_WAY}{_MADE}\b", re.IGNORECASE)
_PASSIVE_GONE: Final = regex(
    rf"\s*[|—–:-]?\s*(?:→|->|=>)?\s*{_BEING}{_BY_WAY}(?:{_GONE}\b(?:\s+(?:successfully|completely|entirely))?"
    r"|no\s+longer\s+exists?\b|(?<=→ )gone\b|(?<=is )gone\b|(?<=are )gone\b)",
    re.IGNORECASE,
)
_PASSIVE_MADE: Final = regex(
    rf"\s*[|—–:-]?\s*(?:→|->|=>)?\s*{_BEING}{_BY_WAY}(?:{_MADE}\b(?:\s+successfully)?|exists?\b|(?-i:NEW)\b)",
    re.IGNORECASE,
)
_MADE_AS: Final = regex(
    rf"^{_LABEL}(?:we\s+)?(?:have\s+)?{_MADE}\s+(?:[\w-]+\s+){{0,5}}(?:files?|modules?|scripts?|suites?|tests?|documents?|"
    r"documentation|guides?|pages?|notebooks?|packages?|tools?|report)\s*:\s*`(?P<path>[^`]+)`\W*$",
    re.IGNORECASE,
)
"""A file named behind what it is: "Created a test suite: `tests/test_a.py`"."""
_START: Final = regex(rf"{_LABEL}")
_ENDS: Final = regex(
    r"\s*(?:$|[.;!:|]|[(\[—–-]|,|\b(?:with|by|instead|because|since|replac\w+|and\s+replac\w+|favou?r|as|which|"
    r"entirely|completely|successfully|in\s+favou?r|in\s+commit|in\s+phase|from\s+(?:the\s+)?(?:entire\s+|whole\s+)?(?:code\s?base|tree|repo(?:sitory)?|project))\b|(?:in|by)\s+`?[0-9a-f]{7,40}\b)",
    re.IGNORECASE,
)
_MORE: Final = regex(r"\s*,\s*(?:and\s+)?(?:`|[a-z]+_\w+\b(?!\.)|[A-Z][a-z0-9]+[A-Z]\w*)")
"""A further name behind a comma, which was not read with the others."""
_NOT_BEFORE: Final = regex(
    r"\b(?:import(?:s|ed|ing)?|referenc(?:e|es|ing)|to|the|of|from|for|with|us(?:e|es|ing)|on|in|an?|about|by|into|at|these|"
    r"those|calls?|calling|names?|mentions?|expects?|any|some|already-)\s*$",
    re.IGNORECASE,
)
"""Words before "deleted" that make it say of what kind something is, not what was done."""
_MAY_FOLLOW: Final = regex(r"\s*(?:for|to|in)\b", re.IGNORECASE)
"""What may follow the name of a file that was created, and must not follow one that was deleted."""
_LISTED: Final = regex(r"\s*(?:$|[(:,–—-])")
"""What may follow the names of an item of such a list: at most a comment."""
_KEPT: Final = regex(
    r"\b(?:kept|keeps?|stays?|stayed|retained|restored|recreated|moved|renamed|not|never|except|only|later|partially|"
    r"until|unless|was|were|imports?|references?|functions?|from|generated|ignored|examples?|optional(?:ly)?)\b",
    re.IGNORECASE,
)
"""A comment of an item that takes back what the title of its list says, or says it of a part only."""
_PART: Final = regex(
    r"^\W*(?:\w+\W+)?(?:imports?|references?|dependenc(?:y|ies)|usages?|uses?|parameters?|arguments?|fields?|calls?|"
    r"support|logic|code|tests?|entries|entry|lines?|checks?|handling|section|branch|methods?|functions?|attributes?|"
    r"options?|flags?|keys?|variables?|constants?|properties|property|decorators?|objects?|instances?)\b",
    re.IGNORECASE,
)


def deletion(block: Block) -> tuple[AnyPredicate, ...]:
    """Files, modules, classes or functions said to be deleted as wholes, not something removed from them."""
    listed = _listed(block) if lists_deleted(block) else ()
    if listed:
        return (Absent(names=listed, lines=lines_at_last(block, listed)),)
    names, is_act = _deleted(block)
    if _PUT_AWAY.search(block.text):  # into an archive, where it is there still
        names = tuple(name for name in names if not is_archived(f"{name}/"))
    path, _ = place_of(block)
    if path and is_act and names and not any(_is_path(name) for name in names):
        return (Lacks(path=path, names=names),) if all(map(str.isidentifier, names)) else ()
    return (Absent(names=names, lines=lines_at_last(block, names)),) if names else ()


def _is_path(name: str) -> bool:
    return "/" in name or PATH.fullmatch(name) is not None


def _deleted(block: Block) -> tuple[tuple[str, ...], bool]:
    """The names that a sentence says were deleted, and whether it says so as an act: "removed X" from somewhere."""
    for text in (block.text, place_of(block)[1], status_of(block)):
        acted = _acted_on(text)
        names = acted or _passed_away(text)
        if names:
            return names, bool(acted)
    return (), False


def _acted_on(text: str) -> tuple[str, ...]:
    match = _DELETED.search(text)
    if match is not None and not is_quoted(text, match.start()) and not _NOT_BEFORE.search(text[: match.start()]):
        phrase = phrase_at(text, match.end())
        if phrase is not None and _ends(text, phrase.end) and not _PART.match(text[phrase.end :]):
            return _names(phrase)
    return ()


def _passed_away(text: str) -> tuple[str, ...]:
    for start in (_start(text), text.rfind(", ") + 2):
        phrase = phrase_at(text, start)
        passive = _PASSIVE_GONE.match(text, phrase.end) if phrase is not None else None
        if phrase is not None and passive is not None and _ends(text, passive.end()):
            return _names(phrase)
    return ()


def addition(block: Block) -> tuple[AnyPredicate, ...]:
    """Files, classes or functions said to have been created, or that stand in a list of created files."""
    path, text = place_of(block)
    names = _said_added(block.text) or _said_added(text) or _said_added(status_of(block))
    if not names and lists_added(block):
        names = _listed(block)
    if path and names and all(map(str.isidentifier, names)):
        names = tuple(f"{path}::{name}" for name in names)
    return (Exists(names=names),) if names else ()


def _said_added(text: str) -> tuple[str, ...]:
    made = _MADE_AS.match(text)
    if made is not None and PATH.fullmatch(made["path"]) and not _PART.search(text[: made.start("path")]):
        return (made["path"],)
    match = _ADDED.match(text)
    phrase = phrase_at(text, _start(text) if match is None else match.end())
    if phrase is None:
        return ()
    if match is None:
        passive = _PASSIVE_MADE.match(text, phrase.end)
        return _names(phrase) if passive is not None and _ends(text, passive.end()) else ()
    rest = text[phrase.end :]
    # A class that is added "to" or "in" something is added there, and not to the tree.
    whole = all(PATH.fullmatch(name) for name in phrase.names) or re.match(r"\s*for\b", rest)
    said = _ends(text, phrase.end) or (whole and _MAY_FOLLOW.match(rest))
    return _names(phrase) if said and not _PART.match(rest) else ()


def _start(text: str) -> int:
    """Where a sentence begins after a label such as ``Action:``."""
    match = _START.match(text)
    return match.end() if match is not None else 0


def _ends(text: str, position: int) -> bool:
    """Whether what has been said is complete at a place: only a remark or a reason may follow."""
    return _ENDS.match(text, position) is not None and _MORE.match(text, position) is None


def _listed(block: Block) -> tuple[str, ...]:
    """What an item of a list names, where no comment takes back what the title of the list says of it."""
    phrase = phrase_at(block.text)
    if phrase is None or not _LISTED.match(block.text, phrase.end):
        return ()
    aside = re.sub(r"`[^`]*`", "", block.text[phrase.end :] + block.text[: phrase.end].partition("(")[2])
    return _names(phrase) if not _KEPT.search(aside) else ()


_ANY_FILE: Final = regex(r"(?:[\w.@+-]+/)+[\w@+-][\w.@+-]*\.\w{1,12}|(?:[\w.@+-]+/)*\.[A-Za-z][\w-]*")
"""A file of whatever kind below a folder, or one whose name is only an ending: ``tools/setup.ps1``, ``.coveragerc``."""


def _names(phrase: Phrase) -> tuple[str, ...]:
    """The names of a phrase in the form of the tree; none where one of them is of no known form."""
    names: list[str] = []
    for written in phrase.names:
        name = written.strip().removeprefix("./")
        if re.fullmatch(r"[A-Za-z_][\w.]*\(\)", name):
            names.append(name.removesuffix("()"))
        elif (phrase.callables and re.fullmatch(r"[a-z_]\w+", name)) or (
            phrase.classes and re.fullmatch(r"[A-Z]\w+", name)
        ):
            names.append(name)
        elif any(shape.fullmatch(name) for shape in (PATH, FOLDER, SYMBOL, _ANY_FILE)):
            names.append(folder_name(name))
        else:
            return ()
    return tuple(dict.fromkeys(names))
