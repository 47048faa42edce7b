"""How checkpoints are named on disk, and the one key under which evaluations know them."""

import os
import re
from pathlib import Path

from metta_ref.checkpoint.errors import CheckpointError
from metta_ref.config.schema import RUN_NAME

FOLDER = "checkpoints"
MANIFEST, SIDECAR, POLICY, TEACHERS, SCALARS, TENSORS = (
    "manifest.json", "sidecar.yaml", "policy.json", "teachers.json", "scalars.json", ".safetensors"
)  # fmt: skip
_EPOCH = re.compile(r"epoch-(\d{8,})")


def epoch_name(epoch: int) -> str:
    return f"epoch-{epoch:08d}"


def parse_epoch(name: str) -> int | None:
    """The epoch that a directory name stands for; None for any other name."""
    match = _EPOCH.fullmatch(name)
    return int(match[1]) if match and epoch_name(int(match[1])) == name else None


def key_and_version(checkpoint_path: str | os.PathLike[str], epoch: int) -> tuple[str, int]:
    """The key of a policy in evaluation databases, for those who write and who read them: (name of the run, epoch).

    The path is `<run>/checkpoints` or `<run>/checkpoints/epoch-<number>`, of that epoch, or CheckpointError is raised.
    """
    if isinstance(epoch, bool) or not isinstance(epoch, int) or epoch < 0:
        raise CheckpointError(f"epoch {epoch!r}: must be a whole number from 0 on")
    path = Path(os.path.abspath(checkpoint_path))  # noqa: PTH100 - normalises '..' without reading the disk
    in_path = parse_epoch(path.name)
    if in_path is not None and in_path != epoch:
        raise CheckpointError(f"{checkpoint_path}: is epoch {in_path}, but epoch {epoch} was asked for")
    folder = path if in_path is None else path.parent
    if folder.name != FOLDER or not RUN_NAME.fullmatch(folder.parent.name):
        use = f"use <run>/{FOLDER} or <run>/{FOLDER}/{epoch_name(epoch)}"
        raise CheckpointError(f"{checkpoint_path}: not the path of a checkpoint; {use}")
    return folder.parent.name, epoch
