"""Engineering Markdown read into statements: what is claimed, what is not a claim, and what cannot be judged."""

from __future__ import annotations

from textwrap import dedent

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.claims.markdown import read_document
from audit.model.claims import Statement
from audit.model.errors import UsageError
from audit.model.predicates import Absent, Bound, Exists, Imports, Lacks, Pytest


def statements(text: str) -> tuple[Statement, ...]:
    return read_document("doc.md", dedent(text).encode(), may_run=False).statements


def only(text: str) -> Statement:
    (statement,) = statements(text)
    return statement


@pytest.mark.parametrize(
    ("sentence", "predicate"),
    [
        ("- ✅ Zero Import Errors: All modules import successfully", Imports()),
        ("- All import errors resolved", Imports()),
        ("- All remaining import errors have been fixed.", Imports()),
        ("- no import errors", Imports()),
        ("Every module imports cleanly.", Imports()),
        ("- `tests/eval/test_a.py`: 6 tests passing", Pytest(nodes=("tests/eval/test_a.py",), passed=Bound(6, 6))),
        (
            "- 6/7 tests pass in tests/eval/test_a.py",
            Pytest(nodes=("tests/eval/test_a.py",), passed=Bound(6, 6), collected=Bound(7, 7)),
        ),
        ("- Deleted `pkg/store.py`", Absent(names=("pkg/store.py",))),
        ("- Removed the files `pkg/a.py` and `pkg/b.py`", Absent(names=("pkg/a.py", "pkg/b.py"))),
        ("- `pkg/store.py` was deleted", Absent(names=("pkg/store.py",))),
        ("- Removed `PolicyStore` and replaced it by `Checkpoints`", Absent(names=("PolicyStore",))),
        ("- Deleted `pkg.agent.store`", Absent(names=("pkg.agent.store",))),
        ("- Deleted the folder `pkg/mocks/`", Absent(names=("pkg/mocks",))),
        ("- [x] Created `docs/guide.md`", Exists(names=("docs/guide.md",))),
        ("- ✅ Added `pkg/new.py` for resuming", Exists(names=("pkg/new.py",))),
        ("- Created `pkg/new.py`", Exists(names=("pkg/new.py",))),
        ("- Created `Checkpoint` class as lightweight `Record` replacement", Exists(names=("Checkpoint",))),
        ("- `pkg/a.py`: Added `load_all()` helper", Exists(names=("pkg/a.py::load_all",))),
        ("- CheckpointManager → IMPLEMENTED", Exists(names=("CheckpointManager",))),
        ("- PolicyStore (55 lines) → DELETED", Absent(names=("PolicyStore",))),
        ("- Completely removed PolicyWrapper and MockPolicyRecord compatibility layers",
         Absent(names=("PolicyWrapper", "MockPolicyRecord"))),
        ("- `PolicyStore` no longer exists", Absent(names=("PolicyStore",))),
        ("- Removed `make_policy()`", Absent(names=("make_policy",))),
        ("- Removed `PolicyRecord` from `pkg/stats.py`", Lacks(path="pkg/stats.py", names=("PolicyRecord",))),
    ],
)  # fmt: skip
def test_a_claim_gets_its_predicate(sentence, predicate) -> None:
    statement = only(sentence)

    assert statement.tense == "claim"
    assert statement.predicates == (predicate,)
    assert statement.obstacle == ""


@pytest.mark.parametrize(
    ("sentence", "tense"),
    [
        ("- [ ] Delete `pkg/store.py`", "plan"),
        ("- We will have deleted `pkg/store.py` by then", "plan"),
        ("- `pkg/store.py` should be deleted", "plan"),
        ("- TODO: all import errors resolved", "plan"),
        ("- Are all import errors resolved?", "plan"),
        ("- ❌ All import errors resolved", "admission"),
        ("- `pkg/store.py` was not deleted", "admission"),
        ("- The remaining import errors are not resolved", "admission"),
        ("- Deleted `pkg/store.py`, but its tests still fail", "admission"),
        ('- Engineering Claim: "All import errors resolved"', "quotation"),
        ("> All import errors resolved", "quotation"),
        ('- "All import errors resolved"', "quotation"),
        ("- No remaining references to the store", "claim"),
    ],
)
def test_plans_admissions_and_quotations_are_no_claims(sentence, tense) -> None:
    statement = only(sentence)

    assert (statement.tense, statement.predicates) == (tense, ())


