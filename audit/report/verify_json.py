"""The result of `audit verify` as JSON, and back; the format is a contract, ``schema_version`` 1."""

from __future__ import annotations

import msgspec

from audit.model.errors import UsageError
from audit.model.verdicts import Verification


def render_verification(verification: Verification) -> str:
    """One JSON document; the only values in it that differ between two runs are ``seconds``."""
    return msgspec.json.format(msgspec.json.encode(verification), indent=2).decode() + "\n"


def read_verification(path: str, content: bytes) -> Verification:
    """The result that a JSON document holds.

    Raises:
        UsageError: the document is damaged, or was written by another version.
    """
    try:
        verification = msgspec.json.decode(content, type=Verification)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} holds no verification ({error}); write it again with audit verify") from None
    if verification.schema_version != 1:
        version = verification.schema_version
        raise UsageError(f"{path} has schema version {version}; this audit reads version 1")
    return verification
