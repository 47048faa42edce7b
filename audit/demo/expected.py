"""What the audit of the story must come to, so that the demonstration can tell when it does not."""

from __future__ import annotations

from typing import Final

from audit.demo.story import DELETED_MODULE
from audit.model.findings import CheckResult
from audit.model.verdicts import Verification

VERDICTS: Final = {
    "All import errors resolved": "refuted",
    "Deleted": "verified",
    "6 tests passing": "verified",
    "Zero Import Errors": "refuted",
    "The kickstarter will read": None,
}
"""The verdict on each statement of the document, by words that only it holds; None for one that is no claim."""


def differences(checked: CheckResult, verified: Verification) -> tuple[str, ...]:
    """What came out otherwise than the story has it, each in words; empty when all is as it must be."""
    found: list[str] = []
    findings = [(finding.code, finding.target, finding.new) for finding in checked.findings]
    if findings != [("REF001", DELETED_MODULE, True)]:
        found.append(f"the check found {findings}, not one new import of {DELETED_MODULE}")
    if [root.target for root in checked.roots] != [DELETED_MODULE]:
        found.append(f"the only root is not {DELETED_MODULE}")
    for words, expected in VERDICTS.items():
        verdicts = [each.verdict for each in verified.statements if words in each.text]
        if verdicts != [expected]:
            found.append(f"'{words}' is judged {verdicts}, not {expected}")
    if verified.overall.verdict != "refuted":
        found.append(f"the whole is judged {verified.overall.verdict}, not refuted")
    return tuple(found)
