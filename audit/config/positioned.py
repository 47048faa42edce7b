"""YAML read with the line of every key and value, so that a rules file can be corrected without searching.

A rules file is read in one pass that reports every mistake in it: `Mistakes` collects them here, and
`audit.config.fields` goes on with the same collector.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import msgspec
import yaml

from audit.model.regex import regex
from audit.model.suggest import nearest

Plain = str | int | float | bool | None
"""What a scalar of a rules file may be: the types that JSON has."""

_UNWRITABLE: Final = regex("[\0\ud800-\udfff]")
_PREFIX: Final = "tag:yaml.org,2002:"
_TEXT_TAGS: Final = frozenset(_PREFIX + name for name in ("timestamp", "value"))
_TAGS: Final = _TEXT_TAGS | {_PREFIX + name for name in ("str", "int", "float", "bool", "null", "map", "seq")}


class Mistake(msgspec.Struct, frozen=True, order=True):
    """One thing that is wrong in a rules file; its text is ``path:line: message``."""

    path: str
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.message}"


class Scalar(msgspec.Struct, frozen=True):
    """A single value and the line on which it starts, counted from 1."""

    value: Plain
    line: int


class Listing(msgspec.Struct, frozen=True):
    """A sequence of nodes and the line on which it starts."""

    items: tuple[Node, ...]
    line: int


class Entry(msgspec.Struct, frozen=True):
    """One ``key: value`` of a mapping; ``line`` is that of the key."""

    key: str
    line: int
    value: Node


class Mapping(msgspec.Struct, frozen=True):
    """The entries of a mapping, in file order, with the line on which it starts."""

    entries: tuple[Entry, ...]
    line: int


Node = Scalar | Listing | Mapping


class Mistakes:
    """Collects what is wrong in one file, so that all of it is said at once."""

    def __init__(self, path: str) -> None:
        self.path = path
        self._found: set[Mistake] = set()

    def add(self, line: int, message: str) -> None:
        """Note one mistake; the same mistake noted twice is kept once."""
        self._found.add(Mistake(self.path, line, message))

    def __bool__(self) -> bool:
        return bool(self._found)

    def all(self) -> tuple[Mistake, ...]:
        """Every mistake found so far, in line order."""
        return tuple(sorted(self._found))


def hint(word: str, valid: Iterable[str]) -> str:
    """The end of a message about an unknown word: the nearest valid one, or all of them when none is near."""
    choices = sorted(valid)
    near = nearest(word.lower(), choices)
    return f"did you mean '{near}'?" if near else f"valid: {', '.join(choices)}"


def read_yaml(data: bytes, mistakes: Mistakes) -> Node | None:
    """Parse one YAML document; None when it is empty or when a syntax mistake was noted.

    Only plain values are accepted: a tag, a merge key, an anchor that contains itself, a key that is no
    text, and a key given twice are mistakes, because each is a way to say something other than it seems.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        mistakes.add(line, f"not UTF-8 text (byte 0x{data[error.start]:02x}); save the file as UTF-8")
        return None
    try:
        loader = yaml.SafeLoader(text)
        root = loader.get_single_node()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        mistakes.add(mark.line + 1 if mark else 1, f"not valid YAML: {error.problem or error.context}")
        return None
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        mistakes.add(line, f"not valid YAML: character U+{ord(text[error.position]):04X} is not allowed")
        return None
    except RecursionError:
        mistakes.add(1, "nested too deeply to be a rules file")
        return None
    return None if root is None else _Converter(loader, mistakes).convert(root)


class _Converter:
    """Turns composed YAML nodes into ours; a node met again through an alias is converted only once."""

    def __init__(self, loader: yaml.SafeLoader, mistakes: Mistakes) -> None:
        self._loader = loader
        self._mistakes = mistakes
        self._done: dict[int, Node] = {}
        self._open: set[int] = set()

    def convert(self, node: yaml.Node) -> Node:
        identity, line = id(node), node.start_mark.line + 1
        if identity in self._done:
            return self._done[identity]
        if identity in self._open:
            self._mistakes.add(line, "an anchor that contains itself")
            return Scalar(None, line)
        self._open.add(identity)
        converted = self._convert(node, line)
        self._open.discard(identity)
        self._done[identity] = converted
        return converted

    def _convert(self, node: yaml.Node, line: int) -> Node:
        if node.tag not in _TAGS:
            tag = node.tag.replace(_PREFIX, "!!")
            self._mistakes.add(line, f"the tag {tag} is not allowed; write a plain value")
            return Scalar(None, line)
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, line)
        if isinstance(node, yaml.SequenceNode):
            return Listing(tuple(self.convert(item) for item in node.value), line)
        if _UNWRITABLE.search(str(node.value)):
            self._mistakes.add(line, "a text holds a character (NUL or half a surrogate pair) that no name can hold")
            return Scalar(_UNWRITABLE.sub("?", str(node.value)), line)
        if node.tag in _TEXT_TAGS:
            return Scalar(str(node.value), line)
        try:
            value: Plain = self._loader.construct_object(node)
        except ValueError as error:
            self._mistakes.add(line, f"not a valid {node.tag.rpartition(':')[2]}: {error}")
            return Scalar(None, line)
        return Scalar(value, line)

    def _mapping(self, node: yaml.MappingNode, line: int) -> Mapping:
        entries: dict[str, Entry] = {}
        for key_node, value_node in node.value:
            key_line = key_node.start_mark.line + 1
            if key_node.tag == _PREFIX + "merge":
                self._mistakes.add(key_line, "merge keys (<<) are not supported; write the keys out")
                continue
            key = self.convert(key_node)
            if not isinstance(key, Scalar) or not isinstance(key.value, str):
                self._mistakes.add(key_line, f"a key must be text, not {describe(key)}; quote it")
                continue
            if key.value in entries:
                first = entries[key.value].line
                self._mistakes.add(key_line, f"key '{key.value}' is given twice (first on line {first})")
                continue
            entries[key.value] = Entry(key.value, key_line, self.convert(value_node))
        return Mapping(tuple(entries.values()), line)


def describe(node: Node) -> str:
    """What a node is, in the words of a message: ``a mapping``, ``a list``, ``a number (3)``."""
    if isinstance(node, Mapping):
        return "a mapping"
    if isinstance(node, Listing):
        return "a list"
    if node.value is None:
        return "nothing"
    if isinstance(node.value, bool):
        return f"a boolean ({str(node.value).lower()})"
    return f"a number ({node.value})" if isinstance(node.value, int | float) else "text"
