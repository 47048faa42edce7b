"""A kind that another distribution brings, held to the contract: whatever goes wrong in it is told by its name."""

from __future__ import annotations

from collections.abc import Callable, Collection
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Final

import msgspec

from audit.kinds.contained import contained
from audit.kinds.kind import Kind
from audit.model.codes import CODES
from audit.model.errors import UsageError
from audit.model.mentions import Mention

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint


def _all_are(kind: type, values: object) -> bool:
    return isinstance(values, (tuple, list, set, frozenset)) and all(isinstance(each, kind) for each in values)


_ATTRIBUTES: Final[tuple[tuple[str, str, Callable[[object], bool]], ...]] = (
    ("name", "name is one word", lambda value: isinstance(value, str) and len(value.split()) == 1),
    ("codes", "codes is a tuple of texts", lambda value: bool(value) and _all_are(str, value)),
    ("title", "title is a text", lambda value: isinstance(value, str) and bool(value)),
    ("suffixes", "suffixes is a tuple of texts", lambda value: _all_are(str, value) and isinstance(value, tuple)),
    ("slots", "slots is a frozenset of texts", lambda value: _all_are(str, value)),
    ("marks", "marks is a tuple of bytes", lambda value: _all_are(bytes, value)),
    ("always", "always is True or False", lambda value: isinstance(value, bool)),
)
"""What a kind declares of itself: what that is, in the words of a message, and whether a value is such."""


def guarded(kind: type[Kind], entry: EntryPoint) -> Kind:
    """An instance of a plug-in's kind whose failures name the plug-in.

    Raises:
        UsageError: it lacks what every kind has, or cannot be made.
    """
    missing = [name for name in ("name", "codes", "title", "HOLDS", "BREAKS") if not hasattr(kind, name)]
    if missing:
        raise UsageError(f"plug-in '{entry.name}' ({entry.value}) lacks {', '.join(missing)}; see docs/kinds.md")
    if mistakes := [what for name, what, is_sound in _ATTRIBUTES if not is_sound(getattr(kind, name))]:
        raise UsageError(f"plug-in '{entry.name}' ({entry.value}): {'; '.join(mistakes)}; see docs/kinds.md")
    unknown = sorted(set(kind.codes) - set(CODES))
    if unknown:
        raise UsageError(f"plug-in '{entry.name}' ({entry.value}): no finding has the code {', '.join(unknown)}")

    class Guarded(kind):  # type: ignore[valid-type, misc]  # the class is known only when the plug-in is loaded
        def wants(self, path: str) -> bool:
            with _named(entry, path):
                return bool(super().wants(path))

        def excerpt(self, content: bytes) -> bytes:
            with _named(entry, ""):
                found = super().excerpt(content)
                if not isinstance(found, bytes):
                    raise TypeError(f"excerpt() gave {found!r}, which is no bytes")
                return found

        def read(self, path: str, content: bytes) -> tuple[Mention, ...]:
            with _named(entry, path):
                mentions = tuple(super().read(path, content))
                for each in mentions:
                    _demand_sound(each, kind.codes)
                return mentions

    Guarded.__module__, Guarded.__qualname__ = kind.__module__, kind.__qualname__
    with _named(entry, ""):
        made: Kind = Guarded()
    return made


def _demand_sound(mention: object, codes: Collection[str]) -> None:
    """Raise an error for what is no mention, or one that nothing can be told of."""
    if not isinstance(mention, Mention):
        raise TypeError(f"read() gave {mention!r}, which is no Mention")
    try:
        msgspec.convert(msgspec.to_builtins(mention), Mention)
    except msgspec.ValidationError as error:
        raise TypeError(f"read() gave {mention!r}: {error}") from None
    if not mention.text:
        raise ValueError(f"read() gave {mention!r}, which names nothing")
    if mention.span is not None and not ((1, 1) <= mention.span[:2] <= mention.span[2:]):
        raise ValueError(f"read() gave the span {mention.span}; lines and columns count from 1, the end from the start")
    if mention.code not in codes:
        raise ValueError(f"read() gave the code {mention.code}, which is not among its codes")


def _named(entry: EntryPoint, path: str) -> AbstractContextManager[None]:
    return contained(entry, f"failed at {path}" if path else "failed", "mend or uninstall it")
