"""Text that is edited by offsets and written back as the bytes it came from."""

from __future__ import annotations

import ast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.fix.spelling import respell
from audit.fix.text import CannotFixError, Edit, Lines, apply_edits, decode_python, decode_text
from audit.model.findings import Site

TEXT = st.text(st.sampled_from("ab.é \t\n\r\f\u2028'#"), max_size=40)
NAME = st.lists(st.sampled_from(["shop", "store", "depot", "Key", "a1"]), min_size=1, max_size=4).map(".".join)


@given(TEXT, st.booleans())
def test_decoding_and_encoding_keeps_every_byte(text: str, mark: bool) -> None:
    content = (b"\xef\xbb\xbf" if mark else b"") + text.encode()
    for decode in (decode_python, decode_text):
        source = decode(content)
        assert (source.text, source.encode(source.text)) == (text, content)


@given(TEXT, st.sampled_from(["utf-16-le", "utf-16-be"]))
def test_text_of_two_bytes_a_character_keeps_every_byte(text: str, encoding: str) -> None:
    content = f"\ufeff{text}".encode(encoding)
    source = decode_text(content)
    assert (source.text, source.encode(source.text)) == (text, content)


@given(st.text(st.sampled_from("ab \t\n\r\f\u2028"), max_size=20), st.sampled_from(["\n", "\r\n", "\r"]))
def test_places_are_counted_as_the_parser_counts_them(noise: str, newline: str) -> None:
    program = f"'''{noise}'''{newline}sought"
    last = ast.parse(program).body[-1]
    assert program[Lines(program).offset(last.lineno, last.col_offset + 1) :] == "sought"


@given(
    st.text("abc", min_size=6, max_size=12),
    st.lists(st.tuples(st.integers(0, 2), st.text("xy", max_size=3)), max_size=3),
)
def test_edits_are_made_where_they_were_planned(text: str, planned: list[tuple[int, str]]) -> None:
    edits = [Edit(2 * index, 2 * index + size, new) for index, (size, new) in enumerate(planned)]
    expected = "".join(
        planned[index][1] + text[2 * index + planned[index][0] : 2 * index + 2] for index in range(len(planned))
    )
    assert apply_edits(text, [*edits, *edits]) == expected + text[2 * len(planned) :]


def test_edits_clash_where_they_change_the_same_characters_differently() -> None:
    edit = Edit(2, 5, "x")
    others = [Edit(2, 5, "x"), Edit(5, 7, "y"), Edit(2, 2, "y"), Edit(3, 3, "y"), Edit(4, 6, "y"), Edit(2, 5, "y")]
    assert [edit.clashes(other) for other in others] == [False, False, False, True, True, True]


@given(NAME, NAME, st.sampled_from(["'", '"', "", '"""', "r'"]))
def test_a_respelled_name_reads_as_the_replacement(target: str, replacement: str, quote: str) -> None:
    end = quote.removeprefix("r")
    assert respell(f"{quote}{target}{end}", target, replacement) == f"{quote}{replacement}{end}"
    longer = respell(f"{quote}{target}.more{end}", target, replacement)
    assert longer == f"{quote}{replacement}.more{end}"


@pytest.mark.parametrize(
    ("written", "target", "replacement", "renamed"),
    [
        (r"^src/shop/old\.py$", "src/shop/old.py", "src/shop/new.py", r"^src/shop/new\.py$"),
        ("shop/old.main", "shop/old.py", "shop/new.py", "shop/new.main"),
        ("./shop/old.py:main", "shop/old.py", "shop/new.py", "./shop/new.py:main"),
        ("'.old'", "shop.old", "shop.new", "'.new'"),
        ("old", "shop.old", "shop.new", "new"),
        ("old", "shop.old", "other.new", None),
        ("'..old'", "shop.old", "shop.new", "'..new'"),
        ("shop/older.main", "shop/old.py", "shop/new.py", None),
        ("shop/old.d/main", "shop/old.py", "shop/new.py", None),
        ("'.older'", "shop.old", "shop.new", None),
        ("'.old'", "shop.old", "other.old", None),
    ],
)
def test_a_name_is_respelled_in_the_way_it_is_written(
    written: str, target: str, replacement: str, renamed: str | None
) -> None:
    assert respell(written, target, replacement) == renamed


@given(NAME, NAME)
def test_a_name_that_only_begins_like_the_target_is_no_spelling_of_it(target: str, replacement: str) -> None:
    assert respell(f"{target}house", target, replacement) is None
    assert respell(f"my.{target}", target, replacement) is None


def test_a_site_without_a_place_is_refused() -> None:
    with pytest.raises(CannotFixError, match=r"^its exact place in the file is not known$"):
        Lines("x").span(Site("a.pkl"))


@pytest.mark.parametrize("encoding", ["unicode_escape", "raw_unicode_escape"])
def test_an_encoding_that_spells_what_it_reads_otherwise_is_left_alone(encoding: str) -> None:
    content = f"# coding: {encoding}\nname = '\\u00e9'\n".encode()
    with pytest.raises(CannotFixError, match="would not write every line back"):
        decode_python(content)
