"""A session of training, as `train` and `resume` share it: take the run, make the trainer, loop, report, save.

Where torchrun starts several processes, each has such a session, and rank 0 speaks and writes for all.
"""

import logging
import shutil
import signal
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager, redirect_stdout

import torch

from metta_ref.checkpoint import Checkpoint, CheckpointManager, PolicySpec, locked
from metta_ref.config import Config, ConfigError, run_dir, save_run_config
from metta_ref.envs import VectorEnv, make_env, task_configs
from metta_ref.rl.adam import DivergedError
from metta_ref.rl.group import Group, process_group
from metta_ref.rl.trainer import Trainer
from metta_ref.tools._evaluating import evaluation_due
from metta_ref.tools._main import EXIT_DONE, EXIT_INTERRUPTED
from metta_ref.tools._record import announce, logging_to, persist, recording, shown

_logger = logging.getLogger("metta_ref")


def start(config: Config) -> int:
    """Train a new run and return the exit code."""
    manager = CheckpointManager(run_dir(config.run))
    with _prepared(config) as (trainer, stop):
        if any(trainer.group.gather(stop.is_set())):
            raise KeyboardInterrupt
        checkpoint = trainer.checkpoint()
        trainer.group.first(lambda: _begin(config, checkpoint, manager))
        with _taken(config):
            return _train_until_done(trainer, manager, stop)


def go_on(config: Config) -> int:
    """Train on from a run's newest checkpoint and return the exit code."""
    manager, group = CheckpointManager(run_dir(config.run)), process_group()
    with _taken(config):
        checkpoint = group.first(lambda: manager.load(manager.latest()))
        with _prepared(config, checkpoint.teachers) as (trainer, stop):
            trainer.restore(checkpoint)
            for note in _notes(trainer, checkpoint):
                _logger.warning(note)
            if any(group.gather(stop.is_set())):
                raise KeyboardInterrupt
            group.first(lambda: save_run_config(config))
            return _train_until_done(trainer, manager, stop)


def own_envs(config: Config, group: Group) -> VectorEnv:
    """This rank's part of the environments, with the random streams that they have in the whole batch."""
    settings, tasks = config.trainer, task_configs(config.env, config.curriculum)
    count, workers, limit = settings.num_envs // group.size, settings.num_workers, settings.worker_timeout
    first = group.rank * count
    return make_env(config.env, count, config.seed, workers, worker_timeout=limit, first_env=first, tasks=tasks)


def _begin(config: Config, checkpoint: Checkpoint, manager: CheckpointManager) -> None:
    """Make the run's directory with all that a run needs to go on, or leave nothing."""
    try:
        manager.run_dir.mkdir(parents=True)
    except FileExistsError:
        meanwhile = "was started by another process meanwhile; choose another run="
        raise ConfigError([f"run '{config.run}' {meanwhile}"]) from None
    try:
        save_run_config(config)
        with logging_to(manager.run_dir, config.log_level):
            persist(checkpoint, manager, config)
    except BaseException:
        shutil.rmtree(manager.run_dir)
        raise


