"""Watch a policy: python -m metta_ref.tools.play policy=demo [key=value ...]

Plays one episode in the environment that the policy was trained in and draws it step by step. With `save` the
episode is kept as a replay, which metta_ref.tools.replay shows again.
"""

import sys
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from metta_ref.config import ConfigError, load_run_config, option, write_whole
from metta_ref.tools._main import EXIT_DONE, tool
from metta_ref.tools.replay import draw


@dataclass(frozen=True, slots=True)
class PlayConfig:
    policy: str = option("", "who plays, as demo#best", required="name a run, path or URI, as in policy=demo")
    run: str = option("", "run whose environment is played in; empty is that of the policy")
    seed: int = option(0, "of the environment and of actions", minimum=0, maximum=2**63 - 1)
    greedy: bool = option(False, "take the likeliest action instead of sampling")
    delay: float = option(0.2, "between two steps, on a terminal", unit="seconds", minimum=0)
    max_steps: int = option(1000, "the episode must end within this many", unit="steps", minimum=1)
    save: str = option("", "file to keep the episode in, as JSON; empty keeps nothing")


def main(config: PlayConfig) -> int:
    import torch

    from metta_ref.checkpoint.policies import PolicyCache
    from metta_ref.envs import make_env
    from metta_ref.sim.replay import Replay, to_json, watched

    torch.set_num_threads(1)
    settings = load_run_config(config.run or _run_of(config.policy)).env
    with closing(make_env(settings, settings.agents, config.seed)) as env:
        policy = PolicyCache().load(config.policy, env.observation, env.num_actions)
        frames = watched(policy.agent, env, config.seed, config.max_steps, greedy=config.greedy)
    if not frames:
        raise ConfigError([f"max_steps={config.max_steps}: the episode did not end by then; raise it"])
    replay = Replay(policy.key, settings.task, config.seed, frames)
    print(f"played {draw(replay, config.delay)}")
    if config.save:
        write_whole(Path(config.save), to_json(replay))
        print(f"replay: {config.save}")
    return EXIT_DONE


def _run_of(policy: str) -> str:
    """The run that a policy's address names, where it is a bare one."""
    name = policy.partition("#")[0]
    if "/" in name:
        raise ConfigError([f"run: is missing; say in which run's environment {policy} plays, as in run=demo"])
    return name


if __name__ == "__main__":
    sys.exit(tool(main, PlayConfig, __doc__))
