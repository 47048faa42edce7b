"""Words that speak of deletion: a document that says what is gone is right, and no dangling reference."""

from __future__ import annotations

import re
from bisect import bisect_right
from functools import cached_property
from typing import Final

from audit.model.archives import is_archived
from audit.model.regex import regex

_STATEMENT: Final = regex(
    r"""\b(?:
        removed | deleted | dropped | retired | renamed | relocated | replaced | deprecated | superseded | eliminated
      | obsolete | no\ longer | formerly | previously | originally
      | in\ (?:the|its|an?)\ (?:original|old|older|previous|earlier|prior)\ (?:version|implementation|code|layout)s?
      | used\ to\ be | was\ called | were\ called
      | moved\ (?:to|from|into) | (?:removal|deletion|elimination|replacement)\ (?:of|for) | gone
      | (?:refactored|ported|converted|split|factored|carved|lifted|broken|extracted|merged|consolidated|adapted)
          \ (?:out\ )?(?:of|from)
      | legacy | migrated
      | no\ (?:`[^`\n]*`|`|[\w/-]*\w[._/][\w./-]*)\ exists?
      | does\ not\ exist | doesn't\ exist | (?:will|to|must|should|can)\ be\ (?:removed|deleted|dropped)
    )\b
    | \breplaces\s+(?:the\s+)?(?:(?:old|previous|former|existing)\s+)?(?:`|[\w/-]*\w[._/]\w)
    | \b(?:old|former|original|monolithic|previous)\s+(?:\w+\s+from\s+)?[*]*(?:`|[\w/-]*\w[._/]\w)
    | ^[\s>*+\d.\[\]xX✅❌-]*\**(?:delete|remove|drop|rename|replace|eliminate|retire|migrate)s?\b
    """,
    re.VERBOSE | re.IGNORECASE,
)
_TAKEN_OVER: Final = regex(
    r"""\b(?P<active>replaces|supersedes)\b(?=\s+(?:the\s+)?(?:(?:old|previous|former|existing)\s+)?§)
    | \b(?P<passive>(?:is|are|has\ been|have\ been)\s+(?:now\s+)?(?:replaced|superseded)\s+(?:by|with))\b""",
    re.VERBOSE | re.IGNORECASE,
)
"""What one thing is to another whose place it takes, in words of today: one of the two is there. § stands for names."""
_CONDITION: Final = regex(
    r"\b(?:if|when|whenever|unless|whether|where|because|case)\b[^.,;:!?]{0,200}?\b(?:does\s+not|doesn't)\s+exist\b",
    re.IGNORECASE,
)
"""``raises shop.NoStore if the store does not exist`` says nothing of what is named."""
_HEADING: Final = regex(
    r"""\b(?:
        deleted | deletions? | removed | removals? | renamed | renames? | retired | retirements? | deprecat\w+
      | obsolete | legacy | old
      | previous\w* | former\w* | changelog | change\ ?log | breaking | release\ notes | upgrad\w+
      | moved | replaced
      | before (?=\W*$ | \s*(?:/|&|→|->|and\b|vs\b|:) | \s+(?:the\s+|this\s+)?(?:migration|change|refactor\w*|move)\b)
      | (?:version|release|revision|change|project)\ history | history\ of
      | (?:delet(?:e|ing)|remov(?:e|ing)|renam(?:e|ing)|retir(?:e|ing))\s (?:[^.]*\s)?(?:dead | legacy | old | unused
          | files? | modules? | packages? | class(?:es)? | functions? | methods? | code | imports? | support | shims?)
      | (?:files?|modules?|packages?|class(?:es)?|functions?|methods?|names?|things|items)\ (?:we\ |to\ (?:be\ )?)
          (?:delet|remov|renam|retir|replac|mov)\w+
      | (?:phase|step|stage|part|milestone)\s+\w+\W+(?:delete|remove|rename|retire|replace|drop)
    )\b
    | ^\W*history\W*$
    | ^\W*(?:delete|remove|rename|retire|replace|drop)\s+(?:these|those|them|the\s+following)\b
    | \b(?=migrat)(?<!database\ )(?<!data\ )(?<!schema\ )(?<!db\ )(?<!running\ )(?<!run\ )migrat(?:ed|ion|ions|ing|e)\b
      (?!\s+(?:the\s+|your\s+|of\s+)?(?:data|databases?|rows?|records?|tables?|schemas?|users?|accounts?)\b)
    | ^\W*(?:delet(?:e|ing)|remov(?:e|ing)|renam(?:e|ing)|retir(?:e|ing))\s+(?:the\s+)?`""",
    re.VERBOSE | re.IGNORECASE,
)
"""Titles of what was: they state it, or say of what kind of code. ``Removing an item`` tells how to do it."""
_OLD_COMMENT: Final = regex(r"\b(?:old|before|broken|deprecated|removed|previously|was|legacy|wrong)\b", re.IGNORECASE)
_RECORD: Final = regex(
    r"""(?:^|.*/)(?:
        (?:changelog|changes|history|news|releases?|rel(?:ease)?[-_ ]?notes|whats[-_]?new|upgrad\w*|migrat\w*
            |deprecat\w*|authors|contributors|credits|thanks|acknowledge?ments)
            (?:[-_. ][^/]*)?
      | [^/]*(?:migration|removal|changelog|deprecation|upgrade|postmortem|release[-_]notes|announcement)[^/]*
            \.(?:md|rst|txt|markdown|adoc)
      | (?:changelogs?|changes|news)/.*
      | (?:adrs?|decisions|rfcs?|[np]eps?|proposals|changelog\.d|newsfragments|releases
            |rel(?:ease)?[-_]?notes|whatsnew|(?:[^/]*[-_])?versioned[-_]docs|blogs?|journals?|dev-?logs?|retrospectives?
            |post-?mortems?|(?:[\w-]*[-_])?(?:sprints?|sessions)|meetings?|minutes|(?:[\w-]*[-_])?(?:old|deprecated|obsolete)(?:[-_][\w-]*)?|(?:[\w-]*[-_])?snapshots?)/.*
      | (?:adr|rfc|[a-z]ep|slep)[-_ ]?\d+[^/]*
      | release/[^/]*\d\.\d[^/]*
      | docs?/(?:.*/)?(?:history|(?:v|version-)?\d+\.\d[\w.]*|upgrad\w*|migrat\w*|deprecat\w*)/.*
    )""",
    re.VERBOSE | re.IGNORECASE,
)
_NOTES: Final = regex(
    r"\.\w+/(?:.*/)?(?:tasks|plans?|planning|reports?|logs?|issues|audits?)/.*|\.planning/.*", re.IGNORECASE
)
_DATE: Final = regex(
    r"""(?:.*[/_-])?(?:
        20\d\d([-_]?)[01]\d\1[0-3]\d
      | [0-3]?\d([-_])[0-3]?\d\2(?:20)?[23]\d
      | (?:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)[a-z]*[-_]?20\d\d
    )(?:[/._-].*)""",
    re.VERBOSE | re.IGNORECASE,
)
_CLOSING: Final = regex(r"summary|reports?|completed?|completion|status|plans?|roadmap|retrospective", re.IGNORECASE)
_WORK: Final = regex(
    r"refactor(?:ed|ings?)?|re?organi[sz](?:ed|ation)|restructur(?:ed|ing|e)|clean-?up|consolidation|unification"
    r"|deduplication|implementation|fix(?:es|ed)?|completed?|completion",
    re.IGNORECASE,
)
_LOUD: Final = regex(
    r"PROGRESS|HANDOFF|REFACTOR(?:ED|INGS?)?|REORGANI[SZ](?:ED|ATION)|RESTRUCTUR(?:ED|ING|E)|CLEANUP|CONSOLIDATION"
)
_LAST: Final = regex(
    r"PROPOSAL|ANALYSIS|ASSESSMENT|AUDIT|REVIEWS?|FINDINGS|VERIFICATION|VALIDATION|DELIVERY|MILESTONES?"
    r"|(?:BUG)?FIX(?:ES)?|READY|RESULTS|BUGS?|RESOLVED|STATUS"
)
"""Words that are the subject of a document as well, and tell of an account in titles of capitals alone; those of the
second kind where they end one."""
_TO_DO: Final = regex(r"todos?|backlog|brainstorm\w*|prds?", re.IGNORECASE)
"""Words of titles of what is still to be done: a PRD says what is required of it."""
_PUT_ASIDE: Final = regex(r"old|bak|backup|orig", re.IGNORECASE)
_IN_USE: Final = regex(
    r"readme|guides?|quickstart|quickref|quick|reference|tutorials?|manual|faq|howto|cheatsheet|checklist|template",
    re.IGNORECASE,
)
"""Words of titles that people look things up in, whatever else they say."""
_DOCUMENT: Final = regex(r".*\.(?:mdx?|rst|txt|markdown|adoc)", re.IGNORECASE)
_LIST_OF_GONE: Final = regex(r"(?<![a-zA-Z])(?:obsolete|removed|deleted|retired)(?![a-zA-Z])", re.IGNORECASE)
_NAMES: Final = regex(r"`[^`\n]*`|[\w/-]*\w[._]\w[\w./-]*")
"""What is said of a name is not in the name: ``pkg.gone`` may well be there."""

