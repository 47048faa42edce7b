"""Whether a folder is part of no package, so that what is relative to it may lie anywhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

from audit.model.facts import Import

if TYPE_CHECKING:
    from audit.resolve.program import Program


def is_loose(program: Program, path: str, folder: str, dotted: str) -> bool:
    """Whether nothing shows that a folder, of that dotted name, is ever imported as a package: it has no file of its
    own, nobody imports its outermost folder, and nothing else that the file imports from there exists."""
    if folder in program.index.packages or dotted.partition(".")[0] in program.used_names():
        return False
    own = program.facts(path).imports if path in program.index.names else ()  # another tree's file, asked about here
    return not any(_is_beside(program, path, each) for each in own if each.level)


def _is_beside(program: Program, path: str, statement: Import) -> bool:
    """Whether a relative import leads to a module."""
    folder = "/".join(path.split("/")[: -statement.level])
    parts = tuple(statement.module.split(".")) if statement.module else ()
    nodes = [program.index.node(folder, (*parts, *below)) for below in ((), *((n.name,) for n in statement.names))]
    return any(node is not None and node.kind in ("module", "package") for node in nodes if folder or parts)
