"""Every form of import and use, as ``cases.md`` beside this file shows them.

All files lie in one repository, so that one run of the fix is held against all of them.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from textwrap import dedent
from typing import NamedTuple

import pytest

from audit.fixing.settle import Fixing, plan_fixing

BASE = {
    "pkg/__init__.py": "",
    "pkg/old.py": "class Thing:\n    size = 3\n\n\ndef helper():\n    return Thing.size\n\n\nCONST = 4\n",
    "pkg/sub/__init__.py": "",
    "pkg/sub/deep.py": "def dive():\n    return 'deep down'\n",
    "pkg/api.py": "class OldName:\n    kind = 'api'\n    size = 11\n\n\ndef keep():\n    return 'kept'\n",
    "pkg/mixed.py": (
        "def first():\n    return [1, 'first']\n\n\ndef second():\n    return [2, 'second']\n\n\n"
        "def third():\n    return [3, 'third']\n"
    ),
    "pkg/gone.py": "def vanished():\n    return {'nowhere': 1}\n",
    "legacy.py": "def ancient():\n    return 'ancient times'\n",
}
AFTER = {
    "pkg/new.py": BASE["pkg/old.py"],
    "pkg/sub/low.py": BASE["pkg/sub/deep.py"],
    "pkg/api.py": BASE["pkg/api.py"].replace("OldName", "NewName"),
    "pkg/mixed.py": "def third():\n    return [3, 'third']\n",
    "pkg/one.py": "def first():\n    return [1, 'first']\n",
    "pkg/two.py": "def second():\n    return [2, 'second']\n",
    "modern.py": BASE["legacy.py"],
}
REMOVED = ("pkg/old.py", "pkg/sub/deep.py", "pkg/gone.py", "legacy.py")


_CASE = re.compile(
    r"^## (?P<title>[^(`\n]+?)(?: \(`(?P<path>[^`]+)`\))?\n\n```before\n(?P<before>.*?)^```\n"
    r"(?:\n```after\n(?P<after>.*?)^```\n)?",
    re.MULTILINE | re.DOTALL,
)


class Case(NamedTuple):
    """A file before and after; ``path`` where it matters."""

    title: str
    path: str
    before: str
    after: str


CASES = [
    Case(match["title"], match["path"] or "", match["before"], match["after"] or match["before"])
    for match in _CASE.finditer(Path(__file__).with_name("cases.md").read_text())
]


def path_of(case: Case) -> str:
    """Where the file of a case lies."""
    return case.path or f"case_{CASES.index(case):02}.py"


@pytest.fixture(scope="module")
def fixed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Fixing, dict[str, str]]:
    """What one run plans for all cases, and every file of the tree after it."""
    root = tmp_path_factory.mktemp("cases")

    def git(*arguments: str) -> None:
        identity = ["-c", "user.name=Dev", "-c", "user.email=dev@example.org"]
        subprocess.run(["git", "-C", str(root), *identity, *arguments], check=True, capture_output=True)

    def write(files: dict[str, str]) -> None:
        for name, content in files.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(content)

    git("init", "--quiet")
    write(
        BASE
        | {"pkg/sub/store.py": "def box():\n    return ('box', 7)\n"}
        | {path_of(case): case.before for case in CASES}
    )
    git("add", "--all")
    git("commit", "--quiet", "-m", "Base")
    for name in (*REMOVED, "pkg/sub/store.py"):
        (root / name).unlink()
    write(AFTER | {"pkg/boxes.py": "def box():\n    return ('box', 7)\n"})
    git("add", "--all")
    git("commit", "--quiet", "-m", "Migrate")
    fixing = plan_fixing(root, since="HEAD~1", use_cache=False)
    before = {path_of(case): case.before for case in CASES}
    return fixing, before | {change.path: change.after.decode() for change in fixing.changes}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.title)
def test_a_file_is_mended(case: Case, fixed: tuple[Fixing, dict[str, str]]) -> None:
    assert fixed[1][path_of(case)] == case.after


def test_what_is_left_is_told_with_its_reason(fixed: tuple[Fixing, dict[str, str]]) -> None:
    titles = {path_of(case): case.title for case in CASES}
    assert {(titles[each.finding.site.path], each.reason) for each in fixed[0].left} == {
        (
            "A guarded import of what is gone for good is left",
            "mending a guarded import changes what runs: say --unsafe",
        ),
        ("An f-string is left", "an f-string is put together when it runs"),
        ("A string put together at run time is left", "the text there does not spell the old name"),
        ("What is gone for good and used is left", "no replacement known"),
        ("An import of what is gone for good that a class or another function has", "no replacement known"),
        ("A generated file is left", "a generated file: mend what generates it"),
    }


def test_no_file_is_changed_but_those_with_findings(fixed: tuple[Fixing, dict[str, str]]) -> None:
    changed = {path_of(case) for case in CASES if case.before != case.after}
    assert {change.path for change in fixed[0].changes} == changed
    assert {finding.site.path for finding in fixed[0].fixed} == changed


def test_libcst_is_loaded_only_when_a_python_file_is_to_be_changed(tmp_path: Path) -> None:
    (tmp_path / "tree" / "rules").mkdir(parents=True)
    (tmp_path / "tree" / "whole.py").write_text("import os\n")
    (tmp_path / "tree" / "rules" / "retired.yaml").write_text("- {name: whole.a, replacement: whole.b}\n")
    program = dedent(
        f"""
        import sys
        from pathlib import Path
        from audit.fixing.settle import plan_fixing
        plan_fixing(Path({str(tmp_path / "tree")!r}), use_cache=False)
        print("libcst" in sys.modules)
        """
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


def test_every_heading_of_the_document_is_a_case() -> None:
    text = Path(__file__).with_name("cases.md").read_text()
    assert len(CASES) == text.count("\n## ") > 30


def test_what_is_told_to_be_fixable_is_what_is_fixed(fixed: tuple[Fixing, dict[str, str]]) -> None:
    assert [finding for finding in fixed[0].fixed if not finding.fixable] == []
    assert [(each.finding, each.reason) for each in fixed[0].left if each.finding.fixable] == []
