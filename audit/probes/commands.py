"""Runs one command in a fresh copy, and looks for the files that it was to create."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from audit.model.evidence import CommandRun
from audit.probes.sandbox import Sandbox

SECONDS: Final = 300.0
"""Time limit of a command that gives none itself."""


def probe_command(
    sandbox: Sandbox, command: Sequence[str], creates: Sequence[str] = (), seconds: float | None = None
) -> CommandRun:
    """Run ``command`` from the root of a copy; ``creates`` holds globs relative to that root.

    Only what was not there before, or was written to since, counts as created.

    Raises:
        ProbeInterruptedError: the sandbox was told to stop.
    """
    with sandbox.checkout() as checkout:
        before = {pattern: _matching(checkout.tree, pattern) for pattern in creates}
        run = checkout.run(command, seconds=seconds or SECONDS)
        created = {
            pattern: tuple(
                sorted(
                    name
                    for name, stamp in _matching(checkout.tree, pattern).items()
                    if before[pattern].get(name) != stamp
                )
            )
            for pattern in creates
        }
        return CommandRun(run=run, created=created)


def _matching(tree: Path, pattern: str) -> dict[str, tuple[int, int]]:
    """Files and folders that match a glob, with size and time of last change."""
    found = {}
    for path in tree.glob(pattern):
        status = path.stat()
        found[path.relative_to(tree).as_posix()] = (status.st_size, status.st_mtime_ns)
    return found
