"""What packaging files declare: what is computed elsewhere is open, and what is no package is passed over."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.model.shapes import Package
from audit.verdict.judge import judge_predicate
from audit.verdict.packaging_files import declared_by

BUILT = "is computed when the package is built"
COMPUTED = '[project]\nname = "shop"\ndynamic = ["version"]\ndependencies = ["PyYAML>=6"]\n'
OPEN = '[project]\nname = "shop"\nversion = "1.2"\ndynamic = ["dependencies", "scripts"]\n'
FROM_FILE = "[metadata]\nversion = 1.2\n[options]\ninstall_requires = file: needs.txt\n"


@pytest.mark.parametrize(
    ("path", "text", "expected", "verdict", "reason"),
    [
        ("pyproject.toml", COMPUTED, {"version": "1"}, "unverified", f"the version {BUILT}"),
        ("pyproject.toml", COMPUTED, {"drops": ("attrs",)}, "verified", "the package does not require attrs"),
        ("pyproject.toml", COMPUTED, {"depends": ("attrs",)}, "refuted", "attrs is not required"),
        ("pyproject.toml", COMPUTED, {"depends": ("yaml",)}, "unverified", "yaml is not required"),
        ("pyproject.toml", OPEN, {"version": "1.3"}, "refuted", "the version is 1.2, not 1.3"),
        ("pyproject.toml", OPEN, {"depends": ("attrs",)}, "unverified", "attrs is not required"),
        ("pyproject.toml", OPEN, {"scripts": ("shop",)}, "unverified", "no command shop is declared"),
        ("setup.cfg", FROM_FILE, {"version": "1.3"}, "refuted", "the version is 1.2, not 1.3"),
        ("setup.cfg", FROM_FILE, {"depends": ("attrs",)}, "unverified", "attrs is not required"),
        ("setup.py", "setup(version='1.2', **MORE)", {"depends": ("attrs",)}, "unverified", "attrs is not required"),
        ("setup.py", "setup(version='1.2', extras_require={[]: 1})", {"depends": ("attrs",)}, "unverified",
         "attrs is not required"),
    ],
)  # fmt: skip
def test_what_is_computed_elsewhere_is_open(tree, path, text, expected, verdict, reason) -> None:
    judgement = judge_predicate(Package(**expected), tree({path: text}), None, "")
    assert (judgement.verdict, judgement.reason) == (verdict, reason)


KEYS = ["dependencies", "optional-dependencies", "dynamic", "scripts", "version", "requires-python"]
VALUES = ["5", "true", '"text"', "[]", "[1, {}]", "{}", "{dev = 5}", '{dev = ["httpx", 5]}', "2020-01-01"]


@given(st.dictionaries(st.sampled_from(KEYS), st.sampled_from(VALUES)))
@settings(max_examples=60, deadline=None)
def test_values_of_the_wrong_kind_declare_nothing(values) -> None:
    text = "[project]\n" + "".join(f"{key} = {value}\n" for key, value in values.items())
    declared = declared_by("pyproject.toml", text + '[dependency-groups]\ntest = 5\n[tool.poetry]\ngroup = "x"\n')
    assert declared is not None
    assert declared.requires == frozenset()
    assert declared.optional <= {"httpx"}


@given(st.sampled_from(["pyproject.toml", "setup.cfg", "setup.py", "requirements.txt"]), st.text(max_size=80))
@settings(max_examples=100, deadline=None)
def test_any_text_is_read_or_passed_over(path, text) -> None:
    declared = declared_by(path, text)
    assert declared is None or declared.path == path


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("setup.py", "setup(version=" + "(" * 90 + "-" * 5000 + "1" + ")" * 90 + ")"),
        ("pyproject.toml", "project = " + "[" * 5000 + "]" * 5000),
    ],
)
def test_what_is_nested_too_deeply_is_passed_over(path, text) -> None:
    assert declared_by(path, text) is None
