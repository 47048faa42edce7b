"""A checkpoint as it lies on disk: what is read of it is what was written, or an error that names the file."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import safetensors.numpy
import yaml
from numpy.typing import NDArray

from metta_ref.checkpoint.contents import Checkpoint, Plain, PolicySpec, Snapshot
from metta_ref.checkpoint.errors import CheckpointKindError, CheckpointNotFoundError, CheckpointStateError
from metta_ref.checkpoint.manifest import damaged, decoded, digest
from metta_ref.checkpoint.migrations import migrated_policy, migrated_tensors
from metta_ref.checkpoint.names import MANIFEST, POLICY, SCALARS, SIDECAR, TENSORS
from metta_ref.config import AgentConfig, ConfigError, from_mapping, observation_from_plain

if TYPE_CHECKING:
    from metta_ref.agents.interface import Agent


class Stored:
    """The checkpoint in a directory, by its manifest, against which every other file is verified when it is read.

    Raises CheckpointCorruptError where a file is missing, truncated or altered, CheckpointNotFoundError when the
    checkpoint went while it was read, and at first CheckpointKindError or CheckpointVersionError.
    """

    def __init__(self, directory: Path) -> None:
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
        """The policy on the CPU, in evaluation mode.

        Raises CheckpointStateError when the weights do not fit the network.
        """
        spec, weights = self.policy_spec(), self._tensors("policy")
        try:
            return spec.build(weights)
        except CheckpointStateError as error:
            raise CheckpointStateError(f"{self.directory}: {error}") from error

    def load(self) -> Checkpoint:
        """All of it."""
        manifest = self.manifest
        sections = [name.removesuffix(TENSORS) for name in manifest.files if name.endswith(TENSORS)]
        return Checkpoint(
            epoch=manifest.epoch,
            snapshot=Snapshot(
                {section: self._tensors(section) for section in sections}, json.loads(self._verified(SCALARS))
            ),
            policy=self.policy_spec(),
            sidecar=self.sidecar(),
            config_digest=manifest.config_digest,
            environment=manifest.environment,
            parent=manifest.parent,
            format_version=manifest.format_version,
        )

    def _tensors(self, section: str) -> dict[str, NDArray[Any]]:
        loaded: dict[str, NDArray[Any]] = safetensors.numpy.load(self._verified(f"{section}{TENSORS}"))
        return dict(migrated_tensors(section, loaded, self.manifest.format_version))

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
