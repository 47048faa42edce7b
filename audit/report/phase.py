"""Chooses the renderer of a phase's report by the name of its format, and loads only that one."""

from __future__ import annotations

from typing import Literal

from audit.model.verdicts import Verification

PhaseFormat = Literal["json", "markdown", "html"]

FILES: dict[str, PhaseFormat] = {"json": "json", "md": "markdown", "html": "html"}
"""The files of a phase by their endings; the first is what the others are written from."""


def render_report(verification: Verification, format_name: PhaseFormat) -> str:
    """The report as text in the named format."""
    if format_name == "json":
        from audit.report.verify_json import render_verification

        return render_verification(verification)
    if format_name == "markdown":
        from audit.report.phase_markdown import render_phase

        return render_phase(verification)
    from audit.report.phase_html import render_page  # templates take a tenth of a second to load

    return render_page(verification)


def render_files(verification: Verification) -> dict[str, str]:
    """The files of a phase's report, by their endings."""
    return {ending: render_report(verification, format_name) for ending, format_name in FILES.items()}
