"""What one run of a program costs, and trees to run it on."""

from __future__ import annotations

import os
import re
import resource
import statistics
import subprocess
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

MAX_TEXT = 1_000_000
"""Bytes of a file that is copied: larger ones are data."""
_KEPT = frozenset({"conftest", "setup", "noxfile"})
"""Modules whose names tools look for."""


class Cost(NamedTuple):
    """Wall seconds, CPU seconds of a process and its children, and the peak MiB of the largest of them."""

    wall: float
    cpu: float
    peak: float


def measure(command: list[str], folder: Path, *, cache: Path, accepted: tuple[int, ...] = (0, 1)) -> Cost:
    """One run. Byte code may be written, as it is for any installed program.

    Raises:
        SystemExit: the run failed, so that its cost means nothing.
    """
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    environment["AUDIT_CACHE_DIR"] = str(cache)
    environment["AUDIT_LEDGER"] = "none"
    with tempfile.TemporaryFile() as errors:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        start = time.perf_counter()
        process = subprocess.Popen(command, cwd=folder, env=environment, stdout=subprocess.DEVNULL, stderr=errors)
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        if process.returncode not in accepted:
            errors.seek(0)
            raise SystemExit(f"{' '.join(command)} ended with {process.returncode}:\n{errors.read().decode()}")
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Cost(wall, cpu, usage.ru_maxrss / 1024)


def median(costs: list[Cost]) -> Cost:
    """The median of each figure."""
    return Cost(*(statistics.median(column) for column in zip(*costs, strict=True)))


def texts(repository: Path, revision: str) -> dict[str, str]:
    """Every text file of a commit."""
    from audit.sources.repository import Repository

    tree = Repository(repository).tree(revision)
    found = {}
    for path, content in tree.read_many(path for path, entry in tree.entries.items() if entry.size <= MAX_TEXT):
        try:
            found[path] = (b"\0" if content is None else content).decode()
        except UnicodeDecodeError:
            continue
    return {path: text for path, text in found.items() if "\0" not in text}


def write(files: dict[str, str], folder: Path) -> None:
    """Write files below a folder."""
    for path, text in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")


def packages(files: dict[str, str]) -> frozenset[str]:
    """The names by which the modules of a tree begin: folders and files that its own imports name first."""
    named = set()
    for path, text in files.items():
        if path.endswith(".py"):
            named |= set(re.findall(r"^[ \t]*(?:from|import)[ \t]+(\w+)", text, re.MULTILINE))
    stems = {part.removesuffix(".py") for path in files if path.endswith(".py") for part in path.split("/")}
    return frozenset(named & stems) - _KEPT


def renamed(files: dict[str, str], names: frozenset[str], suffix: str) -> dict[str, str]:
    """The same tree under other package names: each of ``names`` gets a suffix, in paths and in texts alike."""
    word = re.compile(rf"\b(?:{'|'.join(sorted(names))})\b")
    if not names:
        return files
    return {word.sub(rf"\g<0>{suffix}", path): word.sub(rf"\g<0>{suffix}", text) for path, text in files.items()}
