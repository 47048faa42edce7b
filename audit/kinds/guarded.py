"""A kind that another distribution brings, held to the contract: whatever goes wrong in it is told by its name."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

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
                strange = next((each for each in mentions if not isinstance(each, Mention)), None)
                if strange is not None:
                    raise TypeError(f"read() gave {strange!r}, which is no Mention")
                return mentions

    Guarded.__module__, Guarded.__qualname__ = kind.__module__, kind.__qualname__
    with _named(entry, ""):
        made: Kind = Guarded()
    return made


@contextmanager
def _named(entry: EntryPoint, path: str) -> Iterator[None]:
    """Turn any failure of the plug-in into one message that names it."""
    try:
        yield
    except (UnreadableError, UsageError):
        raise
    except Exception as error:  # the code is not ours: whatever it raises is its author's to mend
        at = f" at {path}" if path else ""
        reason = f"{type(error).__name__}: {error}"
        raise UsageError(
            f"plug-in '{entry.name}' ({entry.value}) failed{at}: {reason}; mend or uninstall it"
        ) from error
