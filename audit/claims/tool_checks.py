"""Sentences about checks of other programs that find nothing: "mypy: 0 errors", "Ruff clean", "363 MyPy errors → 0"."""

from __future__ import annotations

import re
from typing import Final

from audit.claims.blocks import Block
from audit.claims.names import is_quoted
from audit.model.predicates import AnyPredicate, Command
from audit.model.regex import regex

COMMANDS: Final = {
    "mypy": ("python", "-m", "mypy"),
    "ruff": ("python", "-m", "ruff", "check", "."),
    "flake8": ("python", "-m", "flake8"),
    "pyright": ("python", "-m", "pyright"),
    "black": ("python", "-m", "black", "--check", "."),
}
"""How each program checks what it is configured to check."""
_TOOL: Final = r"`?(?P<tool>mypy|ruff|flake8|pyright|black)`?(?:\s+check)?"
_WHAT: Final = (
    r"(?:(?:strict|type|lint(?:ing)?|style|formatting)\s+)*(?:errors?|violations?|warnings?|issues?|problems?)"
)
_KIND: Final = (
    r"(?:\s+(?:strict(?:\s+mode)?|type\s+(?:check(?:s|ing)?|safety)|lint(?:ing|er)?|checks?|compliance|formatting|"
    r"status))*"
)
_ASIDE: Final = r"(?:\((?![^()]*\b(?:exclud|except|ignor|only|after|but)\w*\b)[^()]*\))?"
_END: Final = rf"(?:\s+(?:now|in\s+strict\s+mode|maintained|across\s+\d+\s+files|everywhere))?\s*{_ASIDE}\W*$"
_FORMS: Final = (
    regex(rf"(?:^|:\s+)(?:0|zero|no)\s+{_TOOL}\s+{_WHAT}{_END}", re.IGNORECASE),
    regex(rf"(?:^|:\s+)\d+\s+{_TOOL}\s+{_WHAT}\s*(?:→|->|=>|to)\s*(?:0|zero)(?:\s+{_WHAT})?{_END}", re.IGNORECASE),
    regex(
        rf"^(?:the\s+|all\s+)?{_TOOL}{_KIND}\s*(?:[:|—–(-]\s*)?(?:(?:(?:is|are|reports|with|shows)\s+)?(?:0|zero|no)\s+{_WHAT}"
        rf"|(?:is\s+|are\s+|now\s+|all\s+)*(?:pass(?:es|ing|ed)?|clean|green)(?:\s+(?:cleanly|without\s+(?:any\s+)?{_WHAT}))?){_END}",
        re.IGNORECASE,
    ),
)


def clean_checks(block: Block) -> tuple[AnyPredicate, ...]:
    """A program that is said to find nothing: its command must succeed, which only running it can show."""
    text = " ".join(cell for _, cell in block.cells[:2]) if block.kind == "row" else block.text
    for form in _FORMS:
        match = form.search(text)
        if match is not None and not is_quoted(text, match.start()):
            return (Command(run=COMMANDS[match["tool"].lower()]),)
    return ()
