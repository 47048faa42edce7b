"""Turns the outcomes of import contracts into findings: CON001 for a broken one, CON002 for an invalid."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from audit.model.codes import CODES
from audit.model.contracts import JudgedContract
from audit.model.findings import Finding, Link, Site


def contract_findings(results: Iterable[JudgedContract]) -> tuple[Finding, ...]:
    """One finding for each forbidden chain, at its first import, and for each module without a layer and
    each invalid contract one at the contract itself.

    The target names the contract together with what it forbids, so that two contracts broken by one import
    are two findings, and a new breach of a contract that is already broken is a new finding. Chains that
    lead from one importer to one target by different ways are one breach, told at its first import.
    """
    findings = sorted(
        (finding for result in results for finding in _findings(result)), key=lambda finding: finding.order
    )
    return tuple({finding.fingerprint: finding for finding in reversed(findings)}.values())[::-1]


def _findings(result: JudgedContract) -> Iterator[Finding]:
    if result.outcome == "invalid":
        message = f"contract '{result.name}' is invalid: {result.message}"
        yield _finding("CON002", result.site, result.site.path, result.name, message)
    for chain in result.chains:
        message = f"contract '{result.name}' is broken: {_described(chain)}"
        target = f"{result.name}: {chain[-1].imported}"
        yield _finding("CON001", chain[0].site, chain[0].importer, target, message)
    for module in result.undeclared:
        message = f"contract '{result.name}' is broken: {module} is in no layer; place it in one"
        yield _finding("CON001", result.site, result.site.path, f"{result.name}: {module}", message)


def _finding(code: str, site: Site, referrer: str, target: str, message: str) -> Finding:
    return Finding(
        code=code,
        severity=CODES[code].severity,
        site=site,
        kind="contract",
        target=target,
        referrer=referrer,
        message=message,
    )


def _described(chain: tuple[Link, ...]) -> str:
    steps = "".join(f" -> {link.imported} ({link.site})" for link in chain)
    return f"{chain[0].importer}{steps}"
