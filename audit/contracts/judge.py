"""Judges import contracts: kept, broken with every chain, or invalid with the reason.

Permission is import-linter's: its contract classes decide, on a copy of our graph each. Import this module
only when there is a contract to judge; it loads import-linter and grimp.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from copy import deepcopy
from typing import Final

import importlinter.configuration
from grimp.exceptions import GrimpException
from importlinter import Contract
from importlinter.contracts.acyclic_siblings import AcyclicSiblingsContract
from importlinter.contracts.forbidden import ForbiddenContract
from importlinter.contracts.independence import IndependenceContract
from importlinter.contracts.layers import LayersContract
from importlinter.contracts.protected import ProtectedContract
from importlinter.domain.contract import InvalidContractOptions
from importlinter.domain.helpers import MissingImport

from audit.contracts.graph import JudgedGraph, build_graph
from audit.contracts.names import NamedModules, named_modules
from audit.contracts.violations import violations
from audit.model.contracts import JudgedContract
from audit.model.findings import Retirement, Site
from audit.model.graph import ModuleGraph
from audit.model.settings import ContractConfig, ContractOptions
from audit.model.suggest import did_you_mean, nearest_dotted

Retired = Callable[[str], Retirement | None]
"""Tells the commit that removed a dotted name, where history knows it."""

ROOT_PACKAGES: Final = "root_packages"
"""The name of the result that speaks of the configuration itself."""

CONTRACT_TYPES: Final[dict[str, type[Contract]]] = {
    contract.type_name: contract
    for contract in (
        AcyclicSiblingsContract,
        ForbiddenContract,
        IndependenceContract,
        LayersContract,
        ProtectedContract,
    )
}


def _no_history(_name: str) -> Retirement | None:
    return None


def check_contracts(
    config: ContractConfig, graph: ModuleGraph, retired: Retired = _no_history
) -> tuple[JudgedContract, ...]:
    """The outcome of each contract, in the order of the configuration.

    A contract that names a module which does not exist, or that examines none, is invalid and never kept.
    When a root package itself does not exist, a first result named ``root_packages`` says so.
    """
    # Two contract types time their search, through a global that import-linter's own command line sets.
    importlinter.configuration.configure()
    judge = _Judge(config, graph, retired)
    results = [judge.result(contract) for contract in config.contracts]
    absent = [root for root in config.root_packages if root not in graph.modules]
    if absent:
        message = judge.missing(absent)
        results.insert(0, _invalid(ROOT_PACKAGES, "configuration", config.site, message))
    return tuple(results)


class _Judge:
    """Judges the contracts of one configuration on one graph."""

    def __init__(self, config: ContractConfig, graph: ModuleGraph, retired: Retired) -> None:
        self._config = config
        self._modules = graph.modules
        self._retired = retired
        self._graph: JudgedGraph = build_graph(config, graph)

    def result(self, contract: ContractOptions) -> JudgedContract:
        try:
            built = self._build(contract)
            named = named_modules(built, self._graph.imports, self._config.root_packages)
            self._require(named)
            check = built.check(deepcopy(self._graph.imports), verbose=False)
        except InvalidContractOptions as error:
            message = "; ".join(f"{option}: {why}" for option, why in sorted(error.errors.items()))
            return _invalid(contract.name, contract.type, contract.site, message)
        except (ValueError, MissingImport, GrimpException) as error:
            return _invalid(contract.name, contract.type, contract.site, str(error))
        found = violations(check, self._graph.sites)
        guidance = [] if check.kept else filter(None, [getattr(built, "broken_contract_guidance", None)])
        return JudgedContract(
            name=contract.name,
            type=contract.type,
            site=contract.site,
            outcome="kept" if check.kept else "broken",
            message="; ".join([*found.statements, *guidance, *check.warnings]),
            chains=found.chains,
            undeclared=found.undeclared,
            modules_examined=named.examined,
        )

    def missing(self, names: Iterable[str]) -> str:
        """What to say of names that do not exist: since when, and what may be meant."""
        return "; ".join(self._missing(name) for name in names)

    def _missing(self, name: str) -> str:
        retirement = self._retired(name)
        since = ""
        if retirement is not None:
            date = retirement.date[:10]
            since = f" (retired in {retirement.commit[:10]} on {date}: {retirement.subject})"
        near = nearest_dotted(name, self._modules)
        meant = f", did you mean '{near}'?" if near else ""
        return f"names {name}, which does not exist{since}{meant}"

    def _build(self, contract: ContractOptions) -> Contract:
        contract_type = CONTRACT_TYPES.get(contract.type)
        if contract_type is None:
            raise ValueError(self._unknown_type(contract.type))
        options = {key: value if isinstance(value, str) else list(value) for key, value in contract.options.items()}
        session = {
            "root_packages": list(self._config.root_packages),
            "include_external_packages": str(self._config.include_external_packages),
        }
        return contract_type(name=contract.name, session_options=session, contract_options=options)

    def _unknown_type(self, name: str) -> str:
        if name in self._config.contract_types:
            code = self._config.contract_types[name]
            return f"type '{name}' is implemented by {code}, and an audit runs no code of the repository"
        return f"no contract type '{name}'{did_you_mean(name, CONTRACT_TYPES)}"

    def _require(self, named: NamedModules) -> None:
        problems = [self._missing(name) for name in named.missing]
        problems += [f"the pattern {pattern} matches no module" for pattern in named.unmatched]
        if not problems and not named.examined:
            problems = ["examines no module: none of the modules it names exists"]
        if problems:
            raise ValueError("; ".join(problems))


def _invalid(name: str, kind: str, site: Site, message: str) -> JudgedContract:
    return JudgedContract(name=name, type=kind, site=site, outcome="invalid", message=message)
