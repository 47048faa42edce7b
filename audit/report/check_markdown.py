"""The result of `audit check` as Markdown, for a job summary or a comment."""

from __future__ import annotations

from typing import Final

from audit.model.findings import CheckResult, Finding, Root
from audit.report.check_text import summary_line
from audit.report.markdown_text import code, escaped, folded_table, table
from audit.report.phase_view import counted

_SHOWN: Final = 50
_MOST: Final = 2000
"""Findings at most: a job summary holds one mebibyte, and is dropped as a whole beyond it."""


def render_markdown(result: CheckResult) -> str:
    """Summary, root causes with their chains, contracts, then the findings in a table, the gravest first."""
    parts = [f"## audit check\n\n{escaped(summary_line(result))}"]
    if result.roots:
        roots = "\n".join(_root(number, root) for number, root in enumerate(result.roots, 1))
        parts.append(f"### Root causes\n\n{roots}")
    if result.contracts:
        rows = [
            (escaped(each.name), each.outcome, str(each.modules_examined), escaped(each.message))
            for each in result.contracts
        ]
        lines = table(("contract", "outcome", "modules examined", "why"), rows)
        parts.append("\n".join(["### Import contracts", "", *lines]))
    standing = sorted((each for each in result.findings if not each.baselined), key=_gravity)
    if standing:
        lines = folded_table(
            ("where", "code", "severity", "new", "what"), [_row(each) for each in standing[:_MOST]], _SHOWN, "finding"
        )
        if len(standing) > _MOST:
            lines += ["", f"{counted(len(standing) - _MOST, 'more finding')}: see the log, or --format json."]
        parts.append("\n".join(["### Findings", "", *lines]))
    return "\n\n".join(parts) + "\n"


def _gravity(finding: Finding) -> tuple[object, ...]:
    """New errors before old ones before warnings, and then reading order."""
    return (finding.severity, finding.new is False, not finding.breaks_import, finding.order)


def _row(finding: Finding) -> tuple[str, ...]:
    age = {True: "yes", False: "no", None: ""}[finding.new]
    return (code(str(finding.site)), finding.code, finding.severity, age, escaped(finding.message))


def _root(number: int, root: Root) -> str:
    chain = " → ".join(code(module) for module in root.chain)
    kills = f"kills {counted(len(root.killed), 'module')} and {counted(root.kills_tests, 'test')}"
    return f"{number}. {code(root.target)} {kills}; mending it alone revives {root.revives}: {chain}"
