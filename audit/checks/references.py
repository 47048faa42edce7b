"""Dangling references -> findings: the code, how grave it is at run time, and words that say what to do."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final, Literal, Protocol

from audit.model.codes import CODES, Severity
from audit.model.findings import Finding, Retirement
from audit.model.references import Dangling
from audit.model.testdata import is_input_of_tests


class Retired(Protocol):
    """What is known of a name that is gone."""

    @property
    def kind(self) -> Literal["module", "symbol"]:
        """Whether a module or a symbol is gone."""

    @property
    def retirement(self) -> Retirement | None:
        """The commit that removed it."""

    @property
    def replacement(self) -> str | None:
        """The name that took its place."""

    @property
    def reason(self) -> str | None:
        """Why, in the words of whoever declared it retired."""


_VENDORED: Final = frozenset({"_vendor", "_vendored", "vendor", "vendored", "third_party", "extern"})
_TESTS: Final = frozenset({"tests", "test", "testing"})


def reference_findings(
    missing: Iterable[Dangling],
    retired: Callable[[Dangling], Retired | None],
    existed: Callable[[Dangling], bool] | None,
) -> tuple[Finding, ...]:
    """One finding for each dangling reference that is an error or misleads.

    ``existed`` tells whether the same reference dangled at the base already; None without a base.
    """
    found = []
    for each in missing:
        past = retired(each)
        code = _code(each, past)
        if code is None:
            continue
        found.append(
            Finding(
                code=code,
                severity=_severity(code, each),
                site=each.site,
                kind=each.kind,
                target=each.target,
                referrer=each.referrer,
                message=_message(each, past, code),
                new=None if existed is None else not existed(each),
                retired_in=past.retirement if past else None,
                replacement=past.replacement if past else None,
                breaks_import=each.breaks_import,
            )
        )
    return tuple(sorted(found, key=lambda finding: finding.order))


def _code(missing: Dangling, past: Retired | None) -> str | None:
    if past is None and _is_of_others(missing):
        return None
    if missing.kind == "string":
        return "REF004" if past or missing.callee or _names_a_class(missing) else None
    if missing.kind == "export":
        return "REF012" if past else "IMP002"
    if missing.kind == "attribute":
        return "REF003" if past else "IMP002"
    if missing.context == "guarded" or missing.dead_fallback:
        return "REF011"
    if past is not None:
        return "REF001" if past.kind == "module" else "REF002"
    return "IMP002" if missing.symbol else "IMP001"


def _is_of_others(missing: Dangling) -> bool:
    """Whether what is missing is missing on purpose: cut from a vendored copy, strange because a test wants it
    so, or an optional accelerator, which by custom has a private name, is compiled, and is imported under a
    guard."""
    if _VENDORED & set(missing.site.path.split("/")) or is_input_of_tests(missing.site.path):
        return True
    return missing.context == "guarded" and missing.target.rpartition(".")[2].startswith("_")


def _names_a_class(missing: Dangling) -> bool:
    """Whether a string that nothing is known to import can hardly be anything but a class path; tests make
    such names up."""
    head = missing.symbol[:1]
    if _TESTS & set(missing.site.path.split("/")):
        return False
    return missing.module.count(".") >= 1 and head.isupper() and not missing.symbol.isupper()


def _severity(code: str, missing: Dangling) -> Severity:
    if missing.context == "typing":
        return "warning"
    if missing.kind == "string" and (not missing.callee or missing.context == "guarded"):
        return "warning"  # nothing shows that it is ever imported, or its failure is survived
    return CODES[code].severity


def _message(missing: Dangling, past: Retired | None, code: str) -> str:
    what = f"{missing.target} does not exist"
    if missing.symbol and not (past and past.kind == "module"):
        what = f"{missing.module} does not define {missing.symbol}"
    if missing.kind == "string" and missing.callee:
        what = f"{missing.callee}() names it, but {what}"
    if code == "REF011":
        what = f"{what}, so this guarded import can never succeed"
    if missing.dead_fallback:
        what = f"{what}; the fallback is dead, since what it stands in for does resolve"
    if past is not None and past.retirement is not None:
        gone = past.retirement
        what += f" (removed in {gone.commit[:10]} on {gone.date[:10]}: {gone.subject})"
    elif past is not None:
        what += " (it is gone since the base)" if past.reason is None else f" (retired: {past.reason})"
    if past is not None and past.replacement:
        what += f"; use {past.replacement}"
    return what
