"""``audit why``: the chain of imports that leads from one module to another, or to what is missing."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from audit.cli.common import At, NoCache, Since, failures_told

if TYPE_CHECKING:
    from audit.codebase import ResolvedCodebase
    from audit.model.findings import Finding, Link


def why(
    source: Annotated[
        str, typer.Argument(metavar="SOURCE", help="A module or its file; or a finding: its fingerprint, or path:line.")
    ],
    target: Annotated[
        str | None,
        typer.Argument(metavar="TARGET", help="A module, its file, a name in it or a missing name; not for a finding."),
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
        from audit.pipeline import open_codebase  # keeps --help fast

        codebase = open_codebase(path, at=at, since=since, use_cache=not no_cache)
        if target is None:
            for finding in _findings(codebase, source):
                typer.echo(f"{finding.site}: {finding.code} {finding.message}")
                root = next((each for each in codebase.check.roots if each.target == finding.target), None)
                _show(root.links if root is not None else ())
            return
        importer, imported = _module(codebase, source), _imported(codebase, target)
        chain = codebase.why(importer, imported)
        if not chain:
            typer.echo(f"{importer} does not import {imported}, directly or indirectly, when it is imported")
            raise typer.Exit(1)
        _show(chain)


def _show(chain: tuple[Link, ...]) -> None:
    for link in chain:
        typer.echo(f"{link.importer} -> {link.imported}  ({link.site})")


def _findings(codebase: ResolvedCodebase, wanted: str) -> list[Finding]:
    """The findings that a fingerprint or a place means."""
    from audit.model.errors import UsageError  # keeps --help fast
    from audit.model.suggest import did_you_mean

    every = codebase.check.findings
    found = [each for each in every if wanted in (each.fingerprint, str(each.site))]
    if not found and codebase.module_path(wanted) is not None:
        raise UsageError(f"{wanted} is a module; name the module that it should lead to as well")
    if not found:
        hint = did_you_mean(wanted, {str(each.site) for each in every})
        raise UsageError(
            f"no finding has the fingerprint or stands at {wanted}{hint}; audit check --format json shows them all"
        )
    return found


def _module(codebase: ResolvedCodebase, name: str) -> str:
    """The module that is meant by its name or its file."""
    from audit.model.errors import UsageError  # keeps --help fast
    from audit.model.suggest import did_you_mean

    if codebase.module_path(name) is not None:
        return name
    by_file = (each for each in codebase.modules() if codebase.module_path(each) == name)
    found = next(by_file, None)
    if found is None:
        raise UsageError(f"{name} is no module of this repository{did_you_mean(name, codebase.modules())}")
    return found


def _imported(codebase: ResolvedCodebase, name: str) -> str:
    """The module or missing name that is meant, by itself, by its file or by a name that it defines."""
    from audit.model.errors import UsageError  # keeps --help fast
    from audit.model.suggest import nearest_dotted

    known = {link.imported for link in codebase.imports()}
    if name in known or codebase.module_path(name) is not None:
        return name
    by_file = next((each for each in codebase.modules() if codebase.module_path(each) == name), None)
    located = codebase.locate(name) if by_file is None else None
    if by_file is None and located is None:
        near = nearest_dotted(name, known | set(codebase.modules()))
        raise UsageError(
            f"{name} is no module of this repository, and nothing imports it"
            + (f", did you mean '{near}'?" if near else "")
        )
    return located.module if located is not None else by_file or name
