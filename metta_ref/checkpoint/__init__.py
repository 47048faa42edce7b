"""Checkpoints: one manager, complete or absent on disk, verified whenever they are read."""

from metta_ref.checkpoint.contents import Checkpoint, PolicySpec
from metta_ref.checkpoint.durable import BackgroundWriter, locked
from metta_ref.checkpoint.errors import (
    CheckpointCorruptError,
    CheckpointError,
    CheckpointExistsError,
    CheckpointKindError,
    CheckpointNotFoundError,
    CheckpointPathError,
    CheckpointStateError,
    CheckpointUnreachableError,
    CheckpointVersionError,
    CheckpointWriteError,
    RunBusyError,
)
from metta_ref.checkpoint.manager import CheckpointManager
from metta_ref.checkpoint.names import key_and_version
from metta_ref.checkpoint.selection import Selection, parse_condition, retained, select

__all__ = [
    "BackgroundWriter",
    "Checkpoint",
    "CheckpointCorruptError",
    "CheckpointError",
    "CheckpointExistsError",
    "CheckpointKindError",
    "CheckpointManager",
    "CheckpointNotFoundError",
    "CheckpointPathError",
    "CheckpointStateError",
    "CheckpointUnreachableError",
    "CheckpointVersionError",
    "CheckpointWriteError",
    "PolicySpec",
    "RunBusyError",
    "Selection",
    "key_and_version",
    "locked",
    "parse_condition",
    "retained",
    "select",
]
