"""Sentences about files and classes as wholes: deleted, created, renamed."""

from __future__ import annotations

import posixpath
import re
from typing import Final

from audit.claims.blocks import Block
from audit.claims.names import CODE, FOLDER, PATH, SYMBOL, is_quoted, names_in
from audit.model.predicates import Absent, AnyPredicate, Exists

_DELETED: Final = re.compile(r"\b(?:deleted|removed|eliminated)\b", re.IGNORECASE)
_ADDED: Final = re.compile(r"\b(?:created|added|introduced|exists)\b", re.IGNORECASE)
_LIST_OF_DELETED: Final = re.compile(
    r"^\W*(?:\w+\s+){0,2}?(?:files?|modules?)\s+(?:(?:were|was|successfully|completely)\s+)*(?:deleted|removed)\b[^\w]*"
    r"(?:\(\d+\)\W*)?$|^\W*(?:successfully\s+|completely\s+)?(?:deleted|removed)\s+(?:\w+\s+)?(?:files?|modules?)\W*(?:\(\d+\)\W*)?$",
    re.IGNORECASE,
)
_LIST_OF_ADDED: Final = re.compile(
    r"^\W*(?:new\s+)?(?:files?|modules?)\s+(?:(?:were|was|successfully)\s+)*(?:created|added)\W*(?:\(\d+\)\W*)?$"
    r"|^\W*(?:created|added)\s+(?:new\s+)?(?:files?|modules?)\W*(?:\(\d+\)\W*)?$",
    re.IGNORECASE,
)
_LISTED: Final = re.compile(r"`(?P<path>[^`]+)`\s*(?:$|[(:–—-])")
"""An item of such a list: the name comes first, and at most a comment follows."""
_CUT: Final = re.compile(
    r"\b(?:from|in|into|with|by|instead|because|since|replac\w+|favou?r|moved|uses?|using|now|but|to|for|except)\b"
    r"|→|->|=>",
    re.IGNORECASE,
)
_PART: Final = re.compile(
    r"^\W*(?:\w+\W+)?(?:imports?|references?|dependenc(?:y|ies)|usages?|uses?|parameters?|arguments?|fields?|calls?|"
    r"support|logic|code|tests?|entries|entry|lines?|checks?|handling|section|branch|methods?|functions?|attributes?)\b",
    re.IGNORECASE,
)
_RENAMED: Final = re.compile(
    r"\b(?:renamed|moved)\s+(?:the\s+)?(?:file\s+|module\s+|script\s+)?`(?P<old>[^`]+)`\s*"
    r"(?:to|into|→|->|=>)\s*`(?P<new>[^`]+)`",
    re.IGNORECASE,
)


def renaming(block: Block) -> tuple[AnyPredicate, ...]:
    """A file said to be renamed or moved: the old path is gone, the new one is there."""
    match = _RENAMED.search(block.text)
    if match is None or is_quoted(block.text, match.start()) or not PATH.fullmatch(match["old"]):
        return ()
    old, new = match["old"], match["new"]
    if FOLDER.fullmatch(new):
        new = posixpath.join(new, posixpath.basename(old))
    if not PATH.fullmatch(new) or old == new:
        return ()
    if "/" in old and "/" not in new:
        new = posixpath.join(posixpath.dirname(old), new)
    return (Absent(names=(old,)), Exists(names=(new,)))


def deletion(block: Block) -> tuple[AnyPredicate, ...]:
    """Files, modules or classes said to be deleted as wholes, not something removed from them."""
    match = _DELETED.search(block.text)
    if match is None:
        names = _listed(block, _LIST_OF_DELETED)
        return (Absent(names=names),) if names else ()
    if is_quoted(block.text, match.start()):
        return ()
    before, after = block.text[: match.start()], block.text[match.end() :]
    names = _whole_names(_CUT.split(after)[0], after)
    if not names and not CODE.search(_CUT.split(after)[0]):
        names = _subjects(before)
    return (Absent(names=names),) if names else ()


def addition(block: Block) -> tuple[AnyPredicate, ...]:
    """A file that stands in a list of created files, or a ticked one that is said to have been created."""
    match = _ADDED.search(block.text)
    if match is None:
        names = _listed(block, _LIST_OF_ADDED)
        return (Exists(names=names),) if names else ()
    if block.mark != "check" or is_quoted(block.text, match.start()):
        return ()
    rest = block.text[match.end() :] if CODE.search(block.text[match.end() :]) else block.text[: match.start()]
    codes = list(CODE.finditer(_CUT.split(rest)[0]))
    names = names_in(_CUT.split(rest)[0], PATH)
    return (Exists(names=names),) if names and len(names) == len(codes) else ()


def _listed(block: Block, title: re.Pattern[str]) -> tuple[str, ...]:
    """The file that an item names, where the title of its list is a title of files."""
    context = block.lead or (block.headings[-1] if block.headings else "")
    match = _LISTED.match(block.text)
    if block.kind != "item" or match is None or title.match(context) is None:
        return ()
    return names_in(match[0], PATH)


def _whole_names(clause: str, rest: str) -> tuple[str, ...]:
    """The names after "deleted"; none when what follows them tells that only a part went."""
    codes = list(CODE.finditer(clause))
    if not codes or _PART.match(rest[codes[-1].end() :]) or re.search(r"^\s*(?:from|in)\b", rest[codes[-1].end() :]):
        return ()
    lead = re.sub(
        r"[\s,]|\b(?:the|files?|folders?|director(?:y|ies)|modules?|class(?:es)?|and|old|legacy|entire|whole|both|obsolete)\b",
        "",
        clause,
    )
    return names_in(clause, PATH, FOLDER, SYMBOL) if not CODE.sub("", lead).strip(":.()-—–") else ()


def _subjects(clause: str) -> tuple[str, ...]:
    """The names before "was deleted": the sentence may say nothing else before the verb."""
    bare = re.sub(r"\b(?:the|file|files|module|class|and|was|were|has|have|been|is|are|successfully)\b", "", clause)
    return names_in(clause, PATH, FOLDER, SYMBOL) if not re.search(r"\w", CODE.sub("", bare)) else ()
