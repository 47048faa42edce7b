"""Sentences and code blocks that draw imports in a row with arrows: "training -> kickstarter -> policy_store"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from audit.claims.blocks import Block, Fence
from audit.claims.former import shows_former
from audit.claims.names import is_quoted
from audit.claims.snippets import ShownPlace
from audit.model.predicates import AnyPredicate
from audit.model.regex import regex
from audit.model.shapes import Chain

_ARROW: Final = r"\s*`?\s*(?:→|⟶|➔|->|-->|=>)\s*`?\s*"
_MARK: Final = r"(?:\s*\((?i:deleted|removed|gone|missing)\))?"
_NODE: Final = rf"[A-Za-z_][\w./]*(?: [A-Z]\w+)?{_MARK}"
_CHAIN: Final = regex(rf"`?(?P<nodes>{_NODE}(?:{_ARROW}{_NODE})+)`?")
_IMPORTS: Final = regex(r"\b(?:imports?|importing|dependenc(?:y|ies)|depends)\b", re.IGNORECASE)
_OTHER: Final = regex(
    r"\b(?:before|was|were|old|previous\w*|eliminat\w+|resolved|fixed|broke[n]?\s+up|removed|no\s+longer|circular\w*|cycles?|cyclic|"
    r"no|not|never|renam\w+|mov\w+|replac\w+|migrat\w+|chang\w+|should|data|flow)\b",
    re.IGNORECASE,
)
"""Words by which arrows tell of another tree, of a change, or of what flows where."""
_FEWEST: Final = 3
"""Fewest names of a chain; an arrow between two tells as often of a renaming."""
_TEXTS: Final = frozenset({"", "text", "txt", "plain"})


def import_chain(block: Block) -> tuple[AnyPredicate, ...]:
    """A chain of imports that a sentence draws, where it or its heading says that it is one."""
    match = _CHAIN.search(block.text)
    if match is None or is_quoted(block.text, match.start()):
        return ()
    around = f"{block.text[: match.start()]} {block.text[match.end() :]}"
    return _chain(match["nodes"], around, (block.lead, *block.parents, *block.headings[-1:]))


def shown_chains(fences: Sequence[Fence]) -> Iterator[ShownPlace]:
    """The chains of imports that stand alone on a line of a code block."""
    for fence in fences:
        if fence.quoted or fence.language not in _TEXTS or shows_former(fence):
            continue
        for number, line in enumerate(fence.code.splitlines(), start=fence.line):
            match = _CHAIN.fullmatch(line.strip())
            found = _chain(match["nodes"], "", (fence.intro, *fence.headings[-1:])) if match is not None else ()
            if found:
                yield ShownPlace(line.strip(), number, fence, found)


def _chain(nodes: str, around: str, context: Sequence[str]) -> tuple[Chain, ...]:
    names = tuple(name.strip() for name in re.split(_ARROW, nodes))
    said = " ".join((around, *context))
    if len(names) < _FEWEST or not _IMPORTS.search(said) or _OTHER.search(around) or any(map(_OTHER.search, context)):
        return ()
    return (Chain(links=names),)
