"""A claim that rests on tests says what these are worth, and `audit check` names them where it is asked to."""

from __future__ import annotations

import json

TESTS = """\
from shop.eval.scores import mean

class Fake:
    def get(self): return 3

def test_one(): assert mean([1]) == 1
def test_fake(): assert Fake().get() == 3
def test_nothing(): mean([1])
def test_other(): mean([1])  # audit: ignore[TST001] for the coverage
"""


def test_coverage_names_the_tests_that_prove_nothing(shop, audit) -> None:
    shop.write({"tests/test_scores.py": TESTS})
    claim = "claims: [{id: a, text: t, expect: {pytest: {nodes: [tests/test_scores.py], passed: 4}}}]"
    shop.write({"rules/claims/shop.yaml": claim})
    for arguments, tests in (
        ((), "4 tests in 1 of 3 modules (shop.eval)"),
        (("--no-run",), "4 test functions in 1 file"),
    ):
        done = audit(shop.root, "verify", "--format", "json", *arguments)
        (statement,) = json.loads(done.stdout)["statements"]

        assert statement["coverage"].startswith(tests)
        assert "; 2 asserting nothing; 1 exercising only code of their own file" in statement["coverage"]
        assert [(each["path"], each["line"]) for each in statement["evidence"] if "TST" in each["summary"]] == [
            ("tests/test_scores.py", 7),
            ("tests/test_scores.py", 8),
            ("tests/test_scores.py", 9),
        ]


def test_check_names_them_when_they_are_selected(shop, audit) -> None:
    shop.commit("Test", {"tests/test_scores.py": TESTS})
    done = audit(shop.root, "check", "--select", "TST", "--format", "concise")

    assert done.returncode == 0
    assert [line.split(" ", 2)[:2] for line in done.stdout.splitlines() if "TST" in line] == [
        ["tests/test_scores.py:7:1:", "TST002"],
        ["tests/test_scores.py:8:1:", "TST001"],
    ]
    assert "TST" not in audit(shop.root, "check", "--format", "concise").stdout
    assert audit(shop.root, "check", "--select", "TST", "--strict").returncode == 1
