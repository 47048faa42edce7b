"""The words of a content are those that an expression for words finds."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.kinds.data_files import DataFiles
from audit.kinds.docstrings import Docstrings
from audit.kinds.kept_code import KeptCode
from audit.kinds.opened_files import OpenedFiles
from audit.kinds.python_commands import Subprocesses
from audit.kinds.reading import each_words, words_of
from audit.kinds.words import Needles, packed_words

PIECES = st.sampled_from([b"shop", b"old_1", b".", b"\\n", b"\\\\", b"\xc3\xa9", b" "])


@given(st.binary() | st.lists(PIECES).map(b"".join))
def test_words_are_told_apart_by_all_that_is_no_part_of_one(content: bytes) -> None:
    words = re.findall(rb"[A-Za-z0-9_]+", re.sub(rb"\\[nrt]", b" ", content))
    assert sorted(packed_words(content).split()) == sorted(set(words))


@pytest.mark.parametrize(
    ("content", "is_worth_reading"),
    [
        ("see shop.old", True),
        ("the old shop", True),
        ("shop and older", False),
        ("„modulé“", True),
        ("a scripts table", False),
        ("", False),
    ],
)
def test_a_content_is_worth_reading_when_all_words_of_a_group_occur(content: str, is_worth_reading: bool) -> None:
    needles = Needles([("shop", "old"), ("modulé",)], slots=["scripts"])
    words = needles.among(packed_words(content.encode()))
    assert needles.occur_in(words) is is_worth_reading
    assert (b"scripts" in words) is ("scripts" in content)


def test_a_name_without_an_ascii_letter_may_stand_anywhere() -> None:
    needles = Needles([("商店",)])
    assert needles.occur_in(needles.among(packed_words(b"anything")))


def test_each_kind_has_the_words_of_what_it_looks_at() -> None:
    kinds = (Subprocesses(), KeptCode(), OpenedFiles(), DataFiles(), Docstrings())
    content = b'"""Doc."""\nimport subprocess\n\nopen(store, "read")\n'
    words = [sorted(each.split()) for each in each_words(words_of(content, kinds))]
    assert words == [[b"Doc", b"read"], [], [b"Doc", b"read"], [], [b"Doc"]]
