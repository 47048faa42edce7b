"""Python that stands in another file (a cell, a fence, a doctest) -> the names that it imports and uses."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

import msgspec

from audit.facts.python import parses, read_python
from audit.kinds.forms import form_of
from audit.model.facts import WITH_MODULE, Attribute, FileFacts, Span
from audit.model.regex import regex

_MAGIC: Final = regex(r"^([ \t]*)([%!?]|.*\?\s*$|[\w, \t]+=[ \t]*[%!])", re.MULTILINE)


class CodeName(msgspec.Struct, frozen=True):
    """A dotted name that code uses, and how: import, attribute, or name (a string).

    ``bare`` marks one without a dot.
    """

    kind: str
    name: str
    span: Span

    @property
    def bare(self) -> bool:
        """Whether it has one component only."""
        return "." not in self.name


def without_magics(source: str) -> str:
    """Notebook source with its magics and shell lines blanked, so that lines and columns stay."""
    if source.lstrip().startswith("%%") and not source.lstrip().startswith(("%%time", "%%capture", "%%prun")):
        return ""
    lines = source.split("\n")
    return "\n".join(
        f"{match[1]}pass" if (match := _MAGIC.match(line)) and not line.rstrip().endswith(("'?", '"?')) else line
        for line in lines
    )


def is_code(source: str) -> bool:
    """Whether the source is Python."""
    return parses(_encoded(source))


def read_code(source: str) -> list[CodeName] | None:
    """The absolute names that the source imports or reaches through its imports; None if it does not parse.

    An import under a handler that survives its failure, or one for type checkers alone, is left out.
    """
    facts = read_python(_encoded(source))
    return None if facts.error else list(_names(facts))


def _encoded(source: str) -> bytes:
    return source.encode("utf-8", errors="surrogatepass")


def _names(facts: FileFacts) -> Iterator[CodeName]:
    for statement in facts.imports:
        if statement.level or statement.context in ("guarded", "typing", "fallback"):
            continue
        for name in statement.names:
            span = statement.span if len(statement.names) == 1 else name.span
            if not statement.is_from:
                yield CodeName("import", name.name, span)
            else:
                dotted = statement.module if name.name == "*" else f"{statement.module}.{name.name}"
                yield CodeName("import", dotted, span)
    for text in facts.texts:
        if text.argument == WITH_MODULE:
            continue  # its module is told
        if "." in text.value.strip(".") and (text.callee or form_of(text.value) == "name"):
            yield CodeName("name", text.value.replace(":", ".", 1), text.span)
    for attribute in facts.attributes:
        dotted = _attribute_name(facts, attribute)
        if dotted:
            yield CodeName("attribute", dotted, attribute.span)


def _attribute_name(facts: FileFacts, attribute: Attribute) -> str:
    statement = facts.imports[attribute.import_index]
    name = statement.names[attribute.name_index]
    if attribute.store or statement.level or attribute.context in ("guarded", "typing"):
        return ""
    if statement.is_from:
        return ".".join((statement.module, name.name, *attribute.chain))
    if name.bound == name.name.partition(".")[0]:
        return ".".join((name.bound, *attribute.chain))
    return ".".join((name.name, *attribute.chain))
