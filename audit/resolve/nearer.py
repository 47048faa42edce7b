"""Names that a folder above a file holds, and that another project in the same repository answers for."""

from __future__ import annotations

import msgspec

from audit.resolve.index import ModuleIndex
from audit.resolve.resolution import Resolution
from audit.resolve.views import above


class Nearer:
    """Weighs what was found of a name against what lies nearer to the file that names it."""

    def __init__(self, index: ModuleIndex) -> None:
        self._index = index
        self._others: dict[str, tuple[str, ...]] = {}

    def weighed(self, path: str, found: Resolution, top: str) -> Resolution:
        """The same, but weak where a file may mean a module beside or above itself instead.

        A project below a folder of its own is not on the path of others for sure: where all that was found lies in
        such ones, none of which holds the file, and a folder above the file holds a module of the name, which of them
        is meant depends on where the program starts.
        """
        if found.weak or not found.nodes:
            return found
        others = self._others.get(path)
        if others is None:
            roots = (f"{root}/" for root in self._index.roots if root)
            others = self._others[path] = tuple(root for root in roots if not path.startswith(root))
        if not others or not all(node.stem.startswith(others) for node in found.nodes):
            return found
        held = (self._index.node(folder, (top,)) for folder in above((path,)))
        is_held = any(node is not None and node.kind == "module" for node in held)
        return msgspec.structs.replace(found, weak=True) if is_held else found
