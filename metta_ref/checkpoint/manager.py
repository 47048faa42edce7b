"""The checkpoints of one run: saved whole or not at all, chosen by number and metric, verified when read.

A checkpoint is written into a temporary directory beside its final place, flushed to disk, and takes its name in one
rename, which commits it. A kill leaves the older checkpoints and at most a temporary directory, which readers ignore
and the next save removes: one process writes a run at a time, which is for `durable.locked` to see to.
"""

import contextlib
import os
import shutil
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from metta_ref.checkpoint.contents import Checkpoint, Plain, require_plain
from metta_ref.checkpoint.durable import flush
from metta_ref.checkpoint.errors import CheckpointError, CheckpointKindError, CheckpointNotFoundError
from metta_ref.checkpoint.names import FOLDER, epoch_name, parse_epoch
from metta_ref.checkpoint.selection import Selection, select
from metta_ref.checkpoint.stored import Folder, Stored, files_of


@dataclass(frozen=True, slots=True)
class Listing:
    """Folders of checkpoints by epoch, here or elsewhere, and the place where they are, as messages name it."""

    place: str
    folders: Mapping[int, Folder]

    def select(self, selection: Selection) -> tuple[int, ...]:
        """The epochs that are wanted; see `selection.select`. Sidecars are read only where they matter."""
        if selection.epoch is not None:
            return (selection.epoch,)
        if selection == Selection() and self.folders:
            return (max(self.folders),)
        try:
            return select(self.sidecars(), selection)
        except CheckpointNotFoundError as error:
            raise CheckpointNotFoundError(f"{self.place}: {error}") from None

    def stored(self, epoch: int) -> Stored:
        """The checkpoint of an epoch, to be read. Raises CheckpointNotFoundError, and as `Stored` does."""
        directory = f"{self.place}/{epoch_name(epoch)}"
        if epoch not in self.folders:
            there = ", ".join(map(str, sorted(self.folders))) or "none"
            raise CheckpointNotFoundError(f"{directory}: no such checkpoint; epochs there: {there}")
        stored = Stored(self.folders[epoch])
        if (found := stored.manifest.epoch) != epoch:
            raise CheckpointKindError(f"{directory}: holds epoch {found}; rename it to {epoch_name(found)}")
        return stored

    def sidecars(self) -> dict[int, dict[str, Plain]]:
        """The facts for people of every checkpoint, by epoch; one that is pruned meanwhile is not among them."""
        found = {}
        for epoch in self.folders:
            with contextlib.suppress(CheckpointNotFoundError):
                found[epoch] = self.stored(epoch).sidecar()
        return found


class CheckpointManager:
    """The checkpoints under `<run_dir>/checkpoints`; making one touches nothing. Raises as `Listing` does."""

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
        with os.scandir(self.directory) as entries:  # which tells the kind of each before it may be gone
            found = [parse_epoch(entry.name) for entry in entries if entry.is_dir()]
        return tuple(sorted(epoch for epoch in found if epoch is not None))

    def latest(self) -> int:
        """The highest epoch, by number."""
        return self.select(Selection())[0]

    def listing(self) -> Listing:
        """The checkpoints as they stand now."""
        return Listing(str(self.directory), {epoch: self.path(epoch) for epoch in self.epochs()})

    def select(self, selection: Selection) -> tuple[int, ...]:
        """The epochs that are wanted; see `Listing.select`."""
        return self.listing().select(selection)

    def stored(self, epoch: int) -> Stored:
        """The checkpoint of an epoch, to be read."""
        return self.listing().stored(epoch)

    def load(self, epoch: int) -> Checkpoint:
        """A whole checkpoint, every byte verified."""
        return self.stored(epoch).load()

    def save(self, checkpoint: Checkpoint) -> Path:
        """Write a checkpoint and return its directory; it is on disk by then, and nothing of it where this raises.

        Raises CheckpointError when the epoch has one or the disk does not take it, and TypeError when the sidecar is
        not plain.
        """
        final = self.path(checkpoint.epoch)
        if final.exists():
            raise CheckpointError(f"{final}: stands already; remove it to save this epoch again")
        sidecar = {"run": self.run, "epoch": checkpoint.epoch, **checkpoint.sidecar}
        require_plain(sidecar, "sidecar")
        files = files_of(checkpoint, self.run, sidecar)
        unfinished = final.with_name(f".{final.name}.tmp")
        try:
            self.directory.mkdir(parents=True, exist_ok=True)
            for leftover in self.directory.glob(".epoch-*"):
                shutil.rmtree(leftover)
            unfinished.mkdir()
            for name, data in files.items():
                (unfinished / name).write_bytes(data)
            flush([*unfinished.iterdir(), unfinished])
            unfinished.rename(final)
            flush([self.directory, self.run_dir])  # which the first checkpoint of a run has made an entry in
        except OSError as error:
            with contextlib.suppress(FileNotFoundError):
                final.rename(unfinished)  # renamed, but perhaps not on disk
            advice = "make room and grant permission there, older checkpoints stand"
            raise CheckpointError(f"{final}: not saved ({error.strerror or error}); {advice}") from error
        finally:
            shutil.rmtree(unfinished, ignore_errors=True)
        return final

    def prune(self, keep: Collection[int]) -> tuple[int, ...]:
        """Remove all checkpoints but those of the epochs in `keep`; return what was removed.

        Raises CheckpointError when one cannot be removed.
        """
        removed = tuple(epoch for epoch in self.epochs() if epoch not in keep)
        for epoch in removed:
            path = self.path(epoch)
            try:  # out of its name before its files go: a kill never leaves half a checkpoint
                shutil.rmtree(path.rename(path.with_name(f".{path.name}.old")))
            except OSError as error:
                message = f"{path}: cannot be removed ({error.strerror or error}); grant permission there"
                raise CheckpointError(message) from error
        return removed
