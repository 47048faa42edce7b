"""Chooses the renderer of a check's result by the name of its format, and loads only that one."""

from __future__ import annotations

from importlib import import_module

from audit.model.findings import CheckResult
from audit.report.check_text import render_concise, render_text
from audit.report.terminal_text import Style, plain


def render(result: CheckResult, format_name: str, style: Style | None = None) -> str:
    """The result as text in the named format: text, concise, json, sarif, junit, github or markdown."""
    if format_name == "text":
        return render_text(result, style or plain)
    if format_name == "concise":
        return render_concise(result, style or plain)
    renderer = import_module(f"audit.report.check_{format_name}")
    text: str = getattr(renderer, f"render_{format_name}")(result)
    return text
