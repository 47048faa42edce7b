"""What a smoke run found, as values and as JSON."""

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal

from smoke.checkpoints import sha256

SCHEMA_VERSION = 1


@dataclass(frozen=True, slots=True)
class Artefact:
    """A file that a stage wrote or changed; the path is relative to the scenario's directory."""

    path: str
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class StageResult:
    """The outcome of one stage and everything that it rests on; see the package for the fields."""

    name: str
    outcome: Literal["passed", "failed", "blocked"]
    command: tuple[str, ...] = ()
    exit: int | None = None
    seconds: float = 0.0
    digest: str = ""
    excerpt: str = ""
    reason: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)
    artefacts: tuple[Artefact, ...] = ()


@dataclass(frozen=True, slots=True)
class ScenarioResult:
    """The stages of one scenario, none left out."""

    name: str
    stages: tuple[StageResult, ...]

    @property
    def outcome(self) -> Literal["passed", "failed"]:
        """Passed when every stage is, and there is at least one."""
        return "passed" if self.stages and all(s.outcome == "passed" for s in self.stages) else "failed"


def to_json(results: tuple[ScenarioResult, ...]) -> str:
    """The results in the schema that the package documents."""
    scenarios = [
        {"name": result.name, "outcome": result.outcome, "stages": [asdict(stage) for stage in result.stages]}
        for result in results
    ]
    document = {"schema_version": SCHEMA_VERSION, "scenarios": scenarios}
    return json.dumps(document, indent=2, allow_nan=False) + "\n"


def write_whole(path: Path, text: str) -> None:
    """Writes a file whole or not at all."""
    partial = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        partial.write_text(text, encoding="utf-8")
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def files_below(directory: Path) -> dict[str, Artefact]:
    """Every regular file below a directory by its relative path, links not followed."""
    found = {}
    for path in sorted(directory.rglob("*")):
        if path.is_file() and not path.is_symlink():
            name = path.relative_to(directory).as_posix()
            found[name] = Artefact(name, path.stat().st_size, sha256(path))
    return found
