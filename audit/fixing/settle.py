"""Plans fixes until nothing more can be mended, and takes back whatever makes the next check worse."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import msgspec

from audit.fix.changes import FileChange, Left, Mode, Plan
from audit.fix.planning import plan_fixes
from audit.fixing.workshop import Checked, Workshop
from audit.model.errors import UsageError
from audit.model.findings import CheckResult, Finding
from audit.sources.repository import Repository

_MAX_ROUNDS: Final = 6
"""One fix can bring the next one to light; a package renamed at every level needs a round for each."""
_MAX_ATTEMPTS: Final = 8
_WORSE: Final = "the second check finds more than before: {}"


class Fixing(msgspec.Struct, frozen=True):
    """What `audit fix` would do: changes that a second check has approved, what they mend, what is left.

    ``prefix`` is the audited folder's path inside its repository, ending in ``/``, or empty.
    """

    root: Path
    prefix: str
    changes: tuple[FileChange, ...]
    fixed: tuple[Finding, ...]
    left: tuple[Left, ...]
    result: CheckResult


def plan_fixing(path: Path, *, since: str | None = None, unsafe: bool = False, use_cache: bool = True) -> Fixing:
    """Plan all fixes of the work tree at ``path``; nothing is written.

    Raises:
        UsageError: no work tree that could be changed, or nothing that tells what replaces a name.
        SourceError: the repository cannot be read.
        ConfigError: every mistake in the repository's configuration.
    """
    repository = Repository(path)
    if repository.bare:
        raise UsageError(f"{path} is a bare repository without files to change; run audit fix in a clone of it")
    workshop = Workshop(repository, since, use_cache=use_cache)
    if repository.git is None and not any(name.replacement for name in workshop.configuration.retired):
        raise UsageError(
            f"{path} is a plain folder, so nothing tells what replaces a name: "
            "name replacements in rules/retired.yaml, or run in a git repository with --since REV"
        )
    try:
        return _settled(workshop, unsafe)
    finally:
        workshop.close()


def _settled(workshop: Workshop, unsafe: bool) -> Fixing:
    """Plan, check again, and take back what makes things worse, until the rest makes nothing worse."""
    before = workshop.with_content({})
    modes: dict[str, Mode] = {}
    dropped: dict[str, str] = {}
    for _ in range(_MAX_ATTEMPTS):
        content, plan, after = _to_the_end(workshop, before, unsafe, modes, dropped)
        worse = _worse(before.result, after.result)
        if not worse:
            return _fixing(workshop, before.result, after.result, content, plan)
        for finding in worse:
            _take_back(finding, after, content, modes, dropped)
    everything = {path: _WORSE.format(worse[0].message) for path in content}
    content, plan, after = _to_the_end(workshop, before, unsafe, modes, dropped | everything)
    return _fixing(workshop, before.result, after.result, content, plan)


def _to_the_end(
    workshop: Workshop,
    before: Checked,
    unsafe: bool,
    modes: Mapping[str, Mode],
    dropped: Mapping[str, str],
) -> tuple[dict[str, bytes], Plan, Checked]:
    """Fix what is found until a round changes nothing; the content, the last plan and the last check."""
    content: dict[str, bytes] = {}
    checked = before

    def read(path: str) -> bytes | None:
        original = workshop.read(path)
        return content.get(path, original) if original is not None else None

    for _ in range(_MAX_ROUNDS):
        plan = plan_fixes(
            checked.result.findings, read, unsafe=unsafe, modes=modes, dropped=dropped, relocate=checked.relocate
        )
        if not plan.changes:
            break
        content |= {change.path: change.after for change in plan.changes}
        checked = workshop.with_content(content)
    return content, plan, checked


def _worse(before: CheckResult, after: CheckResult) -> list[Finding]:
    """Findings that the fixes brought in: new ones, or more of the same."""
    stood = Counter(finding.fingerprint for finding in before.findings)
    seen: Counter[str] = Counter()
    found = []
    for finding in after.findings:
        seen[finding.fingerprint] += 1
        if seen[finding.fingerprint] > stood[finding.fingerprint]:
            found.append(finding)
    return found


def _take_back(
    finding: Finding,
    after: Checked,
    content: Mapping[str, bytes],
    modes: dict[str, Mode],
    dropped: dict[str, str],
) -> None:
    """Blame a new finding on edited files: first their names are kept, then the files stay as they are."""
    blamed = after.owners(finding.target) & content.keys() or {finding.site.path} & content.keys() or set(content)
    for path in blamed:
        if modes.get(path, "rename") == "rename" and path.endswith((".py", ".pyi")):
            modes[path] = "keep"
        else:
            dropped[path] = _WORSE.format(finding.message)


def _fixing(
    workshop: Workshop, before: CheckResult, after: CheckResult, content: Mapping[str, bytes], plan: Plan
) -> Fixing:
    changes = []
    for path, new in sorted(content.items()):
        old = workshop.read(path)
        if old is not None and old != new:
            changes.append(FileChange(path, old, new, ()))
    remaining = Counter(finding.fingerprint for finding in after.findings)
    fixed = []
    for finding in reversed(before.findings):
        if remaining[finding.fingerprint] > 0:
            remaining[finding.fingerprint] -= 1
        else:
            fixed.append(finding)
    reasons = {(each.finding.site, each.finding.fingerprint): each.reason for each in plan.left}
    left = tuple(
        Left(finding, reasons.get((finding.site, finding.fingerprint), "its fix did not hold"))
        for finding in after.findings
    )
    return Fixing(
        root=workshop.repository.root,
        prefix=workshop.repository.prefix,
        changes=tuple(changes),
        fixed=tuple(reversed(fixed)),
        left=left,
        result=after,
    )
