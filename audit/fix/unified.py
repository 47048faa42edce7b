"""Planned changes as one unified diff in bytes, which ``git apply`` accepts."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

from audit.fix.changes import FileChange

_NO_NEWLINE = b"\\ No newline at end of file"


def unified_diff(changes: Iterable[FileChange], prefix: str = "") -> bytes:
    """One diff of all files, in order of their paths; ``prefix`` is the folder of the tree in its repository.

    Bytes go through unchanged, so that files of any encoding and with any newlines can be patched.
    """
    return b"".join(_of_file(change, prefix) for change in sorted(changes, key=lambda change: change.path))


def _of_file(change: FileChange, prefix: str) -> bytes:
    path = f"{prefix}{change.path}"
    old, new = _quoted(f"a/{path}"), _quoted(f"b/{path}")
    body = difflib.diff_bytes(
        difflib.unified_diff, _lines(change.before), _lines(change.after), _header(old), _header(new), lineterm=b"\n"
    )
    lines = [line if line.endswith(b"\n") else line + b"\n" + _NO_NEWLINE + b"\n" for line in body]
    return b"diff --git " + old + b" " + new + b"\n" + b"".join(lines)


def _lines(content: bytes) -> list[bytes]:
    lines = content.split(b"\n")
    return [line + b"\n" for line in lines[:-1]] + ([lines[-1]] if lines[-1] else [])


def _header(name: bytes) -> bytes:
    """A file name as the ``---`` and ``+++`` lines hold it: a tab ends one that holds a space."""
    return name + b"\t" if b" " in name and not name.startswith(b'"') else name


def _quoted(name: str) -> bytes:
    """A file name as git writes it: with escapes in quotes where it holds control or quoting characters."""
    raw = name.encode("utf-8", errors="surrogateescape")
    if not any(byte < 0x20 or byte in b'"\\' or byte == 0x7F for byte in raw):
        return raw
    escaped = b"".join(
        b"\\" + bytes([byte]) if byte in b'"\\' else b"\\%03o" % byte if byte < 0x20 or byte == 0x7F else bytes([byte])
        for byte in raw
    )
    return b'"' + escaped + b'"'
