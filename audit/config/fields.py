"""Reads one mapping of a rules file key by key, and knows in the end which keys nobody asked for."""

from __future__ import annotations

import math
from collections.abc import Sequence

from audit.config.positioned import Entry, Listing, Mapping, Mistakes, Node, Scalar, describe, hint


class Fields:
    """Reads one mapping key by key; `close` reports every key that was never asked for.

    Each reader notes a mistake and returns an empty value when the key is missing though required, or has
    the wrong type: reading goes on, so that the next mistake is found too. Callers discard the result when
    the collector holds anything.
    """

    def __init__(self, node: Node, what: str, mistakes: Mistakes) -> None:
        self.line = node.line
        self.mistakes = mistakes
        self._what = what
        self._asked: set[str] = set()
        self._entries: dict[str, Entry] = {}
        self._is_mapping = isinstance(node, Mapping)
        if isinstance(node, Mapping):
            self._entries = {entry.key: entry for entry in node.entries}
        else:
            mistakes.add(node.line, f"{what} must be a mapping of keys to values, not {describe(node)}")

    def node(self, key: str, *, required: bool = False) -> Node | None:
        """The value of ``key`` as it stands; None when it is missing."""
        self._asked.add(key)
        entry = self._entries.get(key)
        if entry is None and required and self._is_mapping:
            self.mistakes.add(self.line, f"{self._what} needs the key '{key}'")
        return None if entry is None else entry.value

    def first(self, *keys: str) -> tuple[str, Node] | None:
        """The one of several interchangeable keys that is given; giving two of them is a mistake."""
        given = [(key, node) for key in keys if (node := self.node(key)) is not None]
        if len(given) > 1:
            names = " and ".join(f"'{key}'" for key, _ in given)
            self.mistakes.add(self.line, f"{self._what} has {names}, which mean the same; keep one")
        return given[0] if given else None

    def text(self, key: str, default: str = "", *, required: bool = False) -> str:
        """A non-empty text."""
        node = self.node(key, required=required)
        return default if node is None else text_of(node, f"'{key}'", self.mistakes)

    def texts(self, key: str, *, required: bool = False) -> tuple[str, ...]:
        """A list of texts; a single text counts as a list of one."""
        node = self.node(key, required=required)
        return () if node is None else texts_of(node, f"'{key}'", self.mistakes)

    def choice(self, key: str, options: Sequence[str], default: str) -> str:
        """One of a few words."""
        node = self.node(key)
        if node is None:
            return default
        value = text_of(node, f"'{key}'", self.mistakes)
        if value and value not in options:
            self.mistakes.add(node.line, f"'{key}' cannot be '{value}': {hint(value, options)}")
            return default
        return value

    def integer(self, key: str, *, minimum: int = 0, maximum: int | None = None) -> int | None:
        """A whole number from ``minimum`` to ``maximum``; None when the key is missing."""
        node = self.node(key)
        if node is None:
            return None
        if not isinstance(node, Scalar) or isinstance(node.value, bool) or not isinstance(node.value, int):
            self.mistakes.add(node.line, f"'{key}' must be a whole number, not {describe(node)}")
            return None
        if node.value < minimum:
            self.mistakes.add(node.line, f"'{key}' must be at least {minimum}, not {node.value}")
            return None
        if maximum is not None and node.value > maximum:
            self.mistakes.add(node.line, f"'{key}' must be at most {maximum}, not {node.value}")
            return None
        return node.value

    def boolean(self, key: str) -> bool | None:
        """True or false; None when the key is missing."""
        node = self.node(key)
        if node is None:
            return None
        if not isinstance(node, Scalar) or not isinstance(node.value, bool):
            self.mistakes.add(node.line, f"'{key}' must be true or false, not {describe(node)}")
            return None
        return node.value

    def number(self, key: str, *, above: float | None = None) -> float | None:
        """A finite number, greater than ``above`` where that is given; None when the key is missing."""
        node = self.node(key)
        if node is None:
            return None
        value = node.value if isinstance(node, Scalar) else None
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            self.mistakes.add(node.line, f"'{key}' must be a number, not {describe(node)}")
            return None
        if above is not None and value <= above:
            self.mistakes.add(node.line, f"'{key}' must be greater than {above:g}, not {value:g}")
            return None
        return float(value)

    def close(self) -> None:
        """Report every key that nothing has asked for, with the nearest valid one."""
        for entry in self._entries.values():
            if entry.key not in self._asked:
                self.mistakes.add(
                    entry.line, f"unknown key '{entry.key}' in {self._what}: {hint(entry.key, self._asked)}"
                )


def text_of(node: Node, what: str, mistakes: Mistakes) -> str:
    """A node as non-empty text; anything else is noted and read as empty."""
    if not isinstance(node, Scalar) or not isinstance(node.value, str):
        quote = "; quote it" if isinstance(node, Scalar) and node.value is not None else ""
        mistakes.add(node.line, f"{what} must be text, not {describe(node)}{quote}")
        return ""
    if not node.value.strip():
        mistakes.add(node.line, f"{what} is empty")
    return node.value


def texts_of(node: Node, what: str, mistakes: Mistakes) -> tuple[str, ...]:
    """A node as a non-empty list of texts; a single text counts as a list of one."""
    if not isinstance(node, Listing):
        text = text_of(node, what, mistakes)
        return (text,) if text else ()
    if not node.items:
        mistakes.add(node.line, f"{what} is an empty list")
    return tuple(text_of(item, f"each item of {what}", mistakes) for item in node.items)
