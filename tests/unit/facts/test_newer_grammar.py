"""Files written for a newer Python than the one that runs the audit are read like all others."""

from __future__ import annotations

import ast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.facts.python import read_python

SOURCE = """\
import pkg.a, pkg.b
type Pair[
    T: pkg.a.Bound,
] = (
    pkg.a.Thing | T
)
type Plain=pkg.b.Plain
def first[T: int, *Ts](x: T) -> T:
    ä = f"{pkg.b["k"]!r:>{pkg.a.width}} text {(pkg.a.y)=} é{f"in {pkg.b.z} {"q"}"}{{no}}"
async def second[T](x): ...
class Third[T = int](pkg.b.Base):
    try:
        pass
    except pkg.a.Error, ValueError:
        import pkg.gone
text = f"{
    pkg.a.many
}" "more" f'{pkg.b}'
"""


def test_every_name_keeps_its_place() -> None:
    facts = read_python(SOURCE.encode())
    assert facts.error == ""
    assert {definition.name: definition.span[:2] for definition in facts.definitions} == {
        "pkg": (1, 1),
        "Pair": (2, 1),
        "Plain": (7, 1),
        "first": (8, 1),
        "second": (10, 1),
        "Third": (11, 1),
        "Third.pkg": (15, 9),
        "text": (16, 1),
    }
    lines = SOURCE.splitlines()
    for attribute in facts.attributes:
        line, column, _, end = attribute.span
        assert lines[line - 1][column - 1 : end - 1] == ".".join(("pkg", *attribute.chain))
    assert [".".join(attribute.chain) for attribute in facts.attributes] == [
        *("a.Thing", "b.Plain", "b", "a.width", "a.y", "b.z", "b.Base", "a.Error", "a.many", "b")
    ]


@pytest.mark.parametrize("broken", ["def f[T(x): ...\n", "type X = \n", "class\n", "x = f'{'\n", "f[T]: def g\n"])
def test_what_no_python_reads_is_told_as_before(broken: str) -> None:
    assert read_python(broken.encode()).error.startswith("does not parse: line 1: ")


@pytest.mark.parametrize(
    "source",
    [
        "f'{a\n!r\n}'\nz = 1\nq = f'{b}'\n" * 4,
        'x = f"{\na\n!r\n}"\n\nlog(f"{b}")\n',
        "type X[T] = T\n\n\n\n\nx = f'{a\n!r\n}'",
    ],
)
def test_a_line_that_ends_before_a_conversion_is_no_fault_of_the_audit(source: str) -> None:
    assert read_python(source.encode()).error.startswith("does not parse: ")


PARTS = st.sampled_from(["f'{a}'", "f'{a.b!r:>{c}}'", "'x'", "f'{a[\"k\"]}'", "f'{(a, b)}'", "f'{a=}'", "f'{{}}'"])


@given(st.lists(PARTS, min_size=1, max_size=4), st.sampled_from(["\n", "\r\n"]))
def test_format_strings_side_by_side_keep_lines_and_names(parts: list[str], newline: str) -> None:
    source = f"type X[T] = T{newline}import a{newline}y = {' '.join(parts)}{newline}import z{newline}"
    facts = read_python(source.encode())
    assert facts.error == ""
    assert [(statement.names[0].name, statement.span[0]) for statement in facts.imports] == [("a", 2), ("z", 4)]
    assert len(facts.attributes) == sum(part.count("a.b") for part in parts)


@given(st.text(alphabet="typeXdf[]=():,'\"{}# \n\\exc", max_size=60))
def test_no_text_makes_it_fail(text: str) -> None:
    facts = read_python(text.encode())
    try:
        ast.parse(text)
    except SyntaxError:
        return
    assert facts.error == ""
