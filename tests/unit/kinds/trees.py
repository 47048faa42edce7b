"""A migration as two trees in memory, and what is found after it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from audit.contents import Contents
from audit.kinds.kind import Kind
from audit.kinds.registry import all_kinds
from audit.mentions import MentionCheck, MentionResult
from audit.model.findings import Finding, Retirement
from audit.model.settings import RetiredName
from audit.resolve.retired import Retirements
from audit.testing import Files, load


class FakePast:
    """A history that says who removed what, and what became of it."""

    def __init__(self, removals: Mapping[str, Retirement], renames: Mapping[str, str]) -> None:
        self._removals = removals
        self._renames = dict(renames)

    def removed(self, path: str, *, here: bool = False) -> Retirement | None:
        """The commit that deleted the path."""
        return self._removals.get(path)

    def comes_and_goes(self, path: str) -> bool:
        """No path was deleted more than once."""
        return False

    def changes(self, path: str) -> list[object]:
        """No commit is known."""
        return []

    def renames(self) -> dict[str, str]:
        """Old path -> new path."""
        return self._renames


def migrate(
    before: Files | None,
    now: Files,
    *,
    removals: Mapping[str, Retirement] | None = None,
    renames: Mapping[str, str] | None = None,
    declared: Iterable[RetiredName] = (),
    kinds: tuple[Kind, ...] | None = None,
) -> MentionResult:
    """What is found in ``now`` when it is compared with ``before``; without it when that is None."""
    base = load(before) if before is not None else None
    tree = load(now, base)
    past = FakePast(removals or {}, renames or {}) if removals is not None or renames is not None else None
    names = tuple(declared)
    retirements = Retirements(tree.program, past, names)  # type: ignore[arg-type]  # no changes are ever yielded
    contents = Contents(None, all_kinds() if kinds is None else kinds)
    check = MentionCheck(tree, base, contents, declared=names, removed=tuple(removals or ()))
    return check.result(retirements, past)


def places(findings: Iterable[Finding]) -> list[tuple[str, int | None, str]]:
    """Path, line and target of each finding."""
    return [(finding.site.path, finding.site.line, finding.target) for finding in findings]
