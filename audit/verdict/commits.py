"""Judges what is said of single commits: that they are there, and what they did."""

from __future__ import annotations

from audit.model.codebase import Codebase
from audit.model.commits import Commit, CommitFacts
from audit.model.evidence import Evidence
from audit.model.verdicts import Judgement
from audit.verdict.judgements import listed, refuted, retirement, unverified, verified


def judge_commit(predicate: Commit, codebase: Codebase) -> Judgement:
    """The commit or the branch is in this clone, and the commit did what is said; a part of history proves nothing."""
    commits = codebase.commits
    if commits is None:
        return unverified("there is no git history here to look into")
    if predicate.branch:
        if commits.has_branch(predicate.branch):
            return verified(f"{predicate.branch} is a branch of this clone")
        return unverified(f"this clone has no branch {predicate.branch}; one that was merged is often removed")
    found = commits.merging(predicate.merged) if predicate.merged else commits.named(predicate.id)
    if found is None:
        if predicate.merged:
            return unverified(f"no commit before the tree says that it merged #{predicate.merged}")
        if commits.shallow:
            return unverified(f"this clone is shallow and has no commit {predicate.id}: run git fetch --unshallow")
        return refuted(f"this repository has no commit {predicate.id}")
    return _judge_done(predicate, found, codebase)


def _judge_done(predicate: Commit, found: CommitFacts, codebase: Codebase) -> Judgement:
    """What the commit is said to have done: of a merge, what it did not do itself may be the work of what it merged."""
    name = found.commit[:10]
    evidence = [Evidence(summary=f"{name} ({found.date[:10]}): {found.subject}")]
    not_removed = [each for each in predicate.removed if each not in (*found.removed, *found.lost)]
    not_added = [each for each in predicate.added if each not in (*found.added, *found.gained)]
    if not_removed or not_added:
        told = [f"{verb} {listed(names)}" for verb, names in (("remove", not_removed), ("add", not_added)) if names]
        reason = f"{name} does not {' and does not '.join(told)}"
        for each in not_removed:
            gone = codebase.retired(each)
            evidence += [] if gone is None else [retirement(gone, each)]
        is_certain = not found.is_merge and all("/" in each or "." in each for each in (*not_removed, *not_added))
        return refuted(reason, evidence=evidence) if is_certain else unverified(reason, evidence=evidence)
    done = [
        f"{verb} {listed(names)}"
        for verb, names in (("removed", predicate.removed), ("added", predicate.added))
        if names
    ]
    reason = f"{name} {' and '.join(done)}" if done else f"{name} is in the history: {found.subject}"
    aside = "" if found.is_before else "; the audited tree does not descend from it"
    return verified(reason + aside, coverage="1 commit read", evidence=evidence)
