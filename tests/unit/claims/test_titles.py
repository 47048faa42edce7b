"""Lists under titles, and blocks that show what was before: the title says what became of what stands there."""

from __future__ import annotations

import pytest

from audit.claims.markdown import read_document
from audit.model.predicates import Absent, AnyPredicate, Bound, Cited, Entry, Exists, Size


def judged(text: str) -> list[tuple[AnyPredicate, ...]]:
    statements = read_document("doc.md", text.encode(), may_run=False).statements
    return [each.predicates for each in statements if each.predicates]


GONE = [(Absent(names=("lib/a.py",)),)]


@pytest.mark.parametrize(
    ("title", "predicates"),
    [
        ("## Files removed\n\n### Root folder", GONE),
        ("## Files Removed (legacy code)\n\n### Scripts (3 files)", GONE),
        ("## Files removed in phase 3\n\n#### Unused helpers", GONE),
        ("## Scripts deleted\n\n**Duplicate copies:**", GONE),
        ("## Cleanup\n\n### Removed tests", GONE),
        ("## Files created\n\n### Documentation", [(Exists(names=("lib/a.py",)),)]),
        ("## New files\n\n### Tests (2)", [(Exists(names=("lib/a.py",)),)]),
        ("## Files removed\n\n### What we kept", []),
        ("## Files removed\n\n### New structure", []),
        ("## Files removed (not yet)\n\n### Root folder", []),
        ("## Files removed\n\n### Root folder\n\nThese import `Store`:", []),
    ],
)
def test_a_title_counts_through_headings_that_only_sort(title, predicates) -> None:
    assert judged(f"{title}\n\n- `lib/a.py` - One of the helpers\n") == predicates


def test_a_new_file_that_is_generated_need_not_be_in_the_tree() -> None:
    assert judged("## New files\n\n- `lib/a.py` (generated at build time)\n") == []


def test_a_cross_in_a_list_of_deleted_files_is_no_defect() -> None:
    assert judged(
        "## Files removed\n\n### Tools\n\n- ❌ `lib/a.py`\n- ❌ `tools/b.ps1`\n- ❌ `.coveragerc` (root)\n"
    ) == [
        (Absent(names=("lib/a.py",)),),
        (Absent(names=("tools/b.ps1",)),),
        (Absent(names=(".coveragerc",)),),
    ]
    assert judged("## Tools\n\n- ❌ `lib/a.py`: no tests\n") == []


def test_files_that_were_deleted_are_not_spoken_of_as_being_there() -> None:
    document = read_document(
        "doc.md", b"## Files removed\n\n### Tools\n\n- `lib/a.py` - functions of the loader\n", may_run=False
    )

    assert (document.mentions, [each.predicates for each in document.statements]) == ((), [()])


@pytest.mark.parametrize(
    ("text", "predicates"),
    [
        ("### Old way\n\n```bash\npython tools/a.py\n```\n", []),
        ("### Before\n\n#### Training\n\n```bash\npython tools/a.py\n```\n", []),
        ("### Before the migration\n\n```bash\npython tools/a.py\n```\n", []),
        ("### Before you start\n\n```bash\npython tools/a.py\n```\n", [(Entry(run=("python", "tools/a.py")),)]),
        ("### Old way\n\nNow:\n\n```bash\npython tools/a.py\n```\n", [(Entry(run=("python", "tools/a.py")),)]),
        (
            "```bash\n# Before\npython tools/a.py\n# After\npython tools/b.py\n```\n",
            [(Entry(run=("python", "tools/b.py")),)],
        ),
        ("Before:\n\n```\npkg/a.py:3 - import os\n```\n", []),
        (
            "```\nBefore (2 files):\n├── old.py\n└── a.py\n\nAfter (1 file):\n└── a.py\n```\n",
            [(Cited(path="a.py"),)],
        ),
    ],
)
def test_what_a_block_shows_of_before_need_not_be_so(text, predicates) -> None:
    assert judged(f"# Report\n\n{text}") == predicates


def test_the_lines_of_a_coverage_table_are_not_those_of_the_file() -> None:
    row = "| `pkg/a.py` | 98% | 173 | 2 |"

    assert judged(f"| Module | Coverage | Lines | Missing |\n|---|---|---|---|\n{row}\n") == []
    assert judged(f"| Module | Share | Lines | Authors |\n|---|---|---|---|\n{row}\n") == [
        (Size(path="pkg/a.py", lines=Bound(173, 173)),)
    ]
