"""Finds the predicate of a sentence where one is meant beyond doubt; everything else is left unjudged."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from audit.claims.amounts import PASSING, passing_tests
from audit.claims.blocks import Block
from audit.claims.constants import constant_value
from audit.claims.counts import counted_things, files_of_folder, tests_of_file
from audit.claims.every_size import size_of_every_file
from audit.claims.import_chains import import_chain
from audit.claims.inheritance import inheritance
from audit.claims.line_changes import changed_lines
from audit.claims.members import added_members
from audit.claims.moves import renaming
from audit.claims.named import mention
from audit.claims.names import CODE
from audit.claims.options import command_options
from audit.claims.packaging import packaging
from audit.claims.presence import addition, deletion
from audit.claims.routes import served_routes
from audit.claims.shown_imports import said_imports
from audit.claims.signatures import changed_signature
from audit.claims.sizes import size_of_file
from audit.claims.tool_checks import clean_checks
from audit.claims.universal import all_imports, no_references
from audit.claims.within import removal_within, switching, usage
from audit.model.predicates import AnyPredicate, Cited, Count, Entry, Exists, Lacks, Pytest, Signature, Size, Uses
from audit.model.regex import regex
from audit.model.shapes import Chain, Inherits, Package
from audit.model.surface import Constant, Option, Route

BARE_VERDICT: Final = "a verdict without its coverage: what was examined is not said"
"""Why a verdict without a subject cannot be judged by itself."""

UNKNOWN: Final = "no predicate is known for this sentence"

UNTOLD_NUMBER: Final = "a number beside the names cannot be told, and half of a sentence is not judged"

_NUMBER: Final = regex(
    r"(?<![\w.-])~?\d[\d,]*\+?\s+(?:[a-z-]+\s+){0,2}?(?:lines?|loc|tests?|cases|files?|modules?|methods?|functions?|classes|endpoints?|"
    r"routes?|fields?|parameters?|properties|helpers?|commands?|scenarios|sections?|tables?|columns?|templates?)\b",
    re.IGNORECASE,
)
"""A number of things that a name may hold."""
_CONDITION: Final = regex(r"\b(?:if|unless|until|once|whether|assuming|expected\s+to|currently only)\b", re.IGNORECASE)
_VERSION: Final = regex(
    r"^\W*(?:version\s+|release\s+)?v?\d+\.\d+[\w.]*\W*(?:$|\(|[-–—:]|\d{4})|^\W*unreleased\b"
    r"|^\W*(?:[a-z][\w-]*\s+){0,2}v?\d+\.\d+[\w.]*\s*(?:$|\(?\s*(?:\d{4}\b|wip\b|unreleased\b)|[-–—,]\s*\d{4}\b)"
    r"|^\W*(?:changelog|change\s+log|release\s+notes|release\s+history|news)\W*$",
    re.IGNORECASE,
)
_PULL_REQUEST: Final = regex(r"\b(?:PR|MR|pull\s+requests?|merge\s+requests?)\b\s*[#!]?\d+", re.IGNORECASE)
_IN_A_TREE: Final = (
    Constant,
    Option,
    Route,
    Chain,
    Inherits,
    Package,
    Exists,
    Cited,
    Size,
    Count,
    Pytest,
    Lacks,
    Uses,
    Signature,
    Entry,
)
"""What says that a tree holds something."""
_REASONS: Final = tuple(
    (re.compile(pattern, re.IGNORECASE), reason)
    for pattern, reason in (
        (
            r"^(?:(?:reality|status|result|verdict|claim)\W+)?(?:fully\s+)?(?:verified|working|functional)\b(?:\s+\w+)?\W*$",
            BARE_VERDICT,
        ),
        (
            r"^(?:date|author|auditor|branch|status|version|risk level|priority|audit type|reviewer)\s*:",
            "it describes the document or rates the work; a tree cannot confirm it",
        ),
        (PASSING.pattern, "it counts passing tests and does not name the one file that holds them"),
        (
            r"\b\d+[+]?\s+lines\b",
            "a number of lines without the one file that has them, or of lines that came or went",
        ),
        (
            r"\bend[- ]to[- ]end\b|\b(?:pipeline|system|training|evaluation)\b.*\b(?:works?|functional|runs?)\b",
            "only running it can show this; say it as a command in rules/claims",
        ),
        (
            r"\b\d+\s+(?:\w+\s+){0,2}(?:files|modules|classes|functions|imports|references)\b",
            "a number of things, and not where all of them are",
        ),
        (r"\b\d+\s*%", "a percentage without what it was taken of"),
    )
)
"""Sentences of which it is known why they cannot be judged."""


def of_another_tree(block: Block) -> bool:
    """Whether a sentence stands in a section about a release or a pull request, and so perhaps about its tree."""
    return of_release(block) or _of_pull_request(block)


def of_release(block: Block) -> bool:
    """Whether a sentence stands in a section about a release, and so is about the tree of that release."""
    return any(_VERSION.match(heading) for heading in block.headings)


def _of_pull_request(block: Block) -> bool:
    """Whether a sentence stands in a section about a pull request: what that adds need not be in this tree."""
    return any(map(_PULL_REQUEST.search, block.headings))


def extract(block: Block) -> tuple[tuple[AnyPredicate, ...], str]:
    """The predicates of a sentence, or none and the reason why."""
    if block.kind == "html":
        return (), "it stands in raw HTML, which is not read as prose"
    if block.struck:
        return (), "it is struck through: withdrawn, or done, which cannot be told"
    if _CONDITION.search(CODE.sub("", block.text)):
        return (), "the sentence is conditional"
    if of_release(block):
        return (), "it tells about a release, and which tree that was is not said"
    for find in _FINDERS:
        predicates = find(block)
        if predicates and _of_pull_request(block) and all(isinstance(each, _IN_A_TREE) for each in predicates):
            return (), "it tells about a pull request, whose tree may be another than this"
        if predicates:
            # "Created `a.py` (50 lines)" says two things, and holds only if both do.
            sizes = (*size_of_file(block), *tests_of_file(block), *files_of_folder(block)) if find is addition else ()
            sizes = tests_of_file(block) if find is size_of_file else sizes
            # So does "All import errors resolved, 6 eval tests passing".
            tests = passing_tests(block) if find is all_imports else ()
            if find in _OF_NAMES and not sizes and _NUMBER.search(CODE.sub("", block.text)):
                return (), UNTOLD_NUMBER
            return (*predicates, *sizes, *tests), ""
    return (), next((reason for pattern, reason in _REASONS if pattern.search(block.text)), UNKNOWN)


_OF_NAMES: Final = (addition, added_members, usage, removal_within)
"""What tells of names only, whatever numbers stand beside them."""
_FINDERS: Final[tuple[Callable[[Block], tuple[AnyPredicate, ...]], ...]] = (
    all_imports,
    said_imports,
    clean_checks,
    no_references,
    inheritance,
    packaging,
    import_chain,
    changed_signature,
    removal_within,
    switching,
    usage,
    passing_tests,
    renaming,
    deletion,
    added_members,
    addition,
    size_of_file,
    size_of_every_file,
    changed_lines,
    counted_things,
    served_routes,
    command_options,
    constant_value,
    mention,
)
