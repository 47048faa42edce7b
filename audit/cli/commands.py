"""Every command of the application, one module each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import typer

from audit.cli.baseline import app as baseline
from audit.cli.bisect import bisect
from audit.cli.check import check
from audit.cli.claims import app as claims
from audit.cli.demo import demo
from audit.cli.diff import diff
from audit.cli.explain import explain
from audit.cli.fix import fix
from audit.cli.graph import graph
from audit.cli.init import init
from audit.cli.ledger import app as ledger
from audit.cli.replay import replay
from audit.cli.report import report
from audit.cli.roots import roots
from audit.cli.smoke import smoke
from audit.cli.trend import trend
from audit.cli.verify import verify
from audit.cli.watch import watch
from audit.cli.why import why

_COMMANDS: Final[tuple[tuple[Callable[..., None], str], ...]] = (
    (check, "Find what names something gone, and broken import contracts."),
    (verify, "Hold the claims of documents and of rules/claims against the tree."),
    (smoke, "Run the repository's smoke scenarios, and show each stage."),
    (fix, "Rename what has moved, take out dead imports: one change."),
    (report, "Write the report of a phase again from its record."),
    (diff, "Show what was fixed and what regressed between two phases."),
    (trend, "Show every phase with its verdict and its numbers."),
    (init, "Write first rules from what holds today."),
    (replay, "Gather recorded evidence again: does it come out the same?"),
    (roots, "Show source roots, modules, and what was not analysed."),
    (why, "Show the chain of imports to a module or a missing name."),
    (explain, "Explain a finding code."),
    (graph, "Draw the imports; missing names are red."),
    (bisect, "Find the commit that broke a reference."),
    (watch, "Check now and after each change of a file."),
    (demo, "Audit a small repository that says its migration is done."),
)
"""Each command with its line in the list of all, which is short enough for a terminal of 80 columns."""


def register(app: typer.Typer) -> None:
    """Add all commands to an application."""

    @app.callback(invoke_without_command=True)
    def version(
        context: typer.Context,
        show: bool = typer.Option(False, "--version", help="Show the version and exit."),
    ) -> None:
        if show:
            from audit import __version__  # only this option needs it

            typer.echo(f"audit {__version__}")
            raise typer.Exit
        if context.invoked_subcommand is None:
            typer.echo(context.get_help())

    for command, summary in _COMMANDS:
        app.command(short_help=summary)(command)
    app.add_typer(baseline, name="baseline")
    app.add_typer(claims, name="claims")
    app.add_typer(ledger, name="ledger")
