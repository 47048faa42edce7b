"""Finds the statements to judge: the repository's own claims, or the documents that the user names."""

from __future__ import annotations

from collections.abc import Sequence
from graphlib import TopologicalSorter
from pathlib import Path

from audit.claims.markdown import read_document
from audit.codebase import ResolvedCodebase
from audit.config.claims import load_claims
from audit.model.claims import Dossier, Statement
from audit.model.errors import ConfigError, UsageError
from audit.model.suggest import did_you_mean
from audit.verification.generated import held_to_record, is_generated, record_of
from audit.verification.ground import grounded

_CLAIMS = (".yaml", ".yml")
_DOCUMENTS = (".md", ".markdown")


def gather(codebase: ResolvedCodebase, documents: Sequence[Path], *, run: bool | None) -> tuple[Dossier, ...]:
    """All statements, in the order of the files that hold them.

    Without documents these are the repository's own ``rules/claims/*.yaml``, whose predicates may run
    unless ``run`` is False. Claims from anywhere else run only when ``run`` is True.

    Raises:
        UsageError: a document is missing or of a kind that cannot be read, or there is no claim at all.
        ConfigError: every mistake of every claims file.
    """
    own = _own_files(codebase)
    if not documents:
        if not own:
            raise UsageError(
                f"there is no claim to verify: {_folder(codebase)}/ holds no claims file; "
                "write one, or name a document: audit verify DOC.md"
            )
        return _own_claims(codebase, own, run)
    named = [(document, _name(document, codebase)) for document in documents]
    for document, _ in named:
        if document.suffix not in _CLAIMS + _DOCUMENTS:
            raise UsageError(f"{document}: give a Markdown document (.md) or a claims file (.yaml)")
    dossiers: list[Dossier] = []
    chosen = [name for _, name in named if name in own]
    if chosen:
        claims = _own_claims(codebase, own, run)
        dossiers += only(
            claims, [each.id for dossier in claims if dossier.path in chosen for each in dossier.statements]
        )
    by_name = {name: document for document, name in named}
    files = [(name, _read(document, name, codebase)) for document, name in named if name not in own]
    foreign = [(name, content) for name, content in files if name.endswith(_CLAIMS)]
    dossiers += load_claims(foreign, may_run=run is True) if foreign else ()
    for name, content in files:
        if name.endswith(_DOCUMENTS):
            prefix = f"{name}:" if len(named) > 1 else ""
            dossier = grounded(read_document(name, content, may_run=run is True, prefix=prefix), codebase)
            if is_generated(content):
                dossier = held_to_record(dossier, content, _record(by_name[name], name, codebase))
            dossiers.append(dossier)
    return _distinct(dossiers)


def _distinct(dossiers: Sequence[Dossier]) -> tuple[Dossier, ...]:
    """The dossiers, unless they say nothing, or two of them use one id for different claims."""
    statements = [each for dossier in dossiers for each in dossier.statements]
    if not statements:
        names = ", ".join(dossier.path for dossier in dossiers)
        raise UsageError(f"{names}: no statement was found, so there is nothing to verify")
    first: dict[str, Statement] = {}
    taken = [
        f"{each.path}:{each.line}: the id '{each.id}' is taken (by {first[each.id].path}:{first[each.id].line})"
        for each in statements
        if first.setdefault(each.id, each) is not each
    ]
    if taken:
        raise ConfigError(taken)
    return tuple(dossiers)


def _folder(codebase: ResolvedCodebase) -> str:
    return f"{codebase.configuration.settings.rules.rstrip('/')}/claims"


def _own_files(codebase: ResolvedCodebase) -> list[str]:
    folder = _folder(codebase)
    return [path for path in codebase.paths() if path.startswith(f"{folder}/") and path.endswith(_CLAIMS)]


def _content(path: str, codebase: ResolvedCodebase) -> bytes:
    text = codebase.read_text(path)
    if text is None:
        raise ConfigError([f"{path}:1: not UTF-8 text; save the file as UTF-8"])
    return text.encode()


def _own_claims(codebase: ResolvedCodebase, own: Sequence[str], run: bool | None) -> tuple[Dossier, ...]:
    return load_claims([(path, _content(path, codebase)) for path in own], may_run=run is not False)


def _name(document: Path, codebase: ResolvedCodebase) -> str:
    """A path relative to the repository where the document lies in it, else as the user gave it."""
    absolute = document.resolve()
    if absolute.is_relative_to(codebase.root) and absolute.exists():
        return absolute.relative_to(codebase.root).as_posix()
    return document.as_posix()


def _read(document: Path, name: str, codebase: ResolvedCodebase) -> bytes:
    """The file on disk, or else the one in the tree that is judged: a bare repository has no other.

    Raises:
        UsageError: there is neither, or it cannot be read.
    """
    try:
        return document.read_bytes()
    except FileNotFoundError:
        text = codebase.read_text(name)
        if text is not None:
            return text.encode()
        near = did_you_mean(name, [path for path in codebase.paths() if path.endswith(document.suffix)])
        raise UsageError(f"{document} does not exist, neither on disk nor in the tree{near}") from None
    except OSError as error:
        raise UsageError(f"{document} cannot be read: {error.strerror}") from None


def _record(report: Path, name: str, codebase: ResolvedCodebase) -> bytes | None:
    """The record of a report, from where the report was read; None where there is none."""
    if report.exists():
        record = report.with_suffix(".json")
        return record.read_bytes() if record.is_file() else None
    text = codebase.read_text(record_of(name))
    return None if text is None else text.encode()


def in_order(statements: Sequence[Statement]) -> TopologicalSorter[str]:
    """A sorter that yields each statement's id once all that it needs is done."""
    sorter = TopologicalSorter({statement.id: statement.needs for statement in statements})
    sorter.prepare()
    return sorter


def only(dossiers: Sequence[Dossier], ids: Sequence[str]) -> tuple[Dossier, ...]:
    """The dossiers without every statement that is neither named nor needed by a named one.

    Raises:
        UsageError: no statement has one of the ids.
    """
    known = {statement.id: statement for dossier in dossiers for statement in dossier.statements}
    wanted: set[str] = set()
    queue = list(ids)
    while queue:
        name = queue.pop()
        if name not in known:
            raise UsageError(f"--only {name}: no claim has that id{did_you_mean(name, known)}")
        if name not in wanted:
            wanted.add(name)
            queue += known[name].needs
    narrowed = (
        Dossier(
            path=dossier.path,
            document=dossier.document,
            statements=tuple(each for each in dossier.statements if each.id in wanted),
            waivers=tuple(each for each in dossier.waivers if not each.claim or each.claim in wanted),
        )
        for dossier in dossiers
    )
    return tuple(dossier for dossier in narrowed if dossier.statements or dossier.waivers)
