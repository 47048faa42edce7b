"""What commands share: options, failures turned into messages, output to a file or the terminal."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Final

import typer

COULD_NOT_CHECK: Final = 2
INTERRUPTED: Final = 130
NOBODY_READS: Final = 141

RepositoryPath = Annotated[Path, typer.Argument(metavar="[PATH]", help="The repository to audit.", show_default=False)]
At = Annotated[str | None, typer.Option("--at", metavar="REV", help="Audit the tree of this commit.")]
Since = Annotated[str | None, typer.Option("--since", metavar="REV", help="Compare with this base commit.")]
Jobs = Annotated[int, typer.Option("--jobs", "-j", min=0, help="Processes to read files with; 0: one for each core.")]
NoCache = Annotated[bool, typer.Option("--no-cache", help="Neither read nor write any cache.")]
NoLedger = Annotated[bool, typer.Option("--no-ledger", help="Do not record this run.")]
Output = Annotated[Path | None, typer.Option("--output", "-o", metavar="FILE", help="Write here, not to stdout.")]


@contextmanager
def failures_told() -> Iterator[None]:
    """Turn what a user can act on into one message on stderr and exit code 2.

    Interrupting exits with 130, and a reader that closes the pipe before all is said with 141, as shells have it.
    """
    from audit.model.errors import AuditError  # not needed for --help

    try:
        yield
    except AuditError as error:
        for line in str(error).splitlines():
            typer.echo(f"audit: {line}", err=True)
        raise typer.Exit(COULD_NOT_CHECK) from None
    except KeyboardInterrupt:
        typer.echo("audit: interrupted", err=True)
        raise typer.Exit(INTERRUPTED) from None
    except BrokenPipeError:
        drop_stdout()
        raise typer.Exit(NOBODY_READS) from None


def recorded(record: Callable[[], None]) -> None:
    """Record a run. Where that is not possible a note says why: the run itself has not failed."""
    from audit.model.errors import AuditError  # not needed for --help

    try:
        record()
    except AuditError as error:
        typer.echo(f"audit: this run was not recorded: {error}", err=True)


def codes_of(text: str | None) -> tuple[str, ...]:
    """The codes of a comma-separated option."""
    return tuple(part.strip().upper() for part in (text or "").split(",") if part.strip())


def colours_wanted() -> bool:
    """Whether stdout is a terminal that wants colour: ``NO_COLOR`` says no, ``FORCE_COLOR`` yes."""
    if os.environ.get("NO_COLOR"):
        return False
    return bool(os.environ.get("FORCE_COLOR")) or sys.stdout.isatty()


def columns() -> int | None:
    """How wide the terminal is that stdout goes to; None where it goes elsewhere, and lines stay whole."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else None


def paint(text: str, colour: str) -> str:
    """A text in colour."""
    return typer.style(text, fg=colour)


def text_of(file: Path, hint: str) -> str:
    """The text of a file that an option names; ``hint`` says what to do where it cannot be read.

    Raises:
        UsageError: it cannot be read, or is no UTF-8 text.
    """
    from audit.model.errors import UsageError  # not needed for --help

    try:
        return file.read_text(encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{file}: {error.strerror}; {hint}") from None
    except UnicodeDecodeError:
        raise UsageError(f"{file}: this is no UTF-8 text; {hint}") from None


def drop_stdout() -> None:
    """Let what is still to be written to stdout go nowhere: its reader is gone, or its disk is full."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def refuse_unwritable(output: Path | None) -> None:
    """Refuse a file that cannot be written before minutes are spent on what would stand in it.

    Raises:
        UsageError: the file is a folder, or its own folder does not exist.
    """
    from audit.model.errors import UsageError  # not needed for --help

    if output is not None and output.is_dir():
        raise UsageError(f"cannot write {output}: it is a folder; name a file in it")
    if output is not None and not output.parent.is_dir():
        raise UsageError(f"cannot write {output}: there is no folder {output.parent}")


def emit(text: str, output: Path | None) -> None:
    """Write to stdout, or to a file in one step: a reader never sees half of it.

    Raises:
        UsageError: the file's folder does not exist or is not writable, or the file is a folder.
    """
    if output is None:
        try:
            sys.stdout.write(text)
            sys.stdout.flush()
        except BrokenPipeError:
            drop_stdout()  # the exit code still says how it came out
        return
    import tempfile  # needed for files only

    from audit.model.errors import UsageError  # not needed for --help

    refuse_unwritable(output)
    try:
        handle, name = tempfile.mkstemp(dir=output.parent, prefix=f".{output.name}.")
    except OSError as error:
        raise UsageError(f"cannot write {output}: {error.strerror}") from None
    try:
        with os.fdopen(handle, "w", encoding="utf-8", errors="surrogateescape") as file:
            file.write(text)
        Path(name).chmod(0o644)
        Path(name).replace(output)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
