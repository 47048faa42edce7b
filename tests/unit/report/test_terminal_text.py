"""Text of others on a terminal: shown, never obeyed, and in lines that fit."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from audit.report.terminal_text import fitted, printable


def test_control_characters_are_shown() -> None:
    assert printable("red \x1b[31m\tand\r\na bell\x07 \u202eback") == "red \\x1b[31m and a bell\\x07 \\x202eback"


@given(st.text())
def test_nothing_that_a_terminal_obeys_is_left(text: str) -> None:
    assert printable(text).isprintable()


def test_a_long_line_is_folded_at_words_and_what_follows_is_indented() -> None:
    assert fitted("  one two three four", 12) == ["  one two", "    three", "    four"]
    assert fitted("  a/very/long/path-that-stays.py whole", 12) == ["  a/very/long/path-that-stays.py", "    whole"]


def test_a_line_stays_whole_where_it_fits_or_no_width_is_known() -> None:
    assert fitted("one two", 7) == ["one two"]
    assert fitted("one two", None) == ["one two"]


@given(st.text("ab ", min_size=1), st.integers(8, 40))
def test_folding_loses_no_word(line: str, width: int) -> None:
    assert [word for piece in fitted(line, width) for word in piece.split()] == line.split()
