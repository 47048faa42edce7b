"""Prose and embedded code of documents -> mentions: the part that Markdown, RST and docstrings share."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import unquote

import msgspec

from audit.kinds.commands import Caller, command_mentions
from audit.kinds.deletion import Sentences, marks_old_code
from audit.kinds.forms import IN_TEXT, form_of
from audit.kinds.python_code import CodeName, is_code, read_code
from audit.kinds.texts import Positions, Unescaped, blanked
from audit.model.hosting import LINK, hosted_file
from audit.model.mentions import Form, Mention
from audit.model.regex import regex

_STRUCK: Final = regex(r"~~.*?~~|<(?:del|s)>.*?</(?:del|s)>|<!--.*?-->", re.DOTALL)
_ADDRESS: Final = regex(r"\b[a-zA-Z][\w+.-]{0,20}://[^\s)>\]`\"]+")
_LINK: Final = regex(
    r"\]\(\s{0,9}<?([^)\s>(\]]{1,400})>?[^)\n(]{0,200}\)|^[ \t]*\[[^\]\n]{1,200}\]:[ \t]*<?([^\s>]{1,400})",
    re.MULTILINE,
)
_SHOWN: Final = regex(r"\[[`*]*([\w@+-][\w./@+-]{0,200})[`*]*\]\((?=<?[^)\s>#]{0,300}/\1[#)>?\s])")
"""A link that shows no more than the name or the path of the file to which it leads: where that lies it says itself."""
_COMMAND_SPAN: Final = regex(
    r"`((?:[\w./-]*python[\d.]*|pytest|uv|poetry|uvicorn|celery|streamlit|bash|sh)\s[^`\n]+"
    r"|[a-z][\w-]*\s(?:[^`\n]*\s)?--[a-z][^`\n]*|[a-z][a-z0-9]*(?:-[a-z0-9]+)+)`"
)
_IMPORT_LINE: Final = regex(
    r"^\s*(?:from\s+(?P<module>[\w.]+)\s+import\s+(?P<names>[\w, ]+)|import\s+(?P<plain>[\w.]+))"
)
_COMMENT: Final = regex(r"^\s*#(.*)$")
_CREATED: Final = regex(
    r"\b(?:(?:creat(?:e|es|ing)|generat(?:e|es|ing))\W{0,4}|(?:check|look)(?:s|ing)?\s+(?:for|if|whether)(?:\s+there\s+is)?)"
    r"\s+(?:(?:an?|the|any|your|own|new|empty|file|folder|directory|script|called|named)\s+)*[`\"'*:]*$",
    re.IGNORECASE,
)
"""What stands before a path that somebody is told to make, or to look for: it need not be there."""
_BEFORE: Final = 99
"""Characters before a path that are looked at for that."""
_ESCAPE: Final = "\\_"
"""How markup writes an underscore that begins no emphasis."""
DOCUMENT = Caller("REF008", "the document", "warning", judges_slots=False)


class CodeLine(msgspec.Struct, frozen=True):
    """One line of code within a document: the offset at which it begins there, and its text."""

    offset: int
    text: str


def prose_mentions(unit: str, offset: int, positions: Positions, role: str) -> Iterator[Mention]:
    """The names, paths, links and commands in one paragraph, list item or table row.

    What is struck through, and what a sentence says is gone, is left out. Underscores may be escaped.
    """
    if _ESCAPE in unit:
        positions, unit = Unescaped(positions, offset, unit, _ESCAPE), unit.replace(_ESCAPE, "_")
    return _mentions(unit, offset, positions, role)


def _mentions(unit: str, offset: int, positions: Positions, role: str) -> Iterator[Mention]:
    text = _without_shown(_STRUCK.sub(blanked, unit) if "~~" in unit or "<" in unit else unit)
    sentences = Sentences(unit)
    found: list[Mention] = []

    def add(form: Form, kind: str, value: str, start: int) -> None:
        is_made = form == "path" and kind == "path" and _CREATED.search(text[max(0, start - _BEFORE) : start])
        if not is_made and not sentences.speak_of_deletion_at(start):
            span = positions.span(offset + start, offset + start + len(value))
            found.append(Mention("REF008", kind, value, form, role, "warning", span))

    if "://" in text:
        for address in LINK.finditer(text):
            value = address[0].rstrip(".,;:!*_")
            if hosted_file(value) is not None:
                add("address", "link", value, address.start())
        text = _ADDRESS.sub(blanked, text)
    if "](" in text or "]:" in text:
        for link in _LINK.finditer(text):
            group = 1 if link[1] is not None else 2
            target = unquote(link[group])
            if not target.startswith(("#", "mailto:")) and form_of(target) == "path":
                add("path", "link", target, link.start(group))
        text = _LINK.sub(blanked, text)
    if "`" in text:
        for span in _COMMAND_SPAN.finditer(text):
            if not sentences.speak_of_deletion_at(span.start()):
                found += command_mentions(span[1], offset + span.start(1), positions, DOCUMENT)
        text = _COMMAND_SPAN.sub(blanked, text)
    for name in IN_TEXT.finditer(text) if "." in text or "/" in text else ():
        value = name[0].rstrip(".")
        form = form_of(value)
        is_key = form == "path" and text.startswith("=", name.end())  # of a setting that a command overrides
        if form is not None and not is_key:
            add(form, "path" if form == "path" else "name", value, name.start())
    yield from sorted(found, key=lambda each: each.span or (0, 0, 0, 0))


def _without_shown(text: str) -> str:
    """A text with what its links show blanked, where that is where they lead."""
    return _SHOWN.sub(lambda found: f"[{' ' * (len(found[0]) - 3)}](", text) if "](" in text else text


def code_mentions(lines: list[CodeLine], positions: Positions, role: str) -> Iterator[Mention]:
    """What Python within a document imports and uses; code that a comment calls old is left out."""
    old = _old_lines(lines)
    for name in _names(lines):
        line = lines[name.span[0] - 1]
        if old[name.span[0] - 1]:
            continue
        last = lines[min(name.span[2], len(lines)) - 1]
        span = positions.span(line.offset + name.span[1] - 1, last.offset + name.span[3] - 1)
        form: Form = "module" if name.bare else "name"
        yield Mention("REF008", name.kind, name.name, form, role, "warning", span)


def _names(lines: list[CodeLine]) -> Iterator[CodeName]:
    source = "\n".join(line.text for line in lines)
    known = read_code(source)
    if known is not None:
        yield from known
        return
    for number, line in enumerate(lines, 1):
        found = _IMPORT_LINE.match(line.text)
        if found is None:
            continue
        span = (number, found.end() - len(found[0].lstrip()) + 1, number, found.end() + 1)
        if found["plain"]:
            yield CodeName("import", found["plain"], span)
        elif not found["module"].startswith("."):
            for each in found["names"].split(","):
                symbol = each.split(" as ")[0].strip()
                yield CodeName("import", f"{found['module']}.{symbol}" if symbol else found["module"], span)


def _old_lines(lines: list[CodeLine]) -> list[bool]:
    """Of each line, whether the comment on it or the nearest one above says that this is how it was."""
    found: list[bool] = []
    is_old = False
    for line in lines:
        own = line.text.partition("#")[2]
        found.append(is_old or (bool(own) and marks_old_code(own)))
        if comment := _COMMENT.match(line.text):
            is_old = marks_old_code(comment[1])
    return found


def doctest_mentions(blocks: list[list[CodeLine]], positions: Positions, role: str) -> Iterator[Mention]:
    """What the ``>>>`` examples of a text import and use: what one imports, those that follow it know."""
    joined = [line for block in blocks for line in block]
    if len(blocks) > 1 and not is_code("\n".join(line.text for line in joined)):
        for block in blocks:
            yield from code_mentions(block, positions, role)
        return
    yield from code_mentions(joined, positions, role)


def doctest_lines(text: str, offset: int) -> list[CodeLine]:
    """The code of the ``>>>`` examples in a stretch of text that begins at an offset of its file."""
    lines: list[CodeLine] = []
    for line in text.splitlines(keepends=True):
        prompt = re.match(r"(\s*(?:>>>|\.\.\.)(?: |$))(.*)", line)
        if prompt is not None and (lines or ">>>" in prompt[1]):
            lines.append(CodeLine(offset + prompt.start(2), prompt[2].rstrip("\r\n")))
        offset += len(line)
    return lines
