"""Chooses the renderer of a phase's report by the name of its format, and loads only that one."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from audit.model.verdicts import Verification

FILES: Final = {"json": "json", "md": "markdown", "html": "html"}
"""The format of each file of a phase by its ending; the others can be written again from the first."""


def render_report(verification: Verification, format_name: str) -> str:
    """The report as text in the named format: json, markdown or html."""
    if format_name == "json":
        from audit.report.verify_json import render_verification

        return render_verification(verification)
    if format_name == "markdown":
        from audit.report.phase_markdown import render_phase

        return render_phase(verification)
    from audit.report.phase_html import render_page  # templates take a tenth of a second to load

    return render_page(verification)


def render_files(verification: Verification, endings: Iterable[str] = FILES) -> dict[str, str]:
    """The files of a phase's report, by their endings."""
    return {ending: render_report(verification, FILES[ending]) for ending in endings}
