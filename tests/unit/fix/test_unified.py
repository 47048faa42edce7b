"""The diff of any bytes is one that git applies to give exactly those bytes."""

from __future__ import annotations

import os
import subprocess
import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from audit.fix.changes import FileChange
from audit.fix.unified import unified_diff

LINES = st.lists(
    st.sampled_from(
        [b"a", b"import b", b"", b"\xff\xe9", "é".encode(), b"-- x", b"+y", b"\\ no", b"t\r", b"\x0c", b"\x85"]
    ),
    max_size=8,
)
CONTENT = st.builds(lambda lines, last: b"\n".join(lines) + last, LINES, st.sampled_from([b"", b"\n", b"\r\n", b"\r"]))
NAME = st.sampled_from(["a.py", "b c.md", "ü.yaml", 'q"uote.py', "tab\there.py", "back\\slash.py", "folder/d e.py"])


@settings(max_examples=40, deadline=None)
@given(
    st.dictionaries(NAME, st.tuples(CONTENT, CONTENT).filter(lambda pair: pair[0] != pair[1] and all(pair)), min_size=1)
)
def test_git_applies_the_diff(files: dict[str, tuple[bytes, bytes]]) -> None:
    diff = unified_diff(FileChange(name, before, after, ()) for name, (before, after) in files.items())
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for name, (before, _) in files.items():
            (root / name).parent.mkdir(exist_ok=True)
            (root / name).write_bytes(before)
        environment = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CEILING_DIRECTORIES": str(root.parent)}
        subprocess.run(["git", "apply", "-"], cwd=root, input=diff, check=True, capture_output=True, env=environment)
        assert {name: (root / name).read_bytes() for name in files} == {name: pair[1] for name, pair in files.items()}


def test_no_change_is_no_diff() -> None:
    assert unified_diff([]) == b""


def test_files_are_told_by_their_place_in_the_repository() -> None:
    change = FileChange("a.py", b"x\n", b"y\n", ())
    assert unified_diff([change], "lib/") == (
        b"diff --git a/lib/a.py b/lib/a.py\n--- a/lib/a.py\n+++ b/lib/a.py\n@@ -1 +1 @@\n-x\n+y\n"
    )


def test_a_name_with_a_space_ends_with_a_tab_as_git_writes_it() -> None:
    change = FileChange("a b.py", b"x", b"y\n", ())
    assert unified_diff([change]) == (
        b"diff --git a/a b.py b/a b.py\n--- a/a b.py\t\n+++ b/a b.py\t\n@@ -1 +1 @@\n"
        b"-x\n\\ No newline at end of file\n+y\n"
    )
