"""A place in what a JSON string means leads to the place in the file that says it."""

from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from audit.kinds.json_scan import json_strings


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
