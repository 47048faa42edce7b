"""Composes `audit replay`: a recorded run is asked again on its commit, and held against what is recorded."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from audit.config.claims import load_claims
from audit.ledger.phases import FOLDER
from audit.ledger.replay import compared_findings, compared_statement, unasked
from audit.model.errors import ConfigError, UsageError
from audit.model.records import RunRecord
from audit.model.replays import Replay, ReplayedStatement
from audit.model.suggest import did_you_mean
from audit.model.verdicts import JudgedStatement
from audit.parts import open_part
from audit.recording.reading import Records
from audit.sources.identity import commit_of_tree
from audit.sources.repository import Repository
from audit.verdict.standing import standing
from audit.verification import verify


def replay(
    root: Path,
    reference: str,
    ids: Sequence[str] = (),
    *,
    run: bool = False,
    progress: Callable[[str], None] = lambda _: None,
) -> Replay:
    """Gather the evidence of a phase (``6``) or a run (``run:12``) again, of all its claims or of those named.

    The claims are asked as they were recorded, of the commit that they were asked of, in fresh copies. Only with
    ``run`` is code of the repository run: a record tells commands, and whoever wrote it may not be trusted.

    Raises:
        UsageError: there is no such record or claim, no commit holds its tree, or it has nothing to ask again.
        SourceError: the repository cannot be read.
    """
    record = Records(root).find(reference)
    commit, how = _commit_of(record, Repository(root))
    if record.context.command == "smoke":
        raise UsageError(f"a run of the smoke is repeated with audit smoke --at {commit[:12]}")
    if record.context.command == "check":
        if ids:
            raise UsageError(f"{record.context.name} is a check: it has findings, and no claims to name")
        found = _findings_again(root, record, commit)
        return Replay(name=record.context.name, commit=commit, how=how, statements=(found,))
    statements = _claims_again(root, record, _chosen(record, ids), commit, run=run, progress=progress)
    return Replay(name=record.context.name, commit=commit, how=how, statements=statements)


def _commit_of(record: RunRecord, repository: Repository) -> tuple[str, str]:
    """The commit that holds what was judged, and how it was found."""
    context, git = record.context, repository.git
    if git is None:
        raise UsageError("a record is replayed on its commit, and this is a plain folder without any")
    if context.commit is not None and not context.dirty:
        if git.answer("cat-file", "-e", f"{context.commit}^{{commit}}") is None:
            raise UsageError(
                f"{context.name} was made on commit {context.commit}, which is not in this repository; "
                "fetch it, or replay where it is"
            )
        return context.commit, "the commit that was recorded"
    if context.tree is not None:
        found = commit_of_tree(repository, context.tree, FOLDER)
        if found is not None:
            return found, f"the newest commit that holds the tree {context.tree[:12]}"
    tree = context.tree or "not recorded"
    raise UsageError(
        f"{context.name} was made on a tree that no commit of this repository holds ({tree}): "
        "it had changes that were never committed, or its commit is gone"
    )


def _chosen(record: RunRecord, ids: Sequence[str]) -> list[JudgedStatement]:
    judged = {each.id: each for each in record.statements if each.predicate and each.verdict is not None}
    for name in ids:
        if name not in judged:
            raise UsageError(f"{record.context.name} judged no claim '{name}'{did_you_mean(name, judged)}")
    chosen = [judged[name] for name in ids] or list(judged.values())
    if not chosen:
        raise UsageError(f"{record.context.name} judged no claim, so there is nothing to ask again")
    return chosen


def _findings_again(root: Path, record: RunRecord, commit: str) -> ReplayedStatement:
    if record.findings is None:
        raise UsageError(f"{record.context.name} does not list its findings, so they cannot be compared")
    checked = open_part(root, at=commit, since=record.context.since).checked()
    # Which codes were selected then is told by the arguments only; a finding that was left out is no news.
    options = ("--select", "--ignore")
    narrowed = any(word.partition("=")[0] in options for word in record.context.arguments)
    codes = {each.code for each in record.findings}
    now = [standing(each) for each in checked.findings if not narrowed or each.code in codes]
    return compared_findings(record.findings, now, "What audit check finds")


def _claims_again(
    root: Path,
    record: RunRecord,
    chosen: Sequence[JudgedStatement],
    commit: str,
    *,
    run: bool,
    progress: Callable[[str], None],
) -> tuple[ReplayedStatement, ...]:
    """Each claim under a name of its own in a scratch claims file; one that is no longer understood is left out."""
    names = {each.id: f"claim-{number}" for number, each in enumerate(chosen, start=1)}
    asked: dict[str, dict[str, Any]] = {}
    obstacles: dict[str, str] = {}
    for each in chosen:
        claim = {
            "id": names[each.id],
            "text": each.text,
            "weight": each.weight,
            "needs": [names[need] for need in each.needs if need in names],
            "expect": each.predicate,
        }
        try:
            load_claims([("claims.yaml", _file([{**claim, "needs": []}]))], may_run=False)
        except ConfigError as error:
            obstacles[each.id] = f"this audit does not understand its predicate: {error.mistakes[0]}"
        else:
            asked[each.id] = claim
    kept = {claim["id"] for claim in asked.values()}
    claims = [{**claim, "needs": [need for need in claim["needs"] if need in kept]} for claim in asked.values()]
    again: dict[str, JudgedStatement] = {}
    if claims:
        with tempfile.TemporaryDirectory(prefix="audit-replay-") as scratch:
            file = Path(scratch) / "claims.yaml"
            file.write_bytes(_file(claims))
            # What was run is run anew: an answer from the cache of probes would only repeat the record.
            since = record.context.since
            result = verify(root, [file], run=run, at=commit, since=since, use_cache=not run, progress=progress)
            again = {each.id: each for each in result.statements}
    return tuple(
        unasked(each, obstacles[each.id])
        if each.id in obstacles
        else compared_statement(each, again[names[each.id]], may_run=run)
        for each in chosen
    )


def _file(claims: Sequence[dict[str, Any]]) -> bytes:
    """A claims file; JSON is YAML."""
    return json.dumps({"claims": claims}).encode()
