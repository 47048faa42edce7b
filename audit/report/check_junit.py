"""The result of `audit check` as JUnit XML: one test case for each finding, so that any CI shows it."""

from __future__ import annotations

from typing import Final
from xml.sax.saxutils import escape, quoteattr

from audit.model.findings import CheckResult, Finding, printable
from audit.model.regex import regex
from audit.report.check_text import summary_line

_NOT_XML: Final = regex("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that no XML document may hold, escaped or not."""


def render_junit(result: CheckResult) -> str:
    """One test suite. A finding is a failed case; a kept contract and the coverage are passed cases."""
    cases = [_case(finding) for finding in result.findings]
    cases += [
        f'    <testcase classname="contract" name={quoteattr(contract.name)}/>'
        for contract in result.contracts
        if contract.outcome == "kept"
    ]
    cases.append(f'    <testcase classname="coverage" name={quoteattr(summary_line(result))}/>')
    failures = sum(not finding.baselined for finding in result.findings)
    skipped = len(result.findings) - failures
    head = f'<testsuite name="audit check" tests="{len(cases)}" failures="{failures}" skipped="{skipped}" errors="0">'
    body = "\n".join(cases)
    text = f'<?xml version="1.0" encoding="utf-8"?>\n<testsuites>\n  {head}\n{body}\n  </testsuite>\n</testsuites>\n'
    return _NOT_XML.sub("\ufffd", text)


def _case(finding: Finding) -> str:
    name = quoteattr(f"{finding.site}: {finding.target}")
    start = (
        f"    <testcase classname={quoteattr(finding.code)} name={name} file={quoteattr(printable(finding.site.path))}"
    )
    start += "" if finding.site.line is None else f' line="{finding.site.line}"'
    if finding.baselined:
        return f'{start}><skipped message="accepted by the baseline"/></testcase>'
    failure = f"<failure type={quoteattr(finding.severity)} message={quoteattr(finding.message)}>"
    return f"{start}>{failure}{escape(finding.message)}</failure></testcase>"
