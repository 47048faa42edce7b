"""Tells what a sentence is: a fact asserted, work still to do, a defect admitted, or somebody else's words."""

from __future__ import annotations

import re
from typing import Final

from audit.claims.blocks import Block
from audit.claims.titles import lists_deleted
from audit.model.claims import Tense
from audit.model.regex import regex

_PLAN: Final = regex(
    r"\b(will|shall|should|must|would|could|may|might|todo|tbd|fixme|"
    r"was\s+going\s+to|was\s+meant\s+to|were\s+to|in\s+progress|wip|not\s+started|proposed|"
    r"needs?\s+(?:to|more|further|attention|work|fixing|review)|plan(s|ned)?\b(?!\s+(?:external|work|and|was|were))|"
    r"going to|next|later|"
    r"eventually|future|recommend(ed|s)?|propos(e|ed|al)|consider|upcoming|to be \w+(ed|ne))\b|\?$",
    re.IGNORECASE,
)
_PLAN_HEADING: Final = regex(
    r"\b(next|plans?|planned|todo|future|remaining work|recommend\w*|required|proposal|proposed|roadmap|"
    r"actions?|goals?|objectives?|requirements?|migration guide|how to|steps?|usage|options?|solutions?|"
    r"alternatives?|opportunit(?:y|ies)|strategy|tasks?|checklist|open questions?|success criteria|timeline|"
    r"milestones?|backlog|"
    r"what\b.*\bneeds?|wish\w*|"
    r"mitigation|weeks?\s+\d+|days?\s+\d+|target\s+(?:state|architecture|design|structure)|ideal)\b",
    re.IGNORECASE,
)
_SETTLED_HEADING: Final = regex(
    r"\b(solutions?|strategy|steps?|tasks?|checklist|actions?|options?|objectives?|goals?|weeks?\s+\d+|days?\s+\d+)\b",
    re.IGNORECASE,
)
"""Headings under which documents list what is to be done, and as often what was done."""
_FINISHED: Final = regex(
    r"\b(?:completed?|done|delivered|accomplished|achieved|finished|implemented)\W*$|\bwhat\s+(?:was|we|has)\b",
    re.IGNORECASE,
)
"""A heading that says that all below it was done."""
_DONE: Final = regex(
    r"^(?:[\w./`-]+(?::[\d,-]+)?`?\s*[:–—-]\s+|[A-Z][\w ]{0,20}:\s+)?(?:(?:completely|systematically|successfully)\s+)?"
    r"(removed|deleted|eliminated|updated|migrated|renamed|moved|added|created|simplified|converted|replaced|fixed|"
    r"consolidated|refactored|extracted|implemented|introduced)\b",
    re.IGNORECASE,
)
_IMPERATIVE: Final = regex(
    r"^(?:(?:please|also|then|first|finally|now)\W+)?(?:add|address|adopt|allow|avoid|build|change|check|clean(?:\s+up)?|complete|"
    r"configure|consolidate|convert|create|debug|define|delete|deprecate|document|drop|eliminate|enable|ensure|extend|"
    r"extract|fix|implement|improve|install|integrate|introduce|keep|maintain|make|merge|migrate|move|refactor|remove|"
    r"rename|replace|restore|rewrite|run|set|simplify|split|start|stop|switch|test|try|update|use|validate|verify|write)"
    r"\s+(?!(?:is|are|was|were|has|have|now|works?|passes|succeeds|fails|runs?|imports?|errors?|tests?|suites?|files?|"
    r"commands?|scripts?|modules?|failures?|cases?|functions?|methods?|class(?:es)?|time)\b)[\w`]",
)
"""A command to the reader, or a title in the imperative: it tells what is to be done, not what was done."""
_LOG: Final = regex(
    r"\b(changes|changelog|change\s+log|commits?|history|what(?:'s|\s+is)\s+new|done|completed)\b", re.IGNORECASE
)
"""Headings under which an imperative tells what was done, as messages of commits do."""
_REPORTED: Final = regex(
    r"\b(?:claim(?:s|ed)?|state[sd]|said|says|assert(?:s|ed)|allege[sd]?|announce[sd]|insist(?:s|ed))\s+(?:that\b|to\s+have\b|the\b|all\b|zero\b|no\b)"
    r"|\baccording\s+to\b|\ballegedly\b|\bsupposedly\b|\breportedly\b",
    re.IGNORECASE,
)
"""Reported speech: what follows was said by somebody else."""
_TITLE_OF_PLAN: Final = regex(r"\b(design|proposal|rfc|roadmap|plan|opportunities)\b", re.IGNORECASE)
_DEFECT: Final = regex(
    r"\b(still|remain(s|ing)?|yet|fail(s|ed|ing|ures?)?|broken|missing|cannot|can't|unable|incomplete|not|never|"
    r"isn't|aren't|doesn't|don't|didn't|wasn't|weren't|hasn't|haven't|blocked|pending|partially|partial)\b",
    re.IGNORECASE,
)
_DENIED: Final = regex(r"\b(no|zero|0|without|none|nothing|never)\b(\W+\w+){0,2}\W*$", re.IGNORECASE)
_ZERO: Final = regex(r"\w*(?:\s+\w+){0,2}\s*[:|]\s*(?:0|none|zero)\b", re.IGNORECASE)
"""Behind the name of a defect: that there is none."""
_TAKEN_AWAY: Final = regex(r"^(?:removed|deleted|dropped)\b|\b(?:removed|deleted)\W*$", re.IGNORECASE)
"""What a cross stands for where something was taken away on purpose."""
_REMAINS: Final = regex(r"still|remain(?:s|ing)?|missing|broken|pending", re.IGNORECASE)
_NONE_OF: Final = regex(
    r"^\W*(?:there\s+(?:are|is)\s+)?(?:no|zero|0)\b(?:(?!\b(?:but|yet|though|although|while)\b)[^,;:.])*$",
    re.IGNORECASE,
)
"""The part of a sentence before a word, where all of it is denied at once: "No references to the old store" remain."""
_MENDABLE: Final = regex(r"remaining|failing|broken|missing", re.IGNORECASE)
_MENDED: Final = regex(r"\b(resolved|fixed|eliminated|removed|deleted|cleared|addressed|gone)\b", re.IGNORECASE)
_ATTRIBUTED: Final = regex(
    r"^\W*((the\s+)?\w+\s+)?(claim|claims|claimed|response|quote|reviewer|statement)\W*:"
    r"(?!\s*(?:none\b|(?:no|without)\s+(?:\w+\s+)?(?:mention|answer|response|reply|reaction|comment|explanation)s?\b))",
    re.IGNORECASE,
)
_ADVICE: Final = regex(
    r"^\W*(?:(?:our|my|general|final|overall|immediate)\s+)?(?:recommendations?|suggestions?|advice|next\s+actions?)\W*:",
    re.IGNORECASE,
)
_STATUS: Final = regex(
    r"\b(?:(?:not|partially|partly|mostly)\s+)?(?:resolved|addressed|fixed|done|completed?|in\s+progress|wip|pending)\W*$",
    re.IGNORECASE,
)
"""A status at the end of an item: that the whole is unfinished takes nothing back of what is told below as done."""
_TOLD: Final = regex(r"^(?:action|change|done|fix|outcome|result)s?(?:\s+taken)?\W*:\W", re.IGNORECASE)
_PAST: Final = regex(r"^[^:]*:\W*(?:\w+\s+){0,6}?\w{2,}(?:ed|rewritten|rebuilt)\b")
"""What a label says was done: "Action: Basic functionality validated through tests"."""
_LOOKING_BACK: Final = regex(
    r"\b(?:lessons?|learned|retrospective|post-?mortem|achievements?|accomplish\w+|what\s+(?:we\s+did|was\s+done))\b",
    re.IGNORECASE,
)
_QUOTED: Final = regex(r"[\"“][^\"”]{3,}[\"”]")


