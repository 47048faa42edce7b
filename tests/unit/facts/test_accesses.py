"""Reading calls and attribute reads on demand: of a part of a file as of the whole, and of any bytes."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import audit
from audit.facts.accesses import read_accesses
from audit.facts.python import read_python

SOURCES = sorted(Path(audit.__file__).parent.glob("[cfmr]*/*.py"))


@pytest.mark.parametrize("part", range(2))
def test_parts_of_a_file_say_what_the_whole_file_says(part: int) -> None:
    """Files are parsed in part where that is possible; without definitions to cut at they are parsed whole."""
    examined = 0
    for path in SOURCES[part::2]:
        content = path.read_bytes()
        facts = read_python(content)
        for name in facts.called[::40]:
            whole = read_accesses(content, {name}, ())
            assert read_accesses(content, {name}, facts.definitions) == whole, f"{name} in {path}"
            examined += len(whole)
    assert examined > 20


@settings(max_examples=50)
@given(st.binary(max_size=60) | st.text(max_size=60).map(str.encode), st.sets(st.sampled_from(["a", "b", "get"])))
def test_any_bytes_can_be_read(content: bytes, names: set[str]) -> None:
    for access in read_accesses(content, names, read_python(content).definitions):
        assert access.leaf in names


@pytest.mark.parametrize(
    ("source", "term"),
    [
        ("store.get()", "store.get"),
        ("import a.b as c\nc.get()", "c.get"),
        ("def f(x: 'Store | None'):\n    x.get()", "__declared__('Store | None').get"),
        ("def f(x):\n    x.get()", ""),
        ("def f():\n    x = Store(1)\n    x.get()", "Store().get"),
        ("def f():\n    x = Store(1)\n    x = 2\n    x.get()", ""),
        ("def f():\n    x = x.get()\n    x.get()", ""),
        ("def f():\n    for x in Store().all():\n        x.get()", "__element__(Store().all()).get"),
        ("def f():\n    from a import b as c\n    c().get()", "__imported__(0, 'a', 'b')().get"),
        ("class A:\n    def f(self):\n        self.x.get()", "__self__('A').x.get"),
        ("class A:\n    def f(self):\n        super().get()", "__super__('A').get"),
        ("class A:\n    @staticmethod\n    def f(x):\n        x.get()", ""),
        ("class A:\n    @classmethod\n    def f(cls):\n        cls.get()", "__class_of__('A').get"),
        ("def f(x: Store):\n    if isinstance(x, Other):\n        x.get()", ""),
        ("def f(x: Store):\n    return lambda x: x.get()", ""),
        ("async def f():\n    async with open_it() as x:\n        await x.get()", "__entered__(open_it()).get"),
    ],
)
def test_a_term_says_where_a_value_comes_from(source: str, term: str) -> None:
    content = source.encode()
    accesses = read_accesses(content, {"get"}, read_python(content).definitions)
    assert [access.term for access in accesses][-1:] == [term]


def test_what_never_runs_or_may_fail_is_left_out() -> None:
    content = b"""
if TYPE_CHECKING:
    a.get()
try:
    b.get()
except AttributeError:
    c.get()
with pytest.raises(TypeError):
    d.get()
e.get()
"""
    assert [access.term for access in read_accesses(content, {"get"}, ())] == ["c.get", "e.get"]


def test_names_that_lead_to_names_are_asked_for_once() -> None:
    lines = [f"    x{number} = x{number - 1}.a if flag else x{number - 1}.b" for number in range(1, 60)]
    content = "\n".join(["def f(x0: Store, flag):", *lines, "    x59.get()"]).encode()
    assert [access.term for access in read_accesses(content, {"get"}, ())] == [""]
