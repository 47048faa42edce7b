"""The trainer: everything that changes while a run trains, in one place, so that it can be saved whole."""

import platform
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from metta_ref.checkpoint import Checkpoint, PolicySpec
from metta_ref.checkpoint.contents import FORMAT_VERSION, Plain
from metta_ref.checkpoint.errors import CheckpointStateError
from metta_ref.config import Config, ConfigError, config_digest
from metta_ref.envs import Info, VectorEnv
from metta_ref.rl.adam import Adam
from metta_ref.rl.curriculum import Curriculum
from metta_ref.rl.group import ALONE, Group
from metta_ref.rl.kickstarter import Kickstarter, chosen_teachers
from metta_ref.rl.network import Network, chosen_device
from metta_ref.rl.rollout import Cursor, action_noise, collect
from metta_ref.rl.state import Tree, copied, put, require_same_layout, share, whole
from metta_ref.rl.statistics import EpisodeStatistics, Stopwatch
from metta_ref.rl.update import Losses, ppo_update


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a run stands after an update.

    `score` is the mean return of the latest episodes, None before one has ended, `seconds` are those of the update by
    phase. `evaluation_score` is for whoever evaluates the policy.
    """

    epoch: int
    agent_step: int
    score: float | None
    losses: Losses
    seconds: Mapping[str, float]
    tasks: Mapping[str, list[float]]
    evaluation_score: float | None = None


class Trainer:
    """Recurrent PPO on one environment; an epoch is one rollout and the update on it.

    Nothing is random but the generators that it owns: one for actions, one for minibatches, one for the curriculum,
    and those of the environment. On several ranks each has a trainer, whose environments are its part of the batch;
    they are made, updated, saved and restored together. `teachers` are those of the checkpoint that will be restored;
    with none, those that the configuration names are loaded.

    Raises ConfigError when the device is not there or the agent cannot see what the environment shows, CheckpointError
    when a teacher cannot be had, GroupError when another rank fails.
    """

    def __init__(
        self, config: Config, env: VectorEnv, group: Group = ALONE, teachers: Sequence[PolicySpec] = ()
    ) -> None:
        self.config, self.env, self.group = config, env, group
        self._batch = env.num_envs * group.size
        self._device = chosen_device(config, group)
        self._spec = PolicySpec(config.py_agent, env.observation, env.num_actions, config.agent)
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(config.seed)
            try:
                agent = self._spec.new()
            except ValueError as error:
                raise ConfigError([f"py_agent={config.py_agent}: {error}; choose another agent"]) from error
        agent.load_state_dict(group.first(agent.state_dict))
        self.agent = agent.to(self._device)
        settings = config.trainer
        self._network = Network(self.agent, self._device, settings.precision, compiled=settings.compile)
        self._optimizer = Adam(dict(self.agent.named_parameters()))
        taught_by = chosen_teachers(config.kickstart, env, group, teachers)
        self._teachers = tuple(spec for spec, _ in taught_by)
        self._kickstarter = Kickstarter([agent for _, agent in taught_by], config.kickstart, env.num_envs, self._device)
        self._action_generator = torch.Generator().manual_seed(config.seed)
        self._minibatch_rng = np.random.Generator(np.random.PCG64(config.seed))
        self.statistics = EpisodeStatistics()
        self._curriculum = Curriculum(config.curriculum, env, config.seed, group)
        self._cursor = self._first_cursor()
        self._parent: int | None = None
        self.epoch = 0
        self.stopwatch = Stopwatch()

    @property
    def agent_step(self) -> int:
        return self.epoch * self.config.trainer.horizon * self._batch

    @property
    def fingerprint(self) -> dict[str, str]:
        """Names and versions under which a resumed run is byte for byte the uninterrupted one."""
        device = self._device
        return {
            "python": platform.python_version(),
            "numpy": np.__version__,
            "torch": torch.__version__,
            "machine": f"{platform.system()} {platform.machine()}",
            "cpu_capability": torch.backends.cpu.get_cpu_capability(),
            "threads": str(torch.get_num_threads()),
            "device": torch.cuda.get_device_name(device) if device.type == "cuda" else device.type,
            "ranks": str(self.group.size),
        }

    def update(self) -> Progress:
        """One epoch."""
        settings, step, before = self.config.trainer, self.agent_step, self.stopwatch.read()
        self.stopwatch.skip()
        noise = action_noise(self._action_generator, settings.horizon, self._batch, self.env.num_actions)
        self._curriculum.begin(settings.horizon)
        rollout, self._cursor = collect(
            self._network,
            self.env,
            self._cursor,
            gamma=settings.gamma,
            noise=noise.chunk(self.group.size, dim=1)[self.group.rank],
            on_episodes=self._on_episodes,
            stopwatch=self.stopwatch,
        )
        self._curriculum.learn(*self.statistics.settle(self.group))
        losses = ppo_update(
            self._network,
            self._optimizer,
            rollout,
            self._kickstarter,
            settings,
            step=step,
            rng=self._minibatch_rng,
            group=self.group,
        )
        self.epoch += 1
        self.stopwatch.lap("learn")
        total = self.stopwatch.read()
        return Progress(
            epoch=self.epoch,
            agent_step=self.agent_step,
            score=self.statistics.means[0],
            losses=losses,
            seconds={phase: total[phase] - before[phase] for phase in ("env", "act", "learn")},
            tasks=self._curriculum.statistics(),
        )

    def checkpoint(self) -> Checkpoint:
        """The state between two updates and what there is to say about it, all of it copied: training may go on."""
        self.stopwatch.skip()
        score, mean_length = self.statistics.means
        sidecar: dict[str, Plain] = {
            "agent_step": self.agent_step,
            "score": score,
            "episodes": self.statistics.episodes,
            "mean_length": mean_length,
            "seconds": {phase: round(seconds, 3) for phase, seconds in self.stopwatch.read().items()},
            "py_agent": self.config.py_agent,
            "env": self.config.env.task,
            "seed": self.config.seed,
        }
        checkpoint = Checkpoint(
            epoch=self.epoch,
            state=self.snapshot(),
            policy=self._spec,
            sidecar=sidecar,
            config_digest=config_digest(self.config),
            environment=self.fingerprint,
            parent=self._parent,
            teachers=self._teachers,
        )
        self.stopwatch.lap("checkpoint")
        return checkpoint

    def snapshot(self) -> dict[str, NDArray[Any]]:
        """A copy of the complete state of the run, of all ranks; `restore` is its inverse."""
        counts = {"epoch": np.array(self.epoch), "episodes": np.array(self.statistics.episodes)}
        return whole(self.group, copied({**self._live(), "env": self.env.state_dict(), "scalars": counts}))

    def restore(self, checkpoint: Checkpoint) -> None:
        """Go on from a checkpoint. Raises CheckpointStateError, with nothing changed, when it does not fit."""
        # Older formats had other settings, which no digest of today's can equal.
        current = checkpoint.format_version == FORMAT_VERSION
        if current and checkpoint.config_digest != config_digest(self.config):
            other = "was written with other settings than the run's config.yaml holds now; restore config.yaml"
            raise CheckpointStateError(f"the checkpoint of epoch {checkpoint.epoch} {other}")
        require_same_layout(checkpoint.state, self.snapshot())
        state = share(self.group, checkpoint.state)
        put(self._live(), state)
        self.env.load_state_dict({name.removeprefix("env/"): state[name] for name in state if name.startswith("env/")})
        if self.env.metadata["snapshot"] != "exact":
            self._cursor = self._first_cursor()
        self.epoch, self.statistics.episodes = int(state["scalars/epoch"]), int(state["scalars/episodes"])
        self._parent = self.epoch
        self.stopwatch.restore(checkpoint.sidecar.get("seconds"))

    def _live(self) -> dict[str, Tree]:
        """What changes while training goes on and can be written in place; the environment's state is its own."""
        cursor = self._cursor
        return {
            "policy": self.agent.state_dict(),
            "optimizer": self._optimizer.state(),
            "recurrent": {"obs": cursor.obs, "starts": cursor.starts, "state": cursor.state},
            "kickstarter": self._kickstarter.state(),
            "rng": {"actions": self._action_generator, "minibatches": self._minibatch_rng},
            "statistics": {"ring": self.statistics.ring},
            "curriculum": self._curriculum.state(),
        }

    def _on_episodes(self, step: int, info: Info) -> None:
        self.statistics.add(step, info)
        self._curriculum.assign(step, info["_final_obs"])

    def _first_cursor(self) -> Cursor:
        self._curriculum.assign_all()
        obs, _ = self.env.reset()
        self._curriculum.assign_all()
        count = self.env.num_envs
        return Cursor(obs, np.ones(count, np.bool_), self.agent.initial_state(count))
