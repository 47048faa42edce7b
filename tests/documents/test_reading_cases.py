"""The reader of case documents: what a section says, and that nothing half-understood passes for a case."""

from __future__ import annotations

import textwrap

import pytest

from tests.documents.cases import DocumentError, Expectation, read_cases

GONE = """
`use.py`:

```python
import pkg  # finding: IMP001 pkg
```
"""


def document(text: str) -> str:
    return textwrap.dedent(text).strip() + "\n"


def test_a_section_is_a_case_with_a_tree_for_each_commit() -> None:
    (case,) = read_cases(
        document(
            """
            # Modules

            ## that are renamed

            Prose explains why, and `names` in it mean nothing.

            `pkg/store.py`:

            ```python
            x = 1
            ```

            Empty: `pkg/__init__.py`, `pkg/kept.py`

            Migration:

            Renamed: `pkg/store.py` -> `pkg/archive.py`
            Deleted: `pkg/kept.py`

            `use.py`:

            ```python
            import os

            # finding: REF001 pkg.kept (old)
            import pkg.store, pkg.kept  # finding: REF001 pkg.store -> pkg.archive (warning)
            ```

            Link: `alias.py` -> `use.py`

            Skipped: `alias.py`
            """
        )
    )
    assert case.name == "Modules - that are renamed"
    before, after = ({path: file.content for path, file in tree.items()} for tree in case.commits)
    assert before == {"pkg/store.py": b"x = 1\n", "pkg/__init__.py": b"", "pkg/kept.py": b""}
    assert sorted(after) == ["alias.py", "pkg/__init__.py", "pkg/archive.py", "use.py"]
    assert after["pkg/archive.py"] == b"x = 1\n"
    assert [path for path, file in case.commits[1].items() if file.link] == ["alias.py"]
    assert case.expected == (
        Expectation("use.py", 4, "REF001", "pkg.kept", "error", False, ""),
        Expectation("use.py", 4, "REF001", "pkg.store", "warning", True, "pkg.archive"),
    )
    assert case.skipped == ("alias.py",)


def test_without_a_migration_nothing_is_new_or_old() -> None:
    (case,) = read_cases(f"# A\n{GONE}")
    assert case.expected == (Expectation("use.py", 1, "IMP001", "pkg", "error", None, ""),)


@pytest.mark.parametrize(
    ("how", "content"),
    [
        ("crlf", b"\xc3\xa9 = 1\r\n"),
        ("bom", b"\xef\xbb\xbf\xc3\xa9 = 1\n"),
        ("latin-1", b"\xe9 = 1\n"),
        ("crlf latin-1", b"\xe9 = 1\r\n"),
    ],
)
def test_a_fence_says_how_its_file_is_stored(how: str, content: bytes) -> None:
    (case,) = read_cases(f"# A\n{GONE}\n`a.py`:\n\n```python {how}\né = 1\n```\n")
    assert case.commits[0]["a.py"].content == content


MISTAKES = {
    "an unclosed fence": ("`b.py`:\n\n```python\nx = 1\n", "line 11: this fence is not closed"),
    "a fence closed by the wrong mark": ("`b.py`:\n\n```python\nx = 1\n~~~\n", "line 11: this fence is not closed"),
    "a fence without a name": ("```python\nx = 1\n```\n", "line 9: a fence without a file name"),
    "a name without a fence": ("`b.py`:\n", "line 9: no fence with the content of b.py follows"),
    "a name, then prose": ("`b.py`:\n\nProse.\n", "line 11: a fence with the content of b.py was expected here"),
    "a file twice": ("Empty: `use.py`\n", "line 9: use.py is named twice in one commit"),
    "a file of the same content": (
        "Empty: `b.py`\n\nMigration:\n\nEmpty: `b.py`\n",
        "line 13: b.py is replaced by the same content",
    ),
    "an unknown directive": ("Removed: `use.py`\n", "line 9: unknown directive Removed:"),
    "a directive cut short": ("Renamed: `use.py`\n", "line 9: Renamed: takes `one` -> `other`"),
    "names without commas": ("Empty: `a.py` `b.py`\n", "line 9: Empty: takes names in backquotes"),
    "deleted at the base": ("Deleted: `use.py`\n", "line 9: nothing can be deleted or renamed before"),
    "deleted, never there": ("Migration:\n\nDeleted: `b.py`\n", "line 11: b.py does not exist here"),
    "expected in a deleted file": (
        "Migration:\n\nDeleted: `use.py`\n\nEmpty: `b.py`\n",
        "line 6: a finding is expected in a file that is not there in the end",
    ),
    "a migration of nothing": ("Migration:\n", "line 1: the migration changes nothing"),
    "an indented block": ("Prose.\n\n    x = 1\n", "line 11: an indented code block"),
    "a list": ("- `b.py`\n", "line 9: bullet lists mean nothing here"),
    "other HTML": ("<!-- aside -->\n", "line 9: html blocks mean nothing here"),
    "an unknown code": (
        "`b.py`:\n\n```python\nx  # finding: REF999 a.b\n```\n",
        "line 12: there is no code REF999",
    ),
    "a target that is missing": (
        "`b.py`:\n\n```python\nx  # finding: REF001\n```\n",
        "line 12: 'REF001' is not: CODE target",
    ),
    "a flag that is unknown": (
        "`b.py`:\n\n```python\nx  # finding: REF001 a.b (odd)\n```\n",
        "line 12: 'REF001 a.b (odd)' is not: CODE target",
    ),
    "old without a migration": (
        "`b.py`:\n\n```python\nx  # finding: REF001 a.b (old)\n```\n",
        "line 12: without a migration no finding is old",
    ),
    "an expectation of no line": (
        "`b.py`:\n\n```python\n# finding: REF001 a.b\n```\n",
        "line 12: no line of code follows this expectation",
    ),
    "an unknown encoding": ("`b.py`:\n\n```python odd\n```\n", "line 11: odd is neither crlf, bom nor an encoding"),
    "a section without files": ("# B\n\nSkipped: `b.py`\n", "line 9: a case without files"),
    "a name for two cases": (f"# A\n{GONE}", "line 9: two cases are called 'A'"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_what_is_not_understood_is_an_error(mistake: str) -> None:
    text, message = MISTAKES[mistake]
    with pytest.raises(DocumentError) as caught:
        read_cases(f"# A\n{GONE}\n{text}")
    assert str(caught.value).startswith(message)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("# Only prose\n", "line 1: no case in this document"),
        ("# A\n\nEmpty: `a.py`\n", "line 1: no case of this document breaks anything"),
    ],
)
def test_a_document_that_proves_nothing_is_an_error(text: str, message: str) -> None:
    with pytest.raises(DocumentError) as caught:
        read_cases(text)
    assert str(caught.value).startswith(message)
