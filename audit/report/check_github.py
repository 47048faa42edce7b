"""The result of `audit check` as GitHub annotations; a forge shows only the first ten of each level."""

from __future__ import annotations

from typing import Final

from audit.model.findings import CheckResult, Finding
from audit.report.check_text import summary_line

_SHOWN: Final = 10


def render_github(result: CheckResult) -> str:
    """Annotations, the gravest first, then the summary line with how many the forge will not show."""
    standing = sorted(
        (finding for finding in result.findings if not finding.baselined),
        key=lambda finding: (finding.severity, finding.new is False, not finding.breaks_import, finding.order),
    )
    lines = [_annotation(finding) for finding in standing]
    hidden = sum(
        max(0, sum(finding.severity == level for finding in standing) - _SHOWN) for level in ("error", "warning")
    )
    if hidden:
        lines.append(f"{hidden} more annotations than a step shows: read this log for all of them")
    lines.append(summary_line(result))
    return "\n".join(lines) + "\n"


def _annotation(finding: Finding) -> str:
    site = finding.site
    path = site.path.encode(errors="backslashreplace").decode()
    places = {"file": path, "line": site.line, "endLine": site.end_line, "col": site.column, "title": finding.code}
    properties = ",".join(f"{name}={_property(str(value))}" for name, value in places.items() if value is not None)
    return f"::{finding.severity} {properties}::{_data(finding.message)}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
