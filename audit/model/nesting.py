"""How deeply Python source nests, told without parsing it.

A parser in native code does not refuse what is too deep for it: it ends the process.
"""

from __future__ import annotations

import re
from typing import Final

from audit.model.regex import regex

_DEEPEST: Final = 400
"""Brackets in brackets, or links of one chain (operators, attributes, calls, strings side by side). CPython itself
takes 200 brackets."""
_INDENTED: Final = regex(r"^[ \t]{400}", re.MULTILINE)
"""A hundred levels, which is all that CPython takes."""
_BRANCHES: Final = regex(r"^[ \t]*(?:elif|except)\b", re.MULTILINE)
_MOST_BRANCHES: Final = 1_000
_FORMATTED: Final = frozenset("ftFT")
_SIGNS: Final = "+-~*"
_TOKEN: Final = regex(
    r"""
    (?P<skip> \#[^\n]* | \\\r?\n )
  | (?P<string> (?<!\w)(?P<prefix>[rbuftRBUFT]{0,2})
        (?: '{3}(?:\\.|[^\\])*?'{3} | "{3}(?:\\.|[^\\])*?"{3} | '(?:\\.|[^'\\\n])*' | "(?:\\.|[^"\\\n])*" ) )
  | (?P<open> [\[({] ) | (?P<close> [\])}] ) | (?P<next> [,;] ) | (?P<line> \n )
  | (?P<link> [-+*/%@&|^<>=~.]+ | \b(?:and|or|not|if|else|lambda|await|in|is)\b )
    """,
    re.VERBOSE | re.DOTALL,
)


def nests_deeply(text: str) -> bool:
    """Whether something in a source nests more deeply than people write."""
    if _INDENTED.search(text) or sum(1 for _ in _BRANCHES.finditer(text)) > _MOST_BRANCHES:
        return True
    waiting = [text]
    while waiting:
        chains = [0]
        for found in _TOKEN.finditer(waiting.pop()):
            kind = found.lastgroup
            if kind == "string" and not _FORMATTED.isdisjoint(found["prefix"]):
                waiting.append(found[0].strip("rftRFT").strip("'\""))
            if kind == "open":
                chains.append(0)
            elif kind == "next" or (kind == "line" and len(chains) == 1):
                chains[-1] = 0
            elif kind in ("close", "string", "link"):
                if kind == "close" and len(chains) > 1:
                    chains.pop()
                chains[-1] += len(found[0]) if found[0][0] in _SIGNS else 1
            if len(chains) > _DEEPEST or chains[-1] > _DEEPEST:
                return True
    return False
