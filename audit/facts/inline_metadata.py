"""The metadata that a script carries in a comment (PEP 723), as far as it asks for certain releases."""

from __future__ import annotations

import re
import tomllib
from typing import Any, Final

from audit.model.regex import regex

_BLOCK: Final = regex(rb"^# /// script[ \t]*\r?\n((?:#(?: [^\r\n]*)?\r?\n)+?)# ///[ \t]*(?:\r?\n|\Z)", re.MULTILINE)
_REQUIREMENT: Final = regex(r"\s*([\w.-]+)\s*(?:\[[^\]]*\])?\s*(?:==|<|~=|@)")


def pinned_distributions(content: bytes) -> tuple[str, ...]:
    """The distributions, by their normalised names, of which a script asks for other releases than the newest and
    that it takes from an index: what it imports of them is not what lies beside it."""
    block = _BLOCK.search(content)
    if block is None:
        return ()
    lines = (line[2:] for line in block[1].decode(errors="replace").splitlines())
    try:
        metadata = tomllib.loads("\n".join(lines))
    except (tomllib.TOMLDecodeError, RecursionError):
        return ()  # the tool that runs the script says so
    asked = metadata.get("dependencies")
    found = (_REQUIREMENT.match(each) for each in asked if isinstance(each, str)) if isinstance(asked, list) else ()
    names = {_normal(match[1]) for match in found if match is not None}
    return tuple(sorted(names - {_normal(name) for name in _sources(metadata)}))


def _sources(metadata: dict[str, Any]) -> dict[str, Any]:
    """The distributions that uv is told to take from elsewhere: from the folder of the project, most often."""
    tool = metadata.get("tool")
    uv = tool.get("uv") if isinstance(tool, dict) else None
    sources = uv.get("sources") if isinstance(uv, dict) else None
    return sources if isinstance(sources, dict) else {}


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
