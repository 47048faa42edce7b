"""What a repository asks of the audit: settings, import contracts and names declared retired."""

from __future__ import annotations

from typing import Final

import msgspec

from audit.model.findings import Site

BASELINE_FILE: Final = "audit-baseline.json"
"""The baseline file where the settings name none."""


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """The ``[tool.audit]`` table; an absent key has the default given here.

    ``source_roots`` (folders) are added to those that the audit finds itself. ``exclude`` holds path globs.
    ``select`` and ``ignore`` hold codes or their prefixes; an empty ``select`` means every code.
    ``baseline`` is the path of a baseline file. ``rules`` is the folder of contracts, claims and retired
    names. ``strict`` makes warnings fail the audit. ``ledger`` is the path of the file that runs are recorded
    in, or ``off``; None for the user's own. ``path`` is the file the settings came from, if any.
    """

    source_roots: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    baseline: str | None = None
    rules: str = "rules"
    strict: bool = False
    ledger: str | None = None
    path: str | None = None


class RetiredName(msgspec.Struct, frozen=True, kw_only=True):
    """A dotted name that must no longer be used, as ``rules/retired.yaml`` declares it at ``site``.

    History proves most retirements; this is for those it cannot show: a name that left before the base,
    or that still exists and is on its way out.
    """

    name: str
    site: Site
    replacement: str | None = None
    since: str | None = None
    reason: str | None = None


class ContractOptions(msgspec.Struct, frozen=True, kw_only=True):
    """One import contract as its author wrote it.

    ``options`` holds text, or a tuple of text for a list, exactly the two shapes that import-linter's
    fields parse. ``site`` is the contract's first line in the configuration.
    """

    name: str
    type: str
    site: Site
    options: dict[str, str | tuple[str, ...]]


class ContractConfig(msgspec.Struct, frozen=True, kw_only=True):
    """An import-linter configuration: the packages that it speaks of, and its contracts.

    ``site`` is where the root packages are named. ``contract_types`` maps each custom type to the class
    that implements it; such a class is never loaded, because auditing runs nothing of the repository.
    """

    site: Site
    root_packages: tuple[str, ...]
    contracts: tuple[ContractOptions, ...]
    include_external_packages: bool = False
    exclude_type_checking_imports: bool = False
    contract_types: dict[str, str] = {}


class Configuration(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that a repository configures. ``contracts`` is None when it has no import contract."""

    settings: Settings = Settings()
    retired: tuple[RetiredName, ...] = ()
    contracts: ContractConfig | None = None
