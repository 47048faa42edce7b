"""What a check found, in the form in which reports and records keep it."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from audit.model.findings import ContractResult, Finding, Link, Root, printable
from audit.model.verdicts import ChainLink, ContractLine, RootCause, StandingFinding


def standing(finding: Finding) -> StandingFinding:
    """A finding without its words."""
    return StandingFinding(
        fingerprint=finding.fingerprint,
        code=finding.code,
        severity=finding.severity,
        path=printable(finding.site.path),
        line=finding.site.line,
        target=finding.target,
        referrer=printable(finding.referrer),
        new=finding.new,
        baselined=finding.baselined,
    )


def root_cause(root: Root) -> RootCause:
    """A root with the number of what it kills, and its chain as links."""
    return RootCause(
        target=root.target,
        sites=tuple(str(site) for site in root.sites),
        kills_modules=len(root.killed),
        kills_tests=root.kills_tests,
        kills_entry_points=root.kills_entry_points,
        revives=root.revives,
        chain=tuple(map(printable, root.chain)),
        links=_links(root.links),
        spread=_links(root.spread),
        retired_in=None if root.retired_in is None else msgspec.to_builtins(root.retired_in),
        replacement=root.replacement,
    )


def _links(links: Sequence[Link]) -> tuple[ChainLink, ...]:
    return tuple(
        ChainLink(importer=printable(link.importer), imported=printable(link.imported), site=str(link.site))
        for link in links
    )


def contract_line(contract: ContractResult) -> ContractLine:
    """A contract's outcome without its chains, which the findings tell."""
    return ContractLine(
        name=contract.name,
        outcome=contract.outcome,
        message=contract.message,
        modules_examined=contract.modules_examined,
    )
