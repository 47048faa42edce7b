"""Python files beyond what a person writes: named with a reason, and cheap."""

from __future__ import annotations

from audit.facts.python import MAX_PYTHON, read_python
from audit.model.facts import FileFacts


def test_data_that_is_spelled_as_python_is_not_parsed() -> None:
    too_large = b"x = [" + b"1, " * (MAX_PYTHON // 3) + b"]\n"
    assert read_python(too_large) == FileFacts(error="larger than 2,000,000 bytes: data, not parsed")


def test_a_large_file_within_the_limit_is_read() -> None:
    large = b"import a.b\n" + b"# a comment that goes on\n" * 79_000
    assert len(large) < MAX_PYTHON
    assert [each.names[0].name for each in read_python(large).imports] == ["a.b"]
