"""YAML read with the line of every key and value, so that a rules file can be corrected without searching.

A rules file is read in one pass that reports every mistake in it: `Mistakes` collects them, `Fields` reads
one mapping key by key and knows, in the end, which keys nobody asked for.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence

import msgspec
import yaml

Plain = str | int | float | bool | None
"""What a scalar of a rules file may be: the types that JSON has."""

_PLAIN_TAGS = frozenset(f"tag:yaml.org,2002:{name}" for name in ("str", "int", "float", "bool", "null"))
_TEXT_TAGS = frozenset(f"tag:yaml.org,2002:{name}" for name in ("timestamp", "value"))


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


def did_you_mean(word: str, valid: Iterable[str]) -> str:
    """The end of a message about an unknown word: the nearest valid one, or all of them when none is near."""
    choices = sorted(valid)
    near = difflib.get_close_matches(word.lower(), choices, n=1, cutoff=0.6)
    if near:
        return f"did you mean '{near[0]}'?"
    return f"valid: {', '.join(choices)}"


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
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, line)
        if isinstance(node, yaml.SequenceNode):
            return Listing(tuple(self.convert(item) for item in node.value), line)
        if node.tag in _TEXT_TAGS:
            return Scalar(str(node.value), line)
        if node.tag not in _PLAIN_TAGS:
            self._mistakes.add(line, f"the tag {node.tag} is not allowed; write a plain value")
            return Scalar(None, line)
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
            if key_node.tag == "tag:yaml.org,2002:merge":
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
        if isinstance(node, Mapping):
            self._entries = {entry.key: entry for entry in node.entries}
        else:
            mistakes.add(node.line, f"{what} must be a mapping of keys to values, not {describe(node)}")

    def node(self, key: str, *, required: bool = False) -> Node | None:
        """The value of ``key`` as it stands; None when it is missing."""
        self._asked.add(key)
        entry = self._entries.get(key)
        if entry is None and required:
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
            self.mistakes.add(node.line, f"'{key}' cannot be '{value}': {did_you_mean(value, options)}")
            return default
        return value

    def integer(self, key: str, *, minimum: int = 0) -> int | None:
        """A whole number of at least ``minimum``; None when the key is missing."""
        node = self.node(key)
        if node is None:
            return None
        if not isinstance(node, Scalar) or isinstance(node.value, bool) or not isinstance(node.value, int):
            self.mistakes.add(node.line, f"'{key}' must be a whole number, not {describe(node)}")
            return None
        if node.value < minimum:
            self.mistakes.add(node.line, f"'{key}' must be at least {minimum}, not {node.value}")
            return None
        return node.value

    def number(self, key: str, *, above: float | None = None) -> float | None:
        """A finite number, greater than ``above`` where that is given; None when the key is missing."""
        node = self.node(key)
        if node is None:
            return None
        value = node.value if isinstance(node, Scalar) else None
        if isinstance(value, bool) or not isinstance(value, int | float) or value != value:
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
                hint = did_you_mean(entry.key, self._asked)
                self.mistakes.add(entry.line, f"unknown key '{entry.key}' in {self._what}: {hint}")


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
