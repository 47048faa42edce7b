"""Text put into Markdown so that it stays text: no table, tag, link or code block is broken by what is quoted."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from urllib.parse import quote

from audit.model.regex import regex
from audit.model.verdicts import ChainLink

_SPECIAL = regex(r"[\\*\[\]<>|~$&]|(?<!\w)_|_(?!\w)")
_OPENS_BLOCK = regex(r"^(?:[#+=-]|\d+(?=[.)]))")
_LINKED_BY_FORGES = regex(r"(?:\b[a-zA-Z][\w+.-]*://|\bwww\.|(?<![\w/])@\w|\b[\w.+-]+@\w)\S*")
_CITED = regex(r"(?P<path>[^:]+)(?::(?P<line>\d+))?")
_PLAIN_IN_DIAGRAM = regex(r"[^\w ./:()-]")


def escaped(text: str) -> str:
    """Prose on one line, with everything that Markdown would interpret made literal; inline code is kept.

    Addresses and mentions, which forges turn into links without any markup, become inline code.
    """
    parts = re.split(r"(`[^`\n]+`)", " ".join(text.split()))
    whole = "".join(
        part.replace("|", "\\|") if part.startswith("`") and part.endswith("`") and len(part) > 2 else _literal(part)
        for part in parts
    )
    opening = _OPENS_BLOCK.match(whole)
    if opening is None:
        return whole
    return f"{opening[0]}\\{whole[opening.end() :]}" if opening[0].isdigit() else f"\\{whole}"


def _literal(text: str) -> str:
    pieces, end = [], 0
    for match in _LINKED_BY_FORGES.finditer(text):
        pieces += [_plain(text[end : match.start()]), code(match[0])]
        end = match.end()
    return "".join([*pieces, _plain(text[end:])])


def _plain(text: str) -> str:
    return _SPECIAL.sub(r"\\\g<0>", text).replace("`", "\\`")


def code(text: str) -> str:
    """Inline code on one line, fit for a table cell too."""
    line = " ".join(text.split()).replace("|", "\\|")
    longest = max((len(run) for run in re.findall(r"`+", line)), default=0)
    fence = "`" * (longest + 1)
    pad = " " if line.startswith("`") or line.endswith("`") else ""
    return f"{fence}{pad}{line}{pad}{fence}"


def place(cited: str) -> str:
    """A place of the tree, ``path`` or ``path:line``, as a link from ``reports/``; plain where it lies outside."""
    address = address_of(cited)
    return f"[{code(cited)}]({address})" if address else code(cited)


def address_of(cited: str) -> str:
    """The address of a place relative to ``reports/``; empty where it lies outside the repository."""
    match = _CITED.fullmatch(cited)
    if match is None or cited.startswith(("/", "~")) or ".." in match["path"].split("/"):
        return ""
    path = quote(match["path"], safe="/")
    return f"../{path}#L{match['line']}" if match["line"] else f"../{path}"


def fenced(text: str, language: str = "text") -> list[str]:
    """A code block whose fence is longer than any in the text."""
    longest = max((len(run) for run in re.findall(r"`{3,}", text)), default=2)
    fence = "`" * (longest + 1)
    return [f"{fence}{language}", *text.rstrip().splitlines(), fence]


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """A table; its cells are Markdown already."""
    return [
        "| " + " | ".join(head) + " |",
        "|" + "---|" * len(head),
        *("| " + " | ".join(row) + " |" for row in rows),
    ]


def folded_table(head: Sequence[str], rows: Sequence[Sequence[str]], shown: int, noun: str) -> list[str]:
    """A table whose first rows are shown, and the others folded away below them."""
    lines = table(head, rows[:shown])
    return [*lines, "", *folded(table(head, rows[shown:]), len(rows) - shown, noun)] if len(rows) > shown else lines


def folded_list(items: Sequence[str], shown: int, noun: str) -> list[str]:
    """Lines of a list of which the first are shown, and the others folded away below them."""
    lines = list(items[:shown])
    return [*lines, "", *folded(items[shown:], len(items) - shown, noun)] if len(items) > shown else lines


def folded(lines: Sequence[str], number: int, noun: str) -> list[str]:
    """Lines folded away under how many things they tell of."""
    plural = noun if number == 1 else f"{noun}s"
    return ["<details>", f"<summary>{number} more {plural}</summary>", "", *lines, "", "</details>"]


def chain_diagram(links: Sequence[ChainLink]) -> list[str]:
    """A Mermaid diagram of an import chain; its last node is what is gone."""
    names = list(dict.fromkeys(name for link in links for name in (link.importer, link.imported)))
    number = {name: f"n{index}" for index, name in enumerate(names)}
    gone = number[links[-1].imported]
    return [
        "```mermaid",
        "flowchart LR",
        *(f'    {number[name]}["{_label(name)}"]' for name in names),
        *(f'    {number[link.importer]} -- "{_label(link.site)}" --> {number[link.imported]}' for link in links),
        f"    style {gone} stroke:#c00,stroke-width:3px,stroke-dasharray:4",
        "```",
    ]


def _label(text: str) -> str:
    """A text that a diagram shows as it is: neither markup nor a directive."""
    line = " ".join(text.split())
    return _PLAIN_IN_DIAGRAM.sub(lambda match: f"#{ord(match[0])};", line) or "#32;"
