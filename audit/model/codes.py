"""The finding codes, stable for ever, with what each means and how grave it is by default."""

from __future__ import annotations

from typing import Final, Literal

import msgspec

Severity = Literal["error", "warning"]


class Code(msgspec.Struct, frozen=True):
    """One kind of finding: its name, a one-line title, and its severity unless a site says otherwise."""

    name: str
    title: str
    severity: Severity


_TABLE: Final[tuple[tuple[str, str, Severity], ...]] = (
    ("IMP001", "import of a first-party module that does not exist", "error"),
    ("IMP002", "name not defined in an existing first-party module", "error"),
    ("REF001", "import of a retired module", "error"),
    ("REF002", "import of a retired symbol", "error"),
    ("REF003", "attribute access to a retired symbol", "error"),
    ("REF004", "string that names a retired module or symbol", "error"),
    ("REF005", "configuration value that names a retired module or symbol", "error"),
    ("REF006", "entry point that names a retired module or symbol", "error"),
    ("REF007", "command or path that names something retired", "error"),
    ("REF008", "document or docstring that names something retired", "warning"),
    ("REF009", "notebook that names something retired", "error"),
    ("REF010", "pickled or checkpointed class path that is retired", "error"),
    ("REF011", "dead fallback: a guarded import that can no longer succeed", "warning"),
    ("REF012", "__all__ entry or re-export of a retired name", "error"),
    ("REF013", "call that fitted a signature at the base and does not fit it now", "error"),
    ("CON001", "import contract broken", "error"),
    ("CON002", "import contract invalid", "error"),
    ("DOC001", "cited path missing", "warning"),
    ("DOC002", "cited line does not say that", "warning"),
    ("DOC003", "quoted traceback contradicts the tree", "warning"),
    ("DOC004", "command's entry point missing", "warning"),
    ("DOC005", "stated count wrong", "warning"),
    ("DOC006", "document contradicts itself or an earlier one", "warning"),
    ("DOC007", "report differs from its record", "error"),
    ("TST001", "test asserts nothing", "warning"),
    ("TST002", "test exercises only code that the test file itself defines", "warning"),
    ("RUN001", "module does not import", "error"),
    ("RUN002", "tests failed", "error"),
    ("RUN003", "tests prove less than before", "error"),
    ("RUN004", "smoke stage failed", "error"),
    ("CLM001", "claim refuted", "error"),
    ("SUP001", "suppression that suppresses nothing", "warning"),
)

CODES: Final[dict[str, Code]] = {name: Code(name, title, severity) for name, title, severity in _TABLE}

OF_TESTS: Final = "TST"
"""How the codes begin of what is found in tests, and only where it is asked for."""
