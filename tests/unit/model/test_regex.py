"""A regular expression that is compiled late answers as one that is compiled at once."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.model.regex import regex

SOURCES = (r"(?P<name>\w+)\.(\d*)", r"\bA+", r"^$", r"[^\W\d]\w*(?:\.[^\W\d]\w*)*")


@given(st.sampled_from(SOURCES), st.sampled_from((0, re.IGNORECASE, re.MULTILINE)), st.text("aA1. \n"))
def test_it_finds_what_a_pattern_finds(source: str, flags: int, text: str) -> None:
    late, early = regex(source, flags), re.compile(source, flags)
    for _ in range(2):
        assert [each.groups() for each in late.finditer(text)] == [each.groups() for each in early.finditer(text)]
    assert (late.pattern, late.flags, late.groupindex) == (early.pattern, early.flags, early.groupindex)
    assert regex(source.encode(), flags).sub(b"-", text.encode()) == re.sub(
        source.encode(), b"-", text.encode(), flags=flags
    )


def test_a_mistake_is_told_where_it_is_used() -> None:
    late = regex("(")
    with pytest.raises(re.error):
        late.search("text")
