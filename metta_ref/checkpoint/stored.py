"""A checkpoint as files, in both directions: what is read is what was written, or an error that names the file.

Its manifest lists what belongs to it, byte for byte, and where it comes from, and is sealed with a digest of itself.
"""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Protocol

import msgspec
import numpy as np
import safetensors.numpy
import yaml

from metta_ref.checkpoint.contents import (
    FORMAT_VERSION,
    Arrays,
    Checkpoint,
    Plain,
    PolicySpec,
    migrated_policy,
    migrated_state,
)
from metta_ref.checkpoint.errors import (
    CheckpointCorruptError,
    CheckpointKindError,
    CheckpointNotFoundError,
    CheckpointStateError,
    CheckpointVersionError,
)
from metta_ref.checkpoint.names import MANIFEST, POLICY, SCALARS, SIDECAR, TEACHERS, TENSORS

if TYPE_CHECKING:
    from metta_ref.agents.interface import Agent

_KIND = "metta_ref.checkpoint"
_SCALARS = SCALARS.removesuffix(".json")
_FILE = re.compile(r"\w[\w.-]*")
_ADVICE = "use the version of metta_ref that wrote it"


@dataclass(frozen=True, slots=True)
class Manifest:
    """Of a `Checkpoint`; `files` maps names to SHA-256, and `state_digest` covers the trainer's state."""

    run: str
    epoch: int
    parent: int | None
    config_digest: str
    environment: Mapping[str, str]
    state_digest: str
    files: Mapping[str, str]
    format_version: int = FORMAT_VERSION


def files_of(checkpoint: Checkpoint, run: str, sidecar: Mapping[str, Plain]) -> dict[str, bytes]:
    """The content of every file of a checkpoint by its name, the manifest last."""
    files: dict[str, bytes] = {}
    sections: dict[str, dict[str, np.ndarray]] = {}
    for name, array in sorted(checkpoint.state.items()):
        section, _, key = name.partition("/")
        # The format stores memory as it lies, so that an array must be contiguous for its bytes to be its values.
        sections.setdefault(section, {})[key] = np.asarray(array, order="C")
    files[SCALARS] = _json({key: int(number) for key, number in sections.pop(_SCALARS, {}).items()})
    files |= {f"{section}{TENSORS}": safetensors.numpy.save(arrays) for section, arrays in sections.items()}
    state = {name: _digest(data) for name, data in files.items()}
    others = {
        POLICY: _json(asdict(checkpoint.policy)),
        SIDECAR: yaml.safe_dump(dict(sidecar), sort_keys=False, allow_unicode=True).encode(),
    }
    if checkpoint.teachers:
        others[TEACHERS] = _json([asdict(teacher) for teacher in checkpoint.teachers])
    manifest = Manifest(
        run=run,
        epoch=checkpoint.epoch,
        parent=checkpoint.parent,
        config_digest=checkpoint.config_digest,
        environment=dict(checkpoint.environment),
        state_digest=_digest(_json(state)),
        files=state | {name: _digest(data) for name, data in others.items()},
    )
    return files | others | {MANIFEST: encoded(manifest)}


def encoded(manifest: Manifest) -> bytes:
    """The manifest as JSON, sealed."""
    body = {"kind": _KIND, **asdict(manifest)}
    return _json(body | {"seal": _seal(body)})


class Folder(Protocol):
    """Where the files of a checkpoint lie: as much of `pathlib.Path` as reading takes, here or elsewhere."""

    def __truediv__(self, name: str, /) -> "Folder": ...
    def is_dir(self) -> bool: ...
    def read_bytes(self) -> bytes: ...


