"""The checkpoints of one run: saved whole or not at all, chosen by number and metric, verified when read.

A checkpoint is written into a temporary directory beside its final place, every file and the directory flushed
to disk, and takes its name in one rename, which commits it. A kill at any moment leaves the older checkpoints and
at most a temporary directory, which readers ignore and the next save removes.
"""

import contextlib
import json
import os
import shutil
from collections.abc import Collection, Mapping
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import safetensors.numpy
import yaml
from numpy.typing import NDArray

from metta_ref.checkpoint import manifest as manifests
from metta_ref.checkpoint.contents import Checkpoint, Plain, PolicySpec, Snapshot, require_plain
from metta_ref.checkpoint.durable import Writer, flush, flush_entry, write_files
from metta_ref.checkpoint.errors import (
    CheckpointExistsError,
    CheckpointKindError,
    CheckpointNotFoundError,
    CheckpointStateError,
    CheckpointWriteError,
)
from metta_ref.checkpoint.manifest import Manifest, digest, verified_bytes
from metta_ref.checkpoint.migrations import migrated_policy, migrated_tensors
from metta_ref.checkpoint.names import FOLDER, epoch_name, parse_epoch, partial_name, partial_owner
from metta_ref.checkpoint.selection import Selection, select
from metta_ref.config import AgentConfig, ConfigError, from_mapping, observation_from_plain

if TYPE_CHECKING:
    from metta_ref.agents.interface import Agent

_TENSORS = ".safetensors"
_SCALARS, _POLICY, _SIDECAR = "scalars.json", "policy.json", "sidecar.yaml"


