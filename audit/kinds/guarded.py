"""A kind that another distribution brings, held to the contract: whatever goes wrong in it is told by its name."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import msgspec

from audit.kinds.kind import Kind
from audit.kinds.texts import UnreadableError
from audit.model.codes import CODES
from audit.model.errors import UsageError
from audit.model.mentions import Mention

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint


def guarded(kind: type[Kind], entry: EntryPoint) -> Kind:
    """An instance of a plug-in's kind whose failures name the plug-in.

    Raises:
        UsageError: it lacks what every kind has, or cannot be made.
    """
    missing = [name for name in ("name", "codes", "title", "HOLDS", "BREAKS") if not hasattr(kind, name)]
    if missing:
        raise UsageError(f"plug-in '{entry.name}' ({entry.value}) lacks {', '.join(missing)}; see docs/kinds.md")
    unknown = sorted(set(kind.codes) - set(CODES))
    if unknown:
        raise UsageError(f"plug-in '{entry.name}' ({entry.value}): no finding has the code {', '.join(unknown)}")

    class Guarded(kind):  # type: ignore[valid-type, misc]  # the class is known only when the plug-in is loaded
        def wants(self, path: str) -> bool:
            with _named(entry, path):
                return bool(super().wants(path))

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
    if mention.code not in codes:
        raise ValueError(f"read() gave the code {mention.code}, which is not among its codes")


@contextmanager
def _named(entry: EntryPoint, path: str) -> Iterator[None]:
    """Turn any failure of the plug-in into one message that names it."""
    try:
        yield
    except (UnreadableError, UsageError):
        raise
    except (Exception, SystemExit) as error:  # the code is not ours: whatever it raises is its author's to mend
        at = f" at {path}" if path else ""
        reason = f"{type(error).__name__}: {error}"
        raise UsageError(
            f"plug-in '{entry.name}' ({entry.value}) failed{at}: {reason}; mend or uninstall it"
        ) from error
