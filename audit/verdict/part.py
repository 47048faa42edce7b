"""What the result of a whole repository says of one of its folders."""

from __future__ import annotations

import posixpath

import msgspec

from audit.model.findings import CheckResult, ContractResult, Coverage, Finding, Link, Mend, Root, Site, Skipped


def part_of(result: CheckResult, folder: str, modules: frozenset[str], coverage: Coverage) -> CheckResult:
    """The findings that lie in ``folder`` (ending in ``/``), and the roots that stand there or kill a module of it.

    ``modules`` are those of the folder, ``coverage`` counts what was looked at in it. Places are told from the folder,
    those outside of it with ``..``; what identifies a finding stays as it is in the whole.
    """
    place = _Places(folder)
    roots = [root for root in result.roots if place.holds_any(root.sites) or not modules.isdisjoint(root.killed)]
    targets = {root.target for root in roots}
    return msgspec.structs.replace(
        result,
        coverage=coverage_in(coverage, result.coverage.skipped, folder),
        findings=tuple(
            msgspec.structs.replace(finding, site=place.site(finding.site))
            for finding in result.findings
            if place.holds(finding.site)
        ),
        roots=tuple(place.root(root) for root in roots),
        mends=tuple(place.mend(mend) for mend in result.mends if not targets.isdisjoint(mend.targets)),
        contracts=tuple(place.contract(contract) for contract in result.contracts),
    )


def coverage_in(coverage: Coverage, skipped: tuple[Skipped, ...], folder: str) -> Coverage:
    """How much of ``folder`` was looked at, with what was skipped in it of all that was ``skipped``."""
    return msgspec.structs.replace(coverage, skipped=_Places(folder).skipped(skipped))


def finding_in(finding: Finding, folder: str) -> Finding | None:
    """A finding as it is told from ``folder``; None where it does not stand there."""
    place = _Places(folder)
    return msgspec.structs.replace(finding, site=place.site(finding.site)) if place.holds(finding.site) else None


def links_of(chain: tuple[Link, ...], folder: str) -> tuple[Link, ...]:
    """An import chain with its places told from ``folder``."""
    return _Places(folder).links(chain)


class _Places:
    """Tells places from a folder, instead of from the top of its repository."""

    def __init__(self, folder: str) -> None:
        self._folder = folder

    def holds(self, site: Site) -> bool:
        return site.path.startswith(self._folder)

    def holds_any(self, sites: tuple[Site, ...]) -> bool:
        return any(map(self.holds, sites))

    def site(self, site: Site) -> Site:
        return msgspec.structs.replace(site, path=posixpath.relpath(site.path, self._folder))

    def skipped(self, skipped: tuple[Skipped, ...]) -> tuple[Skipped, ...]:
        return tuple(
            msgspec.structs.replace(each, path=posixpath.relpath(each.path, self._folder))
            for each in skipped
            if each.path.startswith(self._folder)
        )

    def root(self, root: Root) -> Root:
        return msgspec.structs.replace(
            root,
            sites=tuple(map(self.site, root.sites)),
            links=self.links(root.links),
            spread=self.links(root.spread),
        )

    def mend(self, mend: Mend) -> Mend:
        return msgspec.structs.replace(mend, sites=tuple(map(self.site, mend.sites)))

    def contract(self, contract: ContractResult) -> ContractResult:
        chains = tuple(map(self.links, contract.chains))
        return msgspec.structs.replace(contract, chains=chains)

    def links(self, chain: tuple[Link, ...]) -> tuple[Link, ...]:
        return tuple(msgspec.structs.replace(link, site=self.site(link.site)) for link in chain)
