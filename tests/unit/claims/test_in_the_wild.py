"""Sentences as people write them: tense and polarity, encodings, and documents that contradict themselves."""

from __future__ import annotations

import codecs

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.claims.contradictions import against_earlier
from audit.claims.markdown import read_document
from audit.claims.mojibake import repaired
from audit.config.claims import load_claims
from audit.model.claims import Dossier
from audit.model.errors import UsageError
from audit.model.predicates import Absent
from audit.report.claims_extract import render_extract_yaml


def read(text: str, path: str = "doc.md") -> Dossier:
    return read_document(path, text.encode(), may_run=False)


@pytest.mark.parametrize(
    ("text", "tense"),
    [
        ("- `pkg/a.py` could be removed", "plan"),
        ("- `pkg/a.py` was going to be deleted", "plan"),
        ("- We should have deleted `pkg/a.py`", "plan"),
        ("- Delete `pkg/a.py`", "plan"),
        ("## Next steps\n\n- Deleted `pkg/a.py`", "plan"),
        ("## What we need\n\n- `pkg/a.py`: 50 lines", "plan"),
        ("- Still to do:\n  - Deleted `pkg/a.py`", "admission"),
        ("- `pkg/a.py` was never deleted", "admission"),
        ("- The report claimed that `pkg/a.py` was deleted", "quotation"),
        ("- According to the audit, `pkg/a.py` was deleted", "quotation"),
        ("- Is `pkg/a.py` deleted?", "plan"),
        ("- `pkg/a.py` no longer exists", "claim"),
        ("- [x] Deleted `pkg/a.py`", "claim"),
    ],
)
def test_only_what_is_asserted_as_a_fact_is_a_claim(text, tense) -> None:
    *_, statement = read(text).statements

    assert statement.tense == tense
    assert statement.predicates == ((Absent(names=("pkg/a.py",)),) if tense == "claim" else ())


@pytest.mark.parametrize(
    "text",
    [
        "- ~~Deleted `pkg/a.py`~~",
        "- Files import deleted `PolicyStore` classes",
        "- Removed everything except `pkg/a.py`",
        "- Removed `pkg/a.py` only from the docs",
        "- Deleted files:\n  - `pkg/a.py` (kept for now)",
        "- `Store` is fully implemented and integrated",
        "- Added caching in `pkg/a.py`",
        "<!-- Deleted `pkg/a.py` -->\n\nNothing.",
        "---\nstatus: deleted\n---\n\nNothing.",
    ],
)
def test_what_takes_a_claim_back_is_heard(text) -> None:
    assert not any(each.predicates for each in read(text).statements)


@pytest.mark.parametrize(
    "content",
    [
        b"- Deleted `pkg/a.py`\r\n- Fine\r\n",
        codecs.BOM_UTF8 + b"- Deleted `pkg/a.py`\n- Fine\n",
        "- Deleted `pkg/a.py`\n- Fine\n".encode("utf-16"),
        b"---\ntitle: x\n---\n- Deleted `pkg/a.py`\n- Fine\n",
    ],
    ids=["crlf", "bom", "utf-16", "front matter"],
)
def test_encodings_line_ends_and_front_matter_do_not_hide_a_claim(content: bytes) -> None:
    found = read_document("doc.md", content, may_run=False).statements

    assert [each.text for each in found] == ["Deleted `pkg/a.py`", "Fine"]
    assert found[1].line == found[0].line + 1


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"%PDF-1.7 ...", "doc.md is a PDF; export it to Markdown"),
        (b"PK\x03\x04...", "doc.md is a packed file"),
        (b"a\0b", "doc.md is no text"),
        (b"x" * (2 * 2**20 + 1), "doc.md has 2.0 MiB; a document of more than 2 MiB is not read"),
    ],
)
def test_what_is_no_document_is_refused_with_a_reason(content: bytes, message: str) -> None:
    with pytest.raises(UsageError) as caught:
        read_document("doc.md", content, may_run=False)
    assert str(caught.value).startswith(message)


