"""What a document quotes of a tree - lines, tracebacks, commands - and where its own numbers contradict each other."""

from __future__ import annotations

from textwrap import dedent

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.claims.decoding import LARGEST
from audit.claims.markdown import read_document
from audit.claims.mojibake import repaired
from audit.model.claims import Dossier
from audit.model.documents import FileMention, QuotedFrame, QuotedTraceback
from audit.model.errors import UsageError
from audit.model.predicates import (
    Absent,
    AnyPredicate,
    Bound,
    Cited,
    Count,
    Entry,
    Exists,
    Imports,
    Lacks,
    Pytest,
    Size,
    Unreferenced,
)


def read(text: str) -> Dossier:
    return read_document("doc.md", dedent(text).encode(), may_run=False)


def judged(text: str) -> list[tuple[str, tuple[AnyPredicate, ...]]]:
    """The statements that can be judged: their text and predicates."""
    return [(each.text, each.predicates) for each in read(text).statements if each.predicates]


@pytest.mark.parametrize(
    ("sentence", "predicates"),
    [
        ("- Renamed `pkg/a.py` to `pkg/b.py`", (Absent(names=("pkg/a.py",)), Exists(names=("pkg/b.py",)))),
        ("- Moved `pkg/a.py` into `lib/`", (Absent(names=("pkg/a.py",)), Exists(names=("lib/a.py",)))),
        ("- Renamed `pkg/a.py` → `b.py`", (Absent(names=("pkg/a.py",)), Exists(names=("pkg/b.py",)))),
        ("- `pkg/a.py` (164 lines)", (Size(path="pkg/a.py", lines=Bound(164, 164)),)),
        ("- Moved `load()` from `pkg/a.py` to `pkg/b.py`",
         (Absent(names=("pkg/a.py::load",)), Exists(names=("pkg/b.py::load",)))),
        ("- Renamed `EnvConfig` to `GridConfig`", (Absent(names=("EnvConfig",)), Exists(names=("GridConfig",)))),
        ("- `pkg/a.py` is ~160 lines", (Size(path="pkg/a.py", lines=Bound(128, 192)),)),
        ("- `pkg/a.py` - the main system (164 lines)", (Size(path="pkg/a.py", lines=Bound(164, 164)),)),
        ("- `pkg/a.py` has fewer than 300 lines", (Size(path="pkg/a.py", lines=Bound(most=299)),)),
        ("- `pkg/a.py` is exactly 1,050 lines", (Size(path="pkg/a.py", lines=Bound(1050, 1050)),)),
        ("- Reduced `pkg/a.py` from 400 to 50 lines", (Size(path="pkg/a.py", lines=Bound(50, 50), nearest=10),)),
        ("- `pkg/a.py` (450 lines)", (Size(path="pkg/a.py", lines=Bound(450, 450), nearest=50),)),
        ("- `pkg/a.py` (1,200 lines)", (Size(path="pkg/a.py", lines=Bound(1200, 1200), nearest=100),)),
        ("- `pkg/a.py` (40 lines)", (Size(path="pkg/a.py", lines=Bound(40, 40)),)),
        ("- `pkg/a.py`: OldRecord import removed successfully", (Lacks(path="pkg/a.py", imports=("OldRecord",)),)),
        ("- Removed `OldRecord` import from `pkg/a.py`", (Lacks(path="pkg/a.py", imports=("OldRecord",)),)),
        ("- `pkg/a.py`: unused PolicyRecord references eliminated", (Lacks(path="pkg/a.py", names=("PolicyRecord",)),)),
        ("- Removed all PolicyRecord/PolicyStore references", (Unreferenced(names=("PolicyRecord", "PolicyStore")),)),
        ("- `pkg/a.py`: Migrated from `PolicyStore` to `Manager`",
         (Lacks(path="pkg/a.py", names=("PolicyStore",)), Cited(path="pkg/a.py", says="Manager"))),
        ("- `pkg/a.py`: Removed unused `upload()` function and its PolicyRecord/PolicyStore dependencies",
         (Lacks(path="pkg/a.py", names=("upload", "PolicyRecord", "PolicyStore")),)),
        ("- `pkg/a.py` - Uses CheckpointManager", (Cited(path="pkg/a.py", says="CheckpointManager"),)),
        ("- No remaining `PolicyStore` references in the codebase", (Unreferenced(names=("PolicyStore",)),)),
        ("- `pkg/eval/` has 7 modules", (Count(files="pkg/eval/*.py", expected=Bound(7, 7)),)),
        ("- There are 9 files in `pkg/eval/`.", (Count(files="pkg/eval/*", expected=Bound(9, 9)),)),
        ("- `tests/test_a.py` (6 tests)", (Count(tests="tests/test_a.py", expected=Bound(6, 6)),)),
        ("- 6 eval tests passing", (Pytest(nodes=("tests/eval/",), passed=Bound(6, 6)),)),
        ("- Eval system: 6/6 tests passing", (Pytest(nodes=("tests/eval/",), passed=Bound(6, 6)),)),
        ("- All eval tests pass with direct loading", (Pytest(nodes=("tests/eval/",)),)),
        ("- Eval tests now all pass", (Pytest(nodes=("tests/eval/",)),)),
        ("- All tests in `tests/eval` pass", (Pytest(nodes=("tests/eval/",)),)),
        ("- All tests in `tests/test_a.py` pass.", (Pytest(nodes=("tests/test_a.py",)),)),
        ("- All tests pass", (Pytest(nodes=(".",)),)),
        ("- **All imports verified working**", (Imports(),)),
        ("- All imports are now resolved", (Imports(),)),
        ("- Removed `pkg/` directory", (Absent(names=("pkg/",)),)),
        (
            "- Created `pkg/` package with 4 modules:",
            (Exists(names=("pkg/",)), Count(files="pkg/*.py", expected=Bound(4, 4))),
        ),
        ("- `pkg/a.py`: Replaced `lib.models.load()` with `load_model()`",
         (Lacks(path="pkg/a.py", names=("lib.models.load",)), Cited(path="pkg/a.py", says="load_model"))),
        ("- **pkg/a.py**", (Cited(path="pkg/a.py"),)),
        ("- Created `tests/test_a.py` with 25 unit tests:",
         (Exists(names=("tests/test_a.py",)), Count(tests="tests/test_a.py", expected=Bound(25, 25)))),
        ("Files created:\n\n- `tests/test_a.py` - Unit tests (13 tests)",
         (Exists(names=("tests/test_a.py",)), Count(tests="tests/test_a.py", expected=Bound(13, 13)))),
        ("## `pkg/a.py`\n\n- `QualityBadge` - shows the quality", (Cited(path="pkg/a.py", says="QualityBadge"),)),
        ("- `QualityBadge` - shows the quality", (Exists(names=("QualityBadge",)),)),
        ("- All import errors resolved, 6 eval tests passing",
         (Imports(), Pytest(nodes=("tests/eval/",), passed=Bound(6, 6)))),
    ],
)  # fmt: skip
def test_what_is_said_beyond_doubt_gets_its_predicates(sentence, predicates) -> None:
    assert [found for _, found in judged(sentence)] == [predicates]


