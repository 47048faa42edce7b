"""The parts that the processes of a run have in it when torchrun starts several of a tool."""

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from metta_ref.config import Config, ConfigError
from metta_ref.rl.group import Group, process_group

if TYPE_CHECKING:
    from metta_ref.envs import VectorEnv


def parsed_once(parse: Callable[[Sequence[str]], Config], argv: Sequence[str]) -> Config:
    """What `parse` makes of rank 0's command line, on every rank: one word counts, and one complains.

    From then on no rank waits longer for another than it says. Raises what `parse` raises, ConfigError when the ranks
    do not divide the environments, and GroupError.
    """
    group = process_group()

    def parsed() -> Config:
        config = parse(argv)
        if problems := list(_problems(config, group.size)):
            raise ConfigError(problems)
        return config

    config = group.first(parsed)
    group.limit(config.trainer.rank_timeout)
    return config


def own_envs(config: Config, group: Group) -> "VectorEnv":
    """This rank's part of the environments, with the random streams that they have in the whole batch.

    Raises as `make_env` does.
    """
    from metta_ref.envs import make_env, task_configs

    settings = config.trainer
    count = settings.num_envs // group.size
    return make_env(
        config.env,
        count,
        config.seed,
        settings.num_workers,
        worker_timeout=settings.worker_timeout,
        first_env=group.rank * count,
        tasks=task_configs(config.env, config.curriculum),
    )


def _problems(config: Config, ranks: int) -> Iterator[str]:
    envs, workers, agents = config.trainer.num_envs, config.trainer.num_workers, config.env.agents
    if envs % ranks:
        yield f"trainer.num_envs={envs}: {ranks} ranks do not divide it; use a multiple of {ranks}, or other ranks"
    elif envs // ranks % (agents * max(workers, 1)):
        yield (
            f"trainer.num_workers={workers}: with env.agents={agents} cannot step the {envs // ranks} environments of "
            f"each of {ranks} ranks in equal parts; use 0, or another trainer.num_envs"
        )
