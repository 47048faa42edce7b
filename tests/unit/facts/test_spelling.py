"""Expressions are written as Python itself would write them."""

from __future__ import annotations

import ast

from hypothesis import given
from hypothesis import strategies as st

from audit.facts.spelling import spelled

NAMES = st.sampled_from(
    ["int", "a.b.C", "list", "None", "...", "True", "'a.B'", '"it\'s"', "u'x'", "1", "-1", "()", "x,"]
)
WRITTEN = st.recursive(
    NAMES,
    lambda inner: st.one_of(
        st.builds("{}[{}]".format, inner, inner),
        st.builds("dict[{}, {}]".format, inner, inner),
        st.builds("tuple[{}, ...]".format, inner),
        st.builds("tuple[*{}]".format, inner),
        st.builds("Callable[[{}], {}]".format, inner, inner),
        st.builds("{} | {}".format, inner, inner),
        st.builds("{} | ({} | {})".format, inner, inner, inner),
        st.builds("({}).real".format, inner),
        st.builds("field({}, default={}, **{})".format, inner, inner, inner),
        st.builds("parametrize({}, ids={})".format, inner, inner),
        st.builds("f(*{}, [{}])".format, inner, inner),
        st.builds("[{}, {}]".format, inner, inner),
        st.builds("lambda: {}".format, inner),
    ),
    max_leaves=8,
)


@given(WRITTEN)
def test_an_expression_is_written_as_python_writes_it(source: str) -> None:
    try:
        node = ast.parse(source, mode="eval").body
    except SyntaxError:
        return
    assert spelled(node) == ast.unparse(node)
