"""Lays out the blast radius of a root cause: the missing name at the left, to its right what dies of it, in layers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Final

import msgspec

from audit.model.verdicts import ChainLink

_MOST_NODES: Final = 40
_ROW: Final = 30
_BOX: Final = 22
_GAP: Final = 44
_CHARACTER: Final = 7.3
"""Width in pixels of a character of the font that the page sets in plots."""
_PADDING: Final = 9
_FOLDS: Final = tuple((depth, leaves) for depth in (12, 6, 4, 3, 2, 1) for leaves in (8, 5, 3, 1))
"""How deep to show, and how many dead ends beside each other, from the most to the least."""


class Node(msgspec.Struct, frozen=True, kw_only=True):
    """A box: a module, the missing name, or modules folded into one; ``title`` says all of it."""

    label: str
    title: str
    kind: str
    x: float
    y: float
    width: float
    height: float = _BOX


class Edge(msgspec.Struct, frozen=True, kw_only=True):
    """An import drawn from the box of the importer to that of the imported, as an SVG path."""

    path: str
    title: str


class Blast(msgspec.Struct, frozen=True, kw_only=True):
    """The whole plot with its size."""

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    width: float
    height: float


class _Branch(msgspec.Struct, frozen=True, kw_only=True):
    """A module with what dies of it; ``folded`` are modules that stand together in one box."""

    name: str
    title: str
    depth: int
    children: tuple[_Branch, ...] = ()
    folded: int = 0

    @property
    def size(self) -> int:
        return 1 + sum(child.size for child in self.children)


def lay_out(target: str, spread: Sequence[ChainLink]) -> Blast:
    """The plot; no more than 40 boxes wherever folding can bring that about."""
    importers: dict[str, list[ChainLink]] = defaultdict(list)
    for link in {link.importer: link for link in reversed(spread) if link.importer != target}.values():
        importers[link.imported].insert(0, link)
    tree = _branch(target, "", importers, *_FOLDS[0])
    for depth, leaves in _FOLDS[1:]:
        if tree.size <= _MOST_NODES:
            break
        tree = _branch(target, "", importers, depth, leaves)
    return _drawn(tree)


def _branch(
    name: str, title: str, importers: dict[str, list[ChainLink]], most_deep: int, most_leaves: int, depth: int = 0
) -> _Branch:
    """What hangs on a name: dead ends beyond a number, and everything beyond a depth, stand in one box."""
    links = importers.get(name, [])
    grown = [link for link in links if importers.get(link.importer)] if depth + 1 < most_deep else []
    leaves = [link for link in links if link not in grown]
    shown = leaves if len(leaves) <= most_leaves + 1 else leaves[:most_leaves]
    children = [
        _branch(link.importer, f"imports {name} at {link.site}", importers, most_deep, most_leaves, depth + 1)
        for link in grown
    ]
    cut = depth + 1 >= most_deep
    for link in shown:
        behind = _below(link.importer, importers) if cut else 0
        text = f"imports {name} at {link.site}" + (f"; {behind} more behind it" if behind else "")
        children.append(_Branch(name=link.importer, title=text, depth=depth + 1))
    rest = leaves[len(shown) :]
    if rest:
        number = len(rest) + sum(_below(link.importer, importers) for link in rest if cut)
        names = ", ".join(link.importer for link in rest)
        children.append(_Branch(name=f"+ {number} more", title=names, depth=depth + 1, folded=number))
    return _Branch(name=name, title=title or "missing", depth=depth, children=tuple(children))


def _below(name: str, importers: dict[str, list[ChainLink]]) -> int:
    """How many modules die behind one that is itself not counted."""
    reached: set[str] = set()
    queue = [name]
    while queue:
        new = {link.importer for link in importers.get(queue.pop(), ())} - reached
        reached |= new
        queue += new
    return len(reached)


def _drawn(tree: _Branch) -> Blast:
    widths: dict[int, float] = defaultdict(float)
    for branch in _walk(tree):
        widths[branch.depth] = max(widths[branch.depth], _width(branch))
    left = {depth: sum(widths[d] + _GAP for d in range(depth)) + 2 for depth in widths}
    nodes: list[Node] = []
    edges: list[Edge] = []
    rows = [0]

    def place(branch: _Branch) -> Node:
        children = [place(child) for child in branch.children]
        if children:
            y = (children[0].y + children[-1].y) / 2
        else:
            y = rows[0] * _ROW + 4.0
            rows[0] += 1
        kind = "target" if branch.depth == 0 else "folded" if branch.folded else "module"
        title = branch.title if branch.folded else f"{branch.name}: {branch.title}"
        node = Node(label=_label(branch), title=title, kind=kind, x=left[branch.depth], y=y, width=_width(branch))
        nodes.append(node)
        edges.extend(_edge(node, child) for child in children)
        return node

    place(tree)
    last = max(widths)
    return Blast(
        nodes=tuple(nodes), edges=tuple(edges), width=left[last] + widths[last] + 4, height=rows[0] * _ROW + 2.0
    )


def _edge(parent: Node, child: Node) -> Edge:
    start, end = child.x, parent.x + parent.width + 6
    middle = (start + end) / 2
    here, there = child.y + _BOX / 2, parent.y + _BOX / 2
    path = f"M{start:.1f} {here:.1f}C{middle:.1f} {here:.1f} {middle:.1f} {there:.1f} {end:.1f} {there:.1f}"
    return Edge(path=path, title=child.title)


def _walk(branch: _Branch) -> Iterator[_Branch]:
    yield branch
    for child in branch.children:
        yield from _walk(child)


def _label(branch: _Branch) -> str:
    """The last two parts of a dotted name; the whole of it is in the title."""
    if branch.folded:
        return branch.name
    label = ".".join(branch.name.split(".")[-2:])
    return label if len(label) <= 34 else f"…{label[-33:]}"


def _width(branch: _Branch) -> float:
    return len(_label(branch)) * _CHARACTER + 2 * _PADDING
