"""One Python file's bytes -> `FileFacts`, by one pass over its syntax tree; nothing is imported or run."""

from __future__ import annotations

import ast
import warnings
from typing import Final

import msgspec

from audit.facts.suppressions import read_suppressions
from audit.model.facts import FileFacts
from audit.model.regex import regex

TEMPLATE: Final = "a template, no Python until it is filled in"
_CONFLICT: Final = regex(rb"(?:<{7}|={7}|>{7}|\|{7})(?: |$)")
_TEMPLATE: Final = regex(rb"\{%[-+]?\s*(?:if|for|set|block|extends|include|import|from|raw|macro|call|with|filter)\b")
_PLACEHOLDER: Final = regex(rb"\{\{[-+]?\s*[A-Za-z_][\w.]*\s*(?:\|[^{}]*)?[-+]?\}\}")
"""What a template engine fills in; on a line that is Python it could also be a set in a set."""

_METADATA: Final = b"# /// script"
"""Opens the metadata of a script (PEP 723)."""
_LFS_POINTER: Final = b"version https://git-lfs.github.com/spec/"

MAX_PYTHON: Final = 2_000_000
"""Bytes of a file that is parsed: a larger one is data, and its syntax tree is hundreds of times as large."""


def read_python(content: bytes) -> FileFacts:
    """The facts of one file; one that cannot be parsed yields facts with ``error`` set, no exception."""
    from audit.facts.collector import Collector  # most runs know every file already

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # annotations in quotes are parsed on the way too
        tree = _parsed(content)
        if isinstance(tree, str):
            return FileFacts(error=tree)
        try:
            facts = Collector(content).collect(tree)
        except RecursionError:
            return FileFacts(error="not analysed: nested too deeply")
    if suppressions := read_suppressions(content):
        facts = msgspec.structs.replace(facts, suppressions=suppressions)
    return _with_metadata(facts, content) if _METADATA in content else facts


def _with_metadata(facts: FileFacts, content: bytes) -> FileFacts:
    from audit.facts.inline_metadata import pinned_distributions  # few files are scripts that carry any

    return msgspec.structs.replace(facts, pinned=pinned_distributions(content))


def parses(content: bytes) -> bool:
    """Whether a file is Python."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return not isinstance(_parsed(content), str)


def _parsed(content: bytes) -> ast.Module | str:
    """The syntax tree of a file, or why there is none."""
    if content.startswith(_LFS_POINTER):
        return "a Git LFS pointer, the file itself is not here"
    if len(content) > MAX_PYTHON:
        return f"larger than {MAX_PYTHON:,} bytes: data, not parsed"
    if b"\0" in content:
        return "holds null bytes: not Python source"
    try:
        return ast.parse(content)
    except SyntaxError as error:
        from audit.facts.newer import parse_newer  # rarely needed
        from audit.facts.older import parse_older

        other = parse_newer(content) or parse_older(content)
        if other is not None:
            return other
        if _TEMPLATE.search(content) or _PLACEHOLDER.search(_line(content, error.lineno)):
            return TEMPLATE
        where = f"line {error.lineno}: " if error.lineno else ""
        if _CONFLICT.match(_line(content, error.lineno)):
            return f"does not parse: {where}a merge conflict stands there"
        return f"does not parse: {where}{error.msg}"
    except (ValueError, LookupError) as error:
        return f"does not decode: {error}"
    except (RecursionError, MemoryError):
        return "does not parse: nested too deeply"


def _line(content: bytes, number: int | None) -> bytes:
    lines = content.splitlines()
    return lines[number - 1] if number and number <= len(lines) else b""
