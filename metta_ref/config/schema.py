"""Every setting of a training run, with its default, unit and limits."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from metta_ref.config.options import Rules, option

AGENTS = ("agalite", "fast", "lstm", "memoryless")
ENVS = ("envpool", "gymnasium", "grid", "mettagrid", "tmaze")
STRATEGIES = ("latest", "best", "top", "all", "threshold")
"""How checkpoints of a run are chosen."""

OFF, UNIFORM, LEARNING_PROGRESS = "off", "uniform", "learning_progress"
VARIED = ("corridor_length", "max_steps")
"""Parameters of the own tasks that a curriculum may vary; each has a range of that name."""

RUN_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")
_NAMED_TASKS = ("envpool", "gymnasium", "mettagrid")


@dataclass(frozen=True, slots=True)
class EnvConfig:
    """The task: one of Gymnasium's, envpool's or mettagrid's, or a layout with how far the cue lies from its use."""

    name: str = option("grid", "layout of the task, or the package that has it", choices=ENVS)
    id: str = option("", "which of the package's tasks, such as CartPole-v1 or navigation")
    agents: int = option(1, "that share a world of mettagrid", unit="agents", minimum=1, maximum=255)
    corridor_length: int = option(2, "length of the corridor that hides the cue", unit="cells", minimum=1, maximum=1000)
    observation: str = option("box", "what is seen as a box of cells or as tokens", choices=("box", "tokens"))
    view_radius: int = option(1, "cells seen in each direction", unit="cells", minimum=1, maximum=8)
    max_steps: int = option(40, "limit of an episode; gymnasium and envpool have their own", unit="steps", minimum=1)

    @property
    def task(self) -> str:
        """What evaluations call it."""
        return self.id if self.name in _NAMED_TASKS else self.name

    def problems(self) -> Rules:
        if (self.name in _NAMED_TASKS) != bool(self.id):
            foreign = f"belongs to env.name={', '.join(_NAMED_TASKS[:-1])} or {_NAMED_TASKS[-1]} alone"
            yield f"env.id={self.id}: {foreign if self.id else 'names no environment; give env.id'}"


@dataclass(frozen=True, slots=True)
class AgentConfig:
    """The network's size; `channels` matters to fast alone, all after it to agalite alone."""

    hidden_size: int = option(64, "width of the encoder and of the core", unit="units", minimum=1, maximum=4096)
    channels: int = option(16, "of each convolution of fast", unit="channels", minimum=1, maximum=4096)
    layers: int = option(1, "agalite blocks", unit="blocks", minimum=1, maximum=64)
    heads: int = option(2, "attention heads of agalite", unit="heads", minimum=1, maximum=64)
    head_size: int = option(16, "width of an agalite head", unit="units", minimum=1, maximum=512)
    eta: int = option(2, "feature multiplier of agalite", minimum=1, maximum=16)
    frequencies: int = option(4, "cosine frequencies of agalite", minimum=1, maximum=64)


