"""The manifest: what belongs to a checkpoint, byte for byte, and where it comes from."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from metta_ref.checkpoint.errors import (
    CheckpointCorruptError,
    CheckpointKindError,
    CheckpointNotFoundError,
    CheckpointVersionError,
)
from metta_ref.checkpoint.migrations import FORMAT_VERSION

NAME = "manifest.json"
KIND = "metta_ref.checkpoint"


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


def encode(manifest: Manifest) -> bytes:
    """The manifest as JSON, sealed with a digest of itself."""
    body = {"kind": KIND, **asdict(manifest)}
    return (json.dumps(body | {"seal": _seal(body)}, indent=2, sort_keys=True) + "\n").encode()


def read(directory: Path) -> Manifest:
    """The manifest of a checkpoint's directory.

    Raises CheckpointNotFoundError, CheckpointCorruptError, CheckpointKindError, or CheckpointVersionError.
    """
    path = directory / NAME
    try:
        body = json.loads(_bytes(path))
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
    return Manifest(**body)


def verified_bytes(directory: Path, manifest: Manifest, name: str) -> bytes:
    """The content of one file, which is what was written or is an error.

    Raises CheckpointCorruptError when the file is missing, truncated or altered, and CheckpointNotFoundError when
    the checkpoint went while it was read.
    """
    path = directory / name
    if name not in manifest.files:
        raise damaged(path, "is not part of this checkpoint")
    data = _bytes(path)
    if digest(data) != manifest.files[name]:
        raise damaged(path, "was truncated or altered since it was written")
    return data


def damaged(path: Path, how: str) -> CheckpointCorruptError:
    """The error for one damaged file."""
    return CheckpointCorruptError(
        f"{path}: {how}; restore it from a copy, or remove {path.parent} to use an older checkpoint"
    )


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        if not path.parent.is_dir():
            raise CheckpointNotFoundError(f"{path.parent}: was removed while it was read; choose another") from None
        raise damaged(path, "is missing") from None


def _seal(body: Mapping[str, Any]) -> str:
    return digest(json.dumps(body, sort_keys=True).encode())
