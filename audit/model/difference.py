"""What is otherwise in one run than in another, as values that a report prints."""

from __future__ import annotations

import msgspec

from audit.model.codes import Severity


class VerdictChange(msgspec.Struct, frozen=True, kw_only=True):
    """A claim whose verdict is not what it was; None where it was not made.

    ``causes`` are what else changed with it, in words: a verdict that changed without any is not repeatable.
    ``id_before`` is given where a document names the claim otherwise.
    """

    id: str
    document: str
    text: str
    before: str | None
    now: str | None
    reason: str = ""
    causes: tuple[str, ...] = ()
    id_before: str = ""


class FindingChange(msgspec.Struct, frozen=True, kw_only=True):
    """A finding that came, went or moved; ``moved_from`` is where it stood before."""

    fingerprint: str
    code: str
    severity: Severity
    target: str
    site: str
    moved_from: str = ""


class NumberChange(msgspec.Struct, frozen=True, kw_only=True):
    """A number that is not what it was; ``worse`` is None where more is neither better nor worse."""

    name: str
    before: float
    now: float
    worse: bool | None = None


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that is otherwise in a run than in one before it.

    ``unsettled`` are claims that went between refuted and not to be told. ``claimed`` are made now and were not
    before, ``dropped`` the other way round. ``waived`` are claims whose failure is accepted now and was not,
    ``unwaived`` the other way round. ``findings_known`` is False where one of the runs does not list its findings:
    then none is compared.
    ``regressions`` says in words what is worse, each once; nothing is worse when it is empty.
    """

    before: str
    now: str
    same_tree: bool
    verdict_before: str
    verdict_now: str
    risk_before: str
    risk_now: str
    compared: int
    improved: tuple[VerdictChange, ...] = ()
    regressed: tuple[VerdictChange, ...] = ()
    unsettled: tuple[VerdictChange, ...] = ()
    claimed: tuple[VerdictChange, ...] = ()
    dropped: tuple[VerdictChange, ...] = ()
    waived: tuple[VerdictChange, ...] = ()
    unwaived: tuple[VerdictChange, ...] = ()
    findings_known: bool = True
    findings_fixed: tuple[FindingChange, ...] = ()
    findings_new: tuple[FindingChange, ...] = ()
    findings_moved: tuple[FindingChange, ...] = ()
    roots_gone: tuple[str, ...] = ()
    roots_new: tuple[str, ...] = ()
    contracts_mended: tuple[str, ...] = ()
    contracts_broken: tuple[str, ...] = ()
    contracts_added: tuple[str, ...] = ()
    contracts_dropped: tuple[str, ...] = ()
    modules_revived: tuple[str, ...] = ()
    modules_died: tuple[str, ...] = ()
    numbers: tuple[NumberChange, ...] = ()
    regressions: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether nothing is otherwise, a finding that only moved included."""
        return not any(
            (
                *(self.improved, self.regressed, self.unsettled, self.claimed, self.dropped),
                *(self.waived, self.unwaived),
                *(self.findings_fixed, self.findings_new, self.findings_moved, self.roots_gone, self.roots_new),
                *(self.contracts_mended, self.contracts_broken, self.contracts_added, self.contracts_dropped),
                *(self.modules_revived, self.modules_died, self.numbers, self.regressions),
            )
        )
