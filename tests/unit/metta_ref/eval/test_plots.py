"""Figures of an analysis: equal input, equal files; every axis and every policy is named."""

import re
import sys
from datetime import datetime
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest

from metta_ref.config import ConfigError
from metta_ref.eval.analysis import Plain, analyse
from metta_ref.eval.eval_stats_db import EvalStatsDB
from metta_ref.eval.plots import SERIES, Curve, draw
from metta_ref.eval.simulation_stats_db import EpisodeRecord, SimulationRecord, SimulationStatsDB
from metta_ref.eval.statistics import Bootstrap

pytest.importorskip("matplotlib", reason="matplotlib is not installed: pip install 'migration-audit[plots]'")

NOON = datetime(2025, 8, 28, 12)


def analysis(path: Path, policies: int = 3, tasks: tuple[str, ...] = ("near", "far")) -> Plain:
    """Policies of which each later one earns a little more, in every task."""
    with SimulationStatsDB(path) as database:
        for epoch in range(policies):
            for task in tasks:
                identity, policy = f"{task}-{epoch}", ("ant", epoch)
                rewards = np.random.default_rng(epoch).normal(epoch, size=8)
                database.record(
                    SimulationRecord(identity, task, "grid", policy, NOON),
                    [
                        EpisodeRecord(
                            id=f"{identity}-{number}",
                            simulation_id=identity,
                            step_count=1,
                            created_at=NOON,
                            policies={0: policy},
                            agent_metrics={0: {"reward": reward}},
                            attributes={"seed": "0", "number": str(number)},
                        )
                        for number, reward in enumerate(rewards.tolist())
                    ],
                )
    with EvalStatsDB(path) as stats:
        return analyse(stats, ["*"], Bootstrap(0, 100))


def curve(*runs: str) -> Curve:
    steps = np.arange(10.0)
    values = np.tile(steps[:, None], len(SERIES))
    return Curve(runs, steps, values, values, values)


def texts(svg: bytes) -> set[str]:
    """What a figure says: letters are drawn as outlines, and what they spell is noted beside them."""
    ElementTree.fromstring(svg)
    return {text.strip() for text in re.findall(r"<!--(.*?)-->", svg.decode(), re.DOTALL)}


CURVES = [curve("ant"), curve("bee-1", "bee-2", "bee-3")]


@pytest.fixture(scope="module")
def three_policies(tmp_path_factory: pytest.TempPathFactory) -> tuple[Plain, dict[str, bytes]]:
    """Three policies in two tasks, and their figures."""
    found = analysis(tmp_path_factory.mktemp("plots") / "stats.duckdb")
    return found, draw(found, CURVES, "svg")


def test_every_figure_names_its_axes_and_policies(three_policies: tuple[Plain, dict[str, bytes]]) -> None:
    said = {name: texts(figure) for name, figure in three_policies[1].items()}
    everyone = {f"ant epoch {epoch}" for epoch in range(3)}
    assert said["learning_curves"] >= {"return per episode", "entropy (nats)", "agent steps", "ant"}
    assert said["learning_curves"] >= {
        "bee-1 and 2 more seeds",
        "mean of the seeds; shaded: from the lowest to the highest",
    }
    assert said["intervals"] >= everyone | {"all simulations", "near (grid)", "far (grid)"}
    assert said["intervals"] >= {"interquartile mean of reward per episode, 95% bootstrap interval"}


def test_equal_input_gives_equal_files(three_policies: tuple[Plain, dict[str, bytes]]) -> None:
    found, figures = three_policies
    assert draw(found, CURVES, "svg") == figures


def test_of_one_policy_in_one_task_there_is_one_panel(tmp_path: Path) -> None:
    found = analysis(tmp_path / "stats.duckdb", policies=1, tasks=("near",))
    figures = draw(found, CURVES, "png")
    assert list(figures) == ["intervals", "learning_curves"]
    assert all(figure.startswith(b"\x89PNG") for figure in figures.values())
    assert draw(found, CURVES, "png") == figures
    assert "all simulations" not in texts(draw(found, CURVES, "svg")["intervals"])


def test_the_package_to_install_is_named(
    three_policies: tuple[Plain, dict[str, bytes]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(ConfigError, match=r"matplotlib is not installed; pip install 'migration-audit\[plots\]'"):
        draw(three_policies[0], [], "svg")
