"""``audit why``: the chain of imports that leads from one module to another, or to what is missing."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from audit.cli.common import At, NoCache, Since, failures_told

if TYPE_CHECKING:
    from audit.model.facts import Context
    from audit.model.findings import Finding, Link
    from audit.parts import Part

_RUNS: Final = {
    "lazy": ", when a function runs",
    "guarded": ", where it may fail",
    "fallback": ", when another import failed",
    "expected": ", in a test that demands its failure",
}


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

    Where no chain runs when SOURCE is imported, one that runs later or may fail is shown, and marked.

    Exit code 0: there is a chain. 1: there is none. 2: no such module or finding.
    """
    with failures_told():
        from audit.parts import open_part  # keeps --help fast
        from audit.verdict.chains import chain_at_all

        part = open_part(path, at=at, since=since, use_cache=not no_cache)
        if target is None:
            for finding in _findings(part, source):
                typer.echo(f"{finding.site}: {finding.code} {finding.message}")
                root = next((each for each in part.checked().roots if each.target == finding.target), None)
                _show(root.links if root is not None else ())
            return
        importer, imported = _module(part, source), _imported(part, target)
        chain = part.codebase.why(importer, imported)
        contexts: tuple[Context, ...] = ()
        if not chain and (later := chain_at_all(part.codebase.graph, importer, imported)):
            chain, contexts = zip(*later, strict=True)
        if not chain:
            typer.echo(f"{importer} does not import {imported}, directly or indirectly")
            raise typer.Exit(1)
        _show(part.told_from_here(chain), contexts)


def _show(chain: tuple[Link, ...], contexts: tuple[Context, ...] = ()) -> None:
    """A line for each import, with when it runs where that is not at once."""
    for link, context in zip(chain, contexts or ["eager"] * len(chain), strict=True):
        typer.echo(f"{link.importer} -> {link.imported}  ({link.site}{_RUNS.get(context, '')})")


def _findings(part: Part, wanted: str) -> list[Finding]:
    """The findings that a fingerprint or a place means."""
    from audit.model.errors import UsageError  # keeps --help fast
    from audit.model.suggest import did_you_mean

    every = part.checked().findings
    found = [each for each in every if wanted in (each.fingerprint, str(each.site))]
    if not found and part.codebase.module_path(wanted) is not None:
        raise UsageError(f"{wanted} is a module; name the module that it should lead to as well")
    if not found:
        hint = did_you_mean(wanted, {str(each.site) for each in every})
        raise UsageError(
            f"no finding has the fingerprint or stands at {wanted}{hint}; audit check --format json shows them all"
        )
    return found


def _module(part: Part, name: str) -> str:
    """The module that is meant by its name or its file."""
    from audit.model.errors import UsageError  # keeps --help fast
    from audit.model.suggest import did_you_mean

    codebase = part.codebase
    if codebase.module_path(name) is not None:
        return name
    found = _by_file(part, name)
    if found is None:
        raise UsageError(f"{name} is no module of this repository{did_you_mean(name, codebase.modules())}")
    return found


def _by_file(part: Part, name: str) -> str | None:
    """The module of a file."""
    path = f"{part.folder}{name}"
    return next((each for each in part.codebase.modules() if part.codebase.module_path(each) == path), None)


def _imported(part: Part, name: str) -> str:
    """The module or missing name that is meant, by itself, by its file or by a name that it defines."""
    from audit.model.errors import UsageError  # keeps --help fast
    from audit.model.suggest import nearest_dotted

    codebase = part.codebase
    known = {edge.imported for edge in codebase.graph.edges}
    if name in known or codebase.module_path(name) is not None:
        return name
    by_file = _by_file(part, name)
    located = codebase.locate(name) if by_file is None else None
    if by_file is None and located is None:
        near = nearest_dotted(name, known | set(codebase.modules()))
        raise UsageError(
            f"{name} is no module of this repository, and nothing imports it"
            + (f", did you mean '{near}'?" if near else "")
        )
    return located.module if located is not None else by_file or name