@pytest.mark.parametrize(
    ("text", "messages"),
    [
        ("- `Store` - fine\n- Status: Manager\n", []),
        ("- CheckpointManager: 50 lines\n- `rl/checkpoint_manager.py` (165 lines)\n",
         ["says that rl/checkpoint_manager.py has 165 lines, and on line 1 that CheckpointManager has 50 lines"]),
        ("- `a/main.py` (5 lines)\n- `a/__main__.py` (7 lines)\n", []),
        ("- `a/store.py` (5 lines)\n- `b/store.py` (7 lines)\n", []),
        ("- Deleted `a/store.py`\n- Created `b/store.py`\n", []),
        ("- `store.py` (5 lines)\n- `b/store.py` (7 lines)\n",
         ["says that b/store.py has 7 lines, and on line 1 that store.py has 5 lines"]),
        ("- CheckpointManager: ~160 lines\n- `rl/checkpoint_manager.py` (165 lines)\n", []),
        ("- 6 eval tests passing\n- 8 eval tests passing\n",
         ["says that 8 eval tests pass, and on line 1 that 6 eval tests pass"]),
        ("- 6 eval tests passing\n- 8 sim tests passing\n", []),
        ("- Removed all PolicyStore references\n- ❌ The trainer still imports PolicyStore\n",
         ["says that PolicyStore is still used, and on line 1 that nothing names PolicyStore"]),
        ("- Deleted `pkg/a.py`\n- See `pkg/a.py:3`\n",
         ["says that pkg/a.py has line 3, and on line 1 that pkg/a.py is gone"]),
        ("- All import errors resolved\n- ❌ There are still import errors in the trainer\n",
         ["says that there are import errors still, and on line 1 that everything imports"]),
    ],
)  # fmt: skip
def test_a_document_that_contradicts_itself_is_told_where(text, messages) -> None:
    assert [(each.code, each.message) for each in read(text).findings] == [("DOC006", each) for each in messages]


@pytest.mark.parametrize(
    "which", ["more", "new", "other", "additional", "of the", "the", "remaining", "further", "these", "unit"]
)
def test_numbers_of_tests_that_no_word_tells_apart_contradict_nothing(which: str) -> None:
    assert read(f"- 6 {which} tests passing\n- 8 {which} tests passing\n").findings == ()


def test_an_earlier_document_may_have_said_it_already_or_said_the_opposite() -> None:
    before = read("- Deleted `pkg/a.py`\n- Deleted `pkg/b.py`\n", "phase_1.md")
    now = read("- Deleted `pkg/a.py`\n- Created `pkg/b.py`\n", "phase_2.md")

    again = "claims again that pkg/a.py is gone; phase_1.md:1 said that pkg/a.py is gone"
    opposite = "says that pkg/b.py is there; phase_1.md:2 said that pkg/b.py is gone"
    assert [each.message for each in against_earlier(now, before, same_series=True)] == [again, opposite]
    assert [each.message for each in against_earlier(now, before, same_series=False)] == [opposite]


PLAIN = st.characters(exclude_categories=["Cs"], exclude_characters="&\0")
"""Without the sign that begins a character reference, which stands for another character, and what no text holds."""

PIECES = st.sampled_from(
    ["Deleted", "`pkg/a.py`", "Created", "renamed", "to", "(50 lines)", "now takes", "`f(a, b)`", "`f(a)`", "uses",
     "Store", "→", "DELETED", "**", "~~", "| a | b |\n|---|---|\n| `x.py` |", "```python\ndef f(a):", "```\n",
     "Before:", "After:", "├── a.py", "<details>", "</div>", "---\n", "- ", "  - ", "> ", "# ", "\n", "\n\n",
     "Lines 3-9:", "🚀", "✅", "Ä", "\\"]
)  # fmt: skip


@settings(deadline=None, max_examples=150)
@given(st.lists(PIECES, max_size=25).map(" ".join) | st.text(PLAIN, max_size=60))
def test_any_text_can_be_read_and_what_is_extracted_is_a_claims_file(text: str) -> None:
    dossier = read(text)
    lines = text.replace("\r\n", "\n").replace("\r", "\n").count("\n") + 1

    assert all(1 <= each.line <= each.end_line <= lines for each in dossier.statements)
    words = set("".join(character if character.isalnum() else " " for character in repaired(text)[0]).split())
    for each in dossier.statements:
        said = set("".join(character if character.isalnum() else " " for character in each.text).split())
        assert said <= words
    extracted = render_extract_yaml(dossier)
    if "\nclaims:\n" in extracted:
        (claims,) = load_claims([("claims.yaml", extracted.encode())], may_run=False)
        assert 0 < len(claims.statements) <= len(dossier.statements)
