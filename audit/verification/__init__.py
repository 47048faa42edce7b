"""Composes the stages of `audit verify`: claims -> probes -> verdicts -> the result that reports are made of."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from audit.codebase import ResolvedCodebase
from audit.model.verdicts import Verification
from audit.pipeline import open_codebase
from audit.probes.cache import ProbeCache
from audit.probes.sandbox import Sandbox
from audit.sources.store import cache_folder, refusal
from audit.verification.assemble import Subject, assemble
from audit.verification.execute import Progress, judge_all
from audit.verification.gather import gather, only
from audit.verification.history import phases_before, with_history
from audit.verification.moment import moment_of

Record = Callable[[ResolvedCodebase, Verification], None]
"""Keeps what was found, together with the codebase that it is about."""


def verify(
    root: Path,
    documents: Sequence[Path] = (),
    *,
    run: bool | None = None,
    at: str | None = None,
    since: str | None = None,
    phase: int | None = None,
    ids: Sequence[str] = (),
    jobs: int = 0,
    memory: int | None = None,
    use_cache: bool = True,
    progress: Progress = lambda _: None,
    note: Progress = lambda _: None,
    record: Record = lambda *_: None,
) -> Verification:
    """Judge the claims of documents, or the repository's own, against the tree at a revision or on disk.

    Where ``at`` is None, a document is held against the commit that last changed it (see `moment_of`).
    ``run`` allows (True) or forbids (False) running code; None allows it to the repository's own claims.
    ``jobs`` is how many probes run at once, 0 for one a core up to four; ``memory`` is the address space of
    each in bytes (see `default_memory`). For a phase the result names the tree by its id without ``reports/``
    instead of a commit, so that committing the report does not outdate it. ``record`` is called with the result
    and the codebase that it is about; ``progress`` is told of each step, and ``note`` of each probe that took long
    and of what the user should know at the end.

    Raises:
        UsageError: an unknown path, revision, document or id; no claim at all.
        ConfigError: every mistake in the repository's configuration and in the claims files.
        SourceError: the repository cannot be read.
    """
    moment = moment_of(root, documents, at)
    at = moment.at
    codebase = open_codebase(root, at=at, since=since, use_cache=use_cache)
    kept = cache_folder() if use_cache and not refusal(cache_folder(), codebase.repository.top) else None
    before = phases_before(codebase.root, phase) if phase is not None else ()
    dossiers = gather(codebase, documents, run=run)
    if ids:
        dossiers = only(dossiers, ids)
    statements = [statement for dossier in dossiers for statement in dossier.statements]
    revision = codebase.commit if at is not None else None
    with Sandbox(codebase.root, revision, source_roots=codebase.source_roots, memory=memory) as sandbox:
        cache = ProbeCache(kept, lambda: sandbox.fingerprint)
        judgements = judge_all(
            statements,
            codebase,
            sandbox,
            cache,
            jobs=jobs or min(4, os.cpu_count() or 1),
            progress=progress,
            note=note,
        )
        if codebase.cache_damage:
            note(codebase.cache_damage)
        if cache.hits:
            probes = "1 probe was" if cache.hits == 1 else f"{cache.hits} probes were"
            note(f"{probes} answered from the cache, because nothing has changed; --no-cache runs everything again")
        snapshot = sandbox.snapshot
        subject = Subject(
            at=codebase.commit if at is not None else None,
            since=codebase.since,
            shown_at=codebase.commit if phase is None or at is not None else f"tree:{snapshot.identity}",
            tree=snapshot.identity,
            dirty=snapshot.dirty,
            phase=phase,
            interpreter=sandbox.interpreter.origin,
            at_reason=moment.reason,
            run=run,
            today=datetime.now(tz=UTC).date(),
        )
        result = assemble(dossiers, judgements, codebase, subject)
    result = with_history(result, before)
    record(codebase, result)
    return result
