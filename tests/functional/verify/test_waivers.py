"""A waiver accepts a failure in sight, for a reason and a time, and never turns the whole green."""

from __future__ import annotations

import json

import pytest

CLAIMS = """\
claims:
  - {id: there, text: The store is there., expect: {exists: shop/store.py}}
  - {id: gone, text: The bridge is gone., expect: {absent: shop/bridge.py}}
  - {id: clean, text: Nothing dangles., weight: supporting, expect: {count: {findings: [IMP001], expected: 0}}}
  - {id: later, text: The rest is gone., needs: [gone], expect: {absent: shop/trainer.py}}
  - {id: last, text: All is gone., needs: [later], expect: {absent: shop}}
"""


@pytest.fixture
def verified(shop, audit):
    """Gives the shop these claims with these waivers, and what the audit says of two of them."""

    def verify(waivers: str, *arguments: str, **files: str):
        shop.write({"rules/claims/shop.yaml": CLAIMS + waivers, "shop/torn.py": "import shop.never\n"} | files)
        return audit(shop.root, "verify", *(arguments or ("--only", "there", "--only", "gone")))

    return verify


@pytest.mark.parametrize(
    ("waivers", "code", "head", "line"),
    [
        ("", 1, "REFUTED: HIGH RISK: PARTIAL SYSTEM RECOVERY", None),
        (
            "waivers: [{claim: gone, reason: Two jobs need it., expires: 2999-01-31}]",
            0,
            "PARTLY: MEDIUM RISK: CORE FAILURES ACCEPTED BY WAIVER (1 core claim waived)",
            "waived: Two jobs need it. (until 2999-01-31)",
        ),
        (
            "waivers: [{claim: gone, reason: Two jobs need it., expires: 2020-01-31}]",
            1,
            "REFUTED: HIGH RISK: PARTIAL SYSTEM RECOVERY",
            "gone until 2020-01-31 has expired, so the failure counts again: Two jobs need it.",
        ),
        (
            "waivers: [{claim: there, reason: Why not., expires: 2999-01-31}]",
            1,
            "REFUTED: HIGH RISK: PARTIAL SYSTEM RECOVERY",
            "there until 2999-01-31 waives nothing that fails; take it off: Why not.",
        ),
    ],
)
def test_a_waiver_is_shown_whether_it_counts_or_not(verified, waivers, code, head, line) -> None:
    done = verified(waivers)

    assert (done.returncode, done.stdout.splitlines()[0]) == (code, head)
    assert line is None or [each for each in done.stdout.splitlines() if line in each]


def test_findings_are_waived_by_code_and_target_or_by_fingerprint(verified, audit, shop) -> None:
    by_target = "waivers: [{code: IMP001, target: shop.never, reason: Torn on purpose., expires: 2999-01-31}]"
    result = json.loads(verified(by_target, "--only", "clean", "--format", "json").stdout)
    (statement,) = result["statements"]
    (fingerprint,) = statement["findings"]

    assert (statement["verdict"], statement["waived"]) == ("refuted", "Torn on purpose. (until 2999-01-31)")
    assert result["summary"]["waived"] == 1
    assert result["waivers"] == [
        {
            "subject": "finding IMP001 shop.never",
            "path": "rules/claims/shop.yaml",
            "line": 7,
            "reason": "Torn on purpose.",
            "expires": "2999-01-31",
            "state": "used",
            "statements": ["clean"],
        }
    ]
    by_name = f"waivers: [{{finding: {fingerprint}, reason: Torn., expires: 2999-01-31}}]"
    assert verified(by_name, "--only", "clean").returncode == 0
    torn_twice = {"shop/more.py": "import shop.not_either\n"}
    assert verified(by_name, "--only", "clean", **torn_twice).returncode == 1


def test_waivers_may_stand_in_a_file_of_their_own(verified) -> None:
    waivers = "waivers: [{claim: gone, reason: Two jobs need it., expires: 2999-01-31}]\n"

    assert verified("", **{"rules/claims/waivers.yaml": waivers}).returncode == 0


def test_a_claim_that_needs_a_waived_one_is_blocked_and_names_the_root(verified) -> None:
    waived = "waivers: [{claim: gone, reason: Two jobs need it., expires: 2999-01-31}]"
    done = verified(waived, "--only", "last")

    assert "  blocked by 'later', which is blocked by 'gone' (refuted) [not looked at]" in done.stdout.splitlines()
    assert done.returncode == 2


def test_every_mistake_is_told(verified) -> None:
    waivers = """\
waivers:
  - {claim: gon, reason: r, expires: 2999-01-01}
  - {claim: gone, expires: soon}
  - {claim: there, reason: r}
  - {claim: there, reason: r, expires: 2999-01-01}
  - {code: REF001, reason: r, expires: 2999-01-01}
  - {finding: abc, resaon: r, expires: 2999-01-01}
"""
    place = "audit: rules/claims/shop.yaml"
    done = verified(waivers)

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.splitlines() == [
        f"{place}:8: a waiver names the claim 'gon', which is not there, did you mean 'gone'?",
        f"{place}:9: 'expires' must be a day such as 2026-12-31, not 'soon'",
        f"{place}:9: a waiver needs the key 'reason'",
        f"{place}:10: a waiver needs the key 'expires'",
        f"{place}:11: claim there is waived twice (also by rules/claims/shop.yaml:10); keep one",
        f"{place}:12: 'code' and 'target' go together in a waiver",
        f"{place}:13: 'abc' is no fingerprint: 16 digits and letters a-f, as --format json has",
        f"{place}:13: a waiver needs the key 'reason'",
        f"{place}:13: unknown key 'resaon' in a waiver: did you mean 'reason'?",
    ]
