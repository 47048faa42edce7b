"""The common part of all predicates: a name, what it says in words, and its JSON values."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

import msgspec

from audit.model.bounds import Bound, Comparison


class Predicate(msgspec.Struct, frozen=True, kw_only=True):
    """The common part of all predicates; ``kind`` is its name in a rules file.

    A predicate's text says what it requires, in words that a report can print.
    """

    kind: ClassVar[str] = ""

    def plain(self) -> dict[str, Any]:
        """The predicate as JSON values, as a rules file writes it, without what was left at its default."""
        said: dict[str, Any] = {}
        for field in msgspec.structs.fields(self):
            name, value = field.name, getattr(self, field.name)
            if isinstance(value, Comparison):
                said |= value.plain()
            elif value not in ((), None, "") or value != field.default:
                said[name] = _plain(value)
        return said


def _plain(value: Any) -> Any:
    if isinstance(value, Bound):
        return value.plain()
    return list(value) if isinstance(value, tuple) else value


def listed(names: Iterable[str], none: str = "") -> str:
    """Names in a sentence, each marked as code; ``none`` stands for no name at all."""
    return ", ".join(f"`{name}`" for name in names) or none
