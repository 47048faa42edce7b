"""The result of `audit check` as SARIF 2.1.0, with the import chain of a root cause as its code flow."""

from __future__ import annotations

import json
from typing import Any, Final

from audit import __version__
from audit.model.codes import CODES
from audit.model.findings import CheckResult, Finding, Root, Site

_SCHEMA: Final = "https://json.schemastore.org/sarif-2.1.0.json"


def render_sarif(result: CheckResult) -> str:
    """One SARIF log with one run; identity is the fingerprint, never the line."""
    used = sorted({finding.code for finding in result.findings})
    roots = {root.target: root for root in result.roots}
    log = {
        "$schema": _SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": {"name": "audit", "version": __version__, "rules": [_rule(code) for code in used]}},
                "originalUriBaseIds": {"ROOT": {"description": {"text": "The root of the repository."}}},
                "results": [_result(finding, roots.get(finding.target)) for finding in result.findings],
            }
        ],
    }
    return json.dumps(log, indent=2, ensure_ascii=False) + "\n"


def _rule(code: str) -> dict[str, Any]:
    return {
        "id": code,
        "shortDescription": {"text": CODES[code].title},
        "defaultConfiguration": {"level": CODES[code].severity},
    }


def _result(finding: Finding, root: Root | None) -> dict[str, Any]:
    result: dict[str, Any] = {
        "ruleId": finding.code,
        "level": finding.severity,
        "message": {"text": finding.message},
        "locations": [_location(finding.site)],
        "partialFingerprints": {"auditFingerprint/v1": finding.fingerprint},
    }
    if finding.new is not None:
        result["baselineState"] = "new" if finding.new else "unchanged"
    if finding.baselined:
        result["suppressions"] = [{"kind": "external", "justification": "accepted by the baseline"}]
    if root is not None and finding.breaks_import:
        steps = [
            {"location": {**_location(link.site), "message": {"text": f"{link.importer} imports {link.imported}"}}}
            for link in root.links
        ]
        result["codeFlows"] = [{"threadFlows": [{"locations": steps}]}]
    return result


def _location(site: Site) -> dict[str, Any]:
    place: dict[str, Any] = {"artifactLocation": {"uri": site.path, "uriBaseId": "ROOT"}}
    if site.line is not None:
        region = {
            "startLine": site.line,
            "startColumn": site.column,
            "endLine": site.end_line,
            "endColumn": site.end_column,
        }
        place["region"] = {name: value for name, value in region.items() if value is not None}
    return {"physicalLocation": place}
