"""The import graph of a resolved tree: what contracts are judged on.

One edge is one import statement's effect on one module, exactly as the statement names it. The packages
above an imported module, which Python also runs, are no edges: a contract speaks of what people wrote.
"""

from __future__ import annotations

import msgspec

from audit.model.facts import Context
from audit.model.findings import Site


class ImportEdge(msgspec.Struct, frozen=True):
    """``importer`` imports ``imported`` at ``site``, whose source line reads ``line_text``.

    ``imported`` is a module of the tree where the statement leads to one: ``from pkg import name`` gives
    ``pkg.name`` when that is a module and ``pkg`` when it is a symbol. Otherwise it is the dotted name as
    written: a third-party or standard library module, or a first-party one that does not exist.
    """

    importer: str
    imported: str
    site: Site
    line_text: str = ""
    context: Context = "eager"


class ModuleGraph(msgspec.Struct, frozen=True):
    """Every module of the tree with its path (a folder for a namespace package), and all edges.

    ``modules`` maps dotted name to POSIX path and includes every package above each module.
    """

    modules: dict[str, str]
    edges: tuple[ImportEdge, ...]
