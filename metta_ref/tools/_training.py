"""A session of training, as `train` and `resume` share it: take the run, make the trainer, loop, report, save.

Where torchrun starts several processes, each has such a session, and rank 0 speaks and writes for all.
"""

import logging
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, redirect_stdout
from typing import TYPE_CHECKING

from metta_ref.checkpoint import CheckpointManager, locked
from metta_ref.config import Config, ConfigError, run_dir
from metta_ref.rl.group import Group, process_group
from metta_ref.tools._evaluating import evaluation_due
from metta_ref.tools._interrupt import StopRequest
from metta_ref.tools._logging import announce, log_failure, logging_to
from metta_ref.tools._main import EXIT_DONE, EXIT_INTERRUPTED
from metta_ref.tools._progress import shown
from metta_ref.tools._record import recording

if TYPE_CHECKING:
    from metta_ref.envs import VectorEnv
    from metta_ref.rl.trainer import Trainer

_log = logging.getLogger(__name__)
_SHORTEST = 1e-9
"""Seconds that any training takes at least, where a coarse clock shows none."""


def use_one_thread() -> None:
    """Confine torch to one thread: faster for networks of this size, and the same bits everywhere."""
    import torch

    torch.set_num_threads(1)


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


@contextmanager
def taken(config: Config) -> Iterator[None]:
    """Hold the run for this job, and tell of it on the terminal and in the run's log. Other ranks tell only of what
    ends them.

    Raises RunBusyError, and GroupError on the other ranks.
    """
    group, directory = process_group(), run_dir(config.run)
    with ExitStack() as stack:
        group.first(lambda: stack.enter_context(locked(directory)))
        if group.rank == 0:
            stack.enter_context(logging_to(directory, config.log_level))
        else:
            logging.disable()
            stack.enter_context(redirect_stdout(None))
        yield


@contextmanager
def prepared(config: Config) -> "Iterator[tuple[Trainer, StopRequest]]":
    """A new trainer with this rank's environments, and whether it is to stop, for the time of the block.

    From then on no rank waits longer for another than the settings say. Raises ConfigError when the ranks do not divide
    the environments, and as `Trainer` does.
    """
    group = process_group()
    group.first(lambda: _check_parts(config, group.size))
    group.limit(config.trainer.rank_timeout)
    # The workers start before torch is imported, and do so meanwhile.
    with StopRequest(silent=group.rank > 0) as stop, closing(own_envs(config, group)) as env:
        from metta_ref.rl.trainer import Trainer

        use_one_thread()
        yield Trainer(config, env, group), stop


def train_until_done(trainer: "Trainer", manager: CheckpointManager, stop: StopRequest) -> int:
    """Train until the configured step or a request to any rank to stop, save at intervals and at the end, and
    summarise.

    Returns the exit code. However it ends, the newest complete checkpoint stays, and where training can
    go on from it, the user is told how.
    """
    config, group = trainer.config, trainer.group
    first_step, saved, began = trainer.agent_step, trainer.epoch, time.monotonic()
    try:
        with recording(trainer, manager) as report:
            while trainer.agent_step < config.trainer.total_timesteps and not any(group.gather(stop.requested)):
                progress, checkpoint = trainer.update(), None
                at_interval = trainer.epoch % config.trainer.checkpoint_interval == 0
                if at_interval or evaluation_due(config, trainer.epoch, trainer.agent_step):
                    checkpoint, saved = trainer.checkpoint(), trainer.epoch
                report(progress, checkpoint)
            if trainer.epoch != saved:
                report(None, trainer.checkpoint())
    except BaseException as error:
        log_failure(error)
        _say_how_to_go_on(trainer, manager)
        raise
    steps, ended = trainer.agent_step - first_step, trainer.statistics
    announce(
        f"trained run={manager.run} epoch={trainer.epoch} agent_step={trainer.agent_step} steps={steps} "
        f"steps_per_second={steps / max(time.monotonic() - began, _SHORTEST):.0f} episodes={ended.episodes} "
        f"return={shown(ended.mean_return)}"
    )
    done = trainer.agent_step >= config.trainer.total_timesteps
    if not done:
        _say_how_to_go_on(trainer, manager)
    group.close()
    return EXIT_DONE if done else EXIT_INTERRUPTED


def _check_parts(config: Config, ranks: int) -> None:
    envs, workers, agents = config.trainer.num_envs, config.trainer.num_workers, config.env.agents
    if envs % ranks:
        use = f"use a multiple of {ranks}, or other ranks"
        raise ConfigError([f"trainer.num_envs={envs}: {ranks} ranks do not divide it; {use}"])
    if envs // ranks % (agents * max(workers, 1)):
        parts = f"the {envs // ranks} environments of each of {ranks} ranks in equal parts"
        cannot = f"with env.agents={agents} cannot step {parts}; use 0, or another trainer.num_envs"
        raise ConfigError([f"trainer.num_workers={workers}: {cannot}"])


def _say_how_to_go_on(trainer: "Trainer", manager: CheckpointManager) -> None:
    if trainer.group.rank == 0:
        _log.info(
            "stopped at step %d; epoch %d is saved: go on with python -m metta_ref.tools.resume run=%s",
            trainer.agent_step,
            manager.latest(),
            manager.run,
        )
