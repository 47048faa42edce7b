"""``audit demo``: a migration that claims to be finished, audited before your eyes."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from audit.cli.common import colours_wanted, columns, emit, failures_told, paint
from audit.cli.verify import ended_politely, progress_line


def demo(
    keep: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Write the repository here, not to a temporary folder."),
    ] = None,
) -> None:
    """Audit a small repository whose document says that its migration is done. It is not.

    Writes a throw-away git repository, checks it and verifies its document; the report stays beside it.

    Exit code 0: the audit found what the story hides. 1: it did not, which is a fault of the audit.
    """
    with failures_told(), ended_politely(), progress_line() as progress, _folder(keep) as folder:
        from audit.demo.expected import differences  # keeps --help fast
        from audit.demo.repository import require_git, write_repository
        from audit.demo.story import DOCUMENT, PHASE, STORY
        from audit.ledger.phases import write_phase
        from audit.pipeline import open_codebase
        from audit.report.check import render
        from audit.report.phase import render_files
        from audit.report.terminal_text import plain
        from audit.report.verify_text import render_verification_text
        from audit.verification import verify

        require_git()
        base = write_repository(folder, STORY)[0][:10]
        colours = colours_wanted()
        emit(_introduction(folder), None)
        emit(_shown(f"audit check --since {base}"), None)
        checked = open_codebase(folder, since=base).check
        emit(render(checked, "text", paint if colours else None), None)
        emit(_shown(f"audit verify {DOCUMENT} --since {base} --run --phase {PHASE}"), None)
        verified = verify(folder, [folder / DOCUMENT], run=True, since=base, phase=PHASE, progress=progress)
        progress("")
        written = write_phase(folder, PHASE, render_files(verified))
        emit(render_verification_text(verified, paint if colours else plain, width=columns()), None)
        emit("\nThe report:\n" + "".join(f"  {path}\n" for path in written), None)
        wrong = differences(checked, verified)
        for difference in wrong:
            typer.echo(f"audit: the audit did not come out as the story has it: {difference}", err=True)
    raise typer.Exit(1 if wrong else 0)


@contextmanager
def _folder(keep: Path | None) -> Iterator[Path]:
    """Where to write the repository; a temporary folder stays only when the demonstration came to its end."""
    if keep is not None:
        yield keep
        return
    scratch = Path(tempfile.mkdtemp(prefix="audit-demo-"))
    try:
        yield scratch / "colony"
    except BaseException:
        shutil.rmtree(scratch, ignore_errors=True)
        raise


def _introduction(folder: Path) -> str:
    return (
        "A small package has moved from a policy store to checkpoint files. Its engineering document says that\n"
        "all import errors are resolved and six tests of the evaluation pass. The audit holds that against\n"
        f"the repository, which stays for you to look at:\n\n  {folder}\n"
    )


def _shown(command: str) -> str:
    return f"\n$ {command}\n"