_SENTENCE_END: Final = regex(r"[.!?](?=\s)|\n\s*\n")


_MOVE: Final = regex(
    r"""^[\s>*+\d.✅❌-]*(?P<task>\[[\sxX]\]\s*)?\**(?:move|relocate)[*:]*\s+
        (?P<what>[^\n]*?)(?:\s+(?:(?P<arrow>→|->|=>)|(?P<to>to|into|under|below|in))\s.*|\s*)$""",
    re.VERBOSE | re.IGNORECASE | re.DOTALL,
)
"""A line that says what moves, and where to."""


def speaks_of_deletion(text: str) -> bool:
    """Whether a sentence, table row or list item says that what it names is gone or is to go."""
    if _STATEMENT.search(text) is None:
        return False
    return _STATEMENT.search(_CONDITION.sub("", _NAMES.sub("`", text))) is not None


def _moves(sentence: str, offset: int) -> bool:
    """Whether what stands at an offset is what a sentence says to move, as a piece of work: an item to be ticked off,
    one with an arrow, or one that leaves open where to. What a reader is to move to a place is there."""
    found = _MOVE.match(sentence)
    if found is None or offset >= found.end("what"):
        return False
    return found["to"] is None or found["task"] is not None


def _is_heir(sentence: str, offset: int) -> bool:
    """Whether what stands at an offset takes the place of what the sentence says is gone, and should be there."""
    masked = _NAMES.sub(lambda found: "§" * len(found[0]), sentence)
    verbs = list(_TAKEN_OVER.finditer(masked))
    if (
        len(verbs) != 1
        or speaks_of_deletion(masked[: verbs[0].start()])
        or speaks_of_deletion(masked[verbs[0].end() :])
    ):
        return False
    return offset < verbs[0].start() if verbs[0]["active"] else offset >= verbs[0].end()


