"""Whether the part of a dotted name that exists is ours and closed, so that the rest of it is really missing."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from audit.resolve.program import Program


def is_closed(program: Program, path: str, roots: tuple[str, ...], parts: tuple[str, ...], depth: int) -> bool:
    """Whether nobody else can hold what ``parts`` name beyond the first ``depth``, which exist under ``roots``, as a
    file sees it.

    A package that looks for its modules elsewhere too is open, unless it is a portion of a namespace, as all above it
    are: the tree holds that.
    """
    index, top = program.index, parts[0]
    if top in sys.stdlib_module_names or program.distributions.has(top):
        return False
    looks_elsewhere = False
    for length in range(depth, 0, -1):
        known = index.nodes(index.roots, parts[:length])
        if not known and top in program.outside_names():
            return False  # others mean a library by it, and so may a file beside a folder of that name
        # a folder that only this file may be run from tells nothing where a root of all files knows better
        nodes = known or index.nodes(roots, parts[:length])
        facts = [program.facts(file) for node in nodes for file in node.files]
        if any(each.lengthened for each in facts):
            return False
        is_spread = any(each.namespace for each in facts)
        for node in nodes:
            if node.kind == "opaque" or (node.kind == "namespace" and node.stem in program.layout.build_folders):
                return False
            if node.kind == "module" and (is_spread or program.made.below(parts[:length])):
                return False
            if node.kind in ("module", "package") and not is_spread:
                is_open = node.kind == "module" and any(program.facts(file).open for file in node.files)
                return not (looks_elsewhere or is_open)
        if length == 1 and is_spread and len(nodes) == 1:
            return False  # a namespace of which the tree holds a single share: others hold the rest
        looks_elsewhere |= is_spread
    if program.distributions.may_provide(top) or top in program.shared_namespaces:
        return False
    return index.names.get(path, "").partition(".")[0] == top or top in program.used_names()
