"""Holds a report that the audit wrote against the record beside it: whoever edits one must not change what it says."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import SequenceMatcher
from pathlib import PurePosixPath
from typing import Final

import msgspec

from audit import __version__
from audit.model.claims import Dossier
from audit.model.documents import DocumentFinding
from audit.model.errors import UsageError
from audit.model.verdicts import Verification
from audit.report.phase_markdown import GENERATED, render_phase
from audit.report.verify_json import read_verification
from audit.verdict.overall import assess, summarise

_SHOWN: Final = 160


def is_generated(content: bytes) -> bool:
    """Whether a document is a report that the audit wrote."""
    return content.removeprefix(b"\xef\xbb\xbf").startswith(GENERATED.encode())


def record_of(report: str) -> str:
    """The path of the record that a report was written from."""
    return str(PurePosixPath(report).with_suffix(".json"))


def held_to_record(dossier: Dossier, content: bytes, record: bytes | None) -> Dossier:
    """The dossier of a report with a finding for every line that its record does not give (DOC007).

    Where there is no record, or one that another version wrote, a note says so: nothing can then be compared.
    """
    path = record_of(dossier.path)
    if record is None:
        return _noted(dossier, f"there is no {path} beside this report, so its lines could not be compared")
    try:
        verification = read_verification(path, record)
    except UsageError as error:
        return _noted(dossier, f"its lines could not be compared with its record: {error}")
    if verification.tool_version != __version__:
        version = verification.tool_version
        return _noted(dossier, f"it was written by version {version} of the audit, so its lines were not compared")
    written = content.decode("utf-8", errors="replace").removeprefix("\ufeff").splitlines()
    findings = (*_differences(written, render_phase(verification).splitlines()), *_contradictions(verification))
    found = tuple(
        DocumentFinding(code="DOC007", message=message, path=dossier.path, line=line) for line, message in findings
    )
    return msgspec.structs.replace(dossier, findings=(*dossier.findings, *found))


def _noted(dossier: Dossier, note: str) -> Dossier:
    return msgspec.structs.replace(dossier, notes=(*dossier.notes, note))


def _differences(written: list[str], recorded: list[str]) -> Iterator[tuple[int, str]]:
    """Each line that differs, with its number in the report."""
    for kind, start, end, first, last in SequenceMatcher(None, written, recorded, autojunk=False).get_opcodes():
        if kind == "equal":
            continue
        here, there = written[start:end], recorded[first:last]
        for offset in range(max(len(here), len(there))):
            line = min(start + offset, max(len(written) - 1, 0)) + 1
            if offset >= len(there):
                if here[offset].strip():
                    yield line, f"says {_shown(here[offset])}, of which its record knows nothing"
            elif offset >= len(here):
                if there[offset].strip():
                    yield line, f"leaves out {_shown(there[offset])}, which its record says"
            else:
                ours, theirs = _around_difference(here[offset], there[offset])
                yield line, f"says {ours}, where its record says {theirs}"


def _contradictions(verification: Verification) -> Iterator[tuple[int, str]]:
    """A record whose own statements do not add up to what it sums up."""
    overall = assess(verification.statements, verification.examined.dead_modules)
    if summarise(verification.statements) != verification.summary:
        yield 1, "rests on a record whose statements do not add up to its summary"
    if (overall.verdict, overall.risk) != (verification.overall.verdict, verification.overall.risk):
        yield (
            1,
            f"rests on a record that says {verification.overall.verdict} where its statements give {overall.verdict}",
        )


def _around_difference(ours: str, theirs: str) -> tuple[str, str]:
    """Two lines from a little before their first difference on."""
    same = next(
        (at for at, (a, b) in enumerate(zip(ours, theirs, strict=False)) if a != b), min(len(ours), len(theirs))
    )
    start = max(0, same - 40)
    return _shown(ours[start:]), _shown(theirs[start:])


def _shown(text: str) -> str:
    return repr(text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…")