class Stored:
    """The checkpoint in a folder, by its manifest, against which every other file is verified when it is read.

    Raises CheckpointCorruptError where a file is missing, truncated or altered, CheckpointNotFoundError when the
    checkpoint went while it was read, at first CheckpointVersionError, and CheckpointKindError for what is none.
    """

    def __init__(self, directory: Folder) -> None:
        self.directory = directory
        self.manifest = self._read_manifest()

    def sidecar(self) -> dict[str, Plain]:
        """The facts for people."""
        loaded: dict[str, Plain] = yaml.safe_load(self._verified(SIDECAR))
        return loaded

    def policy_spec(self) -> PolicySpec:
        """The policy's architecture."""
        return self._spec(POLICY, migrated_policy(json.loads(self._verified(POLICY)), self.manifest.format_version))

    def agent(self) -> "Agent":
        """The policy as `PolicySpec.build` makes it. Raises CheckpointStateError when this version cannot."""
        spec, state = self.policy_spec(), self._state(["policy"])
        try:
            return spec.build(state)
        except (ValueError, RuntimeError) as error:
            raise CheckpointStateError(
                f"{self.directory}: not a policy of this version ({error}); {_ADVICE}"
            ) from error

    def load(self) -> Checkpoint:
        """All of it."""
        manifest = self.manifest
        sections = [name.removesuffix(TENSORS) for name in manifest.files if name.endswith(TENSORS)]
        scalars = json.loads(self._verified(SCALARS))
        teachers = json.loads(self._verified(TEACHERS)) if TEACHERS in manifest.files else []
        return Checkpoint(
            epoch=manifest.epoch,
            state={**self._state(sections), **{f"{_SCALARS}/{name}": np.array(scalars[name]) for name in scalars}},
            policy=self.policy_spec(),
            sidecar=self.sidecar(),
            config_digest=manifest.config_digest,
            environment=manifest.environment,
            parent=manifest.parent,
            format_version=manifest.format_version,
            teachers=tuple(self._spec(TEACHERS, plain) for plain in teachers),
        )

    def _spec(self, name: str, plain: Mapping[str, Any]) -> PolicySpec:
        try:
            spec = msgspec.convert(plain, PolicySpec)
            unknown = ", ".join(sorted(plain["config"].keys() - asdict(spec.config).keys()))
            reason = f"{unknown}: no such setting" if unknown else ""
        except msgspec.ValidationError as error:
            reason = str(error)
        if reason:
            raise CheckpointKindError(f"{self.directory / name}: another version's agent ({reason}); {_ADVICE}")
        return spec

    def _state(self, sections: Sequence[str]) -> Arrays:
        loaded = {
            f"{section}/{name}": array
            for section in sections
            for name, array in safetensors.numpy.load(self._verified(f"{section}{TENSORS}")).items()
        }
        return migrated_state(loaded, self.manifest.format_version)

    def _read_manifest(self) -> Manifest:
        path = self.directory / MANIFEST
        try:
            body = json.loads(self._bytes(MANIFEST))
        except (json.JSONDecodeError, UnicodeDecodeError):
            raise _damaged(path, "is truncated or altered") from None
        if not isinstance(body, dict) or body.get("kind") != _KIND:
            raise CheckpointKindError(f"{path}: not the manifest of a metta_ref checkpoint; name another directory")
        version = body.get("format_version")
        if isinstance(version, int) and version > FORMAT_VERSION:
            here = f"this code reads up to {FORMAT_VERSION}"
            raise CheckpointVersionError(f"{path}: format version {version}, but {here}; {_ADVICE}")
        if body.pop("seal", None) != _seal(body):
            raise _damaged(path, "was altered")
        del body["kind"]
        manifest = Manifest(**body)
        if not all(map(_FILE.fullmatch, manifest.files)):
            raise _damaged(path, "lists a file that is none of this directory")
        return manifest

    def _verified(self, name: str) -> bytes:
        path = self.directory / name
        if name not in self.manifest.files:
            raise _damaged(path, "is not part of this checkpoint")
        data = self._bytes(name)
        if _digest(data) != self.manifest.files[name]:
            raise _damaged(path, "was truncated or altered since it was written")
        return data

    def _bytes(self, name: str) -> bytes:
        try:
            return (self.directory / name).read_bytes()
        except FileNotFoundError:
            if not self.directory.is_dir():
                gone = f"{self.directory}: was removed while it was read; choose another"
                raise CheckpointNotFoundError(gone) from None
            raise _damaged(self.directory / name, "is missing") from None


def _damaged(path: object, how: str) -> CheckpointCorruptError:
    folder = str(path).rpartition("/")[0]
    return CheckpointCorruptError(
        f"{path}: {how}; restore it from a copy, or remove {folder} to use an older checkpoint"
    )


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _json(value: object) -> bytes:
    """Equal values as equal bytes, for people too."""
    return (json.dumps(value, indent=2, sort_keys=True) + "\n").encode()


def _seal(body: Mapping[str, Any]) -> str:
    return _digest(json.dumps(body, sort_keys=True).encode())
