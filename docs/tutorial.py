"""Replays docs/tutorial.md in a new folder and writes it again with what the commands say; ``--check`` writes nothing.

A block of code with a path beside its language is written to that path before the next command. In a ``console`` block
each line after ``$`` is run by a shell, and what follows it is its output; ``...`` stands for lines left out.
"""

from __future__ import annotations

import difflib
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

PAGE: Final = Path(__file__).with_name("tutorial.md")
_BLOCK: Final = re.compile(r"^```(\w+)(?: (\S+))?\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_ELLIPSIS: Final = "..."
_FIRST_DAY: Final = 1_756_202_400
"""2025-08-26 10:00 UTC: with the author it makes the ids of commits the same on every machine."""


def replayed(page: str, folder: Path) -> str:
    """The page with the output that its commands give in an empty folder."""
    day = iter(range(1000))

    def replay(block: re.Match[str]) -> str:
        language, path, text = block.groups()
        if path is not None:
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8")
        if language != "console":
            return block[0]
        parts = [_ran(command, shown, folder, next(day)) for command, shown in _commands(text)]
        return "```console\n" + "".join(parts) + "```"

    return _BLOCK.sub(replay, page)


def _commands(text: str) -> Iterator[tuple[str, list[str]]]:
    """Each command of a block with the lines that are shown below it."""
    command, shown = "", list[str]()
    for line in text.splitlines():
        if line.startswith("$ "):
            if command:
                yield command, shown
            command, shown = line.removeprefix("$ "), []
        else:
            shown.append(line)
    if command:
        yield command, shown


def _ran(command: str, shown: list[str], folder: Path, day: int) -> str:
    done = subprocess.run(
        ["bash", "-c", command],
        cwd=folder,
        env=_environment(os.environ, folder.parent, day),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    said = [line.rstrip() for line in done.stdout.splitlines()]
    return "".join(f"{line}\n" for line in (f"$ {command}", *_abridged(said, shown)))


def _abridged(said: list[str], shown: list[str]) -> list[str]:
    """The output, less what the page leaves out: all after the lines it shows before an ellipsis at their end."""
    if shown[-1:] == [_ELLIPSIS] and len(said) >= len(shown):
        return [*said[: len(shown) - 1], _ELLIPSIS]
    return said


def _environment(around: Mapping[str, str], scratch: Path, day: int) -> dict[str, str]:
    kept = {name: value for name, value in around.items() if not name.startswith(("GIT_", "AUDIT_"))}
    date = f"{_FIRST_DAY + day * 3600} +0000"
    return {
        **kept,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{around.get('PATH', os.defpath)}",
        "NO_COLOR": "1",
        "AUDIT_LEDGER": str(scratch / "ledger.sqlite"),
        "XDG_CACHE_HOME": str(scratch / "cache"),
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_DEFAULT_HASH": "sha1",
        "GIT_AUTHOR_NAME": "Shop",
        "GIT_AUTHOR_EMAIL": "shop@example.invalid",
        "GIT_COMMITTER_NAME": "Shop",
        "GIT_COMMITTER_EMAIL": "shop@example.invalid",
        "GIT_AUTHOR_DATE": date,
        "GIT_COMMITTER_DATE": date,
    }


def main(check: bool) -> int:
    """0 when the page is current or was written."""
    page = PAGE.read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory(prefix="audit-tutorial-") as scratch:
        folder = Path(scratch) / "shop"
        folder.mkdir()
        now = replayed(page, folder)
    if now == page:
        return 0
    if not check:
        PAGE.write_text(now, encoding="utf-8")
        return 0
    sys.stdout.writelines(difflib.unified_diff(page.splitlines(True), now.splitlines(True), "docs/tutorial.md", "now"))
    sys.stderr.write("docs/tutorial.md is not current: run make docs\n")
    return 1


if __name__ == "__main__":
    sys.exit(main(check="--check" in sys.argv[1:]))
