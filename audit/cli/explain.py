"""``audit explain``: what a code means."""

from __future__ import annotations

from typing import Annotated

import typer

from audit.cli.common import failures_told


def explain(
    code: Annotated[
        str | None, typer.Argument(metavar="CODE", help="A code such as REF001; all codes when absent.")
    ] = None,
) -> None:
    """Explain a finding code: what it means, why it matters and what to do."""
    with failures_told():
        from audit.model.codes import CODES  # keeps --help fast
        from audit.model.errors import UsageError
        from audit.model.explanations import EXPLANATIONS
        from audit.model.suggest import did_you_mean

        if code is None:
            for each in CODES.values():
                typer.echo(f"{each.name}  {each.severity:7}  {each.title}")
            return
        found = CODES.get(code.upper())
        if found is None:
            raise UsageError(f"no code {code}{did_you_mean(code.upper(), CODES)} (audit explain lists them all)")
        page = EXPLANATIONS[found.name]
        example = "\n".join(f"    {line}" for line in page.example.splitlines())
        typer.echo(f"{found.name}: {found.title} ({found.severity})\n")
        typer.echo(f"{page.happens}\n\nFor example:\n\n{example}\n\nWhat to do: {page.mend}")
