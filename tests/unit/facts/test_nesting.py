"""Source that would end the process of a native parser is told by its text, and refused with a reason."""

from __future__ import annotations

import pytest

from audit.facts.python import read_python
from audit.model.nesting import nests_deeply

CHAINS = {
    "brackets": lambda n: "x = " + "(" * n + "1" + ")" * n,
    "brackets that stay open": lambda n: "x = " + "[" * n,
    "subscripts": lambda n: "x = " + "a[" * n + "1" + "]" * n,
    "calls": lambda n: "x = f" + "()" * n,
    "attributes": lambda n: "x = a" + ".b" * n,
    "operators": lambda n: "x = " + " + ".join("1" * n),
    "operators on lines of their own": lambda n: "x = (" + "\n+ ".join("1" * n) + ")",
    "continued lines": lambda n: "x = 1" + " \\\n + 1" * n,
    "signs": lambda n: "x = " + "-" * n + "1",
    "words": lambda n: "x = " + "not " * n + "1",
    "lambdas": lambda n: "x = " + "lambda:" * n + "1",
    "assignments": lambda n: "x = " * n + "1",
    "strings side by side": lambda n: "x = " + "'a' " * n,
    "format strings": lambda n: "x = " + 'f"{' * n,
    "a format string": lambda n: "x = f'{" + "(" * n + "1" + ")" * n + "}'",
    "blocks": lambda n: "\n".join(" " * level + "if x:" for level in range(n)),
}


@pytest.mark.parametrize("name", CHAINS)
def test_what_nests_deeply(name: str) -> None:
    assert (nests_deeply(CHAINS[name](90)), nests_deeply(CHAINS[name](20_000))) == (False, True)


def test_what_is_long_and_flat() -> None:
    table = "x = {\n" + "    'a.b-c': [1 + 2, (3, 4)],  # of - all (things\n" * 5_000 + "}\n"
    calls = "f(a.b.c, x=1 - 2)\n" * 5_000
    prose = 'def f():\n    """Of - all - things: (a, [b. """\n    return f"{a.b}-----{c!r:>{width}}" "("\n' * 2_000
    assert [nests_deeply(text) for text in (table, calls, prose)] == [False, False, False]


def test_branches_one_after_another() -> None:
    branches = "if a:\n    pass\n" + "elif b:\n    pass\n" * 20_000
    assert (nests_deeply(branches), nests_deeply(branches[:3_000])) == (True, False)


@pytest.mark.parametrize("name", CHAINS)
def test_no_such_source_ends_the_process(name: str) -> None:
    broken = CHAINS[name](1_500) + "\nf'{x'\n!\n"
    assert read_python(broken.encode()).error.startswith(("does not parse", "not analysed"))


@pytest.mark.parametrize("codec", ["rot13", "hex", "zlib_codec", "punycode", "undefined", "nonsense"])
def test_a_codec_that_makes_no_text(codec: str) -> None:
    assert read_python(f"# coding: {codec}\nx = 1\n".encode()).error.startswith("does not parse: ")


def test_a_codec_that_replaces_nothing() -> None:
    assert read_python(b"# coding: idna\nimport shop.store\nx = '\xff'\n").error
