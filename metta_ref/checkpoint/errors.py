"""What can be wrong with a checkpoint, as types; each message names the file and what to do."""

from metta_ref.config import RefusedError


class CheckpointError(RefusedError):
    """Any failure of a checkpoint; of no other type here: it cannot be named, reached, written or had alone."""


class CheckpointNotFoundError(CheckpointError):
    """There is no such checkpoint."""


class CheckpointCorruptError(CheckpointError):
    """A file is missing, truncated or altered."""


class CheckpointKindError(CheckpointError):
    """The directory holds something else than a checkpoint of this system."""


class CheckpointVersionError(CheckpointError):
    """The checkpoint was written in a newer format than this code reads."""


class CheckpointStateError(CheckpointError):
    """The state is not the one that its user needs: keys, shapes, types or settings differ."""
