"""``audit report``: writes a phase's report again from its JSON."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from audit.cli.common import RepositoryPath, failures_told


def report(
    phase: Annotated[int, typer.Argument(metavar="N", min=0, help="The phase.")],
    path: RepositoryPath = Path(),
) -> None:
    """Write reports/phase-N.md again from reports/phase-N.json. Nothing is judged anew."""
    with failures_told():
        from audit.ledger.phases import phase_path, read_phase, write_phase  # keeps --help fast
        from audit.model.errors import UsageError
        from audit.report.phase_markdown import render_phase
        from audit.report.verify_json import read_verification

        source = phase_path(path, phase, "json")
        content = read_phase(path, phase)
        if content is None:
            raise UsageError(f"{source} does not exist; write it with audit verify --phase {phase}")
        (written,) = write_phase(path, phase, {"md": render_phase(read_verification(str(source), content))})
        typer.echo(f"wrote {written}")
