"""References to names that the repository itself declares retired, whether they still exist or not."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, Protocol

from audit.model.codes import CODES
from audit.model.facts import Context
from audit.model.findings import Finding, Site
from audit.model.settings import RetiredName

_CODES: Final = {"import": "REF001", "attribute": "REF003", "string": "REF004"}


class Use(Protocol):
    """One place that names something."""

    @property
    def site(self) -> Site:
        """Where."""

    @property
    def referrer(self) -> str:
        """The module that does."""

    @property
    def kind(self) -> str:
        """import, attribute or string."""

    @property
    def target(self) -> str:
        """The full dotted name."""

    @property
    def symbol(self) -> bool:
        """Whether an import takes something out of a module, rather than the module."""

    @property
    def context(self) -> Context:
        """When it runs."""


def declared_findings(
    declared: Iterable[tuple[RetiredName, Iterable[Use]]], known: Iterable[Finding]
) -> tuple[Finding, ...]:
    """A finding for each use of a declared name that no finding of ``known`` speaks of already."""
    told = {(finding.site.path, finding.site.line) for finding in known}
    found = []
    for name, uses in declared:
        for use in uses:
            if (use.site.path, use.site.line) in told:
                continue
            code = "REF002" if use.symbol else _CODES[use.kind]
            why = f" ({name.reason})" if name.reason else ""
            instead = f"; use {name.replacement}" if name.replacement else ""
            found.append(
                Finding(
                    code=code,
                    severity="warning" if use.context == "typing" else CODES[code].severity,
                    site=use.site,
                    kind=use.kind,
                    target=use.target,
                    referrer=use.referrer,
                    message=f"{use.target} is retired{why}{instead}",
                    replacement=name.replacement,
                )
            )
    return tuple(found)
