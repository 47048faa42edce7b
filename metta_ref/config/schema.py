"""Every setting of a training run, with its default, unit and limits."""

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field

from metta_ref.config.curriculum import CurriculumConfig
from metta_ref.config.options import leaves, option

AGENTS = ("agalite", "fast", "lstm", "memoryless")
ENVS = ("envpool", "gymnasium", "grid", "mettagrid", "tmaze")
_NAMED_TASKS = ("envpool", "gymnasium", "mettagrid")
STRATEGIES = ("latest", "best", "top", "all", "threshold")
"""How checkpoints of a run are chosen."""

RUN_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")


@dataclass(frozen=True, slots=True)
class EnvConfig:
    """The task: one of Gymnasium's, envpool's or mettagrid's, or a layout with how far the cue lies from its use."""

    name: str = option("grid", "layout of the task, or the package that has it", choices=ENVS)
    id: str = option("", "which of the package's tasks, such as CartPole-v1 or navigation")
    agents: int = option(1, "that share a world of mettagrid", unit="agents", minimum=1, maximum=255)
    corridor_length: int = option(2, "length of the corridor that hides the cue", unit="cells", minimum=1, maximum=1000)
    observation: str = option("box", "what is seen as a box of cells or as tokens", choices=("box", "tokens"))
    view_radius: int = option(1, "cells seen in each direction", unit="cells", minimum=1, maximum=8)
    max_steps: int = option(
        40,
        "an episode is truncated after this many (gymnasium's and envpool's have their own)",
        unit="steps",
        minimum=1,
    )

    @property
    def task(self) -> str:
        """What evaluations call it."""
        return self.id if self.name in _NAMED_TASKS else self.name


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

    total_timesteps: int = option(
        100_000,
        "train until this step; rounded up to a whole update of num_envs * horizon",
        unit="steps",
        minimum=1,
        resumable=True,
    )
    num_envs: int = option(16, "environments in the batch", unit="envs", minimum=1, maximum=65536)
    num_workers: int = option(
        0,
        "processes that step them; 0 steps in this process",
        unit="processes",
        minimum=0,
        maximum=256,
        resumable=True,
    )
    horizon: int = option(16, "steps of each environment in an update", unit="steps", minimum=1, maximum=65536)
    update_epochs: int = option(2, "passes over each rollout", unit="passes", minimum=1, maximum=1000)
    minibatches: int = option(2, "groups of whole sequences in a pass", unit="groups", minimum=1, maximum=65536)
    learning_rate: float = option(4e-3, "Adam's, at the first step", minimum=0)
    anneal_timesteps: int = option(
        0, "learning rate falls linearly to 0 at this step; 0 keeps it", unit="steps", minimum=0
    )
    gamma: float = option(0.97, "discount", minimum=0, maximum=1)
    gae_lambda: float = option(0.95, "trace decay of the advantage", minimum=0, maximum=1)
    rho_clip: float = option(1.0, "V-trace's limit on the weight of an error", minimum=0)
    c_clip: float = option(1.0, "V-trace's limit on the weight of a trace", minimum=0)
    clip: float = option(0.2, "limit on the change of an action's probability ratio", minimum=0)
    value_clip: float = option(0.2, "limit on the change of a value", minimum=0)
    value_coefficient: float = option(0.5, "weight of the value loss", minimum=0)
    entropy_coefficient: float = option(0.03, "weight of the entropy bonus", minimum=0)
    target_kl: float = option(
        0.0, "an update ends early when its divergence exceeds this; 0 never", unit="nats", minimum=0
    )
    priority_alpha: float = option(
        0.0, "preference for sequences with large advantages; 0 takes each once a pass", minimum=0, maximum=10
    )
    priority_beta: float = option(0.4, "how far weights undo that preference", minimum=0, maximum=1)
    max_grad_norm: float = option(0.5, "limit on the norm of the gradient", minimum=0)
    precision: str = option(
        "float32",
        "what networks compute in; parameters, memory and losses are float32 always",
        choices=("float32", "bfloat16"),
        neutral=True,
    )
    compile: bool = option(False, "translate networks by torch.compile; needs a compiler, and minutes", neutral=True)
    checkpoint_interval: int = option(
        50, "save every so many updates, and at the end", unit="updates", minimum=1, resumable=True
    )
    keep_checkpoints: int = option(5, "newest that are kept", unit="checkpoints", minimum=1, resumable=True)
    keep_best: int = option(1, "of the highest score, kept besides", unit="checkpoints", minimum=0, resumable=True)
    keep_every: int = option(
        0, "each multiple of this is kept besides; 0 keeps none", unit="updates", minimum=0, resumable=True
    )
    worker_timeout: float = option(
        60.0, "a worker that takes longer is an error", unit="seconds", minimum=0.1, resumable=True
    )
    rank_timeout: float = option(
        600.0,
        "under torchrun, a process that keeps the others waiting longer, by evaluating too, is an error",
        unit="seconds",
        minimum=0.1,
        resumable=True,
    )


