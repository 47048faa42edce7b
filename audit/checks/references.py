"""Dangling references -> findings: the code, how grave it is at run time, and words that say what to do."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final, Literal, Protocol

from audit.model.codes import CODES, Severity
from audit.model.facts import FRAMEWORK_SETTINGS, LAZY_TABLE
from audit.model.findings import Finding, Retirement
from audit.model.references import Dangling
from audit.model.regex import regex
from audit.model.testdata import is_input_of_tests, is_of_template


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


_NO_CALLS: Final = FRAMEWORK_SETTINGS | {"sys.modules", "python -m", "class", "()", "_target_", LAZY_TABLE}
"""Places of strings that are no callables."""
_VENDORED: Final = frozenset({"_vendor", "_vendored", "vendor", "vendored", "third_party", "extern"})
_COMPILED_STUBS: Final = ("_pb2.pyi", "_pb2_grpc.pyi")
_COMPILED_INTERFACES: Final = ("_pb2.py", "_pb2_grpc.py", *_COMPILED_STUBS)
_PERSONAL: Final = regex(r"(?:\w+_)?local(?:_\w+|settings)?")
_SETTINGS: Final = regex(r"settings|config")


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
                severity="warning" if _may_never_run(code, each) else _severity(code, each),
                site=each.site,
                kind=each.kind,
                target=each.target,
                referrer=each.referrer,
                message=_message(each, past, code),
                new=None if existed is None else not existed(each),
                retired_in=past.retirement if past else None,
                replacement=past.replacement if past else None,
                breaks_import=each.breaks_import and not _may_never_run(code, each),
            )
        )
    return tuple(sorted(found, key=lambda finding: finding.order))


def _code(missing: Dangling, past: Retired | None) -> str | None:
    if past is None and _is_of_others(missing):
        return None
    if missing.site.path.endswith(_COMPILED_STUBS):
        return None  # it spells names from the folder that the compiler was started in
    if missing.kind == "export" and is_input_of_tests(missing.site.path):
        return None
    if missing.kind == "fixture":
        return "REF004"
    if missing.kind == "string":
        return "REF004" if past or missing.callee or _is_setting(missing) else None
    if missing.kind == "export":
        return "REF012" if past else "IMP002"
    if missing.kind == "name":
        return "REF003"
    if missing.kind == "attribute":
        return "REF003" if past else "IMP002"
    if missing.context == "guarded" or missing.dead_fallback:
        return "REF011"
    if past is not None:
        return "REF001" if past.kind == "module" else "REF002"
    return "IMP002" if missing.symbol else "IMP001"


def _may_never_run(code: str, missing: Dangling) -> bool:
    """Whether an import of what this tree never had waits for flags: where it is missing they may be off."""
    return code == "IMP001" and bool(missing.condition)


def _is_of_others(missing: Dangling) -> bool:
    """Whether what is missing is missing on purpose: cut from a vendored copy, strange because a test wants it
    so, written by a compiler of interfaces, what the projects of a template may hold, or optional: an accelerator,
    which by custom has a private name and is compiled, or a module of settings that each user adds; both are
    imported under a guard."""
    path = missing.site.path
    if _VENDORED & set(path.split("/")) or is_input_of_tests(path) or path.endswith(_COMPILED_INTERFACES):
        return True
    if is_of_template(path):
        return True
    leaf = missing.target.rpartition(".")[2]
    return missing.context == "guarded" and (leaf.startswith("_") or _PERSONAL.fullmatch(leaf) is not None)


def _is_setting(missing: Dangling) -> bool:
    """Whether a string that nothing is known to import stands in a file of settings, which frameworks import
    the names from, and can hardly be anything but a class path."""
    head = missing.symbol[:1]
    folder, _, name = missing.site.path.rpartition("/")
    if _SETTINGS.search(name) is None and not folder.endswith("settings"):
        return False
    return missing.module.count(".") >= 1 and head.isupper() and not missing.symbol.isupper()


def _severity(code: str, missing: Dangling) -> Severity:
    if missing.context == "typing" or missing.site.path.endswith(".pyi"):
        return "warning"  # it is never run
    if missing.kind == "string" and (not missing.callee or missing.context == "guarded"):
        return "warning"  # nothing shows that it is ever imported, or its failure is survived
    return CODES[code].severity


def _message(missing: Dangling, past: Retired | None, code: str) -> str:
    what = f"{missing.target} does not exist"
    if missing.symbol and not (past and past.kind == "module"):
        folder = missing.site.path.rpartition("/")[0]  # has no name that programs import it by
        what = f"{missing.module or f'the folder {folder}'} does not define {missing.symbol}"
    if missing.kind == "fixture":
        what = f"it asks pytest for the fixture {missing.symbol.rpartition('.')[2]}, which is gone"
    if missing.kind == "name":
        what = f"{missing.symbol} is not defined in this file any more"
    if missing.kind == "string" and missing.callee:
        what = f"{missing.callee}{'' if missing.callee in _NO_CALLS else '()'} names it, but {what}"
    if _may_never_run(code, missing):
        what = f"{what}; it is imported only where `{missing.condition}` holds"
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
