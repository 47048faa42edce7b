"""Twice as much of the same is twice the work, for every kind: a long file must not take for ever."""

from __future__ import annotations

import sys

import pytest

from audit.kinds.kind import Kind
from audit.kinds.reading import read_with
from audit.kinds.registry import all_kinds

TIMES = 30
EXAMPLES = {
    f"{kind.name}: {path} of {example.title}": (kind, path, content.encode() if isinstance(content, str) else content)
    for kind in all_kinds()
    for example in kind.BREAKS
    for path, content in example.before.items()
    if kind.wants(path) and content
}


@pytest.mark.parametrize("name", EXAMPLES)
def test_work_grows_with_the_length_of_what_is_read(name: str) -> None:
    kind, path, content = EXAMPLES[name]
    # The fewest of three: in any one of them a pattern may have to be compiled again.
    measured = [(_calls(kind, path, content * TIMES), _calls(kind, path, content * 2 * TIMES)) for _ in range(3)]
    once, twice = (min(calls) for calls in zip(*measured, strict=True))
    assert twice <= 2.5 * once + 500


def test_code_in_a_document_is_read_line_by_line() -> None:
    kind = next(each for each in all_kinds() if each.name == "markdown")
    content = b"```python\n" + b"from shop.old import x\n" * 100
    _calls(kind, "a.md", content)  # compiles the patterns
    assert _calls(kind, "a.md", content * 2) <= 2.5 * _calls(kind, "a.md", content)


def _calls(kind: Kind, path: str, content: bytes) -> int:
    """How many calls it takes to read a content."""
    count = 0

    def seen(_frame: object, event: str, _argument: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(seen)
    try:
        read_with(kind, path, content)
    finally:
        sys.setprofile(before)
    return count