@dataclass(frozen=True, slots=True)
class KickstartConfig:
    """Learning from teachers' policies at first (Schmitt et al. 2018); off without a teacher."""

    teacher: tuple[str, ...] = option((), "policies that teach: runs, paths or URIs, separated by commas; empty is off")
    coefficient: tuple[float, ...] = option(
        (1.0,), "weight of the cross-entropy at step 0, for all teachers or for each", minimum=0
    )
    value_coefficient: tuple[float, ...] = option(
        (0.0,), "weight of the distance to the teacher's values at step 0, likewise", minimum=0
    )
    timesteps: int = option(50_000, "the weights fall linearly to 0 at this step", unit="steps", minimum=1)


@dataclass(frozen=True, slots=True)
class EvaluationConfig:
    """Episodes played while training, which changes nothing of it; each such update is saved as a checkpoint."""

    interval: int = option(
        0, "evaluate every so many updates, and at the end; 0 never", unit="updates", minimum=0, resumable=True
    )
    episodes: int = option(32, "to play each time", unit="episodes", minimum=1, maximum=1_000_000, resumable=True)
    num_envs: int = option(8, "environments in the batch", unit="envs", minimum=1, maximum=65536, resumable=True)
    max_steps: int = option(100_000, "the batch stops after this many", unit="steps", minimum=1, resumable=True)
    seed: int = option(0, "of environments and actions", minimum=0, maximum=2**63 - 1, resumable=True)
    greedy: bool = option(False, "take the likeliest action instead of sampling", resumable=True)


@dataclass(frozen=True, slots=True)
class WandbConfig:
    """Weights & Biases, where a run can be shown besides its own files (package wandb)."""

    mode: str = option(
        "off",
        "off, recorded in the run's directory, or sent at once",
        choices=("off", "offline", "online"),
        resumable=True,
    )
    project: str = option("metta_ref", "project that the run belongs to", resumable=True)
    entity: str = option("", "user or team; empty is the login's own", resumable=True)
    group: str = option("", "runs that belong together", resumable=True)
    tags: tuple[str, ...] = option((), "words to find the run by, separated by commas", resumable=True)
    id: str = option("", "identity of the run there; empty makes one up, and resuming keeps it", resumable=True)


