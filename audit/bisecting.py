"""Finds the commit that broke a reference: composes checks of many commits, each read from git objects."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from audit.model.errors import UsageError
from audit.model.findings import Retirement
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

    ``wanted`` is a fingerprint, a missing target, or ``referrer -> target``. Searched by halving, so that a
    reference which was broken, mended and broken again yields one of its breaks.

    Raises:
        UsageError: the finding stands at ``since`` already, or does not stand at ``at``.
    """
    repository = Repository(path)
    commits = repository.first_parents(since, at)
    checked = 0

    def stands(commit: str) -> bool:
        nonlocal checked
        checked += 1
        progress(f"checking {commit[:10]} ({checked})")
        findings = open_part(path, at=commit, use_cache=use_cache).checked().findings
        return any(
            wanted in (finding.target, f"{finding.referrer} -> {finding.target}", finding.fingerprint)
            for finding in findings
        )

    if not commits:
        raise UsageError(f"there is no commit between {since} and {at}")
    if not stands(commits[-1].commit):
        last = open_part(path, at=commits[-1].commit, use_cache=use_cache).checked().findings
        near = nearest_dotted(wanted, {each.target for each in last})
        hint = f", did you mean '{near}'?" if near else ";"
        raise UsageError(f"nothing at {at} names {wanted}{hint} audit check --at {at} shows what does not stand")
    if stands(repository.commit(since, "--since")):
        raise UsageError(f"{wanted} was broken at {since} already; give an older --since")
    low, high = 0, len(commits) - 1
    while low < high:
        middle = (low + high) // 2
        if stands(commits[middle].commit):
            high = middle
        else:
            low = middle + 1
    return commits[low], checked