_INSTRUMENT: Final = regex(
    r"(?<!along\s)(?<!together\s)\b(?:with|using|via|through|calling|running|call|run|see|use)\s+(?:the\s+|a\s+)?[`*\[(]*$",
    re.IGNORECASE,
)
"""What comes before a name by which something is removed, and that is there for it."""
_IMPERATIVE: Final = regex(
    r"^[\s>*+\d.\[\]xX-]*\**(?:delete|remove|drop|rename|eliminate|retire|migrate)s?\b", re.IGNORECASE
)


def _is_instrument(sentence: str, offset: int) -> bool:
    """Whether a sentence that tells what to remove, ``Remove a row with `pkg.purge```, names by what to do it."""
    if _IMPERATIVE.match(sentence) is None or _INSTRUMENT.search(sentence[:offset]) is None:
        return False
    return not speaks_of_deletion(_IMPERATIVE.sub("", sentence))


def heads_deletion(heading: str) -> bool:
    """Whether what stands under a heading is about things that were."""
    return _HEADING.search(heading) is not None and _HEADING.search(_NAMES.sub("`", heading)) is not None


def marks_old_code(comment: str) -> bool:
    """Whether a comment in an example says that the code below it is how it was."""
    return _OLD_COMMENT.search(comment) is not None


def is_record(path: str) -> bool:
    """Whether a document records the past by its nature: a changelog, credits, a migration note, an ADR, the
    documents of one version that are kept beside those of the next, what is archived, and the account of a piece of
    work: its plan, its status, the summary that closes it."""
    if path.endswith((".py", ".pyi")):
        return False
    return _RECORD.fullmatch(path) is not None or (_DOCUMENT.fullmatch(path) is not None and _is_account(path))


