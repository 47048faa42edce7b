"""Sentences about the bases of a class: "`Store` inherits from `Base`", "`class Store(Base)`"."""

from __future__ import annotations

import ast
import re
from typing import Final

from audit.claims.blocks import Block
from audit.claims.names import is_quoted
from audit.claims.place import place_of
from audit.model.parsing import parsed
from audit.model.predicates import AnyPredicate
from audit.model.regex import regex
from audit.model.shapes import Inherits

_CLASS: Final = r"[A-Z]\w*(?:\.[A-Z]\w*)*"
_BASE: Final = r"[A-Za-z_][\w.]*"
_BASES: Final = rf"`(?P<base>{_BASE})`(?P<more>(?:(?:\s*,\s*(?:and\s+)?|\s+and\s+)`{_BASE}`)*)"
_SAID: Final = regex(
    rf"(?:^|[:;,—–-]\s+)(?:(?:the|new)\s+)*`(?P<name>{_CLASS})`(?:\s+class)?\s*[—–-]?\s*\(?"
    r"(?:(?:now|class|that|which|directly|also|is)\s+)*"
    r"(?:inherits\s+(?:directly\s+)?from|inheriting\s+from|subclass(?:es|ing)?(?:\s+of)?|a\s+subclass\s+of|derives\s+from|derived\s+from|"
    rf"extends(?P<wide>)|extending(?P<wide2>))\s+(?:the\s+)?{_BASES}(?P<rest>.*)$",
    re.IGNORECASE,
)
_COMPLETE: Final = regex(r"\s*(?:$|[.;,)(—–:-]|(?:class|base|and|with|for|which|instead|to|directly)\b)", re.IGNORECASE)
_SHOWN: Final = regex(r"`(?P<code>class\s+\w+\([^`]*\)):?`")
_OTHER: Final = regex(
    r"\b(?:no\s+longer|not|never|instead\s+of|rather\s+than|was|were|before|previous\w*|used\s+to|should|must|old|removed|deleted|if)\b",
    re.IGNORECASE,
)


def inheritance(block: Block) -> tuple[AnyPredicate, ...]:
    """The bases that a class is said, or shown, to have now.

    "Extends" is also said of what wraps another, so it is read only where names of classes stand on both sides.
    """
    outside = re.sub(r"`[^`]*`", "", block.text)
    if _OTHER.search(outside) or any(map(_OTHER.search, (block.lead, *block.headings[-1:]))):
        return ()
    match = _SAID.search(block.text)
    if match is not None and not is_quoted(block.text, match.start()) and _COMPLETE.match(match["rest"]):
        bases = (match["base"], *re.findall(r"`([^`]+)`", match["more"]))
        wide = match["wide"] is not None or match["wide2"] is not None
        if not wide or all(base.rpartition(".")[2][:1].isupper() for base in bases):
            return (Inherits(name=_placed(match["name"], block), bases=bases, wide=wide or None),)
    shown = _SHOWN.search(block.text)
    return _of_code(shown["code"], block) if shown is not None and not is_quoted(block.text, shown.start()) else ()


def _of_code(code: str, block: Block) -> tuple[AnyPredicate, ...]:
    try:
        (found,) = parsed(f"{code}: ...").body
    except (SyntaxError, ValueError):
        return ()
    if not isinstance(found, ast.ClassDef) or not found.bases:
        return ()
    bases = tuple(ast.unparse(base).partition("[")[0] for base in found.bases)
    return (Inherits(name=_placed(found.name, block), bases=bases),)


def _placed(name: str, block: Block) -> str:
    path, _ = place_of(block)
    return f"{path}::{name}" if path.endswith(".py") else name
