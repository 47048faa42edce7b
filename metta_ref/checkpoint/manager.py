"""The checkpoints of one run: saved whole or not at all, chosen by number and metric, verified when read.

A checkpoint is written into a temporary directory beside its final place, every file and the directory flushed
to disk, and takes its name in one rename, which commits it. A kill at any moment leaves the older checkpoints and
at most a temporary directory, which readers ignore and the next save removes.
"""

import contextlib
import os
import shutil
from collections.abc import Collection, Mapping
from dataclasses import asdict
from pathlib import Path

import numpy as np
import safetensors.numpy
import yaml

from metta_ref.checkpoint.contents import Checkpoint, Plain, require_plain
from metta_ref.checkpoint.durable import digests, flush, flush_entry
from metta_ref.checkpoint.errors import (
    CheckpointExistsError,
    CheckpointKindError,
    CheckpointNotFoundError,
    CheckpointWriteError,
)
from metta_ref.checkpoint.manifest import Manifest, digest, encoded, to_json
from metta_ref.checkpoint.names import (
    FOLDER,
    MANIFEST,
    POLICY,
    SCALARS,
    SIDECAR,
    TENSORS,
    epoch_name,
    parse_epoch,
    partial_name,
    partial_owner,
)
from metta_ref.checkpoint.selection import Selection, select
from metta_ref.checkpoint.stored import Stored


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
        """The highest epoch, by number. Raises CheckpointNotFoundError when there is none."""
        epochs = self.epochs()
        if not epochs:
            raise CheckpointNotFoundError(f"{self.directory}: no checkpoint there; train a run first")
        return epochs[-1]

    def select(self, selection: Selection) -> tuple[int, ...]:
        """The epochs that a strategy chooses; see `selection.select`.

        Raises CheckpointNotFoundError when none is, and what `stored` raises.
        """
        if selection == Selection():
            return (self.latest(),)
        try:
            return select(self.sidecars(), selection)
        except CheckpointNotFoundError as error:
            raise CheckpointNotFoundError(f"{self.directory}: {error}") from None

    def choose(self, wanted: int | Selection) -> int:
        """The epoch that is wanted, or the first that a strategy chooses. Raises as `select` and `stored` do."""
        return self.select(wanted)[0] if isinstance(wanted, Selection) else self.stored(wanted).manifest.epoch

    def stored(self, epoch: int) -> Stored:
        """The checkpoint of an epoch, to be read.

        Raises CheckpointNotFoundError, CheckpointCorruptError, CheckpointKindError, CheckpointVersionError.
        """
        directory = self.path(epoch)
        if not directory.is_dir():
            there = ", ".join(map(str, self.epochs())) or "none"
            raise CheckpointNotFoundError(f"{directory}: no such checkpoint; epochs there: {there}")
        stored = Stored(directory)
        if (found := stored.manifest.epoch) != epoch:
            raise CheckpointKindError(f"{directory}: holds epoch {found}; rename it to {epoch_name(found)}")
        return stored

    def load(self, epoch: int) -> Checkpoint:
        """A whole checkpoint, every byte verified. Raises as `stored` does."""
        return self.stored(epoch).load()

    def read_manifest(self, epoch: int) -> Manifest:
        """Provenance and digests of a checkpoint. Raises as `stored` does."""
        return self.stored(epoch).manifest

    def read_sidecar(self, epoch: int) -> dict[str, Plain]:
        """The facts for people of a checkpoint. Raises as `stored` does."""
        return self.stored(epoch).sidecar()

    def sidecars(self) -> dict[int, dict[str, Plain]]:
        """The facts for people of every checkpoint, by epoch; one that is pruned meanwhile is not among them.

        Raises as `stored` does.
        """
        found = {}
        for epoch in self.epochs():
            with contextlib.suppress(CheckpointNotFoundError):
                found[epoch] = self.read_sidecar(epoch)
        return found

    def save(self, checkpoint: Checkpoint) -> Path:
        """Write a checkpoint and return its directory; it is on disk by then, and nothing of it where this raises.

        Raises CheckpointExistsError when the epoch has one, TypeError when the sidecar is not plain, and
        CheckpointWriteError when the disk does not take it.
        """
        final = self.path(checkpoint.epoch)
        if final.exists():
            raise CheckpointExistsError(f"{final}: stands already; remove it to save this epoch again")
        sidecar = {"run": self.run, "epoch": checkpoint.epoch, **checkpoint.sidecar}
        require_plain(sidecar, "sidecar")
        unfinished = self.directory / partial_name(checkpoint.epoch, "tmp")
        try:
            self.directory.mkdir(parents=True, exist_ok=True)
            self._remove_leftovers()
            unfinished.mkdir()
            self._write(checkpoint, sidecar, unfinished)
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

    def _write(self, checkpoint: Checkpoint, sidecar: Mapping[str, Plain], directory: Path) -> None:
        for section, arrays in checkpoint.snapshot.tensors.items():
            # The format stores memory as it lies, so that an array must be contiguous for its bytes to be its values.
            contiguous = {name: np.asarray(array, order="C") for name, array in sorted(arrays.items())}
            safetensors.numpy.save_file(contiguous, directory / f"{section}{TENSORS}")
        (directory / SCALARS).write_bytes(to_json(dict(checkpoint.snapshot.scalars)))
        (directory / POLICY).write_bytes(to_json(asdict(checkpoint.policy)))
        (directory / SIDECAR).write_bytes(yaml.safe_dump(sidecar, sort_keys=False, allow_unicode=True).encode())
        files = digests(directory)
        state = {name: found for name, found in files.items() if name == SCALARS or name.endswith(TENSORS)}
        manifest = Manifest(
            run=self.run,
            epoch=checkpoint.epoch,
            parent=checkpoint.parent,
            config_digest=checkpoint.config_digest,
            environment=dict(checkpoint.environment),
            state_digest=digest(to_json(state)),
            files=files,
        )
        (directory / MANIFEST).write_bytes(encoded(manifest))

    def _remove_leftovers(self) -> None:
        for entry in self.directory.iterdir():
            owner = partial_owner(entry.name)
            if owner is not None and (owner == os.getpid() or not _alive(owner)):
                shutil.rmtree(entry)


def _reason(error: Exception) -> str:
    return error.strerror or str(error) if isinstance(error, OSError) else str(error)


def _alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except OSError as error:
        return isinstance(error, PermissionError)
    return True
