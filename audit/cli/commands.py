"""Every command of the application, one module each."""

from __future__ import annotations

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

    app.command()(check)
    app.command()(verify)
    app.command()(smoke)
    app.command()(fix)
    app.command()(report)
    app.command()(diff)
    app.command()(trend)
    app.command()(init)
    app.command()(replay)
    app.command()(roots)
    app.command()(why)
    app.command()(explain)
    app.command()(graph)
    app.command()(bisect)
    app.command()(watch)
    app.command()(demo)
    app.add_typer(baseline, name="baseline")
    app.add_typer(claims, name="claims")
    app.add_typer(ledger, name="ledger")