@pytest.mark.parametrize(
    "sentence",
    [
        "- Removed `pkg/a.py`'s 164 lines of `Store` code",
        "- Most eval tests pass",
        "- Moved `load` from `pkg/a.py` to `the new store`",
        "- Moved `load` from `the old store` to `pkg/a.py`",
        "- All eval tests pass, but two are slow",
        "# Notes\n\n## Pre-Release 0.2.0 (2020-02-14)\n\n- Created `pkg/a.py`",
        "# Notes\n\n## shop 1.4 - 2020-02-14\n\n- Created `pkg/a.py`",
        "# Changelog\n\n## Others\n\n- Created `pkg/a.py`",
        "- 9 files in `pkg/eval/`",
        "- There are 9 new files in `pkg/eval/`",
        "- There are ~9 files in `pkg/eval/`",
        "- `pkg/eval/` has 7 modules that fail",
        "- `pkg/eval/` had 7 modules, now fewer",
        "Modified files:\n\n- `pkg/eval/` (3 files)",
        "- `pkg/eval/` has 7 modules with tests",
        '- "`pkg/eval/` has 7 modules" is what they said',
        "- All eval tests pass except two",
        "- All unit tests pass",
        "- All eval tests pass locally",
        "- All eval tests passed on to others",
        '- "All eval tests pass" was said',
        "- 27/30 tests pass",
        "- 12.6 eval tests passing",
        "- Added 164 lines to `pkg/a.py`",
        "- `pkg/a.py` was 164 lines",
        "- In `pkg/a.py`: 20 lines of comments",
        "- Removed PolicyRecord import and its tests",
        "- `pkg/a.py`: PolicyRecord import removed, mostly, with care",
        "- No PolicyStore references in `pkg/a.py`",
        "- Removed almost all PolicyStore references but one",
        "- All critical import errors resolved",
        "- All imports updated",
        "- All imports work in `pkg/a.py`",
        "- Nearly all imports work",
        "# PR #12: a parser\n\n- Created `pkg/a.py`",
        "## Pull request 12\n\n- All tests in `tests/test_a.py` pass.",
        "**Before:**\n\n```\nshop/\n├── pkg/ (3 files)\n├── a.py\n└── pkg/\n    └── b.py\n```",
        "## Proposed structure\n\n```\nshop/\n└── pkg/\n    └── b.py\n```",
        "## Pull request 12\n\nNew files:\n\n- `pkg/a.py` (50 lines)",
        "- `pkg/a.py:303 lines` is still used",
    ],
)
def test_what_may_mean_something_else_gets_none(sentence) -> None:
    assert judged(sentence) == []