class CheckpointManager:
    """The checkpoints under `<run_dir>/checkpoints`; making one touches nothing."""

    def __init__(self, run_dir: str | os.PathLike[str]) -> None:
        self.run_dir = Path(run_dir)
        self.run = self.run_dir.absolute().name
        self.directory = self.run_dir / FOLDER

    def path(self, epoch: int) -> Path:
        """Where the checkpoint of an epoch stands, or would."""
        return self.directory / epoch_name(epoch)

    def epochs(self) -> tuple[int, ...]:
        """Epochs with a checkpoint, ascending; temporary directories and other files do not count."""
        if not self.directory.is_dir():
            return ()
        # What kind an entry is comes with the listing: asked later, one may be gone whose successor was not listed.
        with os.scandir(self.directory) as entries:
            found = [parse_epoch(entry.name) for entry in entries if entry.is_dir()]
        return tuple(sorted(epoch for epoch in found if epoch is not None))

    def latest(self) -> int:
        """The highest epoch, by number.

        Raises CheckpointNotFoundError when there is none.
        """
        epochs = self.epochs()
        if not epochs:
            raise CheckpointNotFoundError(f"{self.directory}: no checkpoint there; train a run first")
        return epochs[-1]

    def best(self, metric: str = "score") -> int:
        """The epoch with the highest finite value of a metric in its sidecar; the newer one when equal.

        Raises as `select` does.
        """
        return self.select(Selection("best", metric))[0]

    def select(self, selection: Selection) -> tuple[int, ...]:
        """The epochs that a strategy chooses; see `selection.select`.

        Raises CheckpointNotFoundError when none is, and what `read_sidecar` raises.
        """
        if selection == Selection():
            return (self.latest(),)
        try:
            return select(self.sidecars(), selection)
        except CheckpointNotFoundError as error:
            raise CheckpointNotFoundError(f"{self.directory}: {error}") from None

    def sidecars(self) -> dict[int, dict[str, Plain]]:
        """The facts for people of every checkpoint, by epoch; one that is pruned meanwhile is not among them.

        Raises as `read_manifest` does.
        """
        found = {}
        for epoch in self.epochs():
            with contextlib.suppress(CheckpointNotFoundError):
                found[epoch] = self.read_sidecar(epoch)
        return found

    def read_manifest(self, epoch: int) -> Manifest:
        """Provenance and digests of a checkpoint.

        Raises CheckpointNotFoundError, CheckpointCorruptError, CheckpointKindError, CheckpointVersionError.
        """
        directory = self.path(epoch)
        if not directory.is_dir():
            there = ", ".join(map(str, self.epochs())) or "none"
            raise CheckpointNotFoundError(f"{directory}: no such checkpoint; epochs there: {there}")
        manifest = manifests.read(directory)
        if manifest.epoch != epoch:
            raise CheckpointKindError(
                f"{directory}: holds epoch {manifest.epoch}; rename it to {epoch_name(manifest.epoch)}"
            )
        return manifest

    def read_sidecar(self, epoch: int) -> dict[str, Plain]:
        """The facts for people. Raises as `read_manifest` does."""
        return self._sidecar(epoch, self.read_manifest(epoch))

    def read_policy_spec(self, epoch: int) -> PolicySpec:
        """The policy's architecture. Raises as `read_manifest` does."""
        return self._policy_spec(epoch, self.read_manifest(epoch))

    def load(self, epoch: int) -> Checkpoint:
        """A whole checkpoint, every byte verified. Raises as `read_manifest` does."""
        manifest = self.read_manifest(epoch)
        tensors = {
            name.removesuffix(_TENSORS): self._tensors(epoch, manifest, name)
            for name in manifest.files
            if name.endswith(_TENSORS)
        }
        scalars = json.loads(verified_bytes(self.path(epoch), manifest, _SCALARS))
        return Checkpoint(
            epoch=epoch,
            snapshot=Snapshot(tensors, scalars),
            policy=self._policy_spec(epoch, manifest),
            sidecar=self._sidecar(epoch, manifest),
            config_digest=manifest.config_digest,
            environment=manifest.environment,
            parent=manifest.parent,
            format_version=manifest.format_version,
        )

    def load_policy(self, epoch: int) -> tuple["Agent", dict[str, Plain]]:
        """The agent on the CPU, in evaluation mode, and its sidecar.

        Raises as `read_manifest` does, and CheckpointStateError when the weights do not fit the network.
        """
        manifest = self.read_manifest(epoch)
        weights = self._tensors(epoch, manifest, f"policy{_TENSORS}")
        try:
            agent = self._policy_spec(epoch, manifest).build(weights)
        except CheckpointStateError as error:
            raise CheckpointStateError(f"{self.path(epoch)}: {error}") from error
        return agent, self._sidecar(epoch, manifest)

    def save(self, checkpoint: Checkpoint) -> Path:
        """Write a checkpoint and return its directory; it is on disk by then, and nothing of it where this raises.

        Raises CheckpointExistsError when the epoch has one, TypeError when the sidecar is not plain, and
        CheckpointWriteError when the disk does not take it.
        """
        final = self.path(checkpoint.epoch)
        if final.exists():
            raise CheckpointExistsError(f"{final}: stands already; remove it to save this epoch again")
        writers = self._writers(checkpoint)
        unfinished = self.directory / partial_name(checkpoint.epoch, "tmp")
        try:
            self.directory.mkdir(parents=True, exist_ok=True)
            self._remove_leftovers()
            unfinished.mkdir()
            digests = write_files(unfinished, writers)
            (unfinished / manifests.NAME).write_bytes(self._manifest(checkpoint, digests))
            flush(unfinished)
            unfinished.rename(final)
            flush_entry(self.directory)
        except (OSError, safetensors.SafetensorError) as error:
            with contextlib.suppress(FileNotFoundError):
                final.rename(unfinished)  # renamed, but perhaps not on disk
            raise CheckpointWriteError(
                f"{final}: not saved ({_reason(error)}); make room and grant permission there, older checkpoints stand"
            ) from error
        finally:
            shutil.rmtree(unfinished, ignore_errors=True)
        return final

    def prune(self, keep: Collection[int]) -> tuple[int, ...]:
        """Remove all checkpoints but those of the epochs in `keep`; return what was removed.

        A directory leaves its name before its files go, so that a kill never leaves half a checkpoint.
        Raises CheckpointWriteError when one cannot be removed.
        """
        removed = tuple(epoch for epoch in self.epochs() if epoch not in keep)
        for epoch in removed:
            leaving = self.directory / partial_name(epoch, "old")
            try:
                self.path(epoch).rename(leaving)
                shutil.rmtree(leaving)
            except OSError as error:
                raise CheckpointWriteError(
                    f"{self.path(epoch)}: cannot be removed ({_reason(error)}); grant permission there"
                ) from error
        return removed

    def _writers(self, checkpoint: Checkpoint) -> dict[str, Writer]:
        """What makes each file but the manifest."""
        sidecar = {"run": self.run, "epoch": checkpoint.epoch, **checkpoint.sidecar}
        require_plain(sidecar, "sidecar")
        texts = {
            _SCALARS: _json(dict(checkpoint.snapshot.scalars)),
            _POLICY: _json(asdict(checkpoint.policy)),
            _SIDECAR: yaml.safe_dump(sidecar, sort_keys=False, allow_unicode=True).encode(),
        }
        tensors = {
            f"{section}{_TENSORS}": _tensor_writer(arrays) for section, arrays in checkpoint.snapshot.tensors.items()
        }
        return tensors | {name: partial(Path.write_bytes, data=text) for name, text in texts.items()}

    def _manifest(self, checkpoint: Checkpoint, digests: Mapping[str, str]) -> bytes:
        state = {name: found for name, found in digests.items() if name == _SCALARS or name.endswith(_TENSORS)}
        manifest = Manifest(
            run=self.run,
            epoch=checkpoint.epoch,
            parent=checkpoint.parent,
            config_digest=checkpoint.config_digest,
            environment=dict(checkpoint.environment),
            state_digest=digest(_json(state)),
            files=digests,
        )
        return manifests.encode(manifest)

    def _remove_leftovers(self) -> None:
        for entry in self.directory.iterdir():
            owner = partial_owner(entry.name)
            if owner is not None and (owner == os.getpid() or not _alive(owner)):
                shutil.rmtree(entry)

    def _tensors(self, epoch: int, manifest: Manifest, name: str) -> dict[str, NDArray[Any]]:
        loaded: dict[str, NDArray[Any]] = safetensors.numpy.load(verified_bytes(self.path(epoch), manifest, name))
        return dict(migrated_tensors(name.removesuffix(_TENSORS), loaded, manifest.format_version))

    def _sidecar(self, epoch: int, manifest: Manifest) -> dict[str, Plain]:
        loaded: dict[str, Plain] = yaml.safe_load(verified_bytes(self.path(epoch), manifest, _SIDECAR))
        return loaded

    def _policy_spec(self, epoch: int, manifest: Manifest) -> PolicySpec:
        written = json.loads(verified_bytes(self.path(epoch), manifest, _POLICY))
        plain = migrated_policy(written, manifest.format_version)
        try:
            config = from_mapping(plain["config"], AgentConfig)
        except ConfigError as error:
            raise CheckpointKindError(
                f"{self.path(epoch) / _POLICY}: another version's agent ({error}); "
                "use the version of metta_ref that wrote it"
            ) from error
        return PolicySpec(plain["agent"], observation_from_plain(plain["observation"]), plain["num_actions"], config)


def _tensor_writer(arrays: Mapping[str, NDArray[Any]]) -> Writer:
    # The format stores memory as it lies, so that an array must be contiguous for its bytes to be its values.
    contiguous = {name: np.asarray(array, order="C") for name, array in sorted(arrays.items())}
    return lambda path: safetensors.numpy.save_file(contiguous, path)


def _reason(error: Exception) -> str:
    return error.strerror or str(error) if isinstance(error, OSError) else str(error)


def _json(value: object) -> bytes:
    return (json.dumps(value, indent=2, sort_keys=True) + "\n").encode()


def _alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
