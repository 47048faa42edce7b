"""Which changes can stay: all that the second check approves of, the few at fault being found by halving."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from audit.fix.changes import FixKey, Mode, Plan, fix_keys
from audit.fix.planning import Memory, plan_fixes
from audit.fixing.workshop import Checked, Workshop
from audit.model.findings import CheckResult, Finding

_MAX_ROUNDS: Final = 6
"""One fix can bring the next one to light; a package renamed at every level needs a round for each."""
_MAX_KEEPINGS: Final = 8
_MAX_TRIALS: Final = 64
"""Checks after which what has not been tried stays as it is: each resolves the whole tree."""
_WORSE: Final = "the second check finds more than before: {}"


class Attempt(msgspec.Struct, frozen=True):
    """Fixes made until nothing more can be mended: the content, the last plan, the keys of all that was mended
    and the last check. ``worse`` are findings that the fixes brought in: new ones, or more of the same."""

    content: dict[str, bytes]
    plan: Plan
    made: tuple[FixKey, ...]
    checked: Checked
    worse: tuple[Finding, ...]


class Attempts:
    """Tries out fixes on the tree of one workshop; nothing is written."""

    def __init__(self, workshop: Workshop, *, unsafe: bool) -> None:
        self._workshop = workshop
        self._unsafe = unsafe
        self._modes: dict[str, Mode] = {}
        self._trials = 0
        self._begun: Memory = {}
        self.before = workshop.with_content({})

    def best(self) -> Attempt:
        """The attempt that mends the most and makes nothing worse."""
        attempt = self._attempt({})
        for _ in range(_MAX_KEEPINGS):
            if not attempt.worse:
                return attempt
            renaming = [path for path in self._blamed(attempt) if self._follows_renames(path)]
            if not renaming:
                break
            self._modes |= dict.fromkeys(renaming, "keep")
            attempt = self._attempt({})
        return self._without_those_at_fault(attempt) if attempt.worse else attempt

    def _attempt(self, refused: Mapping[FixKey, str]) -> Attempt:
        """Fix what is found until a round changes nothing."""
        content: dict[str, bytes] = {}
        made: dict[FixKey, None] = {}
        checked = self.before

        def read(path: str) -> bytes | None:
            original = self._workshop.read(path)
            return content.get(path, original) if original is not None else None

        for _ in range(_MAX_ROUNDS):
            plan = plan_fixes(
                (each for each in checked.result.findings if each.site.path.startswith(self._workshop.folder)),
                read,
                unsafe=self._unsafe,
                modes=self._modes,
                refused=refused,
                relocate=checked.relocate,
                memory=self._begun if checked is self.before else None,
            )
            if not plan.changes:
                break
            content |= {change.path: change.after for change in plan.changes}
            for change in plan.changes:
                made |= dict.fromkeys(fix_keys(change.before, change.fixed))
            checked = self._workshop.with_content(content)
        return Attempt(content, plan, tuple(made), checked, tuple(_worse(self.before.result, checked.result)))

    def _blamed(self, attempt: Attempt) -> set[str]:
        """The edited files that new findings point to: those of the modules they name, else those they stand in."""
        edited = attempt.content.keys()
        blamed: set[str] = set()
        for finding in attempt.worse:
            blamed |= attempt.checked.owners(finding.target) & edited or {finding.site.path} & edited
        return blamed

    def _follows_renames(self, path: str) -> bool:
        return path.endswith((".py", ".pyi")) and self._modes.get(path, "rename") == "rename"

    def _without_those_at_fault(self, attempt: Attempt) -> Attempt:
        """Leave out the suspects, then let them in again by halves as long as nothing gets worse."""
        blamed, reason = self._blamed(attempt), _WORSE.format(attempt.worse[0].message)
        suspects = [key for key in attempt.made if key[0] in blamed] or list(attempt.made)
        best = self._attempt(dict.fromkeys(suspects, reason))
        if best.worse:
            suspects = list(attempt.made)
            best = self._attempt(dict.fromkeys(suspects, reason))
        refused = dict.fromkeys(suspects, reason)
        stood = len(refused) + 1
        while 0 < len(refused) < stood and self._trials < _MAX_TRIALS:
            stood = len(refused)
            best = self._admit(list(refused), refused, best)  # again: what needed another may fit behind it
        return self._attempt(refused) if refused else best  # each is told with its own reason

    def _admit(self, group: Sequence[FixKey], refused: dict[FixKey, str], best: Attempt) -> Attempt:
        """Let a group of what is refused in, wholly or in parts; the best attempt so far."""
        if self._trials >= _MAX_TRIALS:
            return best
        self._trials += 1
        attempt = self._attempt({key: reason for key, reason in refused.items() if key not in group})
        if not attempt.worse:
            for key in group:
                del refused[key]
            return attempt
        if len(group) == 1:
            refused[group[0]] = _WORSE.format(attempt.worse[0].message)
            return best
        middle = len(group) // 2
        best = self._admit(group[:middle], refused, best)
        return self._admit(group[middle:], refused, best)


def _worse(before: CheckResult, after: CheckResult) -> list[Finding]:
    stood = Counter(finding.fingerprint for finding in before.findings)
    seen: Counter[str] = Counter()
    found = []
    for finding in after.findings:
        seen[finding.fingerprint] += 1
        if seen[finding.fingerprint] > stood[finding.fingerprint]:
            found.append(finding)
    return found
