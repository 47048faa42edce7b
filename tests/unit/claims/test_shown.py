"""What documents show and change: signatures before and after, quoted code, drawn trees, citations in words."""

from __future__ import annotations

from textwrap import dedent

import pytest

from audit.claims.markdown import read_document
from audit.model.predicates import Absent, AnyPredicate, Cited, Signature


def judged(text: str) -> list[tuple[int, str, tuple[AnyPredicate, ...]]]:
    """Line, text and predicates of every statement that can be judged."""
    found = read_document("doc.md", dedent(text).encode(), may_run=False).statements
    return [(each.line, each.text, each.predicates) for each in found if each.predicates]


def predicates(text: str) -> list[tuple[AnyPredicate, ...]]:
    return [found for _, _, found in judged(text)]


@pytest.mark.parametrize(
    ("sentence", "predicate"),
    [
        ("- `load(path, record)` now takes `load(path, epoch)`",
         Signature(callable="load", has=("path", "epoch"), lacks=("record",))),
        ("- Changed `Store.load(path)` to `Store.load(path, *, epoch=0)`",
         Signature(callable="Store.load", has=("path", "epoch"))),
        ("- `load()` no longer takes `record`", Signature(callable="load", lacks=("record",))),
        ("- Removed the `record` parameter from `load`", Signature(callable="load", lacks=("record",))),
        ("- Added `epoch` and `path` arguments to `load()`", Signature(callable="load", has=("epoch", "path"))),
        ("- `pkg/a.py`: `load()` now accepts `epoch`", Signature(callable="pkg/a.py::load", has=("epoch",))),
    ],
)  # fmt: skip
def test_a_changed_signature_has_the_new_parameters_and_lacks_the_old_ones(sentence, predicate) -> None:
    assert predicates(sentence) == [(predicate,)]


@pytest.mark.parametrize(
    "sentence",
    [
        "- `load(path)` now takes `save(path)`",
        "- `load(path, ...)` now takes `load(path, ...)`",
        "- `load()` takes `Store` objects",
        "- `load()` will no longer take `record`",
        "- Added `epoch` to `load()`",
        '- The report says "`load()` no longer takes `record`"',
    ],
)
def test_a_signature_that_may_be_meant_otherwise_is_not_judged(sentence) -> None:
    assert predicates(sentence) == []


def test_code_before_and_after_is_compared_by_the_definitions_that_both_show() -> None:
    text = """\
        **Before:**
        ```python
        def mean(self, values: list[int], record: Record) -> float:
            return record
        def same(self, x): ...
        ```

        **After:**
        ```python
        def mean(self, values: list[int], epoch: int) -> float:
            return epoch
        def same(self, x): ...
        def new(self): ...
        ```
        """
    mean = Signature(callable="mean", has=("values", "epoch"), lacks=("record",))
    assert judged(text) == [(10, "def mean(self, values: list[int], epoch: int) -> float:", (mean,))]


def test_old_and_new_may_share_a_block_or_be_a_diff() -> None:
    assert predicates("```python\n# Old\ndef f(a, b): ...\n\n# New\ndef f(a): ...\n```\n") == [
        (Signature(callable="f", has=("a",), lacks=("b",)),)
    ]
    assert predicates("```diff\n-def f(a, b):\n+def f(a, c):\n     pass\n```\n") == [
        (Signature(callable="f", has=("a", "c"), lacks=("b",)),)
    ]
    assert predicates("## Proposed\n\n```python\n# Old\ndef f(a, b): ...\n# New\ndef f(a): ...\n```\n") == []


def test_quoted_code_is_compared_in_parts_where_it_is_shortened() -> None:
    text = "In `pkg/a.py`:\n\n```python\nimport os\n# ...\ndef load(path):  # the way in\n```\n"
    said = (Cited(path="pkg/a.py", says="import os"), Cited(path="pkg/a.py", says="def load(path):"))
    assert judged(text) == [(4, "import os", said)]
    assert predicates("```python\n# pkg/a.py:3-4\nimport os\n```\n") == [
        (Cited(path="pkg/a.py", first=3, last=4, says="import os"),)
    ]
    assert predicates("Change `pkg/a.py` to say:\n\n```python\nimport os\n```\n") == []


def test_places_and_drawn_trees_in_code_blocks_are_read_line_by_line() -> None:
    text = """\
        ```
        pkg/a.py:3 - import os
        pkg/a.py:9 - which starts everything
        pkg/b.py:3: in <module>
        ```

        ```
        pkg/
        ├── a.py        # the store
        ├── deep/
        │   └── b.py
        ├── new.py      # to be written
        └── c.py        # DELETED
        ```
        """
    assert judged(text) == [
        (2, "pkg/a.py:3 - import os", (Cited(path="pkg/a.py", first=3, says="import os"),)),
        (3, "pkg/a.py:9 - which starts everything", (Cited(path="pkg/a.py", first=9),)),
        (9, "a.py # the store", (Cited(path="pkg/a.py"),)),
        (11, "b.py", (Cited(path="pkg/deep/b.py"),)),
        (13, "c.py # DELETED", (Absent(names=("pkg/c.py",)),)),
    ]


@pytest.mark.parametrize(
    ("text", "cited"),
    [
        ("See `pkg/a.py` (lines 3-9).", Cited(path="pkg/a.py", first=3, last=9)),
        ("See `pkg/a.py`, line 3.", Cited(path="pkg/a.py", first=3)),
        ("It starts here. 【F:pkg/a.py†L3-L900】", Cited(path="pkg/a.py", first=3)),
        ("**Location**: `pkg/a.py`\n\n- Lines 3-9: `load()` reads it",
         Cited(path="pkg/a.py", first=3, last=9, says="load")),
        ("- Lines 3-9 in `pkg/a.py`: the loop", Cited(path="pkg/a.py", first=3, last=9)),
    ],
)  # fmt: skip
def test_citations_are_read_in_words_too(text, cited) -> None:
    assert (cited,) in predicates(text)