@dataclass(frozen=True, slots=True)
class TrainerConfig:
    """Proximal policy optimisation, and how it is carried out."""

    total_timesteps: int = option(100_000, "to train, up to a whole update", unit="steps", minimum=1, resumable=True)
    num_envs: int = option(16, "environments in the batch", unit="envs", minimum=1, maximum=65536)
    num_workers: int = option(
        0, "that step them; 0: this one", unit="processes", minimum=0, maximum=256, resumable=True
    )
    horizon: int = option(16, "steps of each environment in an update", unit="steps", minimum=1, maximum=65536)
    update_epochs: int = option(2, "passes over each rollout", unit="passes", minimum=1, maximum=1000)
    minibatches: int = option(2, "groups of whole sequences in a pass", unit="groups", minimum=1, maximum=65536)
    learning_rate: float = option(4e-3, "Adam's, at the first step", minimum=0)
    anneal_timesteps: int = option(0, "learning rate falls linearly to 0 here; 0 keeps it", unit="steps", minimum=0)
    gamma: float = option(0.97, "discount", minimum=0, maximum=1)
    gae_lambda: float = option(0.95, "trace decay of the advantage", minimum=0, maximum=1)
    rho_clip: float = option(1.0, "V-trace's limit on the weight of an error", minimum=0)
    c_clip: float = option(1.0, "V-trace's limit on the weight of a trace", minimum=0)
    clip: float = option(0.2, "limit on the change of an action's probability ratio", minimum=0)
    value_clip: float = option(0.2, "limit on the change of a value", minimum=0)
    value_coefficient: float = option(0.5, "weight of the value loss", minimum=0)
    entropy_coefficient: float = option(0.03, "weight of the entropy bonus", minimum=0)
    target_kl: float = option(0.0, "divergence at which an update ends early; 0 never", unit="nats", minimum=0)
    priority_alpha: float = option(0.0, "preference for large advantages; 0: each once a pass", minimum=0, maximum=10)
    priority_beta: float = option(0.4, "how far weights undo that preference", minimum=0, maximum=1)
    max_grad_norm: float = option(0.5, "limit on the norm of the gradient", minimum=0)
    precision: str = option("float32", "of what networks compute", choices=("float32", "bfloat16"), neutral=True)
    compile: bool = option(False, "translate networks by torch.compile; needs a compiler, and minutes", neutral=True)
    checkpoint_interval: int = option(50, "between savings; also at the end", unit="updates", minimum=1, resumable=True)
    keep_checkpoints: int = option(5, "newest that are kept", unit="checkpoints", minimum=1, resumable=True)
    keep_best: int = option(1, "of the highest score, kept besides", unit="checkpoints", minimum=0, resumable=True)
    keep_every: int = option(0, "each multiple kept besides; 0: none", unit="updates", minimum=0, resumable=True)
    worker_timeout: float = option(60.0, "for a worker's answer", unit="seconds", minimum=0.1, resumable=True)
    rank_timeout: float = option(600.0, "for a rank that others wait for", unit="seconds", minimum=0.1, resumable=True)


@dataclass(frozen=True, slots=True)
class KickstartConfig:
    """Learning from teachers' policies at first (Schmitt et al. 2018); off without a teacher."""

    teacher: tuple[str, ...] = option((), "policies that teach: runs, paths or URIs, separated by commas; empty is off")
    coefficient: tuple[float, ...] = option((1.0,), "of the cross-entropy at first, for all or for each", minimum=0)
    value_coefficient: tuple[float, ...] = option(
        (0.0,), "of the distance to the teachers' values, likewise", minimum=0
    )
    timesteps: int = option(50_000, "the weights fall linearly to 0 at this step", unit="steps", minimum=1)


@dataclass(frozen=True, slots=True)
class WandbConfig:
    """Weights & Biases, where a run can be shown besides its own files (package wandb)."""

    mode: str = option("off", "recorded in the run's directory, or sent", choices=("off", "offline", "online"))
    project: str = option("metta_ref", "project that the run belongs to")
    entity: str = option("", "user or team; empty is the login's own")
    group: str = option("", "runs that belong together")
    tags: tuple[str, ...] = option((), "words to find the run by, separated by commas")
    id: str = option("", "identity of the run there; empty makes one up, and resuming keeps it")


@dataclass(frozen=True, slots=True)
class CurriculumConfig:
    """Episodes of many variations of the task, which `envs.factory` derives from their ids; off without a kind."""

    kind: str = option(OFF, "how the task of the next episode is drawn", choices=(OFF, UNIFORM, LEARNING_PROGRESS))
    tasks: int = option(16, "variations, with ids from 0 on", unit="tasks", minimum=2, maximum=1000)
    corridor_length: tuple[int, ...] = option((), "least and most, as 1,8", unit="cells", minimum=1, maximum=1000)
    max_steps: tuple[int, ...] = option((), "least and most; empty is that of env", unit="steps", minimum=1)
    fast_window: int = option(20, "what learning_progress takes for the present success", unit="episodes", minimum=1)
    slow_window: int = option(100, "what it compares that with", unit="episodes", minimum=2)
    exploration: float = option(0.25, "share of learning_progress drawn uniformly all the same", minimum=0, maximum=1)

    @property
    def ranges(self) -> Mapping[str, tuple[int, ...]]:
        """Least and most of each parameter that varies."""
        return {name: limits for name in VARIED if (limits := getattr(self, name))}

    def problems(self, env: EnvConfig) -> Rules:
        """Rules between these settings, and with those of the environment."""
        for name, limits in self.ranges.items():
            shown = f"curriculum.{name}={','.join(map(str, limits))}"
            if len(limits) != 2 or limits[0] > limits[1]:
                yield f"{shown}: give the least and the most, as 1,8"
            elif self.kind == OFF:
                yield f"{shown}: varies nothing with curriculum.kind=off; give a kind"
        if self.kind != OFF and env.name in _NAMED_TASKS:
            yield f"curriculum.kind={self.kind}: env.name={env.name} has no parameters to vary; use grid or tmaze"
        if self.kind != OFF and not self.ranges:
            keys = " or ".join(f"curriculum.{name}" for name in VARIED)
            yield f"curriculum.kind={self.kind}: give a range to {keys}"
        if self.fast_window >= self.slow_window:
            yield f"curriculum.fast_window={self.fast_window}: must be below curriculum.slow_window={self.slow_window}"


