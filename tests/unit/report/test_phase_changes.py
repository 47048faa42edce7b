"""What changed since the phase before, and the success metrics, as the Markdown of a report has them."""

from __future__ import annotations

import msgspec

from audit.model.difference import Difference, FindingChange, NumberChange, VerdictChange
from audit.report.phase_changes import differences
from audit.report.phase_html import render_page
from audit.report.phase_markdown import render_phase
from tests.unit.report.verifications import statement, verification


def finding(code: str, target: str, site: str) -> FindingChange:
    return FindingChange(fingerprint=target, code=code, severity="error", target=target, site=site)


def verdict(claim: str) -> VerdictChange:
    return VerdictChange(id=claim, document="notes.md", text=claim, before="refuted", now="refuted")


DIFFERENCE = Difference(
    before="phase 5",
    now="phase 6",
    same_tree=False,
    verdict_before="verified",
    verdict_now="refuted",
    risk_before="NONE",
    risk_now="HIGH",
    compared=3,
    waived=(verdict("slow"),),
    unwaived=(verdict("old"),),
    findings_known=False,
    findings_fixed=(finding("REF002", "shop.cart.Cart", "shop/use.py:4"),),
    findings_new=tuple(finding("REF001", f"shop.gone{number}", f"shop/a.py:{number}") for number in range(1, 8)),
    roots_gone=("shop.cart",),
    roots_new=("shop.gone1",),
    contracts_mended=("layers",),
    contracts_broken=("independence",),
    contracts_added=("tests stay out",),
    contracts_dropped=("old layers",),
    modules_revived=("shop.use",),
    modules_died=("shop.a", "shop.b"),
    numbers=(
        NumberChange(name="seconds", before=2, now=3, worse=True),
        NumberChange(name="return", before=0.25, now=0.5, worse=False),
        NumberChange(name="episodes", before=8, now=16),
    ),
    regressions=("L3 was verified and is refuted", "7 new findings that fail at run time", "seconds: 2 before, 3 now"),
)
SAID = (
    "Worse: 7 new findings that fail at run time.",
    "Worse: seconds: 2 before, 3 now.",
    (
        "New findings: REF001 `shop.gone1` at `shop/a.py:1`; REF001 `shop.gone2` at `shop/a.py:2`; REF001 `shop.gone3` "
        "at `shop/a.py:3`; REF001 `shop.gone4` at `shop/a.py:4`; REF001 `shop.gone5` at `shop/a.py:5`; and 2 more."
    ),
    "New root causes: `shop.gone1`.",
    "Modules that no longer import: `shop.a`; `shop.b`.",
    "Failures waived now: `slow`.",
    "Findings fixed: REF002 `shop.cart.Cart` at `shop/use.py:4`.",
    "Root causes gone: `shop.cart`.",
    "Modules that import again: `shop.use`.",
    "Waivers gone: `old`.",
    "Import contracts kept again: “layers”.",
    "Import contracts added: “tests stay out”.",
    "Import contracts dropped: “old layers”.",
    "Numbers: “return” 0.25 before, 0.5 now (better); “episodes” 8 before, 16 now.",
    "Findings are not compared: the phase before does not list its own.",
)


def test_everything_that_changed_is_told_once_and_what_the_table_of_claims_says_is_not_repeated() -> None:
    assert differences(msgspec.structs.replace(verification(), difference=DIFFERENCE)) == SAID


def test_the_page_and_the_markdown_hold_every_change() -> None:
    changed = msgspec.structs.replace(verification(), difference=DIFFERENCE)
    page, markdown = render_page(changed), render_phase(changed)
    for number, line in enumerate(SAID):
        word = line.partition(":")[0]
        assert word in page, number
        assert f"- {word}" in markdown, number


def test_nothing_is_told_of_a_first_phase_or_where_nothing_is_otherwise() -> None:
    assert differences(verification()) == ()
    same = Difference(
        before="5", now="6", same_tree=True, verdict_before="", verdict_now="", risk_before="", risk_now="", compared=1
    )
    assert differences(msgspec.structs.replace(verification(), difference=same)) == ()


def metrics_of(*statements: object) -> list[str]:
    """The lines of the section on success metrics."""
    text = render_phase(msgspec.structs.replace(verification(), statements=statements))
    section = text.partition("## Success metrics\n")[2].partition("\n## ")[0]
    return [line for line in section.splitlines() if line]


HEAD = ["| Metric | Required | Current | Status |", "|---|---|---|---|"]


def test_the_metrics_of_a_document_leave_out_what_the_table_of_claims_has_said_already() -> None:
    assert metrics_of(statement(1, "verified"), statement(2, "refuted"), statement(3, "verified")) == [
        *HEAD,
        "| “claim 2 word” | required word | because word | ❌ refuted |",
        "2 other claims require no more than they say, and hold.",
    ]
    assert metrics_of(statement(1, "verified")) == ["1 claim requires no more than it says, and holds."]


def test_the_metrics_of_a_claims_file_and_of_mixed_claims_are_all_the_core_ones() -> None:
    assert metrics_of(statement(1, "verified", id="starts")) == [
        *HEAD,
        "| `starts` | required word | because word | ✅ verified |",
    ]
    assert metrics_of(statement(1, "verified"), statement(2, "verified", weight="supporting")) == [
        *HEAD,
        "| “claim 1 word” | required word | because word | ✅ verified |",
    ]


def test_a_waiver_stands_with_its_reason_its_last_day_and_what_became_of_it() -> None:
    section = render_phase(verification()).partition("## Waivers\n")[2].partition("\n## ")[0]
    assert [line for line in section.splitlines() if line] == [
        "| Waived | Because | Until | State | Where |",
        "|---|---|---|---|---|",
        "| claim word | word | 2026-01-01 | in use | [`rules/w.yaml:1`](../rules/w.yaml#L1) |",
    ]


def test_the_smallest_set_of_mends_and_the_ranks_of_roots_begin_with_the_deadliest() -> None:
    (root,) = verification().roots
    small = msgspec.structs.replace(root, target="shop.small", revives=1, sites=("shop/z.py:1",))
    text = render_phase(msgspec.structs.replace(verification(), roots=(root, small)))
    assert text.index("### Root cause 1: `shop.storeword`") < text.index("### Root cause 2: `shop.small`")
    mends = text.partition("### Smallest set of mends: 3 places\n")[2]
    assert mends.index("(2 modules revived)") < mends.index("(1 module revived)")
