"""A checkpoint as files, in both directions: what is read is what was written, or an error that names the file."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Protocol

import numpy as np
import safetensors.numpy
import yaml

from metta_ref.checkpoint.contents import Checkpoint, Plain, PolicySpec
from metta_ref.checkpoint.errors import CheckpointKindError, CheckpointNotFoundError, CheckpointStateError
from metta_ref.checkpoint.manifest import Manifest, damaged, decoded, digest, encoded, to_json
from metta_ref.checkpoint.migrations import Arrays, migrated_policy, migrated_state
from metta_ref.checkpoint.names import MANIFEST, POLICY, SCALARS, SIDECAR, TENSORS
from metta_ref.config import AgentConfig, ConfigError, from_mapping, observation_from_plain

if TYPE_CHECKING:
    from metta_ref.agents.interface import Agent

_SCALARS = SCALARS.removesuffix(".json")


def files_of(checkpoint: Checkpoint, run: str, sidecar: Mapping[str, Plain]) -> dict[str, bytes]:
    """The content of every file of a checkpoint by its name, the manifest last."""
    files: dict[str, bytes] = {}
    sections: dict[str, dict[str, np.ndarray]] = {}
    for name, array in sorted(checkpoint.state.items()):
        section, _, key = name.partition("/")
        # The format stores memory as it lies, so that an array must be contiguous for its bytes to be its values.
        sections.setdefault(section, {})[key] = np.asarray(array, order="C")
    files[SCALARS] = to_json({key: int(number) for key, number in sections.pop(_SCALARS, {}).items()})
    files |= {f"{section}{TENSORS}": safetensors.numpy.save(arrays) for section, arrays in sections.items()}
    state = {name: digest(data) for name, data in files.items()}
    others = {
        POLICY: to_json(asdict(checkpoint.policy)),
        SIDECAR: yaml.safe_dump(dict(sidecar), sort_keys=False, allow_unicode=True).encode(),
    }
    manifest = Manifest(
        run=run,
        epoch=checkpoint.epoch,
        parent=checkpoint.parent,
        config_digest=checkpoint.config_digest,
        environment=dict(checkpoint.environment),
        state_digest=digest(to_json(state)),
        files=state | {name: digest(data) for name, data in others.items()},
    )
    return files | others | {MANIFEST: encoded(manifest)}


class Folder(Protocol):
    """Where the files of a checkpoint lie: as much of `pathlib.Path` as reading takes, here or elsewhere."""

    def __truediv__(self, name: str, /) -> "Folder": ...
    def is_dir(self) -> bool: ...
    def read_bytes(self) -> bytes: ...


class Stored:
    """The checkpoint in a folder, by its manifest, against which every other file is verified when it is read.

    Raises CheckpointCorruptError where a file is missing, truncated or altered, CheckpointNotFoundError when the
    checkpoint went while it was read, and at first CheckpointKindError or CheckpointVersionError.
    """

    def __init__(self, directory: Folder) -> None:
        self.directory = directory
        self.manifest = decoded(self._bytes(MANIFEST), directory / MANIFEST)

    def sidecar(self) -> dict[str, Plain]:
        """The facts for people."""
        loaded: dict[str, Plain] = yaml.safe_load(self._verified(SIDECAR))
        return loaded

    def policy_spec(self) -> PolicySpec:
        """The policy's architecture. Raises CheckpointKindError when this version has no such agent."""
        plain = migrated_policy(json.loads(self._verified(POLICY)), self.manifest.format_version)
        try:
            config = from_mapping(plain["config"], AgentConfig)
        except ConfigError as error:
            raise CheckpointKindError(
                f"{self.directory / POLICY}: another version's agent ({error}); "
                "use the version of metta_ref that wrote it"
            ) from error
        return PolicySpec(plain["agent"], observation_from_plain(plain["observation"]), plain["num_actions"], config)

    def agent(self) -> "Agent":
        """The policy as `PolicySpec.build` makes it. Raises CheckpointStateError when this version cannot."""
        spec, state = self.policy_spec(), self._state(["policy"])
        try:
            return spec.build(state)
        except (ValueError, RuntimeError) as error:
            raise CheckpointStateError(
                f"{self.directory}: not a policy of this version ({error}); use the version of metta_ref that wrote it"
            ) from error

    def load(self) -> Checkpoint:
        """All of it."""
        manifest = self.manifest
        sections = [name.removesuffix(TENSORS) for name in manifest.files if name.endswith(TENSORS)]
        scalars = json.loads(self._verified(SCALARS))
        return Checkpoint(
            epoch=manifest.epoch,
            state={**self._state(sections), **{f"{_SCALARS}/{name}": np.array(scalars[name]) for name in scalars}},
            policy=self.policy_spec(),
            sidecar=self.sidecar(),
            config_digest=manifest.config_digest,
            environment=manifest.environment,
            parent=manifest.parent,
            format_version=manifest.format_version,
        )

    def _state(self, sections: Sequence[str]) -> Arrays:
        loaded = {
            f"{section}/{name}": array
            for section in sections
            for name, array in safetensors.numpy.load(self._verified(f"{section}{TENSORS}")).items()
        }
        return migrated_state(loaded, self.manifest.format_version)

    def _verified(self, name: str) -> bytes:
        path = self.directory / name
        if name not in self.manifest.files:
            raise damaged(path, "is not part of this checkpoint")
        data = self._bytes(name)
        if digest(data) != self.manifest.files[name]:
            raise damaged(path, "was truncated or altered since it was written")
        return data

    def _bytes(self, name: str) -> bytes:
        try:
            return (self.directory / name).read_bytes()
        except FileNotFoundError:
            if not self.directory.is_dir():
                message = f"{self.directory}: was removed while it was read; choose another"
                raise CheckpointNotFoundError(message) from None
            raise damaged(self.directory / name, "is missing") from None