def test_lists_of_files_are_known_by_their_titles_and_only_name_what_stands_first() -> None:
    assert judged(
        """\
        ### Removed files:

        - `pkg/a.py` (the old store)
        - the import of `pkg/b.py`

        Files created:

        - `pkg/c.py` - instead of `pkg/d.py`
        """
    ) == [
        ("`pkg/a.py` (the old store)", (Absent(names=("pkg/a.py",)),)),
        ("`pkg/c.py` - instead of `pkg/d.py`", (Exists(names=("pkg/c.py",)),)),
    ]


def test_a_sentence_that_tells_of_several_things_done_is_judged_in_parts() -> None:
    found = read("**Solution:**\n- **pkg/a.py:15,23**: Removed `PolicyRecord` import, simplified the signature\n")

    assert [(each.id, each.tense, each.text, each.predicates) for each in found.statements] == [
        (
            "L2",
            "claim",
            "pkg/a.py:15,23: Removed `PolicyRecord` import",
            (Lacks(path="pkg/a.py", imports=("PolicyRecord",)),),
        ),
        ("L2.2", "claim", "pkg/a.py:15,23: simplified the signature", ()),
        ("L2.3", "claim", "pkg/a.py:15,23", (Cited(path="pkg/a.py"),)),
    ]


@pytest.mark.parametrize(
    ("text", "cited"),
    [
        ("See `pkg/a.py:16`.", (Cited(path="pkg/a.py", first=16),)),
        ("See pkg/a.py:16-18 there.", (Cited(path="pkg/a.py", first=16, last=18),)),
        (
            "See pkg/a.py:16,20-21.",
            (Cited(path="pkg/a.py", first=16), Cited(path="pkg/a.py", first=20, last=21)),
        ),
        ("`pkg/a.py:16`: `import os`", (Cited(path="pkg/a.py", first=16, says="import os"),)),
        ("**File:** `pkg/a.py:16`\n**Problem:** `import os`", (Cited(path="pkg/a.py", first=16, says="import os"),)),
        ("`pkg/a.py:16` handles `values`", (Cited(path="pkg/a.py", first=16),)),
        ("- Updated pkg/a.py:16 to load lazily", (Cited(path="pkg/a.py"),)),
    ],
)
def test_a_citation_is_a_statement_of_its_own(text, cited) -> None:
    assert [found for _, found in judged(text)] == [cited]


@pytest.mark.parametrize(
    "text",
    ["> See pkg/a.py:16", "http://host.py:16/x", "pkg/a.py:16 lines", "Deleted `pkg/a.py` (pkg/a.py:1-90)",
     "`pkg/a.py:1-90`: deleted",
     "We will change pkg/a.py:16", 'It said "pkg/a.py:16"'],
)  # fmt: skip
def test_lines_that_are_planned_quoted_or_deleted_are_not_cited(text) -> None:
    assert not any(isinstance(each, Cited) for _, found in judged(text) for each in found)


def test_commands_are_read_as_words_and_only_those_that_start_something_of_a_tree() -> None:
    found = read(
        """\
        It runs:

        ```bash
        # comment
        DEBUG=1 uv run ./tools/train.py steps=10 && python -m pkg.evaluate | tee log
        pip install torch
        python tools/long.py \\
          --more
        python <your-script>.py
        rm -rf / ; ./../../escape.py
        cd lib
        python tools/elsewhere.py
        ```

        ```console
        $ python tools/shown.py
        python tools/output.py
        ```

        ## Next steps

        ```bash
        python tools/later.py
        ```
        """
    ).statements

    assert [(each.line, each.tense, each.text) for each in found if each.kind == "entry" or each.tense == "plan"] == [
        (5, "claim", "uv run ./tools/train.py steps=10"),
        (5, "claim", "python -m pkg.evaluate"),
        (7, "claim", "python tools/long.py --more"),
        (16, "claim", "python tools/shown.py"),
        (23, "plan", "python tools/later.py"),
    ]
    assert not any(each.may_run for each in found)
    assert found[0].predicates == (Entry(run=("uv", "run", "./tools/train.py", "steps=10")),)


