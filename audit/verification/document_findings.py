"""Audits the document itself: what it cites, quotes, commands and counts, held against the tree (DOC001-DOC006)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from audit.model.claims import Dossier, Statement
from audit.model.codebase import Codebase
from audit.model.documents import DocumentCode, DocumentFinding, QuotedFrame, QuotedTraceback
from audit.model.predicates import Cited, Entry
from audit.model.verdicts import Judgement
from audit.verification.fit_paths import fitted_path
from audit.verification.series import series_findings


def document_findings(
    dossiers: Sequence[Dossier], judgements: dict[str, Judgement], codebase: Codebase
) -> tuple[DocumentFinding, ...]:
    """Everything wrong with the documents, by document and line; each thing is said once."""
    found = [
        finding
        for dossier in dossiers
        for finding in (
            *_cites_of_claims(dossier, codebase),
            *_of_statements(dossier, judgements, codebase),
            *_mentions(dossier, codebase),
            *_tracebacks(dossier, codebase),
            *dossier.findings,
            *series_findings(dossier, codebase),
        )
    ]
    first = {(each.code, each.path, each.line, each.message): each for each in reversed(found)}
    return tuple(sorted(first.values(), key=lambda each: (each.path, each.line, each.code, each.message)))


def _cites_of_claims(dossier: Dossier, codebase: Codebase) -> Iterator[DocumentFinding]:
    """The ``cite`` of a claims file leads nowhere: a path that is missing, or a line beyond the end of its file."""
    paths = set(codebase.paths())
    for statement in dossier.statements:
        cite = statement.cite
        if cite is None:
            continue
        if cite.path not in paths:
            yield _finding("DOC001", f"cites {cite.path}, which is not in the tree", statement)
            continue
        lines = len((codebase.read_text(cite.path) or "").splitlines())
        if cite.line is not None and cite.line > lines:
            yield _finding("DOC002", f"cites line {cite.line} of {cite.path}, which has {lines}", statement)


def _of_statements(dossier: Dossier, judgements: dict[str, Judgement], codebase: Codebase) -> Iterator[DocumentFinding]:
    """Citations and commands of a document that do not hold."""
    for statement in dossier.statements:
        judgement = judgements.get(statement.id)
        if judgement is None or judgement.verdict not in ("refuted", "partly"):
            continue
        for predicate in statement.predicates:
            if isinstance(predicate, Cited):
                missing = predicate.path not in codebase.paths()
                message = f"cites {statement.text}: {judgement.reason}{_since_when(predicate.path, codebase)}"
                yield _finding("DOC001" if missing else "DOC002", message, statement)
            elif isinstance(predicate, Entry):
                yield _finding("DOC004", f"shows the command {statement.text}: {judgement.reason}", statement)


def _mentions(dossier: Dossier, codebase: Codebase) -> Iterator[DocumentFinding]:
    """Files spoken of as being there that a commit removed; of a file that never was, nothing can be told."""
    paths = set(codebase.paths())
    for mention in dossier.mentions:
        path = fitted_path(mention.path, codebase)
        if path is not None and path not in paths and codebase.retired(path) is not None:
            message = f"speaks of {path}, which is not in the tree{_since_when(path, codebase)}"
            yield DocumentFinding(code="DOC001", message=message, path=dossier.path, line=mention.at)


def _tracebacks(dossier: Dossier, codebase: Codebase) -> Iterator[DocumentFinding]:
    for traceback in dossier.tracebacks:
        yield from _traceback(traceback, dossier.path, codebase)


def _traceback(traceback: QuotedTraceback, document: str, codebase: Codebase) -> Iterator[DocumentFinding]:
    """What a quoted traceback says of files, lines and modules, where the tree says otherwise."""
    for frame in traceback.frames:
        problem = _frame(frame, codebase)
        if problem:
            yield DocumentFinding(code="DOC003", message=f"quotes a traceback: {problem}", path=document, line=frame.at)
    module = traceback.missing
    if module and codebase.module_path(module) is not None:
        message = (
            f"quotes a traceback: it says that there is no module {module}, which is {codebase.module_path(module)}"
        )
        yield DocumentFinding(code="DOC003", message=message, path=document, line=traceback.at)


def _frame(frame: QuotedFrame, codebase: Codebase) -> str:
    path = fitted_path(frame.path, codebase)
    if path is None:
        return ""
    if path not in codebase.paths():
        return f"{path} is not in the tree{_since_when(path, codebase)}"
    lines = (codebase.read_text(path) or "").splitlines()
    if frame.line > len(lines):
        return f"{path} has {len(lines)} lines, so no line {frame.line}"
    said, there = " ".join(frame.code.split()), " ".join(lines[frame.line - 1].split())
    if said and said not in there:
        return f"line {frame.line} of {path} says {there!r}, not {said!r}"
    return ""


def _since_when(path: str, codebase: Codebase) -> str:
    gone = codebase.retired(path) if path not in codebase.paths() else None
    return "" if gone is None else f" (removed in {gone.commit[:10]}, {gone.date[:10]}: {gone.subject})"


def _finding(code: DocumentCode, message: str, statement: Statement) -> DocumentFinding:
    return DocumentFinding(code=code, message=message, path=statement.path, line=statement.line, statement=statement.id)
