"""TOML documents know the line of each key, and say where they break."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.config.toml import read_toml
from audit.model.errors import ConfigError

DOCUMENT = b'''# a comment
name = "x"   # = not a key

[tool.audit]
select = [
  "REF",     # a comment with [ and ] and [ and "
  "IMP",
]
nested = [
  [1, 2],
  "select",
]
"quoted.key" = \'[not a table]\'
text = """
[neither]
key = "this"
"""

[[tool.importlinter.contracts]]
name = "first"

[[tool.importlinter.contracts]]
name = "second"
inline = { a = 1, b = [2, 3] }
[tool.importlinter.contracts.sub]
deep.er = 1
'''


@pytest.mark.parametrize(
    ("path", "line"),
    [
        (("name",), 2),
        (("tool", "audit"), 4),
        (("tool", "audit", "select"), 5),
        (("tool", "audit", "quoted.key"), 13),
        (("tool", "audit", "text"), 14),
        (("tool", "importlinter", "contracts", 0), 19),
        (("tool", "importlinter", "contracts", 0, "name"), 20),
        (("tool", "importlinter", "contracts", 1, "name"), 23),
        (("tool", "importlinter", "contracts", 1, "inline", "b"), 24),
        (("tool", "importlinter", "contracts", 1, "sub", "deep", "er"), 26),
        (("tool", "audit", "absent"), 4),
        (("nowhere",), 1),
    ],
)
def test_each_key_has_the_line_it_stands_on_or_that_of_what_encloses_it(path: tuple[str | int, ...], line: int) -> None:
    assert read_toml("x.toml", DOCUMENT).line(*path) == line


def test_windows_line_ends_count_as_one_line() -> None:
    assert read_toml("x.toml", b"a = 1\r\n\r\nb = 2\r\n").line("b") == 3


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"a = 1\nb = = 2\n", "x.toml:2: not valid TOML: invalid value"),
        (b"a = 1\n[table\n", "x.toml:2: not valid TOML: expected ']' at the end of a table declaration"),
        (
            b'a = 1\n\nb = """never closed\n',
            "x.toml:3: not valid TOML: unterminated string at the end of the file",
        ),
        (b"a = 1\nb = '\xff'\n", "x.toml:2: not UTF-8, which TOML must be; save the file as UTF-8"),
        (b"a = " + b"[" * 100_000, "x.toml:1: nested too deeply to be read"),
    ],
    ids=["value", "header", "string", "encoding", "nesting"],
)
def test_a_file_that_is_no_toml_is_one_mistake_with_its_line(content: bytes, message: str) -> None:
    with pytest.raises(ConfigError) as raised:
        read_toml("x.toml", content)
    assert raised.value.mistakes == (message,)


KEYS = st.text(alphabet="abcdef", min_size=1, max_size=4)
VALUES = st.sampled_from(
    [
        "1",
        "1979-05-27T07:32:00Z",
        '"a # b"',
        '"\\""',
        "'[x]'",
        '["]", \'"\', [1, 2]]',
        "{ k = [1], l = 'm' }",
        '[\n  "#",\n  2, # ]\n]',
        "'''\nk = 1\n[t]\n'''",
        '"""\n\\"""\n"""',
        '""""quoted""""',
        "['''a'''', 'b[']",
    ]
)


@st.composite
def documents(draw: st.DrawFn) -> tuple[str, dict[str, Any]]:
    """A document whose every top-level key holds its own line number under a table of the same name."""
    lines: list[str] = []
    expected: dict[str, int] = {}
    for key in draw(st.lists(KEYS, unique=True, max_size=8)):
        lines += draw(st.sampled_from([[], [""], ["# note = 1"]]))
        header = draw(st.booleans())
        number = sum(chunk.count("\n") + 1 for chunk in lines) + 1
        if header:
            lines += [f"[{key}]"]
            expected[key] = number
            for inner in draw(st.lists(KEYS, unique=True, max_size=3)):
                expected[f"{key}.{inner}"] = sum(chunk.count("\n") + 1 for chunk in lines) + 1
                lines += [f"{inner} = {draw(VALUES)}"]
        else:
            lines += [f"[{key}.x]", f"y = {draw(VALUES)}"]
            expected[f"{key}.x.y"] = number + 1
    return "\n".join(lines), expected


@given(documents())
def test_lines_are_right_whatever_the_values_hold(document: tuple[str, dict[str, int]]) -> None:
    text, expected = document
    read = read_toml("x.toml", text.encode())
    assert read.data == tomllib.loads(text)
    assert {key: read.line(*key.split(".")) for key in expected} == expected


def test_an_integer_of_too_many_digits_is_a_mistake() -> None:
    with pytest.raises(ConfigError, match=r"^pyproject\.toml:2: not valid TOML: exceeds the limit"):
        read_toml("pyproject.toml", b"a = 1\nb = " + b"9" * 5_000 + b"\n")
