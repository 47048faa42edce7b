"""``audit verify`` of a document whose verdicts rest on tests: it says how much those tests reach, without running."""

from __future__ import annotations

import json

import pytest

SUBJECT = {
    "tests/eval/test_scores.py": "from shop.eval.scores import mean\n\ndef test_one(): assert mean([1]) == 1\n",
    "tests/eval/test_store.py": "from shop.store import load\n\ndef test_load(): assert load(1, 2) is None\n",
    "shop/wrapper.py": "",
}
DOCUMENT = """\
# Audit

## Evaluation

**Claim:** "The evaluation works"
**Reality:** VERIFIED WORKING

- `tests/eval/test_scores.py`: 1 test passing

## Clean-up

**Reality:** VERIFIED

Deleted files:

- `shop/wrapper.py`

## Sums

- Eval system: 2/2 tests passing
- All eval tests pass
- All tests in `tests/eval` pass
- All tests pass
- All report tests pass

## Parts

**Reality:** WORKING

Deleted files:

- `shop/wrapper.py`
"""


@pytest.fixture
def audited(shop):
    """The shop with tests of its evaluation, after a file was deleted, and an audit of that."""
    shop.commit("Test the evaluation", SUBJECT)
    shop.commit("Delete the wrapper", {"shop/wrapper.py": None})
    shop.commit("Write the audit", {"audit.md": DOCUMENT})
    return shop


def judged(done) -> list[tuple[object, ...]]:
    """Line, verdict, reason and coverage of each claim."""
    return [
        (each["line"], each["verdict"], each["reason"], each["coverage"])
        for each in json.loads(done.stdout)["statements"]
        if each["tense"] == "claim"
    ]


def test_a_verdict_says_on_how_many_tests_in_how_many_modules_it_rests(audited, audit) -> None:
    one = "1 test in 1 of 3 modules (shop.eval)"
    two = "2 test functions in 2 files read, none run (2 tests in 1 of 3 modules (shop.eval))"
    not_run = "it was not run: that needs --run"

    assert judged(audit(audited.root, "verify", "audit.md", "--since", "HEAD~2", "--format", "json")) == [
        (6, "unverified", f"it rests on {one}; that the whole works is more than these can show", one),
        (8, "unverified", not_run, f"1 test function in 1 file read, none run ({one})"),
        (12, "verified", "shop/wrapper.py is not in the tree", "1 name looked up"),
        (16, "verified", "shop/wrapper.py is not in the tree", "1 name looked up"),
        (20, "unverified", not_run, two),
        (21, "unverified", not_run, two),
        (22, "unverified", not_run, two),
        (23, "unverified", not_run,
         "4 test functions in 3 files read, none run (4 tests in 2 of 7 modules (shop))"),
        (24, "unverified", "no folders with tests end in tests/report, so which tests are meant is open", ""),
        (28, "unverified", "a verdict without its coverage: what was examined is not said", ""),
        (32, "verified", "shop/wrapper.py is not in the tree", "1 name looked up"),
    ]  # fmt: skip


def test_tests_that_cannot_be_imported_refute_that_all_of_them_pass(audited, audit) -> None:
    audited.commit("Delete the store", {"shop/store.py": None, "audit.md": DOCUMENT + "\nThe end.\n"})

    assert [
        verdict for line, verdict, *_ in judged(audit(audited.root, "verify", "audit.md", "--format", "json"))
        if line in (8, 20, 21, 22, 23)
    ] == ["unverified", "unverified", "refuted", "refuted", "unverified"]  # fmt: skip
