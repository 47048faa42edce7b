"""What the reader of Python files promises for any input: no crash, spans inside the file, Python's own bindings."""

from __future__ import annotations

import ast
import symtable
from collections.abc import Iterator

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from audit.facts.python import read_python
from audit.model.facts import FileFacts, Span

NAMES = st.sampled_from(["a", "b", "c", "pkg", "größe", "_x"])
DOTTED = st.lists(NAMES, min_size=1, max_size=3).map(".".join)


def indented(statements: list[str]) -> str:
    return "\n".join(f"    {line}" for statement in statements for line in statement.split("\n"))


def compound(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    blocks = st.lists(inner, min_size=1, max_size=3).map(indented)
    return st.one_of(
        st.builds("if {}:\n{}\nelse:\n{}".format, DOTTED, blocks, blocks),
        st.builds("try:\n{}\nexcept ImportError:\n{}".format, blocks, blocks),
        st.builds("with {} as {}:\n{}".format, DOTTED, NAMES, blocks),
        st.builds("for {} in {}:\n{}".format, NAMES, DOTTED, blocks),
        st.builds("def {}({}):\n{}".format, NAMES, NAMES, blocks),
        st.builds("class {}({}):\n{}".format, NAMES, DOTTED, blocks),
        st.builds(
            "match {}:\n    case [{}, *_]:\n        pass\n    case _:\n{}".format, DOTTED, NAMES, blocks.map(deeper)
        ),
    )


def deeper(block: str) -> str:
    return "\n".join(f"    {line}" for line in block.split("\n"))


SIMPLE = st.one_of(
    st.builds("import {}".format, DOTTED),
    st.builds("import {} as {}".format, DOTTED, NAMES),
    st.builds("from {} import {}".format, DOTTED, NAMES),
    st.builds("from {} import {} as {}".format, st.sampled_from([".", "..pkg", "a.b"]), NAMES, NAMES),
    st.builds("from {} import (\n    {},\n    {} as {},\n)".format, DOTTED, NAMES, NAMES, NAMES),
    st.builds("{} = {}.{}('a.b')".format, NAMES, NAMES, DOTTED),
    st.builds("{}: {} = 'ä.b'".format, NAMES, DOTTED),
    st.builds("[{0} for {0} in {1}]".format, NAMES, DOTTED),
    st.builds("({} := {})".format, NAMES, DOTTED),
    st.builds("lambda {0}: {0}.{1}".format, NAMES, DOTTED),
)
MODULES = st.lists(st.recursive(SIMPLE, compound, max_leaves=6), max_size=6).map(lambda parts: "\n".join(parts) + "\n")


def spans(facts: FileFacts) -> Iterator[Span]:
    for statement in facts.imports:
        yield statement.span
        yield from (name.span for name in statement.names)
    yield from (definition.span for definition in facts.definitions)
    yield from (attribute.span for attribute in facts.attributes)
    yield from (text.span for text in facts.texts)
    yield from facts.export_spans


@given(st.binary(max_size=200))
@example(b"#\x80")
@example(b"# coding: latin-1\n\xe4 = 1")
@example(b"async")
def test_arbitrary_bytes_give_facts_or_a_reason(content: bytes) -> None:
    facts = read_python(content)
    if facts.error:
        assert facts == FileFacts(error=facts.error)
    elif b"async" not in content:  # which older sources use as a name
        compile(content, "module", "exec", ast.PyCF_ONLY_AST)


@given(st.text(alphabet=st.sampled_from("import from as.()[]{}:=,*'\"\\\n\t #abé_0@\x0c\r\0"), max_size=80))
def test_arbitrary_text_gives_facts_or_a_reason(text: str) -> None:
    facts = read_python(text.encode())
    assert bool(facts.error) != _compiles(text)


def _compiles(text: str) -> bool:
    try:
        ast.parse(text.encode())
    except (SyntaxError, ValueError):
        return False
    return True


@given(MODULES)
@settings(max_examples=80, deadline=None)
def test_spans_lie_in_the_file_and_hold_what_they_speak_of(source: str) -> None:
    facts = read_python(source.encode())
    assume(not facts.error)
    lines = source.split("\n")
    for line, column, end_line, end_column in spans(facts):
        assert 1 <= line <= end_line <= len(lines)
        assert 1 <= column <= len(lines[line - 1]) + 1
        assert 1 <= end_column <= len(lines[end_line - 1]) + 1
        assert (line, column) < (end_line, end_column)
    for statement in facts.imports:
        for name in statement.names:
            line, column, _, end_column = name.span
            assert lines[line - 1][column - 1 : end_column - 1].startswith(name.name)


@given(MODULES)
@settings(max_examples=80, deadline=None)
def test_imports_bind_at_module_scope_what_python_says(source: str) -> None:
    facts = read_python(source.encode())
    assume(not facts.error)
    try:
        table = symtable.symtable(source, "module", "exec")
    except SyntaxError:
        assume(False)
    expected = {symbol.get_name() for symbol in table.get_symbols() if symbol.is_imported()}
    bound = {name.bound for statement in facts.imports if statement.at_module_scope for name in statement.names}
    assert bound == expected


@given(MODULES)
@settings(max_examples=80, deadline=None)
def test_definitions_are_the_names_that_python_assigns_in_the_module(source: str) -> None:
    facts = read_python(source.encode())
    assume(not facts.error)
    try:
        table = symtable.symtable(source, "module", "exec")
    except SyntaxError:
        assume(False)
    expected = {symbol.get_name() for symbol in table.get_symbols() if symbol.is_assigned() or symbol.is_imported()}
    defined = {definition.name for definition in facts.definitions if "." not in definition.name}
    assert defined == expected


@given(MODULES)
@settings(max_examples=60, deadline=None)
def test_line_ends_encodings_and_a_byte_order_mark_change_no_fact(source: str) -> None:
    facts = read_python(source.encode())
    assume(not facts.error)
    assert read_python(b"\xef\xbb\xbf" + source.encode()) == facts
    assert read_python(source.replace("\n", "\r\n").encode()) == facts
    cookie = "# coding: latin-1\n"
    assert read_python((cookie + source).encode("latin-1")) == read_python(
        (cookie.replace("latin-1", "utf-8") + source).encode()
    )


@pytest.mark.filterwarnings("error")
def test_odd_escapes_of_the_file_that_is_read_warn_nobody() -> None:
    facts = read_python(b"import a.b\nx: \"a.b['\\\\?']\" = '\\?'\n")
    assert facts.error == ""
    assert [attribute.chain for attribute in facts.attributes] == [("b",)]
