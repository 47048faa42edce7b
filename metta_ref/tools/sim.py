"""Evaluate checkpoints of a run: python -m metta_ref.tools.sim run=demo [key=value ...]

Plays episodes in the environment that the run was trained in, merges them into `stats.duckdb` in the run's
directory, and prints one line of `key=value` pairs for each checkpoint that says what was recorded.
"""

import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from metta_ref.config import STRATEGIES, load_run_config, option, run_dir
from metta_ref.tools._main import EXIT_DONE, tool

if TYPE_CHECKING:
    from metta_ref.checkpoint import CheckpointManager


@dataclass(frozen=True, slots=True)
class SimConfig:
    """Which checkpoints to play, and how much."""

    run: str = option("", "run whose checkpoints, or in whose environment policies, are evaluated; required")
    epoch: int | None = option(None, "evaluate this epoch; none: let strategy choose", minimum=0)
    strategy: str = option("latest", "which checkpoints, without epoch", choices=STRATEGIES)
    metric: str = option("score", "what best, top and threshold compare, a number in the sidecar")
    count: int = option(3, "how many strategy=top takes", unit="checkpoints", minimum=1)
    threshold: float = option(0.0, "the least value that strategy=threshold takes")
    where: tuple[str, ...] = option((), "conditions on the sidecar, such as agent_step>=1000,py_agent=lstm")
    policies: tuple[str, ...] = option((), "runs, paths or URIs to evaluate instead, separated by commas")
    name: str = option("", "name of the simulation; empty is that of the environment")
    episodes: int = option(16, "to play", unit="episodes", minimum=1, maximum=1_000_000)
    num_envs: int = option(8, "environments in the batch", unit="envs", minimum=1, maximum=65536)
    max_steps: int = option(100_000, "the batch stops after this many", unit="steps", minimum=1)
    seed: int = option(0, "of environments and actions", minimum=0, maximum=2**63 - 1)
    greedy: bool = option(False, "take the likeliest action instead of sampling")

    def problems(self) -> Iterator[tuple[tuple[str, ...], str]]:
        """Rules between fields, each with the keys that it is about."""
        if not self.run:
            yield ("run",), "run: is missing; name the run to evaluate, as in run=demo"
        if self.where:
            from metta_ref.checkpoint import parse_condition
        for condition in self.where:
            try:
                parse_condition(condition)
            except ValueError as error:
                yield ("where",), f"where: {error}"


def main(config: SimConfig) -> int:
    """Evaluate, print what was recorded, and return the exit code."""
    trained = load_run_config(config.run)

    from metta_ref.checkpoint import CheckpointManager
    from metta_ref.checkpoint.policies import PolicyCache
    from metta_ref.envs import make_env
    from metta_ref.sim.evaluation import evaluate
    from metta_ref.sim.simulation import Simulation
    from metta_ref.tools._training import use_one_thread

    use_one_thread()
    checkpoints = CheckpointManager(run_dir(config.run))
    simulation = Simulation(
        name=config.name or trained.env.task,
        env=trained.env,
        episodes=config.episodes,
        num_envs=config.num_envs,
        seed=config.seed,
        max_steps=config.max_steps,
        greedy=config.greedy,
    )
    database = run_dir(config.run) / "stats.duckdb"
    env = make_env(trained.env, trained.env.agents, config.seed)
    policies = PolicyCache(size=0)
    for uri in config.policies or _chosen(config, checkpoints):
        policy = policies.load(uri, env.observation, env.num_actions)
        done = evaluate(policy, simulation, database, lambda: datetime.now(UTC).replace(tzinfo=None))
        run, version = done.policy
        print(
            f"evaluated run={run} epoch={version} simulation={simulation.name} episodes={done.requested} "
            f"completed={done.completed} added={len(done.published.added)} total={done.published.total} "
            f"mean_reward={done.mean_reward:.6f}",
            flush=True,
        )
    print(f"stats database: {database}")
    return EXIT_DONE


def _chosen(config: SimConfig, checkpoints: "CheckpointManager") -> tuple[str, ...]:
    from metta_ref.checkpoint import Selection, parse_condition

    if config.epoch is not None:
        return (str(checkpoints.path(config.epoch)),)
    where = tuple(map(parse_condition, config.where))
    selection = Selection(config.strategy, config.metric, config.count, config.threshold, where)
    return tuple(str(checkpoints.path(epoch)) for epoch in checkpoints.select(selection))


if __name__ == "__main__":
    sys.exit(tool(main, SimConfig, __doc__))
