"""The command line: a thin shell over the pipelines. Commands import what they need when they run."""

from __future__ import annotations

import gc
import os
import sys
import traceback

import typer

from audit.cli.commands import register

app = typer.Typer(
    name="audit",
    help="Holds a Python repository against reality: what is broken, does it still work, is what was said true.",
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)
register(app)


def run() -> None:
    """The console script: every known failure is one message on stderr and exit code 2.

    A fault of the audit itself exits with 2 as well, after its traceback: exit code 1 always means that
    something was found. Interrupting exits with 130. A reader that closes the pipe early is no failure.
    """
    gc.set_threshold(200_000, 50, 100)  # facts are many, small, and without cycles
    try:
        app(prog_name="audit")
    except KeyboardInterrupt:
        sys.stderr.write("audit: interrupted\n")
        sys.exit(130)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(0)
    except Exception:  # noqa: BLE001  # the outermost edge: whatever it is, it must not look like a finding
        traceback.print_exc()
        sys.stderr.write("audit: this is a fault of the audit itself, please report it with the lines above\n")
        sys.exit(2)
