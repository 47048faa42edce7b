"""Where a dotted name is really defined, through re-exports and base classes."""

from __future__ import annotations

from audit.model.facts import Definition
from audit.resolve.program import Program

Place = tuple[str, Definition]
"""The file and the definition."""


def locate(program: Program, dotted: str, path: str = "") -> Place | None:
    """The definition that a dotted name leads to, as the file ``path`` sees it; None when it is not certain."""
    return _locate(program, dotted, path, set())


def _locate(program: Program, dotted: str, path: str, seen: set[str]) -> Place | None:
    if dotted in seen:
        return None
    seen.add(dotted)
    parts = dotted.split(".")
    for length in range(len(parts) - 1, 0, -1):
        found = program.absolute(path, ".".join(parts[:length]))
        if found.status != "found" or found.weak or all(node.kind == "namespace" for node in found.nodes):
            continue
        rest = parts[length:]
        definition = program.symbols.find(found.nodes, ".".join(rest))
        if definition is not None and definition[1].kind != "import":
            return definition
        holder = program.symbols.find(found.nodes, rest[0])
        if holder is not None and holder[1].kind == "class" and len(rest) == 2:
            return inherited(program, *holder, rest[1])
        source = holder[0] if holder else next((file for node in found.nodes for file in node.files), None)
        origin = program.symbols.origin(source, rest[0]) if source is not None else None
        return _locate(program, ".".join((origin, *rest[1:])), source or "", seen) if origin is not None else None
    return None


def inherited(program: Program, path: str, owner: Definition, member: str) -> Place | None:
    """A member that a class of the tree has from one of its bases of the tree, the first that defines it."""
    return _inherited(program, path, owner, member, set())


def _inherited(program: Program, path: str, owner: Definition, member: str, seen: set[str]) -> Place | None:
    own = program.symbols.definitions(path).get(f"{owner.name}.{member}")
    if own is not None:
        return path, own
    key = f"{path}:{owner.name}"
    if key in seen:
        return None
    seen.add(key)
    for text in owner.bases:
        base = class_named(program, path, text)
        if base is not None:
            found = _inherited(program, *base, member, seen)
            if found is not None:
                return found
    return None


def class_named(program: Program, path: str, text: str) -> Place | None:
    """The class that a dotted text means at module scope of a file; None for anything else."""
    name = text.partition("[")[0].strip().strip("\"'")
    if not all(part.isidentifier() for part in name.split(".")):
        return None
    first, _, rest = name.partition(".")
    local = program.symbols.definitions(path).get(name)
    if local is not None and local.kind == "class":
        return path, local
    origin = program.symbols.origin(path, first)
    if origin is None:
        return None
    found = locate(program, f"{origin}.{rest}" if rest else origin, path)
    return found if found is not None and found[1].kind == "class" else None


def count_by_root(program: Program, folder: str = "") -> dict[str, int]:
    """How many modules each source root holds, a nested root's own not counted for the outer one; with a folder
    (ending in ``/``) only its modules, and the roots that hold any of them."""
    roots = sorted(program.layout.roots, key=len, reverse=True)
    counts = dict.fromkeys(sorted(roots), 0)
    for path in program.index.names:
        if path.endswith(".py") and path.startswith(folder):
            counts[next(root for root in roots if not root or path.startswith(f"{root}/"))] += 1
    return {root: count for root, count in counts.items() if count or not folder}
