"""``reports/phase-N.md``, ``.json`` and ``.html``: written together, or not at all."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from audit.model.errors import UsageError

FOLDER: Final = "reports"


def phase_path(root: Path, phase: int, ending: str) -> Path:
    """Where the report of a phase lies; ``ending`` is ``md``, ``json`` or ``html``."""
    return root / FOLDER / f"phase-{phase}.{ending}"


def write_phase(root: Path, phase: int, contents: Mapping[str, str]) -> tuple[Path, ...]:
    """Write the files of a phase, given by their endings; a reader never sees half of one.

    Raises:
        UsageError: the folder cannot be written.
    """
    folder = root / FOLDER
    staged: list[tuple[Path, Path]] = []
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"the report cannot be written: {FOLDER} is a file; move it away")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        try:
            for ending, content in contents.items():
                target = phase_path(root, phase, ending)
                if target.is_dir():
                    raise IsADirectoryError(0, f"{target.name} is a folder")
                staged.append((_stage(folder, content), target))
            for temporary, target in staged:
                temporary.replace(target)
        finally:
            for temporary, _ in staged:
                temporary.unlink(missing_ok=True)
    except OSError as error:
        raise UsageError(f"the report cannot be written to {folder}: {error.strerror}") from None
    return tuple(target for _, target in staged)


def _stage(folder: Path, content: str) -> Path:
    with tempfile.NamedTemporaryFile(
        "w", encoding="utf-8", dir=folder, prefix=".phase-", suffix=".part", delete=False
    ) as stream:
        path = Path(stream.name)
        stream.write(content)
    path.chmod(0o644)
    return path


def read_phase(root: Path, phase: int) -> bytes | None:
    """The JSON of a phase, or None when there is none.

    Raises:
        UsageError: the file is there and cannot be read.
    """
    path = phase_path(root, phase, "json")
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error.strerror}") from None


def is_phase_file(path: str) -> bool:
    """Whether a path of a tree is a file of a phase's report, which speaks of what is gone on purpose."""
    return re.fullmatch(rf"{FOLDER}/phase-\d+\.(?:md|json|html)", path) is not None


def phases_on_disk(root: Path) -> tuple[int, ...]:
    """The numbers of the phases that have a report, in their order."""
    found = (re.fullmatch(r"phase-(0|[1-9]\d*)\.json", path.name) for path in (root / FOLDER).glob("phase-*.json"))
    return tuple(sorted(int(match[1]) for match in found if match is not None))
