"""Judges import contracts by their outcome in the static check."""

from __future__ import annotations

from audit.model.codebase import Codebase
from audit.model.evidence import Evidence
from audit.model.findings import ContractResult
from audit.model.predicates import Contract
from audit.model.suggest import did_you_mean
from audit.model.verdicts import Judgement
from audit.verdict.judgements import (
    SHOWN,
    counted,
    failed_to_judge,
    listed,
    partly,
    refuted,
    unverified,
    verified,
)


def judge_contract(predicate: Contract, codebase: Codebase) -> Judgement:
    """The named contracts, or all of them, are kept; an invalid one could not be checked."""
    known = {contract.name: contract for contract in codebase.check.contracts}
    if not known:
        return unverified("the tree has no import contract", coverage="0 contracts examined")
    for name in predicate.names:
        if name not in known:
            return failed_to_judge(f"there is no import contract '{name}'{did_you_mean(name, known)}")
    asked = [known[name] for name in predicate.names or known]
    examined = max(contract.modules_examined for contract in asked)
    coverage = f"{counted(len(asked), 'contract')} over {counted(examined, 'module')}"
    broken = [contract for contract in asked if contract.outcome == "broken"]
    invalid = [contract for contract in asked if contract.outcome == "invalid"]
    evidence = tuple(each for contract in (*broken, *invalid) for each in _evidence(contract))
    if broken:
        reason = f"broken: {listed(contract.name for contract in broken)}"
        some_kept = len(broken) + len(invalid) < len(asked)
        return (partly if some_kept else refuted)(reason, coverage=coverage, evidence=evidence)
    if invalid:
        reason = f"invalid, so not checked: {listed(contract.name for contract in invalid)}"
        return failed_to_judge(reason, coverage=coverage, evidence=evidence)
    if not all(contract.modules_examined for contract in asked):
        return unverified("a contract that examined no module says nothing", coverage=coverage)
    kept = listed(contract.name for contract in asked) if predicate.names else f"all {len(asked)}"
    return verified(f"kept: {kept}", coverage=coverage)


def _evidence(contract: ContractResult) -> tuple[Evidence, ...]:
    if not contract.chains:
        return (Evidence(summary=f"{contract.name}: {contract.message or contract.outcome}"),)
    return tuple(
        Evidence(
            summary=f"{contract.name}: " + " -> ".join([chain[0].importer, *(link.imported for link in chain)]),
            path=chain[0].site.path,
            line=chain[0].site.line,
        )
        for chain in contract.chains[:SHOWN]
        if chain
    )
