"""The metadata that a script carries in a comment (PEP 723), as far as it asks for certain releases."""

from __future__ import annotations

import re
import tomllib
from typing import Any, Final

from audit.model.regex import regex

_OPENING: Final = "# /// script"
_CLOSING: Final = "# ///"
_REQUIREMENT: Final = regex(r"\s*([\w.-]+)\s*(?:\[[^\]]*\])?\s*(?:==|<|~=|@)")


def pinned_distributions(content: bytes) -> tuple[str, ...]:
    """The distributions, by their normalised names, of which a script asks for other releases than the newest and
    that it takes from an index: what it imports of them is not what lies beside it."""
    try:
        metadata = tomllib.loads("\n".join(_block(content.decode(errors="replace").splitlines())))
    except (ValueError, RecursionError):  # an integer may have too many digits
        return ()  # the tool that runs the script says so
    asked = metadata.get("dependencies")
    found = (_REQUIREMENT.match(each) for each in asked if isinstance(each, str)) if isinstance(asked, list) else ()
    names = {_normal(match[1]) for match in found if match is not None}
    return tuple(sorted(names - {_normal(name) for name in _sources(metadata)}))


def _block(lines: list[str]) -> list[str]:
    """The lines of the first block that is opened and closed, without their marks."""
    found: list[str] | None = None
    for line in map(str.rstrip, lines):
        if found is not None and line == _CLOSING:
            return found
        if found is None or not line.startswith("#"):
            found = [] if line == _OPENING else None
        else:
            found.append(line[2:])
    return []


def _sources(metadata: dict[str, Any]) -> dict[str, Any]:
    """The distributions that uv is told to take from elsewhere: from the folder of the project, most often."""
    tool = metadata.get("tool")
    uv = tool.get("uv") if isinstance(tool, dict) else None
    sources = uv.get("sources") if isinstance(uv, dict) else None
    return sources if isinstance(sources, dict) else {}


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
