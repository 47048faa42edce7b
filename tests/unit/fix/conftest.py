"""Findings made by hand, as a check would make them, and the plan for them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from audit.fix.planning import plan_fixes
from audit.model.findings import Finding, Site

MakeFinding = Callable[..., Finding]


@pytest.fixture
def finding() -> MakeFinding:
    """A finding on the first place where ``at`` stands in ``text``."""

    def make(
        path: str,
        text: str,
        at: str,
        target: str,
        replacement: str | None,
        *,
        code: str = "REF005",
        kind: str = "configuration",
    ) -> Finding:
        start = text.index(at)
        line = text.count("\n", 0, start) + 1
        column = start - (text.rfind("\n", 0, start) + 1) + 1
        end_line = line + at.count("\n")
        end_column = column + len(at) if end_line == line else len(at) - at.rfind("\n")
        return Finding(
            code=code,
            severity="error",
            site=Site(path, line, column, end_line, end_column),
            kind=kind,
            target=target,
            referrer=path.removesuffix(".py").replace("/", "."),
            message=f"{target} does not exist",
            replacement=replacement,
        )

    return make


@pytest.fixture
def mended(finding: MakeFinding) -> Callable[..., tuple[str, list[str]]]:
    """The text after all fixes, and the reasons for what is left."""

    def mend(path: str, text: str, *places: tuple[str, str, str | None], **options: str) -> tuple[str, list[str]]:
        findings = [finding(path, text, *place, **options) for place in places]
        plan = plan_fixes(findings, {path: text.encode()}.get)
        after = plan.changes[0].after.decode() if plan.changes else text
        return after, [left.reason for left in plan.left]

    return mend
