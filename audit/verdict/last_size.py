"""Compares how many lines a file is said to have had that is gone with those before the commit that removed it."""

from __future__ import annotations

from typing import Final

from audit.model.codebase import Codebase
from audit.model.errors import AuditError
from audit.model.predicates import Bound
from audit.model.verdicts import Judgement
from audit.verdict.judgements import counted, refuted, verified

_ROUND: Final = 50
"""Lines from which on people round."""
_SHARE: Final = 0.1
"""By how much they do, as a share."""


def with_last_size(path: str, lines: Bound, gone: Judgement, codebase: Codebase) -> Judgement:
    """The judgement of a file that is gone, with its last size; what history does not tell is left at that.

    Lines may be counted with blank ones and comments or without, and a number may be rounded.
    """
    retirement = codebase.retired(path)
    if retirement is None:
        return gone
    try:
        content = codebase.files_at(f"{retirement.commit}^").read_bytes(path)
    except AuditError:
        return gone
    if content is None:
        return gone
    read = content.decode(errors="replace").splitlines()
    number = len(read)
    reason = f"{gone.reason}; it had {counted(number, 'line')}"
    code = sum(bool(line.strip()) and not line.lstrip().startswith("#") for line in read)
    ways = (number, number + 1, number - 1, sum(bool(line.strip()) for line in read), code)
    said = lines.least or 0
    is_rounded = said >= _ROUND and said % 10 == 0 and abs(number - said) <= said * _SHARE
    if is_rounded or any(map(lines.admits, ways)):
        return verified(reason, coverage=gone.coverage, evidence=gone.evidence)
    return refuted(f"{reason}, not {lines}", coverage=gone.coverage, evidence=gone.evidence)
