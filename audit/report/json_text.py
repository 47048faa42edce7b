"""A frozen value as a JSON document of its own."""

from __future__ import annotations

import msgspec

SCHEMA = 1
"""Version of every document written here; a field that is added does not change it."""


def render_value(value: msgspec.Struct) -> str:
    """One JSON object: ``schema_version``, then the fields of the value in their order."""
    fields = {"schema_version": SCHEMA, **msgspec.structs.asdict(value)}
    return msgspec.json.format(msgspec.json.encode(fields), indent=2).decode() + "\n"
