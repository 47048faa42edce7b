"""Format strings as newer Pythons allow them, replaced by tuples of the expressions in them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from audit.facts.patched import Place, Source
from audit.model.nesting import nests_deeply

if TYPE_CHECKING:
    import libcst
    from libcst.metadata import CodeRange

_MAX_CHARACTERS: Final = 2_000_000
"""Above this a file is data, and the slow parser is not for it."""
_Span = tuple[Place, Place]


def without_format_strings(text: str) -> str | None:
    """The source with every format string as a tuple, of the same length; None when it does not parse at all."""
    if len(text) > _MAX_CHARACTERS or nests_deeply(text):
        return None
    import libcst
    from libcst.metadata import MetadataWrapper, PositionProvider

    try:
        wrapper = MetadataWrapper(libcst.parse_module(text), unsafe_skip_copy=True)
        positions = wrapper.resolve(PositionProvider)
    except (libcst.ParserSyntaxError, libcst.CSTLogicError, libcst.CSTValidationError, RecursionError, KeyError):
        return None
    source = Source(text)
    done: set[libcst.CSTNode] = set()
    spans = {node: _span(at) for node, at in positions.items() if isinstance(node, libcst.CSTNode)}
    formats = (libcst.FormattedString, libcst.TemplatedString)
    for node, (start, end) in spans.items():
        # libcst loses count of lines where one ends between an expression and its conversion
        if isinstance(node, formats) and not (
            source.has(node.start, start) and source.has(node.end, (end[0], end[1] - len(node.end)))
        ):
            return None
    for node, (start, end) in sorted(spans.items(), key=lambda each: (each[1][0], tuple(-n for n in each[1][1]))):
        if not isinstance(node, (*formats, libcst.ConcatenatedString)) or node in done:
            continue
        together = _strings(node)
        done.update(together)
        parts = [part for each in together for part in getattr(each, "parts", ())]
        if parts or not isinstance(node, libcst.ConcatenatedString):
            source.blank(start, end)
            source.write(start, "(")
            source.write((end[0], end[1] - 1), ")")
            _restore_expressions(source, parts, spans)
    return source.text()


def _span(at: CodeRange) -> _Span:
    return (at.start.line, at.start.column), (at.end.line, at.end.column)


def _strings(node: libcst.CSTNode) -> list[libcst.CSTNode]:
    """A string, or the strings that stand side by side as one, and the nodes that hold them together."""
    import libcst

    if not isinstance(node, libcst.ConcatenatedString):
        return [node]
    return [node, *_strings(node.left), *_strings(node.right)]


def _restore_expressions(source: Source, parts: Sequence[libcst.CSTNode], spans: dict[libcst.CSTNode, _Span]) -> None:
    """Bring back the expressions of a format string, those of format specifications included, with commas
    between them; format strings inside of them come later, each in its turn."""
    import libcst

    waiting = list(reversed(parts))
    first = True
    while waiting:
        part = waiting.pop()
        if not isinstance(part, (libcst.FormattedStringExpression, libcst.TemplatedStringExpression)):
            continue
        start, (_, end) = spans[part][0], spans[part.expression]
        source.restore((start[0], start[1] + 1), source.skip(" \t\r\n)", end))
        if not first:
            source.write(start, ",")
        first = False
        waiting += reversed(part.format_spec or ())
