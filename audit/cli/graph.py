"""``audit graph``: the imports among modules, or those through which a missing name kills."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from audit.cli.common import At, NoCache, Output, RepositoryPath, Since, emit, failures_told


class GraphFormat(StrEnum):
    """How a graph is written."""

    mermaid = "mermaid"
    dot = "dot"
    json = "json"


def graph(
    path: RepositoryPath = Path(),
    killed: Annotated[bool, typer.Option("--killed", help="Only modules that a missing name kills.")] = False,
    package: Annotated[str, typer.Option(metavar="NAME", help="Only modules at and below this package.")] = "",
    since: Since = None,
    at: At = None,
    format: Annotated[GraphFormat, typer.Option("--format", help="How to write it.")] = GraphFormat.mermaid,  # noqa: A002  # the option's name is the same for every command
    output: Output = None,
    no_cache: NoCache = False,
) -> None:
    """Draw the imports that run when modules are imported; missing names are drawn dashed.

    Exit code 0: drawn. 2: nothing to draw.
    """
    with failures_told():
        from audit.model.errors import UsageError  # keeps --help fast
        from audit.model.suggest import did_you_mean
        from audit.parts import open_part
        from audit.report.graph import render_dot, render_graph_json, render_mermaid

        part = open_part(path, since=since, at=at, use_cache=not no_cache)
        codebase = part.codebase
        roots = part.checked().roots
        missing = {root.target for root in roots}
        wanted = {module for root in roots for module in root.killed} if killed else set(codebase.modules(package))
        if package and not codebase.modules(package):
            hint = did_you_mean(package, {name.rpartition(".")[0] for name in codebase.modules()} - {""})
            raise UsageError(f"there is no package {package}{hint or '; audit roots shows where modules are found'}")
        if package:
            wanted &= set(codebase.modules(package))
        drawn, importers = wanted | missing, wanted & part.modules
        links = [link for link in codebase.imports() if link.importer in importers and link.imported in drawn]
        if not links:
            raise UsageError("there is no import to draw; drop --killed, or name another --package")
        render = {"mermaid": render_mermaid, "dot": render_dot, "json": render_graph_json}[format.value]
        emit(render(part.told_from_here(tuple(links)), missing & {link.imported for link in links}), output)
