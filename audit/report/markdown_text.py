"""Text put into Markdown so that it stays text: no table, tag, link or code block is broken by what is quoted."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

_SPECIAL = re.compile(r"[\\*\[\]<>|]|(?<!\w)_|_(?!\w)")


def escaped(text: str) -> str:
    """Prose on one line, with everything that Markdown would interpret made literal; inline code is kept."""
    parts = re.split(r"(`[^`\n]+`)", " ".join(text.split()))
    return "".join(
        part.replace("|", "\\|") if part.startswith("`") and part.endswith("`") and len(part) > 2 else _literal(part)
        for part in parts
    )


def _literal(text: str) -> str:
    return _SPECIAL.sub(r"\\\g<0>", text).replace("`", "\\`")


def code(text: str) -> str:
    """Inline code on one line, fit for a table cell too."""
    line = " ".join(text.split()).replace("|", "\\|")
    longest = max((len(run) for run in re.findall(r"`+", line)), default=0)
    fence = "`" * (longest + 1)
    pad = " " if line.startswith("`") or line.endswith("`") else ""
    return f"{fence}{pad}{line}{pad}{fence}"


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


def chain_diagram(links: Sequence[tuple[str, str, str]]) -> list[str]:
    """A Mermaid diagram of an import chain given as (importer, imported, place); its last node is what is gone."""
    names = list(dict.fromkeys(name for importer, imported, _ in links for name in (importer, imported)))
    number = {name: f"n{index}" for index, name in enumerate(names)}
    gone = number[links[-1][1]]
    return [
        "```mermaid",
        "flowchart LR",
        *(f'    {number[name]}["{_label(name)}"]' for name in names),
        *(f'    {number[here]} -- "{_label(place)}" --> {number[there]}' for here, there, place in links),
        f"    style {gone} stroke:#c00,stroke-width:3px,stroke-dasharray:4",
        "```",
    ]


def _label(text: str) -> str:
    return text.replace('"', "#quot;").replace("<", "#lt;").replace(">", "#gt;")


def counted(number: int, noun: str) -> str:
    """A number with its noun: ``1 module``, ``3 modules``."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
