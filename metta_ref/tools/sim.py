"""Evaluate checkpoints of a run: python -m metta_ref.tools.sim run=demo [key=value ...]

Plays episodes in the environment that the run was trained in, or in each of a suite, merges them all into
`stats.duckdb` in the run's directory or none, and prints one line of `key=value` pairs for each checkpoint and
simulation that says what was recorded.
"""

import sys
from dataclasses import dataclass
from pathlib import Path

from metta_ref.config import STRATEGIES, load_run_config, option, run_dir
from metta_ref.tools._main import EXIT_DONE, tool


@dataclass(frozen=True, slots=True)
class SimConfig:
    run: str = option(
        "", "that is evaluated, or whose task is played", required="name the run to evaluate, as in run=demo"
    )
    epoch: int | None = option(None, "evaluate this epoch; none: let strategy choose", minimum=0)
    strategy: str = option("latest", "which checkpoints, without epoch", choices=STRATEGIES)
    metric: str = option("score", "what best, top and threshold compare, a number in the sidecar")
    count: int = option(3, "how many strategy=top takes", unit="checkpoints", minimum=1)
    threshold: float = option(0.0, "the least value that strategy=threshold takes")
    where: tuple[str, ...] = option((), "conditions on the sidecar, such as agent_step>=1000,py_agent=lstm")
    policies: tuple[str, ...] = option((), "runs, paths or URIs to evaluate instead, separated by commas")
    suite: str = option("", "YAML file that lists several simulations instead, each with name, episodes and env")
    episodes: int = option(16, "to play", unit="episodes", minimum=1, maximum=1_000_000)
    num_envs: int = option(8, "environments in the batch", unit="envs", minimum=1, maximum=65536)
    max_steps: int = option(100_000, "the batch stops after this many", unit="steps", minimum=1)
    seed: int = option(0, "of environments and actions", minimum=0, maximum=2**63 - 1)
    greedy: bool = option(False, "take the likeliest action instead of sampling")
    num_workers: int = option(0, "that play; 0 plays in this one", unit="processes", minimum=0, maximum=256)
    database: str = option("", "file or postgresql:// URL to merge into; empty is stats.duckdb of the run")


def main(config: SimConfig) -> int:
    trained = load_run_config(config.run)

    import torch

    from metta_ref.checkpoint import CheckpointManager, Selection, parse_condition
    from metta_ref.eval.connection import parse_place
    from metta_ref.sim.evaluation import evaluate, matched
    from metta_ref.sim.simulation import Simulation
    from metta_ref.sim.suite import load_suite

    torch.set_num_threads(1)
    directory = run_dir(config.run)
    database = parse_place(config.database, directory / "stats.duckdb")
    limits = (config.episodes, config.num_envs, config.seed, config.max_steps, config.greedy)
    simulation = Simulation(trained.env.task, trained.env, *limits)
    simulations = load_suite(Path(config.suite), simulation) if config.suite else (simulation,)
    manager, where = CheckpointManager(directory), tuple(map(parse_condition, config.where))
    wanted = Selection(config.strategy, config.metric, config.count, config.threshold, where, config.epoch)
    uris = config.policies or [str(manager.path(epoch)) for epoch in manager.select(wanted)]
    for done in evaluate(matched(uris, simulations), database, config.num_workers):
        run, epoch = done.policy
        print(
            f"evaluated run={run} epoch={epoch} simulation={done.simulation} episodes={done.requested} "
            f"completed={done.completed} added={done.added} total={done.total} "
            f"mean_reward={done.mean_reward:.6f}"
        )
    print(f"stats database: {database}")
    return EXIT_DONE


if __name__ == "__main__":
    sys.exit(tool(main, SimConfig, __doc__))