@dataclass(frozen=True, slots=True)
class EvaluationConfig:
    """Episodes played while training, which changes nothing of it; each such update is saved as a checkpoint."""

    interval: int = option(0, "evaluate every so many updates, and at the end; 0 never", unit="updates", minimum=0)
    episodes: int = option(32, "to play each time", unit="episodes", minimum=1, maximum=1_000_000)
    num_envs: int = option(8, "environments in the batch", unit="envs", minimum=1, maximum=65536)
    max_steps: int = option(100_000, "the batch stops after this many", unit="steps", minimum=1)
    seed: int = option(0, "of environments and actions", minimum=0, maximum=2**63 - 1)
    greedy: bool = option(False, "take the likeliest action instead of sampling")


@dataclass(frozen=True, slots=True)
class Config:
    """A training run, whole: equal configurations give equal runs on one machine."""

    run: str = option("", "name of the run and of its directory; empty makes one up", resumable=True)
    py_agent: str = option("agalite", "agent to train", choices=AGENTS)
    seed: int = option(1, "of networks, environments and sampling", minimum=0, maximum=2**63 - 1)
    log_level: str = option("info", "least that is told", choices=("debug", "info", "warning", "error"), resumable=True)
    device: str = option("cpu", "of the networks; under torchrun a GPU for each process", choices=("cpu", "cuda"))
    env: EnvConfig = EnvConfig()
    agent: AgentConfig = AgentConfig()
    trainer: TrainerConfig = TrainerConfig()
    kickstart: KickstartConfig = KickstartConfig()
    wandb: WandbConfig = option(WandbConfig(), resumable=True)
    curriculum: CurriculumConfig = option(CurriculumConfig(), neutral=True)
    evaluation: EvaluationConfig = option(EvaluationConfig(), resumable=True)

    def problems(self) -> Rules:
        """Rules between settings."""
        yield from self.env.problems()
        workers, envs, agents = self.trainer.num_workers, self.trainer.num_envs, self.env.agents
        if agents > 1 and envs % (agents * max(workers, 1)):
            yield f"env.agents={agents}: trainer.num_envs of each worker must be a multiple of it"
        if self.run and not RUN_NAME.fullmatch(self.run):
            allowed = "letters, digits, '.', '_' and '-', starting with a letter or digit, at most 128"
            yield f"run={self.run}: use {allowed}"
        for key, number, least in (("num_workers", workers, 0), ("minibatches", self.trainer.minibatches, 1)):
            if number and envs % number:
                valid = ", ".join(str(count) for count in range(least, envs + 1) if count == 0 or envs % count == 0)
                yield f"trainer.{key}={number}: must divide trainer.num_envs={envs}: use one of {valid}"
        if self.evaluation.interval and self.evaluation.num_envs % agents:
            yield f"evaluation.num_envs={self.evaluation.num_envs}: must be a multiple of env.agents={agents}"
        yield from self.curriculum.problems(self.env)
        teachers = len(self.kickstart.teacher)
        for key in ("coefficient", "value_coefficient"):
            if (given := len(getattr(self.kickstart, key))) not in (1, teachers):
                yield f"kickstart.{key}: {given} values for {teachers} teachers; give one or as many"
