"""An import graph as text: Mermaid for documents, DOT for Graphviz, JSON for programs."""

from __future__ import annotations

import json
from collections.abc import Iterable

from audit.model.findings import Link


def render_mermaid(links: Iterable[Link], missing: Iterable[str]) -> str:
    """A Mermaid flow chart; names that are missing are drawn dashed and red."""
    edges = sorted({(link.importer, link.imported) for link in links})
    names = {name: f"n{number}" for number, name in enumerate(sorted({name for edge in edges for name in edge}))}
    lines = ["flowchart LR", *(f'    {key}["{name}"]' for name, key in names.items())]
    lines += [f"    {names[source]} --> {names[target]}" for source, target in edges]
    lines += [f"    style {names[name]} stroke:#c00,stroke-dasharray:4" for name in sorted(missing) if name in names]
    return "\n".join(lines) + "\n"


def render_dot(links: Iterable[Link], missing: Iterable[str]) -> str:
    """A Graphviz digraph; names that are missing are drawn dashed and red."""
    edges = sorted({(link.importer, link.imported) for link in links})
    lines = ["digraph imports {", "  rankdir=LR;"]
    lines += [f'  "{name}" [color=red, style=dashed];' for name in sorted(missing)]
    lines += [f'  "{source}" -> "{target}";' for source, target in edges]
    return "\n".join([*lines, "}"]) + "\n"


def render_graph_json(links: Iterable[Link], missing: Iterable[str]) -> str:
    """One object: every import with its place, and the names that are missing."""
    rows = sorted((link.importer, link.imported, str(link.site)) for link in links)
    edges = [{"importer": importer, "imported": imported, "site": site} for importer, imported, site in rows]
    document = {"schema_version": 1, "missing": sorted(missing), "imports": edges}
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"
