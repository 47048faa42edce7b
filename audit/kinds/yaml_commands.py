"""Commands that stand in YAML: a scalar, a block of lines, or a list of words that belong together."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from itertools import groupby
from typing import Final

from audit.kinds.commands import Caller, command_mentions
from audit.kinds.texts import Positions
from audit.kinds.yaml_events import Scalar
from audit.model.mentions import Mention

ARGUMENT_KEYS: Final = frozenset({"entry", "args", "command", "entrypoint"})
"""Keys whose list is one command, word by word."""


def grouped(scalars: Iterable[Scalar], joined: Collection[str]) -> Iterator[list[Scalar]]:
    """The scalars one by one, except that the items of a list below one of the keys ``joined`` stay together."""

    def together(scalar: Scalar) -> tuple[int, int]:
        in_list = scalar.key in joined and scalar.listed and not scalar.is_key
        return (scalar.listed, 0) if in_list else (0, scalar.start)

    for _, group in groupby(scalars, together):
        yield list(group)


def command_of(text: str, scalars: list[Scalar], positions: Positions, caller: Caller) -> Iterator[Mention]:
    """What one command names: a scalar's text, or a list's items with what stands between them blanked."""
    first = scalars[0]
    if first.listed and first.key in ARGUMENT_KEYS:
        source = ""
        for each in scalars:
            source += " " * (each.start - first.start - len(source))
            source += text[each.start : each.end].replace("\n", " ")
        yield from command_mentions(source, first.start, positions, caller)
        return
    start = text.find("\n", first.start) + 1 if first.is_block else first.start
    inner = text[start : first.end]
    if not first.is_block and inner[:1] in "\"'" and inner[:1] == inner[-1:]:
        start, inner = start + 1, inner[1:-1]
    yield from command_mentions(inner, start, positions, caller)
