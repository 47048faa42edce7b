"""Writes the pages of docs/ that repeat what the program itself says, so that they cannot drift from it.

``python docs/generate.py`` writes them; with ``--check`` it writes nothing, shows how they differ, and exits
with 1 when they do.
"""

from __future__ import annotations

import difflib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import typer.main
from typer.testing import CliRunner

from audit.cli.app import app
from audit.kinds.page import kinds_page
from audit.kinds.registry import BUILT_IN
from audit.model.codes import CODES
from audit.model.explanations import EXPLANATIONS

FOLDER: Final = Path(__file__).parent
_NOTICE: Final = "<!-- Written by `make docs` from the program itself; change the program, then run it again. -->"
_GROUPS: Final = {
    "IMP": "Imports that cannot succeed, whether or not anything was retired.",
    "REF": "References to names that existed at the base, or were declared retired, and are gone.",
    "CON": "Rules on imports, judged by import-linter on the audit's own import graph.",
    "DOC": "What a document says of the tree, held against the tree.",
    "TST": "What tests are worth.",
    "RUN": "What only running can show.",
    "CLM": "Claims.",
    "SUP": "Comments that accept a finding where it stands: `# audit: ignore[REF001] reason`.",
}


def pages() -> dict[str, str]:
    """The text of every generated page by its file name."""
    kinds = kinds_page(kind() for kind in BUILT_IN)
    return {"cli.md": _command_line(), "codes.md": _codes(), "kinds.md": kinds}


def _command_line() -> str:
    group = typer.main.get_command(app)
    sections = [f"## audit\n\n{_help()}"]
    sections += [f"## audit {' '.join(words)}\n\n{_help(*words)}" for words in _commands(group)]
    return "\n\n".join([_NOTICE, "# Command line", *sections]) + "\n"


def _commands(group: object, *above: str) -> Iterator[tuple[str, ...]]:
    for name, command in sorted(getattr(group, "commands", {}).items()):
        yield (*above, name)
        yield from _commands(command, *above, name)


def _help(*words: str) -> str:
    # Help is wrapped to the terminal; a fixed width makes the page the same everywhere.
    result = CliRunner().invoke(app, [*words, "--help"], prog_name="audit", env={"COLUMNS": "80", "NO_COLOR": "1"})
    if result.exit_code:
        raise RuntimeError(f"audit {' '.join(words)} --help exits with {result.exit_code}")
    return f"```text\n{result.stdout.strip()}\n```"


def _codes() -> str:
    sections = []
    for prefix, what in _GROUPS.items():
        rows = [
            f"| {code.name} | {code.severity} | {code.title} |"
            for code in CODES.values()
            if code.name.startswith(prefix)
        ]
        sections.append(
            "\n".join([f"## {prefix}\n", f"{what}\n", "| Code | Severity | Meaning |", "|---|---|---|", *rows])
        )
    for code in CODES.values():
        page = EXPLANATIONS[code.name]
        sections.append(
            f"### {code.name}: {code.title}\n\n{page.happens}\n\n```text\n{page.example}\n```\n\n{page.mend}"
        )
    intro = (
        "Codes are stable for ever. An error fails at run time or breaks a rule; a warning misleads people.\n"
        "`--select` and `--ignore` take codes or their beginnings."
    )
    return "\n\n".join([_NOTICE, "# Finding codes", intro, *sections]) + "\n"


def differences() -> str:
    """A unified diff from the pages on disk to what they should be; empty when they are current."""
    lines: list[str] = []
    for name, expected in pages().items():
        path = FOLDER / name
        current = path.read_text(encoding="utf-8") if path.exists() else ""
        lines += difflib.unified_diff(
            current.splitlines(keepends=True), expected.splitlines(keepends=True), f"docs/{name}", "generated"
        )
    return "".join(lines)


def main() -> int:
    """Write or check the pages; the exit code."""
    if "--check" in sys.argv[1:]:
        found = differences()
        sys.stdout.write(found)
        if found:
            sys.stderr.write("docs/ is not current: run make docs\n")
        return 1 if found else 0
    for name, text in pages().items():
        (FOLDER / name).write_text(text, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
