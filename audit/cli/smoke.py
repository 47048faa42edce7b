"""``audit smoke``: does it still work, from end to end?"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from audit.cli.common import NoLedger, colours_wanted, failures_told, paint, recorded
from audit.cli.verify import ended_politely, progress_line


def smoke(
    scenarios: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[SCENARIO]...", help="Scenarios of rules/smoke.yaml; default: all.", show_default=False
        ),
    ] = None,
    at: Annotated[str | None, typer.Option("--at", metavar="REV", help="Run the tree of this commit.")] = None,
    within: Annotated[float, typer.Option(min=1, metavar="SECONDS", help="Time limit of the whole run.")] = 600,
    path: Annotated[Path, typer.Option("--path", metavar="PATH", help="The repository to audit.")] = Path(),
    no_ledger: NoLedger = False,
) -> None:
    """Run the repository's smoke scenarios in a copy of its tree, and show each stage.

    Exit code 0: all passed. 1: a scenario failed. 2: the smoke could not run.
    """
    with failures_told(), ended_politely(), progress_line() as progress:
        from audit.probes.sandbox import Sandbox  # keeps --help fast
        from audit.probes.smoke import probe_smoke
        from audit.report.smoke_text import plain, render_smoke
        from audit.sources.repository import Repository
        from audit.verdict.smoke import smoke_exit_code

        repository = Repository(path)
        repository.tree(at)
        progress("smoke scenarios running")
        with Sandbox(repository.root, at) as sandbox:
            observed = probe_smoke(sandbox, scenarios or (), within)
        progress("")
        typer.echo(render_smoke(observed, paint if colours_wanted() else plain), nl=False)
        code = smoke_exit_code(observed)
        if not no_ledger:
            from audit.recording.writing import record_smoke

            recorded(lambda: record_smoke(repository, at, observed, exit_code=code, arguments=sys.argv[1:]))
    raise typer.Exit(code)
