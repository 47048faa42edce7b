"""Finds the commit that broke a reference: composes checks of many commits, each read from git objects."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from audit.model.errors import UsageError
from audit.model.findings import Finding, Retirement
from audit.model.suggest import nearest_dotted
from audit.parts import open_part
from audit.sources.repository import Repository


def first_broken(
    path: Path,
    wanted: str,
    *,
    since: str,
    at: str,
    use_cache: bool = True,
    progress: Callable[[str], None] = lambda _text: None,
) -> tuple[Retirement, int]:
    """The first commit after ``since``, along first parents, that has the finding, and how many were checked.

    Each commit is compared with ``since``, or what only a comparison tells would be found nowhere. ``wanted`` is a
    fingerprint, a missing target, or ``referrer -> target``. Searched by halving, so that a reference which was broken,
    mended and broken again yields one of its breaks.

    Raises:
        UsageError: the finding stands at ``since`` already, or does not stand at ``at``.
    """
    repository = Repository(path)
    commits = repository.first_parents(since, at)
    checked = 0

    def findings(commit: str) -> tuple[Finding, ...]:
        nonlocal checked
        checked += 1
        progress(f"checking {commit[:10]} ({checked})")
        return open_part(path, at=commit, since=since, use_cache=use_cache).checked().findings

    def is_wanted(finding: Finding) -> bool:
        return wanted in (finding.target, f"{finding.referrer} -> {finding.target}", finding.fingerprint)

    if not commits:
        raise UsageError(f"there is no commit between {since} and {at}")
    last = findings(commits[-1].commit)
    if not any(map(is_wanted, last)):
        near = nearest_dotted(wanted, {each.target for each in last})
        hint = f", did you mean '{near}'?" if near else ";"
        shown = f"audit check --at {at} --since {since}"
        raise UsageError(f"nothing at {at} names {wanted}{hint} {shown} shows what does not stand")
    if not any(is_wanted(each) and each.new for each in last):
        raise UsageError(f"{wanted} was broken at {since} already; give an older --since")
    low, high = 0, len(commits) - 1
    while low < high:
        middle = (low + high) // 2
        if any(is_wanted(each) and each.new for each in findings(commits[middle].commit)):
            high = middle
        else:
            low = middle + 1
    return commits[low], checked
