"""``audit verify`` of a document that admits defects: those that the tree can show are held against it too."""

from __future__ import annotations

import json

DOCUMENT = """\
# Audit of the shop

- `shop/bridge.py` still imports `store`
- `shop/bridge.py` still imports `Basket`
- `shop/bridge.py` still uses `Basket`
- `tests/test_bridge.py` is still missing
- `tests/test_scores.py` (4 failures)
- `shop/gone.py` still exists
"""


def test_a_false_admission_shows_and_one_that_cannot_be_told_has_no_verdict(shop, audit) -> None:
    shop.commit("Write the audit", {"audit.md": DOCUMENT})

    done = audit(shop.root, "verify", "audit.md", "--format", "json")
    result = json.loads(done.stdout)

    assert done.returncode == 1
    assert [(each["line"], each["tense"], each["weight"], each["verdict"], each["reason"])
            for each in result["statements"]] == [
        (3, "admission", "supporting", "verified", "shop/bridge.py imports store"),
        (4, "admission", "supporting", "refuted", "shop/bridge.py does not import Basket"),
        (5, "admission", "supporting", None,
         "no code of shop/bridge.py names Basket; it may use it by way of others"),
        (6, "admission", "supporting", "verified", "tests/test_bridge.py is not in the tree"),
        (7, "admission", "supporting", None, "it was not run: that needs --run"),
        (8, "admission", "supporting", "refuted", "shop/gone.py is not in the tree"),
    ]  # fmt: skip
    assert result["overall"]["risk"] == "RISK NOT ASSESSED: NO CLAIM COULD BE JUDGED"
    summary = {"judged": 4, "verified": 2, "refuted": 2, "unverified": 0, "admissions": 6}
    assert {name: result["summary"][name] for name in summary} == summary


def test_admissions_that_hold_do_not_make_up_for_the_lack_of_a_claim(shop, audit) -> None:
    shop.commit("Write the audit", {"audit.md": "# Audit\n\n- `tests/test_bridge.py` is still missing\n"})

    assert audit(shop.root, "verify", "audit.md").returncode == 2
