"""Sentences about what one file no longer imports or uses, and what it uses instead."""

from __future__ import annotations

import re
from typing import Final

from audit.claims.blocks import Block
from audit.claims.names import is_quoted
from audit.claims.phrases import phrase_at
from audit.claims.place import place_of
from audit.model.predicates import AnyPredicate, Cited, Lacks
from audit.model.regex import regex

_GONE: Final = r"(?:removed|deleted|eliminated|dropped)"
_BY_WAY: Final = (
    r"(?:(?:all|the|any|every|completely|entirely|remaining|unused|legacy|old|redundant|its|unnecessary)\s+)*"
)
_WHAT: Final = regex(
    r"\s*(?P<what>(?:imports?|references?|dependenc(?:y|ies)|usages?|uses|exports?|functions?|methods?|class(?:es)?|helpers?|"
    r"calls?|inheritance)(?:\s*(?:and|/|,)\s*(?:imports?|references?|dependenc(?:y|ies)|usages?|uses|exports?|calls?))*)\b",
    re.IGNORECASE,
)
_ACTIVE: Final = regex(rf"^{_GONE}\s+{_BY_WAY}", re.IGNORECASE)
_PASSIVE: Final = regex(
    rf"\s*(?:(?:was|were|has|have|been|is|are|now)\s+)*(?:successfully\s+)?{_GONE}(?:\s+(?:successfully|completely|entirely))?\W*$",
    re.IGNORECASE,
)
_AND_ITS: Final = regex(rf"\s*(?:,|and)\s+(?:its|the|all)\s+{_BY_WAY}", re.IGNORECASE)
_SWITCHED: Final = regex(
    r"^(?:migrated|switched|converted|ported|changed|moved|updated\s+(?:\w+\s+){0,2}?(?:calls?|imports?|references?|usages?))\s+from\s+"
    r"`\.?(?P<old>[A-Za-z_][\w.]*)(?:\(\))?`\s+to\s+`\.?(?P<new>[A-Za-z_][\w.]*)(?:\(\))?`\W*$"
    r"|^replaced\s+(?:(?:all|the|\w+)\s+)?`\.?(?P<old2>[A-Za-z_][\w.]*)(?:\(\))?`\s+(?:(?:imports?|references?|calls?|usages?)\s+)?(?:with|by)\s+`\.?(?P<new2>[A-Za-z_][\w.]*)(?:\(\))?`\W*$",
    re.IGNORECASE,
)
_USES: Final = regex(
    r"^(?:(?:now|directly|it|fully)\s+)*(?:updated\s+to\s+use|(?:now\s+)?(?:directly\s+)?(?:uses?|using|imports?|calls?))\s+",
    re.IGNORECASE,
)
_ADDED: Final = regex(r"^added\s+(?:the\s+)?", re.IGNORECASE)
_IMPORTED: Final = regex(r"\s*imports?\W*$", re.IGNORECASE)
_USED_END: Final = regex(r"\s*(?:$|[.;(]|directly\b|patterns?\b|instead\b|everywhere\b)", re.IGNORECASE)


def removal_within(block: Block) -> tuple[AnyPredicate, ...]:
    """A file that is said to have lost an import, a function, or its references to a class.

    The sentence must say that and nothing else: a verdict on half a sentence would be a verdict on all of it.
    """
    path, text = place_of(block)
    return _lost(path, text.strip()) if path else ()


def _lost(path: str, text: str) -> tuple[AnyPredicate, ...]:
    active = _ACTIVE.match(text)
    position = active.end() if active is not None else 0
    imports: list[str] = []
    names: list[str] = []
    while True:
        phrase = phrase_at(text, position)
        what = None if phrase is None else _WHAT.match(text, phrase.end)
        kinds = (
            what["what"].lower() if what is not None else "function" if phrase is not None and phrase.callables else ""
        )
        if phrase is None or not kinds or not all(_is_name(name) for name in phrase.names):
            return ()
        bare = [name.removesuffix("()") for name in phrase.names]
        only_imports = re.fullmatch(r"imports?", kinds)
        (imports if only_imports else names).extend(bare)
        end = what.end() if what is not None else phrase.end
        again = _AND_ITS.match(text, end) if active is not None else None
        if again is None:
            break
        position = again.end()
    rest = text[end:]
    complete = (
        re.fullmatch(r"(?:\s+(?:successfully|completely|entirely))?\W*", rest)
        if active is not None
        else _PASSIVE.fullmatch(rest)
    )
    if complete is None:
        return ()
    return (Lacks(path=path, imports=tuple(dict.fromkeys(imports)), names=tuple(dict.fromkeys(names))),)


def _is_name(name: str) -> bool:
    return re.fullmatch(r"[A-Za-z_]\w*(?:\(\))?", name) is not None


def switching(block: Block) -> tuple[AnyPredicate, ...]:
    """A file that is said to use one name instead of another: it lacks the old one, and has the new one."""
    path, text = place_of(block)
    match = _SWITCHED.match(text.strip()) if path else None
    if match is None or is_quoted(text, 0):
        return ()
    old, new = match["old"] or match["old2"], match["new"] or match["new2"]
    if old == new or old.rpartition(".")[2] == new.rpartition(".")[2]:
        return ()
    return (Lacks(path=path, names=(old,)), Cited(path=path, says=new.rpartition(".")[2]))


def usage(block: Block) -> tuple[AnyPredicate, ...]:
    """A file that is said to use or import a class or a function, and nothing else."""
    path, text = place_of(block)
    match = _USES.match(text.strip()) if path else None
    added = _ADDED.match(text.strip()) if path else None
    if added is not None:
        phrase = phrase_at(text.strip(), added.end())
        if phrase is not None and _IMPORTED.match(text.strip(), phrase.end) and all(map(_is_name, phrase.names)):
            return tuple(Cited(path=path, says=name.removesuffix("()")) for name in phrase.names)
    phrase = phrase_at(text.strip(), match.end()) if match is not None else None
    if phrase is None or not _USED_END.match(text.strip(), phrase.end):
        return ()
    if not all(_is_name(name) for name in phrase.names):
        return ()
    return tuple(Cited(path=path, says=name.removesuffix("()")) for name in phrase.names)
