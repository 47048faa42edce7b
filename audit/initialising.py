"""Composes `audit init`: drafts rules from a resolved tree, keeps those that hold today, and judges the outcome."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path, PurePosixPath
from typing import Final

import msgspec

from audit.checking import is_test_file
from audit.codebase import ResolvedCodebase
from audit.config.claims import load_claims
from audit.config.contracts import load_contracts
from audit.draft.claims import draft_claims
from audit.draft.claims_text import claims_text, only_claim
from audit.draft.contract_text import contract_text
from audit.draft.contracts import draft_contracts
from audit.draft.packages import VENDORED, tell_packages
from audit.draft.retired_text import retired_text
from audit.draft.testing import find_test_commands
from audit.model.drafts import ClaimDraft, ContractDraft, JudgedClaim, Packages, RetiredDraft, RulesJudged
from audit.model.errors import UsageError
from audit.model.settings import BASELINE_FILE
from audit.pipeline import open_codebase
from audit.sources.history import History
from audit.verdict.baseline import accepted, apply_baseline, read_baseline, write_baseline
from audit.verdict.gate import narrowed
from audit.verdict.judge import judge_predicate, together
from audit.verification import verify

_HISTORY: Final = 300
"""How many commits back deleted modules are looked for."""

_RETIRED: Final = 12
_NOT_RUN: Final = "only running code can show it; audit init --run tries it, in a copy of the tree"


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """The files to write (path relative to the root -> text), and what a user should know of them."""

    files: dict[str, str]
    contracts: tuple[str, ...]
    claims: tuple[JudgedClaim, ...]
    notes: tuple[str, ...]


def draft_rules(
    root: Path, *, run: bool = False, baseline: bool = False, progress: Callable[[str], None] = lambda _: None
) -> Draft:
    """First rules for the repository at ``root``; nothing is written. Only with ``run`` is code of it run.

    With ``baseline`` the findings of today are accepted, so that only new ones fail.

    Raises:
        UsageError: there is no Python module, or the repository is bare, or has contracts and claims already.
        ConfigError: its settings have mistakes.
        SourceError: it cannot be read.
    """
    progress("reading the repository")
    codebase = open_codebase(root)
    if not codebase.coverage.modules:
        raise UsageError("no Python module was found here, so there is nothing to write rules from")
    rules = codebase.configuration.settings.rules
    packages = tell_packages(codebase.graph, codebase.source_roots)
    notes: list[str] = []
    progress("trying import contracts")
    contracts = _contracts(codebase, packages, str(PurePosixPath(rules, "importlinter.toml")), notes)
    progress("trying claims")
    claims = _claims(codebase, packages, len(contracts), run=run)
    files = {str(PurePosixPath(rules, "claims", "repository.yaml")): claims_text(claims)}
    if contracts:
        path = str(PurePosixPath(rules, "importlinter.toml"))
        files[path] = contract_text(contracts, (*packages.products, *packages.tests), path)
    retired = retired_text(_retired(codebase, packages)) if not codebase.configuration.retired else None
    if retired is not None:
        files[str(PurePosixPath(rules, "retired.yaml"))] = retired
    if baseline:
        files |= _baseline(codebase, notes)
    return Draft(
        files=dict(sorted(files.items())),
        contracts=tuple(draft.name for draft in contracts),
        claims=claims,
        notes=tuple(notes),
    )


def judge_rules(root: Path, draft: Draft) -> RulesJudged:
    """What the audit says of a repository with the drafted rules written; what was tried by running is not run again.

    Raises:
        AuditError: a file of rules has mistakes, or the repository cannot be read.
    """
    codebase = open_codebase(root)
    settings = codebase.configuration.settings
    result = narrowed(codebase.check, settings.select, settings.ignore)
    content = (codebase.root / settings.baseline) if settings.baseline is not None else None
    if content is not None and content.is_file():
        result = apply_baseline(result, read_baseline(str(content), content.read_text(encoding="utf-8")))
    failing = [each for each in result.findings if not each.baselined and (settings.strict or each.severity == "error")]
    tried = {each.draft.id for each in draft.claims if each.draft.runs and not each.obstacle}
    statements = [each for each in verify(root, run=False).statements if each.id not in tried]
    return RulesJudged(
        modules=result.coverage.modules,
        standing=tuple(f"{each.site} {each.code} {each.target}" for each in failing),
        unchecked=tuple(f"{each.path}: {each.reason}" for each in result.coverage.skipped if each.incomplete),
        accepted=sum(each.baselined for each in result.findings),
        claims=len(statements) + len(tried),
        not_verified=tuple(each.id for each in statements if each.verdict != "verified"),
    )


def _baseline(codebase: ResolvedCodebase, notes: list[str]) -> dict[str, str]:
    """The baseline file, and the settings that name it where there are none yet."""
    findings = codebase.check.findings
    settings = codebase.configuration.settings
    if not findings:
        notes.append("there is no finding to accept, so no baseline is written")
        return {}
    name = settings.baseline or BASELINE_FILE
    files = {name: write_baseline(accepted(finding) for finding in findings)}
    if settings.path is None:
        files["audit.toml"] = f'# Settings of the audit; see audit init.\nbaseline = "{name}"\n'
    elif settings.baseline is None:
        notes.append(f'add to the settings in {settings.path}: baseline = "{name}"')
    return files


def _contracts(
    codebase: ResolvedCodebase, packages: Packages, path: str, notes: list[str]
) -> tuple[ContractDraft, ...]:
    """The drafted contracts that are kept, as the file that will hold them is judged."""
    existing = codebase.configuration.contracts
    if existing is not None:
        notes.append(f"import contracts stand in {existing.site.path} already, so none are written")
        return ()
    proposed = draft_contracts(codebase.graph, packages)
    drafts = proposed.drafts
    notes += proposed.notes
    if not drafts:
        notes.append("no import contract is written: the packages have no order, and no parts that stand apart")
        return ()
    # import-linter and its graph cost a fifth of a second to load: only where there is a contract
    from audit.contracts.judge import check_contracts

    text = contract_text(drafts, (*packages.products, *packages.tests), path)
    config = load_contracts({path: text.encode()}.get, str(PurePosixPath(path).parent))
    if config is None:
        return ()
    outcomes = {each.name: each for each in check_contracts(config, codebase.graph)}
    kept = tuple(draft for draft in drafts if outcomes[draft.name].outcome == "kept")
    notes += [f"tried and left out, because it does not hold: {each.name}" for each in drafts if each not in kept]
    return kept


def _claims(codebase: ResolvedCodebase, packages: Packages, contracts: int, *, run: bool) -> tuple[JudgedClaim, ...]:
    paths = codebase.paths()
    tests = [path for path in paths if is_test_file(path) and not _is_vendored(path) and codebase.tests_in(path)]
    commands = find_test_commands(paths, codebase.read_text, tests)
    nodes = commands[0].nodes if commands else ()
    counts = {node: sum(codebase.tests_in(path) for path in _below(node, paths)) for node in nodes}
    drafts = draft_claims(
        packages,
        [(entry.name, entry.target) for entry in codebase.entry_points],
        commands,
        dangling=Counter(
            each.code for each in codebase.check.findings if each.code in ("IMP001", "IMP002", "REF001", "REF002")
        ),
        test_counts=counts,
        contracts=contracts,
    )
    return tuple(JudgedClaim(draft=draft, obstacle=_obstacle(draft, codebase, run=run)) for draft in drafts)


def _below(node: str, paths: Iterable[str]) -> list[str]:
    return [path for path in paths if path == node or path.startswith(f"{node}/")]


def _obstacle(draft: ClaimDraft, codebase: ResolvedCodebase, *, run: bool) -> str:
    """Why a claim is not written as one: it does not hold, or nobody has seen it hold."""
    if draft.expect.keys() == {"contract"}:
        return ""  # the contracts were judged as they were drafted
    if draft.runs and not run:
        return _NOT_RUN
    if draft.runs:
        return _tried(draft, codebase.root)
    ((statement,),) = (
        dossier.statements for dossier in load_claims([("claims.yaml", only_claim(draft).encode())], may_run=False)
    )
    judged = together([judge_predicate(predicate, codebase, None, "") for predicate in statement.predicates])
    return "" if judged.verdict == "verified" else f"it is {judged.verdict} today: {judged.reason}"


def _tried(draft: ClaimDraft, root: Path) -> str:
    with tempfile.TemporaryDirectory(prefix="audit-init-") as scratch:
        file = Path(scratch) / "claims.yaml"
        file.write_text(only_claim(draft), encoding="utf-8")
        (judged,) = verify(root, [file], run=True).statements
    return "" if judged.verdict == "verified" else f"it is {judged.verdict} here today: {judged.reason}"


def _retired(codebase: ResolvedCodebase, packages: Packages) -> list[RetiredDraft]:
    """Modules of the products that recent history deleted and that nothing replaced, newest first."""
    repository = codebase.repository
    if repository.git is None or codebase.commit is None or repository.shallow:
        return []
    base = repository.ancestor(codebase.commit, _HISTORY)
    history = History(repository.git, base, codebase.commit, repository.prefix)
    renamed = history.renames()
    drafts: list[RetiredDraft] = []
    for path in history.all_removed():
        name = _module_name(path, codebase.source_roots)
        gone = path not in codebase.paths() and path not in renamed and codebase.module_path(name) is None
        removal = history.removed(path)
        ours = name.partition(".")[0] in packages.products and not is_test_file(path) and not _is_vendored(path)
        if gone and ours and removal is not None:
            drafts.append(RetiredDraft(name=name, commit=removal.commit, date=removal.date, subject=removal.subject))
    newest = sorted(drafts, key=lambda each: (each.date, each.name), reverse=True)[:_RETIRED]
    return _with_mentions(newest, codebase)


def _is_vendored(path: str) -> bool:
    return not VENDORED.isdisjoint(path.split("/"))


def _module_name(path: str, roots: Sequence[str]) -> str:
    """The dotted name that a deleted file had, by the innermost source root; empty for what was no module."""
    if not path.endswith(".py"):
        return ""
    root = max((root for root in roots if not root or path.startswith(f"{root}/")), key=len, default="")
    parts = path.removeprefix(f"{root}/" if root else "").removesuffix(".py").split("/")
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _with_mentions(drafts: Sequence[RetiredDraft], codebase: ResolvedCodebase) -> list[RetiredDraft]:
    """Each with the first file that still speaks of it: declared retired, that would be a finding."""
    mentions: dict[str, str] = {}
    if drafts:
        for path in codebase.paths():
            text = codebase.read_text(path) or ""
            for draft in drafts:
                spelled = (draft.name, draft.name.replace(".", "/"))
                if draft.name not in mentions and any(each in text for each in spelled):
                    mentions[draft.name] = path
    used = {draft.name: refs[0].site for draft in drafts if (refs := codebase.references_to(draft.name))}
    return [
        msgspec.structs.replace(draft, mention=str(used.get(draft.name, mentions.get(draft.name, ""))))
        for draft in drafts
    ]
