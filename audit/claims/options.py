"""Sentences about options of command lines: "Added `--dry-run` flag", "`--workers N` - How many (default: 4)"."""

from __future__ import annotations

import re
from typing import Final

from audit.claims.blocks import Block
from audit.claims.names import is_quoted
from audit.model.predicates import AnyPredicate
from audit.model.regex import regex
from audit.model.surface import Option

_OPTION: Final = r"`(?P<name>--[a-z][\w-]*)(?:[ =][^`]*)?`"
_NOUN: Final = r"(?:(?:command[- ]line|cli)\s+)?(?:flag|option|switch|argument|parameter)s?"
_ADDED: Final = regex(
    rf"^(?:[A-Z][\w &/-]{{0,30}}:\s+)?(?:(?:we\s+)?(?:added|introduced|implemented|created)\s+"
    rf"(?:(?:the|a|an|new)\s+)*|new\s+(?:{_NOUN}\s*:?\s*)?)"
    rf"(?:{_NOUN}\s*:?\s*)?{_OPTION}(?:\s+{_NOUN})?(?P<rest>\s*(?:$|[.;,(—–:-]|(?:to|for|that|which|in|with|on)\b).*)$",
    re.IGNORECASE,
)
_TOLD: Final = regex(rf"^{_OPTION}(?:\s+{_NOUN})?\s*(?:[:—–-]\s+\S.*|\([^()]*\)\W*|)$", re.IGNORECASE)
_DEFAULT: Final = regex(
    r"\(default(?:s\s+to|\s+is|:|=)?\s*`?(?P<value>-?\d+(?:\.\d+)?|True|False|None|\"[\w./-]+\"|'[\w./-]+'|[\w./-]+)`?\)",
    re.IGNORECASE,
)
_SAYS_DEFAULT: Final = regex(
    r"\bdefault|\bby\s+default|по\s+умолчанию|기본\s*값|默认|預設|デフォルト|por\s+defecto|padrão|défaut|standardm[äa](?:ß|ss)ig|domyśln",
    re.IGNORECASE,
)
"""A default, in whatever words and languages: one that is not read may be wrong."""
_FORMER: Final = regex(
    r"\b(?:removed?|deleted?|deprecat\w+|old|previous\w*|former\w*|replac\w+|renamed|instead|external|missing|planned|not|"
    r"no\s+longer|example|pytest|ruff|mypy|docker|uv|pip|npm|git|future)\b|→|->|❌",
    re.IGNORECASE,
)
"""Words by which an option may be one of another tree or of another program."""


def command_options(block: Block) -> tuple[AnyPredicate, ...]:
    """The option that a sentence says was added, or that it opens with and describes."""
    bare = re.sub(r"`[^`]*`", "", block.text)
    if block.kind != "item" or any(
        map(_FORMER.search, (bare, block.lead, *block.parents, *block.headings[block.titled :]))
    ):
        return ()
    added = _ADDED.match(block.text)
    match = added or _TOLD.match(block.text)
    if match is None or is_quoted(block.text, match.start("name")):
        return ()
    default = _DEFAULT.search(block.text)
    if default is None and _SAYS_DEFAULT.search(bare):
        return ()
    return (
        Option(
            names=(match["name"],),
            default=default["value"].strip("\"'") if default else "",
            others=None if added is not None else True,
        ),
    )
