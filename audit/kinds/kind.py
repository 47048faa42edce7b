"""What a kind of reference is: which files it reads, what it takes from them, and the examples that prove it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from itertools import islice
from typing import ClassVar

import msgspec

from audit.kinds.texts import MAX_LINE, MAX_MENTIONS, MAX_TEXT, Positions, UnreadableError, text_of
from audit.model.mentions import Mention


class Example(msgspec.Struct, frozen=True, kw_only=True):
    """A little migration and all that must be found after it.

    ``before`` and ``after`` map paths to contents; files of ``before`` that ``after`` does not name are kept,
    except those in ``gone``. ``finds`` holds ``(path, line, target)``, complete: what is not listed must not
    be found. ``line`` is None in a binary file.
    """

    title: str
    before: Mapping[str, str | bytes]
    gone: tuple[str, ...] = ()
    after: Mapping[str, str | bytes] = {}
    finds: tuple[tuple[str, int | None, str], ...] = ()


class Kind(ABC):
    """One kind of reference. A new one is a subclass and an entry point in the group ``audit.kinds``.

    Reading is pure: nothing is executed, imported, constructed or unpickled. It may depend on the content
    and on the last component of the path, nothing else: mentions are kept by content.
    """

    name: ClassVar[str]
    """A short name, unique among kinds, as documentation and the cache know it."""

    codes: ClassVar[tuple[str, ...]]
    """The finding codes that its mentions may carry."""

    title: ClassVar[str]
    """What it reads, in one line."""

    suffixes: ClassVar[tuple[str, ...]] = ()
    """When not empty: what the names of its files end in from their last dot on, in small letters. No other file is
    of this kind, so that most are never asked about."""

    slots: ClassVar[frozenset[str]] = frozenset()
    """Words that stand beside certain slots: a file that holds one is read even when nothing was retired."""

    marks: ClassVar[tuple[bytes, ...]] = ()
    """When not empty: a file without any of these bytes holds nothing of this kind and is never read."""

    always: ClassVar[bool] = False
    """Whether every wanted file is read, because names in it cannot be seen in its bytes."""

    def excerpt(self, content: bytes) -> bytes:
        """The part of a content that holds all it may name: what the words of are looked for. All, unless told."""
        return content

    HOLDS: ClassVar[tuple[Example, ...]]
    """Migrations after which it must find nothing: what looks like a reference and is none."""

    BREAKS: ClassVar[tuple[Example, ...]]
    """Migrations after which it must find exactly what is listed. At least one."""

    @abstractmethod
    def wants(self, path: str) -> bool:
        """Whether a file is of this kind, judged by its path alone."""

    @abstractmethod
    def read(self, path: str, content: bytes) -> tuple[Mention, ...]:
        """Every mention in one file, in reading order.

        Raises:
            UnreadableError: the content is not of this kind, or beyond the limits of what is read.
        """


class Source(msgspec.Struct, frozen=True):
    """One text file: its own name, its text, and where each offset of it lies."""

    name: str
    text: str
    positions: Positions


class TextKind(Kind):
    """A kind whose files are text within the limits of `audit.kinds.texts`."""

    max_bytes: ClassVar[int] = MAX_TEXT
    max_line: ClassVar[int | None] = MAX_LINE

    def read(self, path: str, content: bytes) -> tuple[Mention, ...]:
        """Every mention in one file, in reading order."""
        text = text_of(content, max_bytes=self.max_bytes, max_line=self.max_line)
        source = Source(path.rpartition("/")[2], text, Positions(text))
        found = list(islice(self.mentions(source), MAX_MENTIONS + 1))
        if len(found) > MAX_MENTIONS:
            raise UnreadableError(f"names more than {MAX_MENTIONS:,} things: generated, not read")
        return tuple(sorted(found, key=lambda mention: mention.span or (0, 0, 0, 0)))

    @abstractmethod
    def mentions(self, source: Source) -> Iterable[Mention]:
        """Every mention in the text, in any order.

        Raises:
            UnreadableError: the text is not of this kind.
        """
