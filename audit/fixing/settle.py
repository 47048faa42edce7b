"""What `audit fix` would do with a work tree: planned, held against a second check, told finding by finding."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import msgspec

from audit.fix.changes import FileChange, Left
from audit.fixing.attempts import Attempt, Attempts
from audit.fixing.workshop import Checked, Workshop
from audit.model.errors import UsageError
from audit.model.findings import Coverage, Finding
from audit.parts import project_of
from audit.verdict.part import finding_in


class Fixing(msgspec.Struct, frozen=True):
    """What `audit fix` would do: changes that a second check has approved, what they mend, what is left.

    ``root`` is what the paths of the changes are relative to, and ``prefix`` its own path inside its repository,
    ending in ``/``, or empty. Findings are told from the folder that was asked about.
    """

    root: Path
    prefix: str
    changes: tuple[FileChange, ...]
    fixed: tuple[Finding, ...]
    left: tuple[Left, ...]
    coverage: Coverage


def plan_fixing(path: Path, *, since: str | None = None, unsafe: bool = False, use_cache: bool = True) -> Fixing:
    """Plan all fixes of the work tree at ``path``; nothing is written.

    A folder that is no project of its own is mended by what the whole repository tells, as it is checked.

    Raises:
        UsageError: no work tree that could be changed, or nothing that tells what replaces a name.
        SourceError: the repository cannot be read.
        ConfigError: every mistake in the repository's configuration.
    """
    repository, folder = project_of(path)
    if repository.bare:
        raise UsageError(f"{path} is a bare repository without files to change; run audit fix in a clone of it")
    workshop = Workshop(repository, since, folder=folder, use_cache=use_cache)
    if repository.git is None and not any(name.replacement for name in workshop.configuration.retired):
        raise UsageError(
            f"{path} is a plain folder, so nothing tells what replaces a name: "
            "name replacements in rules/retired.yaml, or run in a git repository with --since REV"
        )
    try:
        attempts = Attempts(workshop, unsafe=unsafe)
        return _fixing(workshop, attempts.before, attempts.best())
    finally:
        workshop.close()


def _fixing(workshop: Workshop, before: Checked, attempt: Attempt) -> Fixing:
    after = attempt.checked
    changes = []
    for path, new in sorted(attempt.content.items()):
        old = workshop.read(path)
        if old is not None and old != new:
            changes.append(FileChange(path, old, new, ()))
    remaining = Counter(finding.fingerprint for finding in after.result.findings)
    fixed = []
    for finding in reversed(before.result.findings):
        if remaining[finding.fingerprint] > 0:
            remaining[finding.fingerprint] -= 1
        else:
            fixed.append(finding)
    reasons = {(each.finding.site, each.finding.fingerprint): each.reason for each in attempt.plan.left}
    left = [
        Left(told, reasons.get((finding.site, finding.fingerprint), "its fix did not hold"))
        for finding in after.result.findings
        if (told := _told(finding, workshop.folder)) is not None
    ]
    return Fixing(
        root=workshop.repository.root,
        prefix=workshop.repository.prefix,
        changes=tuple(changes),
        fixed=tuple(told for finding in reversed(fixed) if (told := _told(finding, workshop.folder)) is not None),
        left=tuple(left),
        coverage=after.coverage_in(workshop.folder),
    )


def _told(finding: Finding, folder: str) -> Finding | None:
    """A finding as it is told from the folder that is mended; None where it stands elsewhere."""
    return finding_in(finding, folder) if folder else finding
