"""This repository keeps its own contracts, and a planted import that breaks one turns it red."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from audit.contracts.judge import check_contracts
from audit.model.contracts import JudgedContract
from audit.model.findings import Site
from audit.model.graph import ImportEdge, ModuleGraph
from audit.model.settings import ContractConfig
from audit.pipeline import open_codebase

REPOSITORY = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def judged() -> tuple[ContractConfig, ModuleGraph]:
    codebase = open_codebase(REPOSITORY, use_cache=False)
    assert codebase.configuration.contracts is not None
    return codebase.configuration.contracts, codebase.graph


def red(config: ContractConfig, graph: ModuleGraph) -> dict[str, JudgedContract]:
    return {each.name: each for each in check_contracts(config, graph) if each.outcome != "kept"}


def test_every_contract_of_this_repository_is_kept(judged: tuple[ContractConfig, ModuleGraph]) -> None:
    config, graph = judged
    results = check_contracts(config, graph)
    assert {result.name: result.message for result in results if result.outcome != "kept"} == {}
    assert all(result.modules_examined > 0 for result in results)
    assert {result.site.path for result in results} == {"rules/importlinter.toml"}


@pytest.mark.parametrize(
    ("importer", "imported", "name"),
    [
        ("audit.model.findings", "audit.config.load", "The stages of the audit know"),
        ("audit.resolve.index", "audit.sources.git", "The stages of the audit know"),
        ("audit.facts.python", "audit.pipeline", "The stages of the audit know"),
        ("audit.pipeline", "audit.cli.main", "The stages of the audit know"),
        ("audit.verdict.roots", "numpy.random", "The audit does not know the reference system"),
        ("audit.cli.main", "metta_ref.config", "The audit does not know the reference system"),
        ("metta_ref.config", "metta_ref.rl", "The reference system is built in layers"),
        ("metta_ref.rl", "audit.model.findings", "The reference system does not know the audit"),
        ("smoke.runner", "metta_ref.checkpoint", "The smoke uses the command line"),
        ("audit.resolve.index", "subprocess", "Only the probes, the readers of git"),
        ("audit.pipeline", "grimp", "Only audit.contracts loads import-linter"),
    ],
)
def test_a_planted_import_breaks_its_contract_at_its_line(
    judged: tuple[ContractConfig, ModuleGraph], importer: str, imported: str, name: str
) -> None:
    config, graph = judged
    assert importer in graph.modules
    planted = ImportEdge(importer, imported, Site(graph.modules[importer], 7), f"import {imported}")
    broken = red(config, msgspec.structs.replace(graph, edges=(*graph.edges, planted)))
    found = [result for title, result in broken.items() if title.startswith(name)]
    assert [result.outcome for result in found] == ["broken"]
    assert planted.site in {link.site for chain in found[0].chains for link in chain}


def test_a_new_stage_must_be_placed_in_a_layer(judged: tuple[ContractConfig, ModuleGraph]) -> None:
    config, graph = judged
    grown = msgspec.structs.replace(graph, modules={**graph.modules, "audit.newcomer": "audit/newcomer.py"})
    (result,) = red(config, grown).values()
    assert (result.outcome, result.undeclared) == ("broken", ("audit.newcomer",))


def test_a_deleted_stage_makes_its_contracts_invalid(judged: tuple[ContractConfig, ModuleGraph]) -> None:
    config, graph = judged
    kept = {name: path for name, path in graph.modules.items() if not name.startswith("audit.contracts")}
    results = red(config, msgspec.structs.replace(graph, modules=kept))
    assert {result.outcome for result in results.values()} == {"invalid"}
    assert {result.message for result in results.values()} == {
        "names audit.contracts, which does not exist, did you mean 'audit.contents'?"
    }
