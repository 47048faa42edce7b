"""Checkpoints: one manager, complete or absent on disk, verified whenever they are read."""

from metta_ref.checkpoint.contents import Checkpoint, PolicySpec
from metta_ref.checkpoint.durable import BackgroundWriter, locked
from metta_ref.checkpoint.manager import CheckpointManager
from metta_ref.checkpoint.names import key_and_version
from metta_ref.checkpoint.selection import Selection, parse_condition, retained, select

__all__ = [
    "BackgroundWriter",
    "Checkpoint",
    "CheckpointManager",
    "PolicySpec",
    "Selection",
    "key_and_version",
    "locked",
    "parse_condition",
    "retained",
    "select",
]
