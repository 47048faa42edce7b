"""Composes the checks of one resolved tree: references, mentions, declared names and contracts, then roots."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING

import msgspec

from audit.checks.declared import declared_findings
from audit.checks.references import reference_findings
from audit.contents import Contents
from audit.fix.forecast import Forecast
from audit.mentions import MentionCheck
from audit.model.calls import Access, LostMember, Request
from audit.model.codes import OF_TESTS
from audit.model.facts import UsedNames
from audit.model.findings import CheckResult, ContractResult, Finding, Retirement, Site
from audit.model.graph import ModuleGraph
from audit.model.references import Dangling
from audit.model.settings import Configuration, ContractConfig
from audit.resolve.moved_files import MovedFiles
from audit.resolve.outcomes import dangling
from audit.resolve.retired import Retirements
from audit.resolve.uses import uses_of
from audit.skimmed import Skimmed
from audit.sources.history import History
from audit.trees import LoadedTree
from audit.verdict.mending import mending_order
from audit.verdict.roots import Starts, rank_roots
from audit.verdict.suppression import apply_suppressions

if TYPE_CHECKING:
    from audit.resolve.misfits import Silent


def check_tree(
    now: LoadedTree,
    base: LoadedTree | None,
    *,
    configuration: Configuration,
    graph_of: Callable[[], ModuleGraph],
    retirements: Retirements,
    history: History | None,
    contents: Contents,
    skimmed: Skimmed | None = None,
    remotes: Callable[[], Iterable[str]] = tuple,
) -> CheckResult:
    """All findings of a tree, compared with its base when there is one, and the roots behind them.

    ``graph_of`` makes the tree's import graph: it is called once others are at work. ``remotes`` tells the addresses
    of the repository.
    """
    program = now.program
    # first of all: other processes read mentions while this one looks at code
    mention_check = MentionCheck(
        now,
        base,
        contents,
        declared=configuration.retired,
        removed=history.removed_on_the_way(base.tree.entries) if history is not None and base is not None else (),
        rules=configuration.settings.rules,
        baseline=configuration.settings.baseline,
        skimmed=skimmed,
    )
    graph = graph_of()
    missing = dangling(program)
    findings = list(reference_findings(missing, retirements.of, _existed(missing, base, history)))
    uses = ((name, uses_of(program, name.name)) for name in configuration.retired)
    findings += declared_findings(uses, findings)
    silent = _silent(now, base, history, contents) if base is not None else None
    forecast = _forecast(now, contents)
    forecast.look_ahead(findings)
    mentions = mention_check.result(retirements, history, remotes)
    findings += mentions.findings
    if silent is not None:
        findings += _silent_findings(silent, findings, retirements)
    contracts, contract_findings = _contracts(configuration.contracts, graph, retirements)
    findings += contract_findings
    # Those of tests are looked at where tests are: here they would all seem to suppress nothing.
    comments = {
        path: tuple(each for each in found if not each.codes or not all(c.startswith(OF_TESTS) for c in each.codes))
        for path in now.blobs
        if (found := program.survey(path).suppressions)
    }
    findings, suppressed = apply_suppressions(findings, comments)
    findings = [
        msgspec.structs.replace(finding, fixable=forecast.is_fixable(finding))
        for finding in _with_replacements(_told_once(findings, now), now, base, configuration, retirements, history)
    ]
    roots = rank_roots(findings, graph, starts_of(now))
    skipped = tuple(sorted({*now.coverage.skipped, *mentions.skipped}))
    return CheckResult(
        commit=now.tree.commit,
        dirty=now.tree.dirty,
        since=base.tree.commit if base is not None else None,
        coverage=msgspec.structs.replace(now.coverage, skipped=skipped),
        findings=tuple(sorted(findings, key=lambda finding: finding.order)),
        roots=roots,
        mends=mending_order(roots),
        contracts=contracts,
        suppressed=suppressed,
    )


def _told_once(findings: Iterable[Finding], tree: LoadedTree) -> list[Finding]:
    """The findings without those of files seen through a link that stand in the file it leads to as well."""
    entries, found = tree.tree.entries, list(findings)
    links = {path: entry.alias_of for path, entry in entries.items() if entry.alias_of is not None}
    told = {(each.code, each.target, each.site) for each in found} if links else set()
    return [
        each
        for each in found
        if (own := links.get(each.site.path)) is None
        or (each.code, each.target, msgspec.structs.replace(each.site, path=own)) not in told
    ]


def _silent(now: LoadedTree, base: LoadedTree, history: History | None, contents: Contents) -> Silent:
    """What broke since the base without a word at import."""
    # what compares calls takes a twentieth of a second to load: only where there is a base
    from audit.resolve.misfits import silent_breaks

    def accesses_in(wanted: Mapping[str, frozenset[str]]) -> dict[str, tuple[Access, ...]]:
        contents.read((now.uses_in(path, names) for path, names in wanted.items()), now.listing.load)
        return {path: contents.accesses(now.blobs[path], names) for path, names in wanted.items()}

    def requests_in(path: str, names: frozenset[str]) -> tuple[Request, ...]:
        from audit.facts.requested import read_requests  # loaded where a fixture went

        return read_requests(now.content(path) or b"", names)

    now.facts.read_all()
    renames = history.renames() if history is not None else {}
    return silent_breaks(
        now.program,
        base.program,
        renamed={new: old for old, new in renames.items()},
        accesses_in=accesses_in,
        requests_in=requests_in,
        content_of=now.content,
        read_base=base.tree.read_many,
    )


def _silent_findings(silent: Silent, others: list[Finding], retirements: Retirements) -> list[Finding]:
    """What breaks in silence, as findings, without what the others tell already."""
    from audit.checks.calls import call_findings  # see above

    found = list(call_findings(silent.misfits, lambda each: retirements.changed_signature(each.path, each.target)))
    told = {_told_at(finding.site, finding.target) for finding in (*others, *found)}
    told |= {(finding.site.path, finding.site.line, finding.target) for finding in (*others, *found)}
    lost = [
        each
        for each in map(_as_dangling, silent.members)
        if told.isdisjoint({(each.site.path, each.site.line, each.target), _told_at(each.site, each.target)})
    ]
    return [*found, *reference_findings(lost, retirements.of, lambda _: False)]


def _told_at(site: Site, target: str) -> tuple[object, ...]:
    """What is told, by where it begins and its last name: what leads there may go by different names."""
    return (site.path, site.line, site.column, target.rpartition(".")[2])


def _as_dangling(lost: LostMember) -> Dangling:
    return Dangling(
        kind=lost.kind,
        site=lost.site,
        referrer=lost.referrer,
        module=lost.module,
        symbol=lost.symbol,
        context=lost.context,
    )


def _with_replacements(
    findings: Iterable[Finding],
    now: LoadedTree,
    base: LoadedTree | None,
    configuration: Configuration,
    retirements: Retirements,
    history: History | None,
) -> list[Finding]:
    """Findings with the full new name of what they name: of part of a declared name, or beside a file's old place."""
    declared = {name.name: name.replacement for name in configuration.retired if name.replacement}
    moved = None
    if base is not None and history is not None:
        moved = MovedFiles(now.program, base.program, history.renames(), retirements)
    found = []
    for finding in findings:
        name = finding.target
        while name and name not in declared:
            name = name.rpartition(".")[0]
        instead = finding.replacement
        if name and name != finding.target and declared[name] == instead:
            instead = f"{instead}{finding.target[len(name) :]}"
        elif instead is None and finding.kind == "import" and moved is not None:
            instead = moved.meant(finding.site, finding.target)
        if instead is not None and instead != finding.replacement:
            message = f"{finding.message.removesuffix(f'; use {finding.replacement}')}; use {instead}"
            found.append(msgspec.structs.replace(finding, replacement=instead, message=message))
        else:
            found.append(finding)
    return found