def _is_account(path: str) -> bool:
    if is_archived(path) or _NOTES.fullmatch(path) or _DATE.fullmatch(path):
        return True
    title = path.rpartition("/")[2].rpartition(".")[0]
    words = re.split(r"[-_. ]+", title)
    if len(words) > 1 and _PUT_ASIDE.fullmatch(words[-1]):
        return True
    if is_looked_up(path):
        return False
    if any(map(_TO_DO.fullmatch, words)):
        return True
    closes = len(words) > 1 and any(map(_CLOSING.fullmatch, words))
    if title.isupper():
        return closes or (len(words) > 1 and (any(map(_LOUD.fullmatch, words)) or bool(_LAST.fullmatch(words[-1]))))
    return closes and sum(bool(_WORK.fullmatch(word) or _CLOSING.fullmatch(word)) for word in words) > 1


def is_looked_up(path: str) -> bool:
    """Whether the name of a document says that people look things up in it: a guide, a reference, a checklist."""
    title = path.rpartition("/")[2].rpartition(".")[0]
    return any(map(_IN_USE.fullmatch, re.split(r"[-_. ]+", title)))


def lists_what_is_gone(path: str) -> bool:
    """Whether the name of a file says that what it lists is gone: ``obsolete-files.json``."""
    return _LIST_OF_GONE.search(path.rpartition("/")[2]) is not None


def without_statements(text: str) -> str:
    """A text with the sentences blanked that say that something is gone."""
    start, kept = 0, []
    for end in (*(each.end() for each in _SENTENCE_END.finditer(text)), len(text)):
        kept.append(" " * (end - start) if speaks_of_deletion(text[start:end]) else text[start:end])
        start = end
    return "".join(kept)


class Sentences:
    """The sentences of a text, each judged once; a full stop inside a name ends none."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._known: dict[int, bool] = {}

    @cached_property
    def _starts(self) -> list[int]:
        return [0, *(end.end() for end in _SENTENCE_END.finditer(self._text))]

    def speak_of_deletion_at(self, offset: int) -> bool:
        """Whether the sentence that holds ``offset`` says that what stands there is gone."""
        index = bisect_right(self._starts, offset) - 1
        if index not in self._known:
            self._known[index] = speaks_of_deletion(self._sentence(index))
        sentence, place = self._sentence(index), offset - self._starts[index]
        if _moves(sentence, place):
            return True
        return self._known[index] and not _is_heir(sentence, place) and not _is_instrument(sentence, place)

    def _sentence(self, index: int) -> str:
        end = self._starts[index + 1] if index + 1 < len(self._starts) else len(self._text)
        return self._text[self._starts[index] : end]
