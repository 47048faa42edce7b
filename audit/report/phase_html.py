"""The report of a phase as one page that asks for nothing from elsewhere: styles and plots stand in it.

Whatever a document or a tree says reaches the page as text only: templates escape by themselves, prose and places
are built here piece by piece, and the page's own policy forbids scripts, frames, forms and every request.
"""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from audit.model.regex import regex
from audit.model.verdicts import JudgedStatement, Verification
from audit.report import phase_view as view
from audit.report.markdown_text import address_of
from audit.report.phase_changes import differences
from audit.report.plots import blast, figures, trend

_TEMPLATES: Final = Path(__file__).parent / "templates"
_CODE: Final = regex(r"(`[^`\n]+`)")


def render_page(verification: Verification) -> str:
    """The whole page. The same verification always gives the same text."""
    style = (_TEMPLATES / "page.css").read_text(encoding="utf-8")
    return (
        _environment()
        .get_template("page.html.j2")
        .render(
            verification=verification,
            view=view,
            differences=differences(verification),
            style=Markup(style),  # noqa: S704  # the stylesheet is a file of this package
            style_digest=_digest(style),
            claims=view.judged(verification),
            blasts=[blast.lay_out(root.target, root.spread) if root.spread else None for root in verification.roots],
            trend=trend.lay_out(points) if (points := view.course(verification)) else None,
            figures=_figures(view.judged(verification)),
        )
    )


@cache
def _environment() -> Environment:
    """The templates, which escape every value that is not marked as HTML."""
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters |= {"prose": _prose, "place": _place, "counted": view.counted}
    return environment


def _digest(style: str) -> str:
    return base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()


def _prose(text: str) -> Markup:
    """Prose as text, with what stands in backticks as code."""
    parts = _CODE.split(" ".join(text.split()))
    return Markup().join(
        Markup("<code>{}</code>").format(part[1:-1]) if _CODE.fullmatch(part) else escape(part) for part in parts
    )


def _place(cited: str) -> Markup:
    """A place of the tree as a link from ``reports/``; as mere code where it lies outside."""
    address = address_of(cited)
    shown = Markup("<code>{}</code>").format(cited)
    return Markup('<a href="{}">{}</a>').format(address, shown) if address else shown


def _figures(claims: tuple[JudgedStatement, ...]) -> list[figures.Figures]:
    """What the smoke scenarios of all claims measured, each scenario once."""
    found: dict[str, figures.Figures] = {}
    for claim in claims:
        for scenario, facts in _scenarios(claim).items():
            drawn = figures.figures_of(scenario, facts)
            if drawn is not None:
                found.setdefault(scenario, drawn)
    return list(found.values())


def _scenarios(claim: JudgedStatement) -> dict[str, list[dict[str, Any]]]:
    """The facts of a claim's evidence by the scenario that they say they are of."""
    facts: dict[str, list[dict[str, Any]]] = {}
    for evidence in claim.evidence:
        name = evidence.facts.get("scenario")
        if isinstance(name, str):
            facts.setdefault(name, []).append(evidence.facts)
    return facts