def _forecast(now: LoadedTree, contents: Contents) -> Forecast:
    """What `audit fix` would mend in a tree. Files that lead through links are left alone."""

    def read(path: str) -> bytes | None:
        entry = now.tree.entries.get(path)
        return now.tree.read(path) if entry is not None and entry.alias_of is None else None

    def names_in(text: str) -> UsedNames:
        key = f"names {hashlib.sha256(text.encode(errors='surrogatepass')).hexdigest()}"
        return contents.derived(key, UsedNames, lambda: _read_used_names(text)) or UsedNames()

    return Forecast(read, names_in)


def _read_used_names(text: str) -> UsedNames:
    from audit.facts.used_names import read_used_names  # loaded where some file has to be read

    return read_used_names(text)


def _existed(
    missing: Iterable[Dangling], base: LoadedTree | None, history: History | None
) -> Callable[[Dangling], bool] | None:
    """Whether a reference dangled at the base already, its file renamed or not."""
    if base is None:
        return None
    renamed = {new: old for old, new in history.renames().items()} if history is not None else {}
    paths = {each.site.path for each in missing}
    before = dangling(base.program, sorted(paths | {renamed[path] for path in paths if path in renamed}))
    names = base.program.index.names
    known = {(each.referrer, each.target) for each in before}
    return lambda each: bool(
        {(each.referrer, each.target), (names.get(renamed.get(each.site.path, "")), each.target)} & known
    )


def _contracts(
    config: ContractConfig | None, graph: ModuleGraph, retirements: Retirements
) -> tuple[tuple[ContractResult, ...], tuple[Finding, ...]]:
    if config is None:
        return (), ()
    # import-linter and its graph cost a fifth of a second to load: only where there is a contract
    from audit.checks.contracts import contract_findings
    from audit.contracts.judge import check_contracts

    results = check_contracts(config, graph, lambda name: retirement_of(retirements, name))
    return tuple(results), contract_findings(results)


def retirement_of(retirements: Retirements, dotted: str) -> Retirement | None:
    """The commit that removed a dotted name, taken for a module first and then for a symbol of one."""
    module, _, symbol = dotted.rpartition(".")
    known = retirements.of(_named(dotted))
    if known is None and module:
        known = retirements.of(_named(module, symbol))
    return known.retirement if known is not None else None


def _named(module: str, symbol: str = "") -> Dangling:
    return Dangling(kind="import", site=Site(""), referrer="", module=module, symbol=symbol, context="eager")


def starts_of(tree: LoadedTree) -> Starts:
    """What users and test runners start in a tree."""
    names = tree.program.index.names
    commands = {
        entry.name: entry.target.partition(":")[0].partition("[")[0].strip()
        for entry in tree.program.layout.entry_points
    }
    tests = {name: tree.program.survey(path).tests for path, name in names.items() if is_test_file(path)}
    return Starts(entry_points=commands, tests=tests)


def is_test_file(path: str) -> bool:
    """Whether pytest collects a file by its name."""
    name = path.rpartition("/")[2]
    return name.startswith("test_") or name.endswith("_test.py")
