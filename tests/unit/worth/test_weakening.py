"""What makes tests prove less than before is told with its place, the old and the new; what only moved is not."""

from __future__ import annotations

import pytest

from audit.worth.weakening import weakened

PATH = "tests/test_a.py"


def told(before: dict[str, str], now: dict[str, str]) -> list[str]:
    changed = [path for path in {*before, *now} if before.get(path) != now.get(path)]
    old, new = ({path: text.encode() for path, text in files.items()} for files in (before, now))
    found = weakened(changed, now, [path for path in {*before, *now} if path.startswith("tests/")], old.get, new.get)
    assert all(finding.code == "RUN003" for finding in found)
    return [f"{finding.site} {finding.message}" for finding in found]


@pytest.mark.parametrize(
    ("before", "now", "said"),
    [
        ("def test_a(): assert f()", "def tst_a(): assert f()", "1 test_a -> no longer collected"),
        ("def test_a(): assert f()", "@skip('x')\ndef test_a(): assert f()", "1 test_a: runs -> skip('x')"),
        (
            "def test_a(): assert f()",
            "def test_a():\n  pytest.xfail()\n  assert f()",
            "2 test_a: runs -> pytest.xfail()",
        ),
        (
            "def test_a(): assert close(x, 1, atol=1e-6)",
            "def test_a(): assert close(x, 1, atol=0.1)",
            "1 test_a: assert close(x, 1, atol=1e-06) -> assert close(x, 1, atol=0.1)",
        ),
        (
            "def test_a():\n  assert g()\n  assert n >= 14",
            "def test_a():\n  assert g()\n  assert n >= 10",
            "3 test_a: assert n >= 14 -> assert n >= 10",
        ),
        (
            "@timeout(5)\ndef test_a(): assert f()",
            "@timeout(50)\ndef test_a(): assert f()",
            "1 test_a: timeout(5) -> timeout(50)",
        ),
        (
            "@p.parametrize('x', [1, 2, 3])\ndef test_a(x): assert x",
            "@p.parametrize('x', [1])\ndef test_a(x): assert x",
            "2 test_a: 3 cases -> 1",
        ),
        ("def test_a():\n  assert f()\n  assert g()", "def test_a():\n  assert f()", "1 test_a: 2 checks -> 1"),
    ],
)
def test_a_weaker_test_is_told(before: str, now: str, said: str) -> None:
    assert told({PATH: before}, {PATH: now}) == [f"{PATH}:{said}"]


def test_a_test_file_that_is_gone_and_tests_left_out_of_the_run_are_told() -> None:
    before = {PATH: "def test_a(): assert f()", "pytest.ini": "[pytest]\naddopts = -q\n", "conftest.py": ""}
    now = {"pytest.ini": "[pytest]\naddopts = -q --ignore=tests/b -k fast\n", "conftest.py": "collect_ignore = ['x']\n"}

    assert told(before, now) == [
        f"{PATH}:1 test_a -> no longer collected",
        "conftest.py:1 collect_ignore: nothing -> ['x']",
        "pytest.ini:2 nothing -> --ignore=tests/b",
        "pytest.ini:2 nothing -> -k fast",
    ]


@pytest.mark.parametrize(
    "now",
    [
        {PATH: "# a comment\ndef test_a():\n    assert f() == 3  # same\n"},
        {"tests/test_b.py": "def test_a(): assert f() == 3"},
        {PATH: "def test_a(): assert f() == 3\ndef test_b(): assert g()"},
        {PATH: "def test_a():\n  assert f() == 3\n  assert g()"},
    ],
)
def test_what_moved_or_grew_is_no_loss(now: dict[str, str]) -> None:
    assert told({PATH: "def test_a(): assert f() == 3"}, now) == []
