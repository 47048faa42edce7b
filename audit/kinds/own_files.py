"""Files that a document or script names and that the repository need not hold: its commands write or list them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from audit.model.mentions import Mention
from audit.model.regex import regex

_MADE: Final = (
    (("-o", "--out", "--log"), regex(r"-(?<=\s-)(?:o|-(?:out(?:put)?|log)(?:-?(?:file|path|dir))?)[ =]+([\w./-]+)")),
    (("touch", "tee", "mkdir"), regex(r"\b(?:touch|tee|mkdir)[ \t]+(?:-\w+[ \t]+)*([\w./-]+)")),
    ((">",), regex(r">(?:(?<=\S[ \t]>)|(?<=\S[ \t]{2}>)|(?<=\S[ \t]{3}>))>?[ \t]*([\w./-]+\.\w+)")),
    (
        ("docker", "podman"),
        regex(
            r"\b(?:docker|podman)[ \t]+(?:image[ \t]+|buildx[ \t]+)?"
            r"(?:(?:pull|push)[ \t]+|build(?:[^\n]|\\\n)*?[ \t](?:-t|--tag)[ \t=]*)([\w.-]+/[\w./-]+)"
        ),
    ),
)
_WRITTEN: Final = (
    *_MADE,
    (("cookie",), regex(r"-(?<=\s-)(?:c|-cookie-jar)[ =]+([\w./-]*cookie[\w./-]*)")),
    (
        ("writ", "sav", "Sav", "stored", "export", "dump"),
        regex(
            r"(?:w(?<!\w.)rit(?:ten|es?)|s(?<!\w.)(?:aved|aves?|tored)|S(?<!\w.)aves?|e(?<!\w.)xported|d(?<!\w.)umped)"
            r"\s+(?:[a-z]+\s+){0,5}?(?:in)?to\s+[`*]*([\w./-]*\w)"
        ),
    ),
    (("writes",), regex(r"writes\s+[`*]+([\w./-]*\w)")),
)
"""How a text says what is written, each expression behind what must occur for it: they are slow on long documents."""
_LISTING: Final = regex(
    r"^[ \t]*(?:[$%>❯][ \t]+)?ls(?:[ \t]+-\w+)*[ \t]+[\w-][\w./-]*[ \t]*\n"
    r"(?P<listed>(?:[ \t]*[^\s$%>`~][^\n]*\n)+)",
    re.MULTILINE,
)
_INSTALLED: Final = (
    (
        ("npm", "yarn", "bun ", "brew", "cargo", "gem ", "go ", "apt"),
        regex(
            r"\b(?:npm|pnpm|yarn|bun|brew|cargo|gem|go|apt|apt-get)[ \t]+"
            r"(?:global[ \t]+)?(?:install|add|i)[ \t]+([^\n`&|;]+)"
        ),
    ),
)
_FILE: Final = regex(r"[\w-][\w.-]*\.\w+")


def without_own_files(text: str, mentions: Iterable[Mention]) -> Iterator[Mention]:
    """The mentions of a document without those of files that are its own, and of programs that it has installed
    from where no Python comes from: ``npm install -g @acme/shop``."""
    own: frozenset[str] | None = None
    installed: tuple[str, ...] | None = None
    for each in mentions:
        if each.form == "program":
            installed = tuple(_written(text, _INSTALLED)) if installed is None else installed
            if any(each.text in words for words in installed):
                continue
        if each.form == "path":
            own = _own_files(text) if own is None else own  # few documents name a path at all
            if each.text.removeprefix("./").rstrip("/") in own:
                continue
        yield each


def without_made_files(text: str, mentions: Iterable[Mention]) -> Iterator[Mention]:
    """The mentions of a script or workflow without those of files and folders that its commands make, and of what lies
    in such folders: a step works where another one has made a place."""
    made: frozenset[str] | None = None
    for each in mentions:
        if each.form == "path":
            made = frozenset(_written(text, _MADE)) if made is None else made
            parts = each.text.removeprefix("./").rstrip("/").split("/")
            if made and any("/".join(parts[:end]) in made for end in range(1, len(parts) + 1)):
                continue
        yield each


def _own_files(text: str) -> frozenset[str]:
    listings = _LISTING.finditer(text) if "ls" in text else ()
    listed = (name for listing in listings for name in _FILE.findall(listing["listed"]))
    return frozenset((*_written(text, _WRITTEN), *listed))


def _written(text: str, expressions: tuple[tuple[tuple[str, ...], re.Pattern[str]], ...]) -> Iterator[str]:
    for marks, pattern in expressions:
        if any(map(text.__contains__, marks)):
            yield from (found[1].removeprefix("./").rstrip("/") for found in pattern.finditer(text))
