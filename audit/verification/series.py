"""Finds the earlier documents of a series, ``phase_1`` to ``phase_N``, and holds a document against them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from audit.claims.contradictions import against_earlier, subjects_of
from audit.claims.markdown import read_document
from audit.model.claims import Dossier
from audit.model.codebase import Codebase
from audit.model.documents import DocumentFinding
from audit.model.errors import UsageError

_NUMBERED: Final = re.compile(
    r"^(?P<folder>(?:.*/)?)(?P<head>(?:phase|step|stage|milestone|sprint|iteration|part|round)[ _-]?)0*(?P<number>\d+)"
    r"(?P<tail>[^/]*)\.(?:md|markdown)$",
    re.IGNORECASE,
)
_MOST: Final = 30
"""Most earlier documents that are read: a longer series is not one piece of work."""


def series_findings(dossier: Dossier, codebase: Codebase) -> Iterator[DocumentFinding]:
    """What this document claims that an earlier one of its series had already said, or said the opposite of."""
    match = _NUMBERED.match(dossier.path)
    if match is None:
        return
    earlier = []
    for path in codebase.paths():
        other = _NUMBERED.match(path)
        if other is None or (other["folder"], other["head"].lower()) != (match["folder"], match["head"].lower()):
            continue
        if int(other["number"]) < int(match["number"]):
            earlier.append((int(other["number"]), path, other["tail"]))
    subjects = subjects_of(dossier.statements)
    for _, path, tail in sorted(earlier)[-_MOST:]:
        text = codebase.read_text(path) or ""
        if not any(subject in text for subject in subjects):
            continue
        try:
            before = read_document(path, text.encode(), may_run=False)
        except UsageError:
            continue  # an earlier document that is too large to read says nothing that could be compared
        same_series = re.split(r"[_ -]", tail)[-1] == re.split(r"[_ -]", match["tail"])[-1]
        yield from against_earlier(dossier, before, same_series=same_series)
