"""``audit why``: the chain of imports that leads from one module to another, or to what is missing."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from audit.cli.common import At, NoCache, Since, failures_told


def why(
    source: Annotated[str, typer.Argument(metavar="SOURCE", help="A module, or the fingerprint of a finding.")],
    target: Annotated[
        str | None, typer.Argument(metavar="TARGET", help="A module or a missing name; not for a finding.")
    ] = None,
    path: Annotated[
        Path, typer.Option("--path", metavar="PATH", help="The repository to audit.", show_default=False)
    ] = Path(),
    since: Since = None,
    at: At = None,
    no_cache: NoCache = False,
) -> None:
    """Show the chain of imports from SOURCE to TARGET with its lines, or explain one finding.

    Exit code 0: there is a chain. 1: there is none. 2: no such module or finding.
    """
    with failures_told():
        from audit.model.errors import UsageError  # keeps --help fast
        from audit.model.suggest import did_you_mean
        from audit.pipeline import open_codebase

        codebase = open_codebase(path, at=at, since=since, use_cache=not no_cache)
        if target is None:
            finding = next((each for each in codebase.check.findings if each.fingerprint == source), None)
            if finding is None:
                raise UsageError(f"no finding has the fingerprint {source}; audit check --format json shows them")
            typer.echo(f"{finding.site}: {finding.code} {finding.message}")
            root = next((each for each in codebase.check.roots if each.target == finding.target), None)
            chain = root.links if root is not None else ()
        else:
            if codebase.module_path(source) is None:
                hint = did_you_mean(source, codebase.modules())
                raise UsageError(f"{source} is no module of this repository{hint}")
            chain = codebase.why(source, target)
            if not chain:
                typer.echo(f"{source} does not import {target}, directly or indirectly, when it is imported")
                raise typer.Exit(1)
        for link in chain:
            typer.echo(f"{link.importer} -> {link.imported}  ({link.site})")
