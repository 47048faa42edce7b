"""Everything that can be wrong with a checkpoint, as types; each message names the file and what to do."""

from metta_ref.config import RefusedError


class CheckpointError(RefusedError):
    """Any failure of a checkpoint."""


class CheckpointNotFoundError(CheckpointError):
    """There is no such checkpoint."""


class CheckpointExistsError(CheckpointError):
    """A checkpoint of that epoch stands already, and checkpoints are never overwritten."""


class CheckpointWriteError(CheckpointError):
    """The disk did not take a checkpoint, or did not let go of one: no room, no permission, a device that fails."""


class CheckpointCorruptError(CheckpointError):
    """A file is missing, truncated or altered."""


class CheckpointKindError(CheckpointError):
    """The directory holds something else than a checkpoint of this system."""


class CheckpointVersionError(CheckpointError):
    """The checkpoint was written in a newer format than this code reads."""


class CheckpointStateError(CheckpointError):
    """The state is not the one that its user needs: keys, shapes, types or settings differ."""


class CheckpointPathError(CheckpointError):
    """A path does not name a checkpoint."""


class CheckpointUnreachableError(CheckpointError):
    """Where the checkpoint lies does not answer, or refuses to: network, credentials, permission."""


class RunBusyError(CheckpointError):
    """Another process is training the run."""
