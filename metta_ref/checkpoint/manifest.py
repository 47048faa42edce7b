"""The manifest: what belongs to a checkpoint, byte for byte, and where it comes from."""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from metta_ref.checkpoint.errors import CheckpointCorruptError, CheckpointKindError, CheckpointVersionError
from metta_ref.checkpoint.migrations import FORMAT_VERSION

KIND = "metta_ref.checkpoint"
_FILE = re.compile(r"\w[\w.-]*")


@dataclass(frozen=True, slots=True)
class Manifest:
    """The facts of a manifest.

    `files` maps names to SHA-256, `state_digest` covers the trainer's state, `format_version` is that of the files.
    """

    run: str
    epoch: int
    parent: int | None
    config_digest: str
    environment: Mapping[str, str]
    state_digest: str
    files: Mapping[str, str]
    format_version: int = FORMAT_VERSION


def digest(data: bytes) -> str:
    """SHA-256 in hexadecimal."""
    return hashlib.sha256(data).hexdigest()


def to_json(value: object) -> bytes:
    """Equal values as equal bytes, for people too."""
    return (json.dumps(value, indent=2, sort_keys=True) + "\n").encode()


def encoded(manifest: Manifest) -> bytes:
    """The manifest as JSON, sealed with a digest of itself."""
    body = {"kind": KIND, **asdict(manifest)}
    return to_json(body | {"seal": _seal(body)})


def decoded(data: bytes, path: object) -> Manifest:
    """The inverse of `encoded`, for the manifest that lies at `path`.

    Raises CheckpointCorruptError, CheckpointKindError, or CheckpointVersionError.
    """
    try:
        body = json.loads(data)
    except (json.JSONDecodeError, UnicodeDecodeError):
        raise damaged(path, "is truncated or altered") from None
    if not isinstance(body, dict) or body.get("kind") != KIND:
        raise CheckpointKindError(f"{path}: not the manifest of a metta_ref checkpoint; name another directory")
    version = body.get("format_version")
    if isinstance(version, int) and version > FORMAT_VERSION:
        raise CheckpointVersionError(
            f"{path}: format version {version}, but this code reads up to {FORMAT_VERSION}; "
            "use the version of metta_ref that wrote it"
        )
    seal = body.pop("seal", None)
    if seal != _seal(body):
        raise damaged(path, "was altered")
    del body["kind"]
    manifest = Manifest(**body)
    if not all(map(_FILE.fullmatch, manifest.files)):
        raise damaged(path, "lists a file that is none of this directory")
    return manifest


def damaged(path: object, how: str) -> CheckpointCorruptError:
    """The error for one damaged file."""
    return CheckpointCorruptError(
        f"{path}: {how}; restore it from a copy, or remove {str(path).rpartition('/')[0]} to use an older checkpoint"
    )


def _seal(body: Mapping[str, Any]) -> str:
    return digest(json.dumps(body, sort_keys=True).encode())