def tense_of(block: Block) -> Tense:
    """What a sentence is. In doubt it is not a claim: a claim is judged, and judging a plan would be wrong."""
    if block.quoted or _ATTRIBUTED.match(block.text):
        return "quotation"
    outside_code = re.sub(r"`[^`]*`", "code", block.text)
    unquoted = _QUOTED.sub("", outside_code)
    if _REPORTED.search(unquoted):
        return "quotation"
    if not re.search(r"\w{3,}", unquoted):
        return "quotation"
    if block.mark == "open" or _PLAN.search(unquoted) or _ADVICE.match(unquoted):
        return "plan"
    if block.mark == "cross" and not _TAKEN_AWAY.search(unquoted) and not lists_deleted(block):
        return "admission"
    if _is_command(block, unquoted):
        return "plan"
    if _admits(unquoted):
        return "admission"
    if _is_planned(block, unquoted):
        return "plan"
    told = _DONE.match(unquoted) is not None or (_TOLD.match(unquoted) and _PAST.match(unquoted))
    for around in _around(block):
        context = _STATUS.sub("", around) if told else around
        if _PLAN.search(context) or _admits(context):
            return "plan" if _PLAN.search(context) else "admission"
    return "claim"


def _is_planned(block: Block, text: str) -> bool:
    """Whether the headings or the lead-in say that this is still to be done.

    Some of their words head lists of done things as well: there a past tense, or a tick in the heading, decides.
    """
    if block.titled and _TITLE_OF_PLAN.search(block.headings[0]) and block.mark != "check":
        return True
    back = any(_LOOKING_BACK.search(heading) or _FINISHED.search(heading) for heading in block.headings)
    done = _DONE.match(text) is not None or "check" in (block.mark, block.heading_mark) or back
    for context in (*block.headings[block.titled :], *_around(block)):
        remaining = _SETTLED_HEADING.sub("", context) if done else context
        if _PLAN_HEADING.search(remaining):
            return True
    return False


def _around(block: Block) -> tuple[str, ...]:
    """The items and the lead-in that a sentence stands under, without what they quote."""
    return tuple(_QUOTED.sub("", context) for context in (*block.parents, block.lead))


def _is_command(block: Block, text: str) -> bool:
    """Whether the sentence tells somebody to do something; a tick, or a list of changes, says that it was done."""
    bare = re.sub(r"^[A-Z][\w &/-]{0,30}:\s+", "", text)
    logged = any(map(_LOG.search, (*block.headings, block.lead)))
    return block.mark != "check" and not logged and _IMPERATIVE.match(bare[:1].lower() + bare[1:]) is not None


def _admits(text: str) -> bool:
    """Whether a defect is named that is not denied in the same breath.

    "No remaining errors" and "all failing tests fixed" admit nothing.
    """
    return any(
        _DENIED.search(text[: match.start()]) is None
        and not _ZERO.match(text[match.end() :])
        and not (_REMAINS.fullmatch(match[0]) and _NONE_OF.match(text[: match.start()]))
        and not (_MENDABLE.fullmatch(match[0]) and _MENDED.search(text[match.end() :]))
        for match in _DEFECT.finditer(text)
    )


def quoted_parts(text: str) -> tuple[tuple[int, int], ...]:
    """Where a sentence quotes: what stands there was said by somebody else."""
    return tuple(match.span() for match in _QUOTED.finditer(text))
