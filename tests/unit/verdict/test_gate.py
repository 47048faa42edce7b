"""The exit code of a check: findings at the gate first, then what was not looked at."""

from __future__ import annotations

import msgspec
import pytest

from audit.model.findings import CheckResult, Coverage, Finding, Site, Skipped
from audit.verdict.gate import exit_code

ERROR = Finding(
    code="REF001", severity="error", site=Site("a.py", 1), kind="import", target="b", referrer="a", message=""
)
WARNING = msgspec.structs.replace(ERROR, severity="warning")
ACCEPTED = msgspec.structs.replace(ERROR, baselined=True)
NOTHING = Coverage(0, 0, 1)
PART = Coverage(1, 1, 0, (Skipped("b.py", "it does not parse", incomplete=True),))
BINARY = Coverage(1, 1, 0, (Skipped("b.bin", "it is too large"),))


@pytest.mark.parametrize(
    ("findings", "coverage", "strict", "code"),
    [
        ((), Coverage(1, 1, 0), True, 0),
        ((), BINARY, True, 0),
        ((ERROR,), Coverage(1, 1, 0), False, 1),
        ((WARNING,), Coverage(1, 1, 0), False, 0),
        ((WARNING,), Coverage(1, 1, 0), True, 1),
        ((ACCEPTED,), Coverage(1, 1, 0), True, 0),
        ((), NOTHING, False, 2),
        ((), PART, False, 2),
        ((WARNING,), PART, False, 2),
        ((ERROR,), PART, False, 1),
    ],
)
def test_the_exit_code(findings: tuple[Finding, ...], coverage: Coverage, strict: bool, code: int) -> None:
    result = CheckResult(
        commit=None, dirty=False, since=None, coverage=coverage, findings=findings, roots=(), contracts=()
    )
    assert exit_code(result, strict=strict) == code
