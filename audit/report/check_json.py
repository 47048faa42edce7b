"""The result of `audit check` as JSON; the format is a contract, ``schema_version`` 1."""

from __future__ import annotations

import json
from typing import Any

import msgspec

from audit import __version__
from audit.model.findings import CheckResult, ContractResult, Finding, Root
from audit.model.mentions import CellSite


def render_json(result: CheckResult) -> str:
    """One JSON document; keys in the order of the contract, findings in reading order."""
    return (
        json.dumps(as_document(result), indent=2, ensure_ascii=False).encode(errors="backslashreplace").decode() + "\n"
    )


def as_document(result: CheckResult) -> dict[str, Any]:
    """The JSON document as plain values."""
    coverage = result.coverage
    standing = [finding for finding in result.findings if not finding.baselined]
    return {
        "schema_version": 1,
        "tool_version": __version__,
        "root": ".",
        "commit": result.commit,
        "dirty": result.dirty,
        "since": result.since,
        "coverage": {
            "python_files": coverage.python_files,
            "modules": coverage.modules,
            "modules_found": coverage.modules_found,
            "other_files": coverage.other_files,
            "skipped": [{"path": each.path, "reason": each.reason} for each in coverage.skipped],
        },
        "findings": [_finding(finding) for finding in result.findings],
        "roots": [_root(root) for root in result.roots],
        "mends": [
            {"targets": list(mend.targets), "sites": [str(site) for site in mend.sites], "revives": mend.revives}
            for mend in result.mends
        ],
        "contracts": [_contract(contract) for contract in result.contracts],
        "summary": {
            "errors": sum(finding.severity == "error" for finding in standing),
            "warnings": sum(finding.severity == "warning" for finding in standing),
            "new": sum(finding.new is True for finding in standing) if result.since else None,
            "baselined": len(result.findings) - len(standing),
            "suppressed": result.suppressed,
        },
    }


def _finding(finding: Finding) -> dict[str, Any]:
    site = finding.site
    return {
        "code": finding.code,
        "severity": finding.severity,
        "path": site.path,
        "line": site.line,
        "column": site.column,
        "end_line": site.end_line,
        "end_column": site.end_column,
        "kind": finding.kind,
        "target": finding.target,
        "referrer": finding.referrer,
        "new": finding.new,
        "message": finding.message,
        "retired_in": msgspec.to_builtins(finding.retired_in),
        "replacement": finding.replacement,
        "fixable": finding.fixable,
        "breaks_import": finding.breaks_import,
        "baselined": finding.baselined,
        "fingerprint": finding.fingerprint,
        **({"cell": site.cell, "cell_line": site.cell_line} if isinstance(site, CellSite) else {}),
    }


def _root(root: Root) -> dict[str, Any]:
    return {
        "target": root.target,
        "sites": [str(site) for site in root.sites],
        "kills_modules": len(root.killed),
        "kills_tests": root.kills_tests,
        "kills_entry_points": list(root.kills_entry_points),
        "chain": list(root.chain),
        "chain_sites": [str(link.site) for link in root.links],
        "revives": root.revives,
        "killed": list(root.killed),
        "retired_in": msgspec.to_builtins(root.retired_in),
        "replacement": root.replacement,
    }


def _contract(contract: ContractResult) -> dict[str, Any]:
    return {
        "name": contract.name,
        "outcome": contract.outcome,
        "type": contract.type,
        "message": contract.message,
        "modules_examined": contract.modules_examined,
        "chains": [
            [{"importer": link.importer, "imported": link.imported, "site": str(link.site)} for link in chain]
            for chain in contract.chains
        ],
    }
