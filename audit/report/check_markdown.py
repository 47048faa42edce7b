"""The result of `audit check` as Markdown, for a job summary or a comment."""

from __future__ import annotations

from audit.model.findings import CheckResult, Root
from audit.report.check_text import summary_line


def render_markdown(result: CheckResult) -> str:
    """Summary, root causes with their chains, contracts, then every finding in a table."""
    parts = [f"## audit check\n\n{summary_line(result)}"]
    if result.roots:
        parts.append(
            "### Root causes\n\n" + "\n".join(_root(number, root) for number, root in enumerate(result.roots, 1))
        )
    if result.contracts:
        rows = "\n".join(
            f"| {_cell(each.name)} | {each.outcome} | {each.modules_examined} | {_cell(each.message)} |"
            for each in result.contracts
        )
        parts.append(
            f"### Import contracts\n\n| contract | outcome | modules examined | why |\n|---|---|---|---|\n{rows}"
        )
    standing = [finding for finding in result.findings if not finding.baselined]
    if standing:
        rows = "\n".join(
            f"| `{each.site}` | {each.code} | {each.severity} | {_age(each.new)} | {_cell(each.message)} |"
            for each in standing
        )
        parts.append(f"### Findings\n\n| where | code | severity | new | what |\n|---|---|---|---|---|\n{rows}")
    return "\n\n".join(parts) + "\n"


def _root(number: int, root: Root) -> str:
    chain = " → ".join(f"`{module}`" for module in root.chain)
    kills = f"kills {len(root.killed)} modules and {root.kills_tests} tests"
    return f"{number}. `{root.target}` {kills}; mending it alone revives {root.revives}: {chain}"


def _age(new: bool | None) -> str:
    return {True: "yes", False: "no", None: ""}[new]


def _cell(text: str) -> str:
    return text.replace("\\", "\\\\").replace("|", "\\|").replace("\n", " ")
