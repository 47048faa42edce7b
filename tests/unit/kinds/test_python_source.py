"""Calls are found however they are laid out, and a file without any is not parsed."""

from __future__ import annotations

import ast
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.kinds.opened_files import OpenedFiles
from audit.kinds.python_commands import Subprocesses
from audit.kinds.python_source import called_name, literal_calls

PIECES = st.sampled_from(
    ["open", "Path", "opened", ".", "(", ")", " ", "\n", "\\\n", "# c\n", "[", "]", ",", "f", "rb", '"a/b.csv"', "x"]
)


@given(st.lists(PIECES, max_size=8), st.lists(PIECES, max_size=8))
def test_no_call_that_begins_with_a_string_is_missed(before: list[str], after: list[str]) -> None:
    source = "".join(("open", *before, '"""y"""', *after))
    try:
        nodes = list(ast.walk(ast.parse(source)))
    except (SyntaxError, ValueError):
        return
    calls = [
        node
        for node in nodes
        if isinstance(node, ast.Call)
        and called_name(node) in ("open", "Path")
        and node.args
        and isinstance(node.args[0], (ast.Constant, ast.JoinedStr))
    ]
    assert not calls or re.search(literal_calls(("open", "Path")), source) is not None


@pytest.mark.parametrize(
    "call",
    [
        'open("a/b.csv")',
        "pathlib.Path ( r'a/b.csv')",
        'open(\n    # the table\n    "a/b.csv",\n)',
        'open(("a/b.csv"))',
        'open \\\n("a/b.csv")',
    ],
)
def test_a_file_is_opened_however_the_call_is_laid_out(call: str) -> None:
    found = OpenedFiles().read("run.py", f"import pathlib  # open(\n\n{call}\n".encode())
    assert [mention.text for mention in found] == ["a/b.csv"]


@pytest.mark.parametrize(
    "call", ['subprocess.run(["sh", "a/b.sh"])', 'subprocess.run(("sh", "a/b.sh"))', "call('sh a/b.sh')"]
)
def test_a_script_is_started_however_its_words_are_given(call: str) -> None:
    found = Subprocesses().read("run.py", f"import subprocess\n\n{call}\n".encode())
    assert [mention.text for mention in found] == ["a/b.sh"]


def test_a_file_that_opens_nothing_need_not_be_python() -> None:
    assert OpenedFiles().read("run.py", b"open(path) ?\n") == ()


def test_a_file_for_a_newer_python_is_read_all_the_same() -> None:
    found = OpenedFiles().read("run.py", b"def first[T](x: T) -> T:\n    return open('a/b.csv')\n")
    assert [(mention.text, mention.span) for mention in found] == [("a/b.csv", (2, 18, 2, 25))]