@pytest.mark.parametrize(
    "sentence",
    [
        "- Almost all import errors resolved",
        "- Not all modules import successfully, as said",
        "- No import errors in `pkg/trainer.py`",
        "- The reviewer read \"all import errors resolved\" in the document",
        "- All import errors resolved if the extra is installed",
        "- Removed dead code in `pkg/stats.py`",
        "- Removed the `policy_uri` parameter",
        "- Removed `PolicyRecord` references",
        "- Removed about 120 lines of `pkg/stats.py`",
        "- 6 new tests passing",
        "- 6 tests passing in `tests/a/test_a.py` and `tests/b/test_b.py`",
        "- ~60 tests passing in `tests/a/test_a.py`",
        "- 6 tests passing in `test_a.py`",
        "- The evaluation has been converted to checkpoints",
    ],
)  # fmt: skip
def test_what_is_not_beyond_doubt_is_kept_without_a_predicate(sentence) -> None:
    statement = only(sentence)

    assert statement.predicates == ()
    assert statement.tense in ("claim", "admission")
    assert statement.obstacle or statement.tense == "admission"


def test_headings_and_lead_ins_give_context_and_tables_are_read_by_row() -> None:
    found = statements(
        """\
        # Phase 6

        ## Done

        Files successfully deleted:
        - `pkg/store.py` (the old store)
        - `/srv/checkout/pkg/mocks/record.py`

        | File | Status |
        |---|---|
        | `tests/eval/test_a.py` | ✅ 5 tests passing |

        ## Next steps
        - Deleted `pkg/late.py`

        ```python
        # All import errors resolved
        ```
        All import errors resolved. The rest
        is history.
        """
    )

    assert [(each.id, each.line, each.end_line, each.tense, each.predicate) for each in found] == [
        ("L6", 6, 6, "claim", {"absent": {"names": ["pkg/store.py"]}}),
        ("L7", 7, 7, "claim", {"absent": {"names": ["/srv/checkout/pkg/mocks/record.py"]}}),
        ("L11", 11, 11, "claim", {"pytest": {"nodes": ["tests/eval/test_a.py"], "passed": 5}}),
        ("L14", 14, 14, "plan", {}),
        ("L19", 19, 19, "plan", {}),
        ("L19.2", 19, 20, "plan", {}),
    ]


def test_a_sentence_with_a_predicate_is_core_and_the_rest_supports() -> None:
    first, second = statements("- All import errors resolved\n- It was a good week\n")

    assert (first.weight, second.weight) == ("core", "supporting")
    assert (second.obstacle, second.may_run) == ("no predicate is known for this sentence", False)


def test_binary_content_is_refused_and_damaged_text_is_read() -> None:
    with pytest.raises(UsageError, match=r"doc\.md is no text"):
        read_document("doc.md", b"\x00\x01", may_run=False)
    (statement,) = read_document("doc.md", b"- \xff All import errors resolved\n", may_run=False).statements
    assert statement.predicates == (Imports(),)


WORDS = st.sampled_from(
    ["deleted", "`pkg/a.py`", "all import errors resolved", "✅", "will", "not", "|", "- ", "\n", "# ", "> ", "6 tests",
     "passing", "tests/a/test_a.py", "```", "`", "[x]", ":", ".", '"', "\t"]
)  # fmt: skip


@settings(deadline=None, max_examples=80)
@given(st.lists(WORDS, max_size=30).map(" ".join))
def test_any_text_gives_statements_inside_it_with_unique_ids(text: str) -> None:
    found = read_document("doc.md", text.encode(), may_run=True).statements
    lines = text.count("\n") + 1

    assert len({each.id for each in found}) == len(found)
    assert all(1 <= each.line <= each.end_line <= lines for each in found)
    assert all(bool(each.predicates) != bool(each.obstacle) for each in found if each.tense == "claim")
    assert not any(each.predicates for each in found if each.tense != "claim")
