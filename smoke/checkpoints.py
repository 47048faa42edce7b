"""A run's checkpoints as anyone can check them: directories, JSON, YAML and SHA-256."""

import hashlib
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

_EPOCH: Final = re.compile(r"epoch-(\d{8,})")
_STATE: Final = (".safetensors", "scalars.json")
"""Endings of the files that hold the state of a training; the others describe it."""


class Unmet(Exception):  # noqa: N818 - an expectation that is not met is an answer, not an error
    """What was expected is not there; the text says what was found instead."""


@dataclass(frozen=True, slots=True)
class Position:
    """Where a checkpoint stands, by its own description: epoch, environment steps, and run."""

    path: Path
    run: str
    epoch: int
    step: int


@dataclass(frozen=True, slots=True)
class CheckpointFiles:
    """One checkpoint whose files are what its manifest says; `parent` is the epoch it was resumed from."""

    position: Position
    parent: int | None
    files: dict[str, str]

    @property
    def state(self) -> dict[str, str]:
        """Names and SHA-256 of the files that hold the state."""
        return {name: digest for name, digest in self.files.items() if name.endswith(_STATE)}


def epochs(run: Path) -> dict[int, Path]:
    """Epoch to directory of every checkpoint of a run, ascending."""
    folder = run / "checkpoints"
    if not folder.is_dir():
        return {}
    found = ((_EPOCH.fullmatch(path.name), path) for path in folder.iterdir() if path.is_dir())
    return dict(sorted((int(match[1]), path) for match, path in found if match))


def newest(run: Path) -> Position:
    """Where the checkpoint with the highest epoch stands.

    Raises:
        Unmet: there is none, or its description is unreadable or of another checkpoint.
    """
    found = epochs(run)
    if not found:
        raise Unmet(f"no checkpoint under {run.name}/checkpoints")
    return described(found[max(found)])


def described(directory: Path) -> Position:
    """What the sidecar of a checkpoint says, which must be where the checkpoint stands.

    Raises:
        Unmet: the sidecar is missing or unreadable, or describes another checkpoint.
    """
    where, sidecar = _read(directory, "sidecar.yaml")
    run, epoch = _place(directory)
    _require_place(where, sidecar, run, epoch)
    step = sidecar.get("agent_step")
    if not isinstance(step, int) or step < 0:
        raise Unmet(f"{where} has the agent_step {step!r}")
    return Position(directory, run, epoch, step)


def verified(directory: Path) -> CheckpointFiles:
    """Reads a checkpoint and holds every file against the manifest.

    Raises:
        Unmet: a file is missing, altered or not listed, or a description is of another checkpoint.
    """
    where, manifest = _read(directory, "manifest.json")
    _require_place(where, manifest, *_place(directory))
    listed = manifest.get("files")
    if not isinstance(listed, dict) or not any(name.endswith(".safetensors") for name in listed):
        raise Unmet(f"{where} lists no tensor file")
    present = {path.name for path in directory.iterdir()} - {"manifest.json"}
    if unlisted := sorted(present - listed.keys()):
        raise Unmet(f"{where} does not list {', '.join(unlisted)}")
    if missing := sorted(listed.keys() - present):
        raise Unmet(f"{where} lists {', '.join(missing)}, which is missing")
    for name, digest in listed.items():
        if sha256(directory / name) != digest:
            raise Unmet(f"{where} lists {name} with another SHA-256 than the file has")
    return CheckpointFiles(described(directory), manifest.get("parent"), listed)


def sha256(path: Path) -> str:
    """SHA-256 of a file in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _place(directory: Path) -> tuple[str, int]:
    return directory.parent.parent.name, int(directory.name.removeprefix("epoch-"))


def _require_place(where: str, description: dict[str, Any], run: str, epoch: int) -> None:
    said = description.get("run"), description.get("epoch")
    if said != (run, epoch):
        raise Unmet(f"{where} describes run {said[0]} epoch {said[1]}, not run {run} epoch {epoch}")


def _read(directory: Path, name: str) -> tuple[str, dict[str, Any]]:
    """Short name and content of a description in a checkpoint."""
    where = f"{_place(directory)[0]}/{directory.name}/{name}"
    try:
        text = (directory / name).read_text(encoding="utf-8")
        loaded = json.loads(text) if name.endswith(".json") else yaml.safe_load(text)
    except FileNotFoundError:
        raise Unmet(f"{where} is missing") from None
    except (ValueError, yaml.YAMLError) as error:
        raise Unmet(f"{where} cannot be read: {str(error).splitlines()[0]}") from error
    if not isinstance(loaded, dict):
        raise Unmet(f"{where} holds no mapping")
    return where, loaded
