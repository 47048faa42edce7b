"""JSON is read as a stream of strings, each with the way to it and its place in the file."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.kinds.json_scan import json_strings
from audit.kinds.texts import UnreadableError

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=5)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | TEXTS
VALUES = st.recursive(SCALARS, lambda inner: st.lists(inner) | st.dictionaries(TEXTS, inner), max_leaves=30)


@given(st.text(), st.booleans(), st.data())
def test_a_place_in_the_value_is_found_in_the_file_however_it_is_escaped(
    value: str, ascii_only: bool, data: st.DataObject
) -> None:
    document = json.dumps({"source": value}, ensure_ascii=ascii_only)
    string = list(json_strings(document))[1]
    first = data.draw(st.integers(0, len(value)))
    second = data.draw(st.integers(0, len(value) - first))

    middle = string.advance(string.start + 1, first)
    end = string.advance(middle, second)

    begin = string.start + 1
    assert [json.loads(f'"{document[begin:middle]}"'), json.loads(f'"{document[middle:end]}"')] == [
        value[:first],
        value[first : first + second],
    ]


def strings_of(value: Any, *path: str | int) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Every string of a value, keys included, with the way to it."""
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, list):
        for index, each in enumerate(value):
            yield from strings_of(each, *path, index)
    elif isinstance(value, dict):
        for key, each in value.items():
            yield path, key
            yield from strings_of(each, *path, key)


@given(VALUES, st.sampled_from([None, 0, 1, "\t"]), st.booleans())
def test_every_string_is_read_with_the_way_to_it(value: Any, indent: int | str | None, compact: bool) -> None:
    document = json.dumps(value, indent=indent, separators=(",", ":") if compact else None)
    assert [(each.path, each.value) for each in json_strings(f" {document}\n")] == list(strings_of(value))


def test_comments_and_commas_that_are_too_many_are_passed_by() -> None:
    document = '// one\n{"a": [1, 2.5 /* two */, -3e4, "x",], "b": 1, /* "c" */ "d": [true,null,"y"],}\n'
    assert [(each.path, each.value) for each in json_strings(document) if not each.is_key] == [
        (("a", 3), "x"),
        (("d", 2), "y"),
    ]


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        ('{"a": 1,\n\n  ?}', "not JSON: line 3 cannot be read"),
        ('[1, 2,\n"open]', "not JSON: line 2 cannot be read"),
        ('{"a": [1, 2}\n', "not JSON: line 1: stray }"),
        ("[1, 2, 3", "not JSON: it ends too early"),
        (" \n", "not JSON: it ends too early"),
        ("[" * 201, "JSON nested deeper than 200 levels"),
    ],
)
def test_what_is_no_json_is_told_with_its_line(document: str, reason: str) -> None:
    with pytest.raises(UnreadableError) as caught:
        list(json_strings(document))
    assert str(caught.value) == reason
