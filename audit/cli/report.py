"""``audit report``: renders a phase again from its JSON."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from audit.cli.common import Output, RepositoryPath, emit, failures_told

if TYPE_CHECKING:
    from audit.model.verdicts import Verification


class Format(StrEnum):
    """How a report is written."""

    markdown = "markdown"
    html = "html"
    json = "json"
    in_toto = "in-toto"


def report(
    phase: Annotated[int, typer.Argument(metavar="N", min=0, help="The phase.")],
    path: RepositoryPath = Path(),
    format: Annotated[  # noqa: A002  # the option's name is a contract
        Format | None,
        typer.Option("--format", help="Print the report so, and write no file.", show_default=False),
    ] = None,
    output: Output = None,
    url: Annotated[
        str, typer.Option("--url", metavar="URL", help="With in-toto: where the run can be seen.", show_default=False)
    ] = "",
) -> None:
    """Write reports/phase-N.md and .html again from reports/phase-N.json, or print one. Nothing is judged anew."""
    with failures_told():
        from audit.ledger.phases import write_phase  # keeps --help fast
        from audit.model.errors import UsageError
        from audit.report.phase import render_files, render_report

        if output is not None and format is None:
            raise UsageError("--output is for one format: name it with --format")
        if url and format is not Format.in_toto:
            raise UsageError("--url is for --format in-toto: no other format names a run")
        verification = _phase(path, phase)
        if format is Format.in_toto:
            from audit.report.in_toto import render_in_toto

            emit(render_in_toto(verification, url), output)
            return
        if format is not None:
            emit(render_report(verification, format.value), output)
            return
        for written in write_phase(path, phase, render_files(verification, ("md", "html"))):
            typer.echo(f"wrote {written}")


def _phase(root: Path, phase: int) -> Verification:
    """What was found in a phase.

    Raises:
        UsageError: there is no such phase, or its file holds no result.
    """
    from audit.ledger.phases import phase_path, phases_on_disk, read_phase  # keeps --help fast
    from audit.model.errors import UsageError
    from audit.report.verify_json import read_verification

    source, content = phase_path(root, phase, "json"), read_phase(root, phase)
    if content is None:
        there = phases_on_disk(root)
        listed = ", ".join(map(str, there))
        known = f"there is phase {listed}" if len(there) == 1 else f"there are the phases {listed}"
        hint = known if there else f"write it with audit verify --phase {phase}"
        raise UsageError(f"{source} does not exist; {hint}")
    return read_verification(str(source), content)
