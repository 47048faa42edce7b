"""The checkpoints of one run, here or elsewhere, as whoever reads them meets them."""

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass

from metta_ref.checkpoint.contents import Plain
from metta_ref.checkpoint.errors import CheckpointKindError, CheckpointNotFoundError
from metta_ref.checkpoint.names import epoch_name
from metta_ref.checkpoint.selection import Selection, select
from metta_ref.checkpoint.stored import Folder, Stored


@dataclass(frozen=True, slots=True)
class Listing:
    """Folders of checkpoints by epoch, and the place where they are, as messages name it."""

    place: str
    folders: Mapping[int, Folder]

    def select(self, selection: Selection) -> tuple[int, ...]:
        """The epochs that are wanted; see `selection.select`. Sidecars are read only where they matter.

        Raises CheckpointNotFoundError when there is none.
        """
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
