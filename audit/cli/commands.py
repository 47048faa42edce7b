"""Every command of the application, one module each. A call builds only the command that it names."""

from __future__ import annotations

from importlib import import_module
from typing import Final

import typer

_COMMANDS: Final = {
    "check": "Find what names something gone, and broken import contracts.",
    "verify": "Hold the claims of documents and of rules/claims against the tree.",
    "smoke": "Run the repository's smoke scenarios, and show each stage.",
    "fix": "Rename what has moved, take out dead imports: one change.",
    "report": "Write the report of a phase again from its record.",
    "diff": "Show what was fixed and what regressed between two phases.",
    "trend": "Show every phase with its verdict and its numbers.",
    "init": "Write first rules from what holds today.",
    "replay": "Gather recorded evidence again: does it come out the same?",
    "roots": "Show source roots, modules, and what was not analysed.",
    "why": "Show the chain of imports to a module or a missing name.",
    "explain": "Explain a finding code.",
    "graph": "Draw the imports; missing names are red.",
    "bisect": "Find the commit that broke a reference.",
    "watch": "Check now and after each change of a file.",
    "demo": "Audit a small repository that says its migration is done.",
}
"""Each command, which its module defines under its own name, with its line in the list of all: short enough for a
terminal of 80 columns."""

_GROUPS: Final = ("baseline", "claims", "ledger")
"""Commands that have commands of their own: each module defines an ``app``."""


def application(called: str | None = None) -> typer.Typer:
    """The application; where it knows the command that is ``called``, with that one alone.

    To build the options of all takes as long as to check a small repository.
    """
    app = typer.Typer(
        name="audit",
        help="Holds a Python repository against reality: what is broken, does it still work, is what was said true.",
        no_args_is_help=True,
        add_completion=True,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    app.callback(invoke_without_command=True)(_version)
    is_known = called in _COMMANDS or called in _GROUPS
    for name, summary in _COMMANDS.items():
        if name == called or not is_known:
            app.command(name, short_help=summary)(getattr(import_module(f"audit.cli.{name}"), name))
    for name in _GROUPS:
        if name == called or not is_known:
            app.add_typer(import_module(f"audit.cli.{name}").app, name=name)
    return app


def _version(
    context: typer.Context,
    show: bool = typer.Option(False, "--version", help="Show the version and exit."),
) -> None:
    if show:
        from audit import __version__  # only this option needs it

        typer.echo(f"audit {__version__}")
        raise typer.Exit
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())
