"""Suites: several simulations from a file, each of which differs from the run's environment in what it names."""

from dataclasses import replace
from pathlib import Path

import pytest

from metta_ref.config import ConfigError, EnvConfig
from metta_ref.sim.simulation import Simulation
from metta_ref.sim.suite import load_suite

BASE = Simulation("grid", EnvConfig(corridor_length=3, max_steps=20), episodes=16, num_envs=8, seed=1, max_steps=500)


def suite(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "suite.yaml"
    path.write_text(text)
    return path


def test_a_simulation_differs_from_the_run_in_what_it_names(tmp_path: Path) -> None:
    text = """
        simulations:
          - name: near
          - name: far
            episodes: 64
            env: {corridor_length: 8}
          - {name: maze/short, env: {name: tmaze}}
    """
    assert load_suite(suite(tmp_path, text), BASE) == (
        replace(BASE, name="near"),
        replace(BASE, name="far", episodes=64, env=EnvConfig(corridor_length=8, max_steps=20)),
        replace(BASE, name="maze/short", env=EnvConfig(name="tmaze", corridor_length=3, max_steps=20)),
    )


@pytest.mark.parametrize(
    ("text", "problems"),
    [
        ("", ["must hold one key, simulations, with a list of at least one"]),
        ("simulations: []", ["must hold one key, simulations, with a list of at least one"]),
        ("simulations: [{name: a}]\nsims: []", ["must hold one key, simulations, with a list of at least one"]),
        ("simulations: {", ["not readable as YAML (while parsing a flow node); write one that lists simulations"]),
        ("simulations: [near]", ["simulation 1: must be a mapping of name, episodes and env"]),
        (
            "simulations: [{name: }, {name: a, episode: 3, env: {view_radio: 4}}, {name: b, env: {name: gymnasium}}]",
            [
                "simulation 1: name: is missing; every simulation has one",
                "simulation 2: episode: no such key; did you mean episodes? (--help lists all keys)",
                "simulation 2: env.view_radio: no such key; did you mean env.view_radius? (--help lists all keys)",
                "simulation 3: env.id=: names no environment; give env.id",
            ],
        ),
        (
            "simulations: [{name: a}, {name: a, episodes: 3}, {name: b}]",
            ["several simulations are named a; give each its own name"],
        ),
    ],
)
def test_every_mistake_is_told_with_its_place(tmp_path: Path, text: str, problems: list[str]) -> None:
    path = suite(tmp_path, text)
    with pytest.raises(ConfigError) as refused:
        load_suite(path, BASE)
    assert list(refused.value.problems) == [f"{path}: {problem}" for problem in problems]