def test_a_script_that_the_document_tells_to_write_need_not_be_there() -> None:
    assert judged("Create a file `hello.py`:\n\n```python\nprint()\n```\n\n```bash\npython hello.py\n```\n") == []


TRACEBACK = """\
{intro}

```
Traceback (most recent call last):
  File "/home/dev/shop/pkg/a.py", line 3, in <module>
    import pkg.gone
  File "pkg/b.py", line 9
ModuleNotFoundError: No module named 'pkg.gone'
```
"""


def test_a_quoted_traceback_is_read_frame_by_frame() -> None:
    assert read(TRACEBACK.format(intro="It fails now:")).tracebacks == (
        QuotedTraceback(
            frames=(
                QuotedFrame(path="/home/dev/shop/pkg/a.py", line=3, code="import pkg.gone", at=5),
                QuotedFrame(path="pkg/b.py", line=9, code="", at=7),
            ),
            missing="pkg.gone",
            at=4,
        ),
    )
    assert read(TRACEBACK.format(intro="This was the error before:")).tracebacks == ()


@pytest.mark.parametrize(
    ("text", "messages"),
    [
        ("3 files changed:\n\n- a\n- b\n", ["says 3 files and lists 2"]),
        ("Tests migrated (2):\n\n- a\n- b\n- c\n", ["says 2 Tests and lists 3"]),
        ("2 files changed:\n\n- a\n  - detail\n- b\n", []),
        ("Core tests (6):\n\n- Retries (4)\n- Errors (2 tests)\n", []),
        ("Some 3 files changed, including:\n\n- a\n", []),
        ("- 6 of 8 tests pass (85%)", ["says 85% for 6 of 8, which is 75%"]),
        ("- 6/7 tests pass (86%)", []),
        ("- Cut the file by 50% (500 -> 300 lines)", ["says 50% for 500 to 300, which is 40%"]),
        ("- Cut the file by 40% (500 -> 300 lines)", []),
        ("- Went from 1,500 to 300 lines (20% reduction)", ["says 20% for 1,500 to 300, which is 80%"]),
        ("- Reduced from 1,467+ lines to ~165 lines (86% reduction)", []),
        ("- Reduced from 1,467+ lines to ~165 lines (76% reduction)", ["says 76% for 1,467+ to ~165, which is 89%"]),
        ("- Went from 2 to 3 files (50% more)", []),
        ("- Went from 2 to 3 files (33% more)", ["says 33% for 2 to 3, which is 50%"]),
        ("- Went from 2.5 to 3 files (33% more)", []),
        ("- 80% of tests pass (27/30)", ["says 80% for 27 of 30, which is 90%"]),
        ("- 90% of the tests pass (27 of 30)", []),
        ("- About 85% of tests pass (27/30)", []),
        ("That makes 4 + 3 = 8 failures.", ["says 4 + 3 = 8, which is 7"]),
        ("That makes 4 + 3 = 7 failures.", []),
        (
            "| file | lines |\n|---|---|\n| a | 1,000 |\n| b | 20 |\n| **Total** | **1,030** |\n",
            ["says a total of 1030 for lines, whose rows add up to 1020"],
        ),
        ("| file | lines |\n|---|---|\n| a | 10 |\n| b | ? |\n| Total | 30 |\n", []),
        ("| file | less |\n|---|---|\n| a | 50% |\n| b | 60% |\n| Total | 55% |\n", []),
        (
            "| a | was | is | - |\n|-|-|-|-|\n| b | 5 | 2 | 9% |\n| c | 9 | 1 | 8% |\n| Total | 90 | 4 | 5% |\n",
            [],
        ),
        (
            "| file | was | is |\n|---|---|---|\n| a | 10 | 2 |\n| b | 9 | 1 |\n| Total | 19 | 4 |\n",
            ["says a total of 4 for is, whose rows add up to 3"],
        ),
    ],
)
def test_numbers_that_contradict_each_other_are_found(text, messages) -> None:
    assert [(each.code, each.message) for each in read(text).findings] == [("DOC005", each) for each in messages]


