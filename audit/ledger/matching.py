"""Which claim of one run is which of another, and which finding: lines move, sentences are written anew."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import TypeVar

from audit.model.verdicts import JudgedStatement, StandingFinding

_Item = TypeVar("_Item")
_Key = Callable[[_Item], Hashable | None]


def paired(
    before: Sequence[_Item], now: Sequence[_Item], keys: Iterable[_Key[_Item]]
) -> tuple[list[tuple[_Item, _Item]], list[_Item], list[_Item]]:
    """Pairs by the first key on which both sides agree, and what is left of each side, in order.

    A key of None fits nothing. Several items with one key are paired in their order; the same pairs come out
    when the sides are exchanged.
    """
    pairs: list[tuple[_Item, _Item]] = []
    old, new = list(before), list(now)
    for key in keys:
        waiting: dict[Hashable, list[int]] = {}
        for index, item in enumerate(new):
            if (value := key(item)) is not None:
                waiting.setdefault(value, []).append(index)
        taken: set[int] = set()
        left: list[_Item] = []
        for item in old:
            value = key(item)
            found = waiting.get(value) if value is not None else None
            if found:
                index = found.pop(0)
                taken.add(index)
                pairs.append((item, new[index]))
            else:
                left.append(item)
        old, new = left, [item for index, item in enumerate(new) if index not in taken]
    return pairs, old, new


def _named(statement: JudgedStatement) -> Hashable | None:
    """The id that a claims file gives. In a document an id is a line, and names another sentence after an edit."""
    return statement.id if statement.document.endswith((".yaml", ".yml")) else None


def wording(statement: JudgedStatement) -> str:
    """A sentence without what an editor changes without changing what it says."""
    return " ".join(re.sub(r"[*_`.!✅✓✔☑]+", " ", statement.text.casefold()).split())


def demand(statement: JudgedStatement) -> str:
    """What its predicates ask for."""
    return json.dumps(statement.predicate, sort_keys=True)


STATEMENTS: tuple[_Key[JudgedStatement], ...] = (
    _named,
    lambda each: (each.document, wording(each), demand(each)),
    lambda each: (each.document, wording(each)),
    wording,
    demand,
)
"""A claim is known by its id in a claims file, else by its words in the same document, in any, or by its predicate."""

FINDINGS: tuple[_Key[StandingFinding], ...] = (
    lambda each: (each.fingerprint, each.path, each.line),
    lambda each: (each.fingerprint, each.path),
    lambda each: each.fingerprint,
    lambda each: (each.code, each.target, each.path.rpartition("/")[2]),
)
"""A finding is known by its fingerprint; one of a file that was moved by its code, its target and the file's name."""
