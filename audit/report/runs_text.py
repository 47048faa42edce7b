"""The runs of a ledger, one line a run."""

from __future__ import annotations

from collections.abc import Sequence

from audit.model.records import RunRecord
from audit.report.terminal_text import printable


def render_runs(runs: Sequence[RunRecord]) -> str:
    """Number, time, command, commit, outcome and command line of each."""
    return "".join(f"{_line(run)}\n" for run in runs)


def _line(run: RunRecord) -> str:
    context = run.context
    when = (context.when or "from its report").replace("+00:00", "Z")
    commit = (context.commit or context.tree or "no commit")[:10] + ("+" if context.dirty else "")
    exit_code = "" if context.exit is None else f"exit {context.exit}"
    words = (f"run:{context.number}", when, context.command, commit, _outcome(run), exit_code)
    return "  ".join(word for word in (*words, printable(" ".join(context.arguments))) if word)


def _outcome(run: RunRecord) -> str:
    """A verification's verdict with its phase; the number of findings, or of scenarios, of another run."""
    if run.verdict:
        return run.verdict if run.context.phase is None else f"phase {run.context.phase}: {run.verdict}"
    if run.context.command == "smoke":
        return f"{run.summary.get('passed')} scenarios passed, {run.summary.get('failed')} failed"
    return f"{run.summary.get('findings')} findings"