def test_files_that_are_spoken_of_are_listed_but_not_those_said_to_change() -> None:
    assert read("- `tests/test_a.py` (4 failures)\n- Removed `pkg/a.py` from the list\n- `plain.py`\n").mentions == (
        FileMention(path="tests/test_a.py", at=1),
    )


def test_damaged_characters_are_repaired_and_noted() -> None:
    found = read_document("doc.md", "- âœ… All import errors resolved\n\nitâ€™s fine, cafÃ©\n".encode(), may_run=False)

    assert [each.text for each in found.statements] == ["All import errors resolved", "it’s fine, café"]
    assert found.notes == ("characters damaged by a wrong encoding were repaired on lines 1, 3",)


@settings(deadline=None, max_examples=60)
@given(st.text(st.characters(min_codepoint=0x20, max_codepoint=0x1FFFF, exclude_categories=["Cs"]), max_size=40))
def test_text_that_was_damaged_once_is_as_it_was_and_plain_text_stays(text: str) -> None:
    plain = text.encode("ascii", errors="ignore").decode()
    assert repaired(plain) == (plain, ())

    for character in text:
        try:
            damaged = character.encode().decode("cp1252")
        except UnicodeDecodeError:
            continue
        if len(damaged) > 1:
            assert repaired(damaged) == (character, (1,))


def test_a_code_block_that_never_closes_is_noted() -> None:
    found = read("One.\n\n```python\nx = 1\n\n- All import errors resolved\n")

    assert [each.text for each in found.statements] == ["One."]
    assert found.notes == ("a code block opens on line 3 and is never closed: what follows was read as code",)


def test_raw_html_and_broken_tables_are_never_dropped() -> None:
    found = read(
        """\
        <div><p>All import <b>errors</b>
        resolved</p></div>

        | file | state |
        |---|
        | `pkg/a.py` | deleted |

        <details><summary>More</summary>

        - Deleted `pkg/b.py`

        </details>
        """
    ).statements

    assert [(each.line, each.text, each.obstacle) for each in found] == [
        (1, "All import errors", "it stands in raw HTML, which is not read as prose"),
        (2, "resolved", "it stands in raw HTML, which is not read as prose"),
        (4, "file | state", "no predicate is known for this sentence"),
        (6, "`pkg/a.py` | deleted", ""),
        (8, "More", "it stands in raw HTML, which is not read as prose"),
        (10, "Deleted `pkg/b.py`", ""),
    ]


def test_a_release_in_a_changelog_is_about_another_tree() -> None:
    (statement,) = read("# Changelog\n\n## 1.2.0 (2024-01-02)\n\n- Deleted `pkg/a.py`\n").statements

    assert (statement.predicates, statement.obstacle) == (
        (),
        "it tells about a release, and which tree that was is not said",
    )


def test_a_verdict_without_its_coverage_says_so() -> None:
    first, second = read(
        '**Engineering Claim:** "The evaluation works"\n**Reality:** ✅ **VERIFIED WORKING**\n'
    ).statements

    assert (first.tense, first.predicates) == ("quotation", ())
    assert (second.tense, second.obstacle) == ("claim", "a verdict without its coverage: what was examined is not said")


@pytest.mark.parametrize(
    "text",
    [
        "`pkg/a.py` has {0} lines",
        "pkg/a.py:{0} is wrong",
        "{0} of {0} tests passing",
        "| tests | {0} |\n|---|---|\n| a | {0} |",
        "reduced from {0} to {0} lines",
        "{0} modules, {0} files, {0} in total",
        "~{0} lines removed, {0}% less",
        '```\nTraceback (most recent call last):\n  File "pkg/a.py", line {0}, in <module>\nKeyError: 1\n```',
        "```bash\npytest\n# {0} passed\n```",
        "Lines {0}-{0}: `run()`",
    ],
)
def test_a_document_is_read_behind_a_number_that_no_count_can_be(text) -> None:
    found = read(f"# Report\n\n{text.format('9' * 4500)}\n\nThe store is open.\n")
    assert found.statements[-1].text == "The store is open."


def test_a_line_of_data_is_no_sentence() -> None:
    (statement,) = read("See pkg/a.py:16 " + "data " * 1000).statements

    assert (statement.predicates, statement.obstacle) == ((), "it has more than 5000 characters, so it is no sentence")


def test_a_file_of_ten_megabytes_is_no_document() -> None:
    with pytest.raises(UsageError, match=r"doc\.md has 10\.0 MiB; a document of more than 2 MiB is not read, split it"):
        read_document("doc.md", b"a" * (LARGEST * 5), may_run=False)
