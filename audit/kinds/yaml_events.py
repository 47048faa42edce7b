"""YAML as a stream of scalars with their keys and places: nothing is constructed, no alias is expanded."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import msgspec

from audit.kinds.texts import Positions, UnreadableError

_MAX_DEPTH: Final = 100


class Scalar(msgspec.Struct, frozen=True):
    """One scalar, or (``value`` empty) a node that carries a tag.

    ``keys`` are the mapping keys that lead to it; for a key itself, those above it and ``is_key``. ``start``
    and ``end`` are offsets of its source text, quotes included. ``listed`` numbers the sequence that it is an
    item of, or is 0. ``is_block`` marks a literal or folded block.
    """

    keys: tuple[str, ...]
    value: str
    start: int
    end: int
    tag: str = ""
    is_key: bool = False
    listed: int = 0
    is_block: bool = False

    @property
    def key(self) -> str:
        """The nearest key."""
        return self.keys[-1] if self.keys else ""


class _Frame:
    """An open collection: the keys that lead to it, its key in turn when a mapping, its number when not."""

    def __init__(self, keys: tuple[str, ...], number: int) -> None:
        self.keys = keys
        self.number = number
        self.key: str | None = None
        self.expects_key = number == 0

    @property
    def inner(self) -> tuple[str, ...]:
        return self.keys if self.number or self.key is None else (*self.keys, self.key)

    def step(self, key: str = "") -> None:
        """A node ended: in a mapping, keys and values alternate."""
        if not self.number:
            self.key = key if self.expects_key else None
            self.expects_key = not self.expects_key


def yaml_scalars(text: str, positions: Positions) -> Iterator[Scalar]:
    """Every scalar of every document, in reading order.

    Raises:
        UnreadableError: not YAML, or nested beyond any use.
    """
    import yaml  # costs more than all else that a warm run does, and a warm run reads no YAML

    frames: list[_Frame] = []
    sequences = 0
    try:
        for event in yaml.parse(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
            if isinstance(event, yaml.ScalarEvent):
                frame = frames[-1] if frames else None
                start, end = _offset(event.start_mark, positions), _offset(event.end_mark, positions)
                is_key = bool(frame and not frame.number and frame.expects_key)
                keys = frame.inner if frame else ()
                listed = frame.number if frame else 0
                tag = event.tag or ""
                yield Scalar(keys, event.value, start, end, tag, is_key, listed, event.style in ("|", ">"))
                if frame:
                    frame.step(event.value)
            elif isinstance(event, yaml.CollectionStartEvent):
                keys = frames[-1].inner if frames else ()
                if event.tag:
                    start, end = _offset(event.start_mark, positions), _offset(event.end_mark, positions)
                    yield Scalar(keys, "", start, end, event.tag)
                if len(frames) >= _MAX_DEPTH:
                    raise UnreadableError(f"YAML nested deeper than {_MAX_DEPTH} levels")
                is_sequence = isinstance(event, yaml.SequenceStartEvent)
                sequences += is_sequence
                frames.append(_Frame(keys, sequences if is_sequence else 0))
            elif isinstance(event, yaml.CollectionEndEvent):
                frames.pop()
                if frames:
                    frames[-1].step()
            elif isinstance(event, yaml.AliasEvent) and frames:
                frames[-1].step()
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f"line {mark.line + 1}: " if mark else ""
        raise UnreadableError(
            f"not YAML: {where}{getattr(error, 'problem', None) or 'a character it forbids'}"
        ) from None


def _offset(mark: Any, positions: Positions) -> int:
    return positions.offset(mark.line + 1, mark.column)
