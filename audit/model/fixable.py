"""Which findings `audit fix` can mend, judged without parsing anything."""

from __future__ import annotations

from typing import Final

from audit.model.findings import Finding

_NOT_BY_RENAMING: Final = frozenset({"REF010", "REF011", "REF013"})
"""A pickle is not text, mending a guarded import changes behaviour, and a call needs its arguments mended."""


def is_fixable(finding: Finding) -> bool:
    """Whether `audit fix` would rename what the finding names: its successor is known and its place exact.

    Of a single site it is a forecast: an f-string or a generated file, which only its text shows, is left.
    """
    return (
        finding.replacement is not None
        and finding.site.end_column is not None
        and finding.code.startswith(("REF", "IMP"))
        and finding.code not in _NOT_BY_RENAMING
    )
