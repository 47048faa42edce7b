"""Sentences and rows that tell of an HTTP route: "Added `POST /api/users`", a table of endpoints."""

from __future__ import annotations

import re
from typing import Final

from audit.claims.blocks import Block
from audit.claims.names import is_quoted
from audit.model.predicates import AnyPredicate
from audit.model.regex import regex
from audit.model.surface import Route

_METHOD: Final = r"(?P<method>GET|POST|PUT|PATCH|DELETE)"
_PATH: Final = r"(?P<path>/(?:[\w.~{}<>:@$-]+/?)*)"
_ROUTE: Final = (
    rf"(?:`{_METHOD}\s+{_PATH}`|`?{_METHOD.replace('method', 'verb')}`?:?\s+`{_PATH.replace('path', 'url')}`)"
)
_OPENING: Final = (
    r"(?:[A-Z][\w &/-]{0,30}:\s+"
    r"|(?:(?:we\s+)?(?:added|created|implemented|introduced|exposed|new|provides|exposes|serves)\s+)"
    r"(?:(?:the|a|an|new)\s+)*(?:(?:rest|api|http)\s+)*(?:endpoints?:?\s+|routes?:?\s+)?)?"
)
_FORM: Final = regex(
    rf"^(?i:{_OPENING}){_ROUTE}\s*(?i:endpoint|route)?(?P<rest>\s*(?:$|[.;,(—–:-]|(?i:to|for|that|which|in|with|is|now|returns?|accepts?)\b).*)$"
)
_ONE_PATH: Final = regex(
    r"^(?i:(?:we\s+)?(?:added|created|implemented|introduced|exposed)\s+(?:(?:the|a|an|new)\s+)*)"
    rf"`{_PATH}`\s+(?i:endpoint|route)\b(?P<rest>\s*(?:$|[.;,(—–:-]|(?i:to|for|that|which|in|with)\b).*)$"
)
_FURTHER: Final = regex(
    r"`(?:(?:GET|POST|PUT|PATCH|DELETE)\s+)?/[^`\s]*`|\breturns?\s+(?:HTTP\s+)?`?[1-5]\d\d\b|\bincludes?\s+`"
)
"""Further routes, or what a route answers: they are not looked for, and may be wrong where the first is right."""
_METHOD_HEAD: Final = regex(r"^\W*(?:http\s+)?(?:method|verb)s?\W*$", re.IGNORECASE)
_PATH_HEAD: Final = regex(r"^\W*(?:(?:api|http)\s+)?(?:path|endpoint|route|url|uri)s?\W*$", re.IGNORECASE)
_CELL: Final = regex(rf"(?:`?(?P<method>GET|POST|PUT|PATCH|DELETE)`?\s+)?`?{_PATH}`?")
_FORMER: Final = regex(
    r"\b(?:removed?|deleted?|deprecat\w+|old|previous\w*|former\w*|before|legacy|replac\w+|renamed|moved|migrated|"
    r"changed?\s+(?:from|to)|instead|external|third[- ]party|upstream|missing|planned|not|no\s+longer|example|frontend|"
    r"client|proxy|calls?|called)\b|→|->|❌",
    re.IGNORECASE,
)
"""Words by which a route may be one of another tree or of another program."""


def served_routes(block: Block) -> tuple[AnyPredicate, ...]:
    """The route that a sentence opens with, or that a row of a table of routes is about."""
    bare = re.sub(r"`[^`]*`|\b(?:GET|POST|PUT|PATCH|DELETE)\b", "", block.text)
    if any(map(_FORMER.search, (bare, block.lead, *block.parents, *block.headings[block.titled :]))):
        return ()
    if block.kind == "row" and block.cells:
        return _of_row(block)
    match = _FORM.match(block.text)
    if match is not None and not is_quoted(block.text, match.start()):
        if _FURTHER.search(match["rest"]):
            return ()
        return _route(match["method"] or match["verb"], match["path"] or match["url"])
    match = _ONE_PATH.match(block.text)
    return _route("", match["path"]) if match is not None and not _FURTHER.search(match["rest"]) else ()


def _of_row(block: Block) -> tuple[AnyPredicate, ...]:
    paths = [cell for head, cell in block.cells if _PATH_HEAD.match(head)]
    methods = [cell.strip("`* ") for head, cell in block.cells if _METHOD_HEAD.match(head)]
    match = _CELL.fullmatch(paths[0].strip("* ")) if len(paths) == 1 else None
    method = (match["method"] if match is not None else None) or (methods[0] if len(methods) == 1 else "")
    if match is None or method not in ("GET", "POST", "PUT", "PATCH", "DELETE"):
        return ()
    return _route(method, match["path"])


def _route(method: str, path: str) -> tuple[AnyPredicate, ...]:
    return (Route(method=method, path=path),) if path != "/" and "..." not in path else ()