@contextmanager
def _taken(config: Config) -> Iterator[None]:
    """Hold the run for this job, and tell of it on the terminal and in its log; other ranks only of what ends them.

    Raises CheckpointError when another process has the run.
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
def _prepared(config: Config, teachers: Sequence[PolicySpec] = ()) -> Iterator[tuple[Trainer, threading.Event]]:
    """A new trainer with this rank's environments, and whether it is to stop, for the time of the block.

    Raises ConfigError when the ranks do not divide the environments, and as `Trainer` does.
    """
    group = process_group()
    group.first(lambda: _check_parts(config, group.size))
    group.limit(config.trainer.rank_timeout)
    torch.set_num_threads(1)  # faster for networks of this size, and the same bits everywhere
    with _stopping(silent=group.rank > 0) as stop, closing(own_envs(config, group)) as env:
        yield Trainer(config, env, group, teachers), stop


@contextmanager
def _stopping(*, silent: bool = False) -> Iterator[threading.Event]:
    """Whether the run is to stop and keep everything up to its last update, for the time of the block.

    The first SIGINT or SIGTERM sets it, and is answered unless `silent`; the second raises KeyboardInterrupt.
    """
    requested = threading.Event()

    def on_signal(*_: object) -> None:
        if requested.is_set():
            raise KeyboardInterrupt
        requested.set()
        if not silent:
            print("stopping after this update; press Ctrl-C again to stop at once", file=sys.stderr)

    before = {number: signal.signal(number, on_signal) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield requested
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _train_until_done(trainer: Trainer, manager: CheckpointManager, stop: threading.Event) -> int:
    """Train until the configured step or a request to any rank to stop, save, summarise, and return the exit code.

    However it ends, the newest complete checkpoint stays, and where training can go on from it, the user is told how.
    """
    config, group = trainer.config, trainer.group
    first_step, saved, began = trainer.agent_step, trainer.epoch, time.monotonic()
    try:
        with recording(trainer, manager) as report:
            while trainer.agent_step < config.trainer.total_timesteps and not any(group.gather(stop.is_set())):
                progress, checkpoint = trainer.update(), None
                at_interval = trainer.epoch % config.trainer.checkpoint_interval == 0
                if at_interval or evaluation_due(config, trainer.epoch, trainer.agent_step):
                    checkpoint, saved = trainer.checkpoint(), trainer.epoch
                report(progress, checkpoint)
            if trainer.epoch != saved:
                report(None, trainer.checkpoint())
    except BaseException as error:
        _logger.log(logging.ERROR, "ended by %s: %s", type(error).__name__, error, extra={"shown": True})
        if not isinstance(error, DivergedError):  # to which going on would only lead again
            _say_how_to_go_on(trainer, manager)
        raise
    steps, ended = trainer.agent_step - first_step, trainer.statistics
    announce(
        f"trained run={manager.run} epoch={trainer.epoch} agent_step={trainer.agent_step} steps={steps} "
        f"steps_per_second={steps / max(time.monotonic() - began, 1e-9):.0f} episodes={ended.episodes} "
        f"return={shown(ended.means[0])}"
    )
    done = trainer.agent_step >= config.trainer.total_timesteps
    if not done:
        _say_how_to_go_on(trainer, manager)
    group.close()
    return EXIT_DONE if done else EXIT_INTERRUPTED


def _notes(trainer: Trainer, checkpoint: Checkpoint) -> Iterator[str]:
    for name, here in trainer.fingerprint.items():
        if (then := checkpoint.environment.get(name, here)) != here:
            yield f"note: {name} was {then}, is {here}: results may differ in the last bits"
    if trainer.env.metadata["snapshot"] != "exact":
        so = "new episodes begin, so the run differs from one that was not interrupted"
        yield f"note: {trainer.env.metadata['name']} cannot be saved within an episode: {so}"
    run, step, total = trainer.config.run, trainer.agent_step, trainer.config.trainer.total_timesteps
    if step >= total:
        yield f"nothing to train: run {run} is at step {step} and trainer.total_timesteps={total}; give a larger one"


def _check_parts(config: Config, ranks: int) -> None:
    envs, workers, agents = config.trainer.num_envs, config.trainer.num_workers, config.env.agents
    if envs % ranks:
        use = f"use a multiple of {ranks}, or other ranks"
        raise ConfigError([f"trainer.num_envs={envs}: {ranks} ranks do not divide it; {use}"])
    if envs // ranks % (agents * max(workers, 1)):
        parts = f"the {envs // ranks} environments of each of {ranks} ranks in equal parts"
        cannot = f"with env.agents={agents} cannot step {parts}; use 0, or another trainer.num_envs"
        raise ConfigError([f"trainer.num_workers={workers}: {cannot}"])


def _say_how_to_go_on(trainer: Trainer, manager: CheckpointManager) -> None:
    if trainer.group.rank == 0:
        how = "stopped at step %d; epoch %d is saved: go on with python -m metta_ref.tools.resume run=%s"
        _logger.info(how, trainer.agent_step, manager.latest(), manager.run)
