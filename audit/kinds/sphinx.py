"""The documents that a Sphinx document names by their own names: entries of a toctree, and ``:doc:`` roles."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from audit.kinds.texts import Positions
from audit.model.mentions import Mention
from audit.model.regex import regex

_DOC: Final = regex(r"(?::doc:|\{doc\})`(?:[^`<\n]*<)?(?P<name>[^`<>\s]+)>?`")
_TITLED: Final = regex(r"^[^<]*<(?P<name>[^<>\s]+)>\s*$")
_OURS: Final = regex(r"[\w./+-]+")
_SELF: Final = frozenset({"self", "genindex", "modindex", "search", "py-modindex"})


def doc_mentions(text: str, offset: int, positions: Positions) -> Iterator[Mention]:
    """The documents that roles lead to."""
    for found in _DOC.finditer(text):
        yield _mention(found["name"], offset + found.start("name"), positions, "`:doc:`")


def without_doc_roles(text: str) -> str:
    """The text with the roles that lead to documents blanked: what they hold is no path."""
    return _DOC.sub(lambda found: " " * len(found[0]), text)


def toctree_mentions(content: str, offset: int, positions: Positions) -> Iterator[Mention]:
    """The documents that the content of a toctree lists; options and patterns are none."""
    in_options = False
    for line in content.splitlines(keepends=True):
        entry = line.strip()
        if entry == "---":
            in_options = not in_options
        elif entry and not in_options and not entry.startswith((":", "..", "#")):
            titled = _TITLED.match(entry)
            name = titled["name"] if titled else entry
            if _OURS.fullmatch(name) and name not in _SELF:
                yield _mention(name, offset + line.rindex(name), positions, "the toctree")
        offset += len(line)


def _mention(name: str, start: int, positions: Positions, role: str) -> Mention:
    return Mention("REF008", "path", name, "document", role, "warning", positions.span(start, start + len(name)))
