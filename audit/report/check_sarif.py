"""The result of `audit check` as SARIF 2.1.0, with the import chain of a root cause as its code flow."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any, Final
from urllib.parse import quote

from audit import __version__
from audit.model.codes import CODES
from audit.model.explanations import EXPLANATIONS
from audit.model.findings import CheckResult, Finding, Root, Site

_SCHEMA: Final = "https://json.schemastore.org/sarif-2.1.0.json"
_MOST: Final = 5000
"""Results that GitHub keeps of one run; which ones it keeps of more is not told."""


def render_sarif(result: CheckResult) -> str:
    """One SARIF log with one run; identity is the fingerprint, never the line.

    Of more than 5,000 findings the gravest are written, and a notification says how many are not.
    """
    gravest = sorted(result.findings, key=lambda each: (each.baselined, each.severity, each.new is False, each.order))
    findings = sorted(gravest[:_MOST], key=lambda each: each.order)
    used = sorted({finding.code for finding in findings})
    roots = {root.target: root for root in result.roots}
    seen: Counter[str] = Counter()
    results = []
    for finding in findings:
        seen[finding.fingerprint] += 1
        results.append(_result(finding, roots.get(finding.target), seen[finding.fingerprint]))
    log = {
        "$schema": _SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": {"name": "audit", "version": __version__, "rules": [_rule(code) for code in used]}},
                "originalUriBaseIds": {"ROOT": {"description": {"text": "The root of the repository."}}},
                "columnKind": "unicodeCodePoints",
                "invocations": [_invocation(len(result.findings) - len(findings))],
                "results": results,
            }
        ],
    }
    return json.dumps(log, indent=2, ensure_ascii=False).encode(errors="backslashreplace").decode() + "\n"


def _invocation(left_out: int) -> dict[str, Any]:
    invocation: dict[str, Any] = {"executionSuccessful": True}
    if left_out:
        text = f"{left_out} findings of lesser weight are left out: a forge keeps {_MOST}; see --format json"
        invocation["toolExecutionNotifications"] = [{"level": "warning", "message": {"text": text}}]
    return invocation


def _rule(code: str) -> dict[str, Any]:
    explanation = EXPLANATIONS[code]
    return {
        "id": code,
        "shortDescription": {"text": CODES[code].title},
        "fullDescription": {"text": explanation.happens},
        "help": {"text": explanation.mend},
        "defaultConfiguration": {"level": CODES[code].severity},
    }


def _result(finding: Finding, root: Root | None, occurrence: int) -> dict[str, Any]:
    result: dict[str, Any] = {
        "ruleId": finding.code,
        "level": finding.severity,
        "message": {"text": finding.message},
        "locations": [_location(finding.site)],
        # GitHub tells results apart by the second of them alone.
        "partialFingerprints": {
            "auditFingerprint/v1": finding.fingerprint,
            "primaryLocationLineHash": f"{finding.fingerprint}:{occurrence}",
        },
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
    place: dict[str, Any] = {
        "artifactLocation": {"uri": quote(site.path.encode(errors="surrogateescape")), "uriBaseId": "ROOT"}
    }
    if site.line is not None:
        region = {
            "startLine": site.line,
            "startColumn": site.column,
            "endLine": site.end_line,
            "endColumn": site.end_column,
        }
        place["region"] = {name: value for name, value in region.items() if value is not None}
    return {"physicalLocation": place}