@dataclass(frozen=True, slots=True)
class Config:
    """A training run, whole: equal configurations give equal runs on one machine."""

    run: str = option("", "name of the run and of its directory; empty makes one up")
    py_agent: str = option("agalite", "agent to train", choices=AGENTS)
    seed: int = option(1, "of networks, environments and sampling", minimum=0, maximum=2**63 - 1)
    log_level: str = option(
        "info",
        "least severity that is told on stderr and kept in train.log",
        choices=("debug", "info", "warning", "error"),
        resumable=True,
    )
    device: str = option(
        "cpu", "where the network lives; under torchrun each process has a GPU of its own", choices=("cpu", "cuda")
    )
    env: EnvConfig = EnvConfig()
    agent: AgentConfig = AgentConfig()
    trainer: TrainerConfig = TrainerConfig()
    kickstart: KickstartConfig = KickstartConfig()
    wandb: WandbConfig = WandbConfig()
    curriculum: CurriculumConfig = field(default_factory=CurriculumConfig)
    evaluation: EvaluationConfig = EvaluationConfig()

    def problems(self) -> Iterator[tuple[tuple[str, ...], str]]:
        """Rules between fields, each with the keys that it is about."""
        if (self.env.name in _NAMED_TASKS) != bool(self.env.id):
            named = f"{', '.join(_NAMED_TASKS[:-1])} or {_NAMED_TASKS[-1]}"
            needed = "names no environment; give env.id" if not self.env.id else f"belongs to env.name={named} alone"
            yield ("env.name", "env.id"), f"env.id={self.env.id}: {needed}"
        world = self.env.agents * max(self.trainer.num_workers, 1)
        if self.env.agents > 1 and self.trainer.num_envs % world:
            message = f"env.agents={self.env.agents}: trainer.num_envs of each worker must be a multiple of it"
            yield ("env.agents", "trainer.num_envs", "trainer.num_workers"), message
        workers, envs, groups = self.trainer.num_workers, self.trainer.num_envs, self.trainer.minibatches
        if self.run and not RUN_NAME.fullmatch(self.run):
            allowed = "letters, digits, '.', '_' and '-', starting with a letter or digit, at most 128"
            yield ("run",), f"run={self.run}: use {allowed}"
        if workers and envs % workers:
            valid = _listed([0, *_divisors(envs)])
            message = f"trainer.num_workers={workers}: must divide trainer.num_envs={envs}: use one of {valid}"
            yield ("trainer.num_workers", "trainer.num_envs"), message
        if envs % groups:
            valid = _listed(_divisors(envs))
            message = f"trainer.minibatches={groups}: must divide trainer.num_envs={envs}: use one of {valid}"
            yield ("trainer.minibatches", "trainer.num_envs"), message
        played = self.evaluation.num_envs
        if self.evaluation.interval and played % self.env.agents:
            message = f"evaluation.num_envs={played}: must be a multiple of env.agents={self.env.agents}"
            yield ("evaluation.num_envs", "evaluation.interval", "env.agents"), message
        yield from self.curriculum.problems(self.env.name, self.env.view_radius)
        teachers = len(self.kickstart.teacher)
        for name in ("coefficient", "value_coefficient"):
            given = len(getattr(self.kickstart, name))
            if given != 1 and given != teachers:
                key = f"kickstart.{name}"
                yield (key, "kickstart.teacher"), f"{key}: {given} values for {teachers} teachers; give one or as many"


def config_digest(config: Config) -> str:
    """SHA-256 of the settings that decide what is computed: neither the run's name nor resumable ones, nor neutral
    ones at their defaults.
    """
    known, settings = leaves(Config), _frozen_settings(config)
    decisive = {
        key: value for key, value in settings.items() if not (known[key].option.neutral and value == known[key].default)
    }
    plain = json.dumps(decisive, sort_keys=True)
    return hashlib.sha256(plain.encode()).hexdigest()


def frozen_changes(before: Config, after: Config) -> list[str]:
    """Messages for settings that differ although a run that goes on may not change them."""
    old, new = _frozen_settings(before), _frozen_settings(after)
    return [
        f"{key}={new[key]}: cannot change when a run goes on (it is {old[key]}); start another run instead"
        for key in old
        if old[key] != new[key]
    ]


def _frozen_settings(config: Config) -> dict[str, object]:
    nested = asdict(config)
    frozen: dict[str, object] = {}
    for key, leaf in leaves(Config).items():
        if key == "run" or leaf.option.resumable:
            continue
        value: object = nested
        for part in key.split("."):
            assert isinstance(value, dict)  # noqa: S101 - asdict nests as the dotted keys do
            value = value[part]
        frozen[key] = value
    return frozen


def _divisors(number: int) -> list[int]:
    return [candidate for candidate in range(1, number + 1) if number % candidate == 0]


def _listed(numbers: list[int]) -> str:
    return ", ".join(map(str, numbers))
