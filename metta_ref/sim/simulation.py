"""Episodes of one policy in one environment, as steps and as records; nothing is written.

Episodes are dealt out in advance rather than the first ones to end being taken: short episodes end first, and
taking those would favour whatever ends early. They are dealt in blocks, each played from its own random streams, so
that any number of processes plays the same episodes.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from metta_ref.agents.interface import Agent
from metta_ref.checkpoint.policies import Policy
from metta_ref.config import EnvConfig
from metta_ref.envs import Info, VectorEnv, make_env
from metta_ref.envs.streams import draw, seeded_streams
from metta_ref.eval.simulation_stats_db import EpisodeRecord, SimulationRecord


@dataclass(frozen=True, slots=True)
class Step:
    """A step of N environments: what the policy thought, logits [N, A] and values [N], did, and was paid for."""

    logits: Tensor
    values: Tensor
    actions: NDArray[np.int64]
    rewards: NDArray[np.float32]
    truncated: NDArray[np.bool_]
    info: Info


def play(
    agent: Agent, env: VectorEnv, obs: NDArray[np.float32], streams: NDArray[np.uint64], *, greedy: bool
) -> Iterator[Step]:
    """Steps without end, from the episodes on that a reset began with `obs`; `streams` uint64[N] draw the actions."""
    state, starts = agent.initial_state(env.num_envs), np.ones(env.num_envs, np.bool_)
    while True:
        with torch.inference_mode():
            logits, values, state = agent.step(torch.from_numpy(obs), state, torch.from_numpy(starts))
        scores = logits.double().numpy()
        actions = scores.argmax(axis=-1) if greedy else sampled(scores, streams)
        obs, rewards, _, truncated, info = env.step(actions)
        starts = info["_final_obs"]
        yield Step(logits, values, actions, rewards, truncated, info)


def action_streams(seed: int, first_env: int, num_envs: int) -> NDArray[np.uint64]:
    """Random streams uint64[num_envs] for sampling; not those that the environments have from that seed."""
    own = int(np.random.SeedSequence([seed, 1]).generate_state(1, np.uint64)[0])
    return seeded_streams(own, first_env, num_envs)


def sampled(logits: NDArray[np.float64], streams: NDArray[np.uint64]) -> NDArray[np.int64]:
    """An action for each lane with the probabilities softmax(logits) [N, A], by inversion of the cumulative.

    Each lane draws from its own stream, which advances: its episodes do not depend on how long another's last.
    """
    weights = np.exp(logits - logits.max(axis=-1, keepdims=True))
    cumulative = np.cumsum(weights, axis=-1)
    uniform = draw(streams, np.ones(len(streams), np.bool_), 1 << 32) / (1 << 32)
    return np.asarray((cumulative > (uniform * cumulative[:, -1])[:, None]).argmax(axis=-1), np.int64)


_EPISODES_EACH: Final = 4
"""Episodes that each world of a block plays: more leave fewer idle at the end, fewer make more blocks to share out."""


@dataclass(frozen=True, slots=True)
class Simulation:
    """What to play. `num_envs`, a multiple of `agents`, step together, `max_steps` times at most.

    Apart from `episodes` and `max_steps`, equal values with an equal policy play the same episodes in the same order:
    asking for more extends a simulation and repeats none of it.
    """

    name: str
    env: EnvConfig
    episodes: int
    num_envs: int
    seed: int
    max_steps: int
    greedy: bool = False

    def id(self, policy: Policy) -> str:
        """By what decides its episodes, so that playing it again is recognised."""
        decisive = {key: value for key, value in asdict(self).items() if key not in ("episodes", "max_steps")}
        text = json.dumps([decisive, policy.key, weights_digest(policy.agent), _EPISODES_EACH], sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:24]

    @property
    def agents(self) -> int:
        return self.env.agents if self.env.name == "mettagrid" else 1

    @property
    def blocks(self) -> int:
        return -(-self.episodes // self._block_size)

    def numbers(self, block: int) -> range:
        """The numbers of the episodes of a block."""
        return range(block * self._block_size, min((block + 1) * self._block_size, self.episodes))

    @property
    def _block_size(self) -> int:
        return self.num_envs // self.agents * _EPISODES_EACH


def weights_digest(agent: Agent) -> str:
    """SHA-256 over the names, types, shapes and bytes of all parameters and buffers, in order."""
    digest = hashlib.sha256()
    for name, tensor in sorted(agent.state_dict().items()):
        array = tensor.detach().cpu().numpy()
        digest.update(f"{name} {array.dtype} {array.shape}\n".encode())
        digest.update(array.tobytes())
    return digest.hexdigest()


def simulate(simulation: Simulation, block: int, policy: Policy) -> tuple[SimulationRecord, list[EpisodeRecord]]:
    """Plays a block until every episode has ended or `max_steps` is reached.

    Number n of a block is played by world n % worlds, as the (n // worlds)-th there. An episode that did not end is
    recorded without metrics, and metrics other than the reward only where they are not zero.
    """
    identity, started = simulation.id(policy), _utc_now()
    numbers, agents = simulation.numbers(block), simulation.agents
    worlds = simulation.num_envs // agents
    episodes: dict[int, EpisodeRecord] = {}

    def add(number: int, steps: int, metrics: Mapping[int, Mapping[str, float]]) -> None:
        episodes[number] = EpisodeRecord(
            # One that did not end is another when it is played for longer.
            id=f"{identity}-{number:06d}" + ("" if metrics else f"-cut-{simulation.max_steps}"),
            simulation_id=identity,
            step_count=steps,
            created_at=started,
            completed_at=_utc_now() if metrics else None,
            policies=dict.fromkeys(range(agents), policy.key),
            agent_metrics=metrics,
            agent_groups=dict.fromkeys(range(agents), 0),
            attributes={"seed": str(simulation.seed), "number": str(number)},
        )

    # Of each world, which episode it plays, and after which step that began.
    playing, begun, now = [numbers.start + world for world in range(worlds)], [0] * worlds, 0
    first_env = block * simulation.num_envs
    streams = action_streams(simulation.seed, first_env, simulation.num_envs)
    with closing(make_env(simulation.env, simulation.num_envs, simulation.seed, first_env=first_env)) as env:
        batch = play(policy.agent, env, env.reset()[0], streams, greedy=simulation.greedy)
        for now, step in enumerate(islice(batch, simulation.max_steps), 1):
            for world in np.flatnonzero(step.info["_final_obs"].reshape(worlds, agents).all(axis=1)).tolist():
                number = playing[world]
                if number in numbers:
                    add(number, now - begun[world], {i: _metrics(step, world * agents + i) for i in range(agents)})
                playing[world], begun[world] = number + worlds, now
            if len(episodes) == len(numbers):
                break
    steps = {number: now - then for number, then in zip(playing, begun, strict=True)}
    for number in numbers:
        if number not in episodes:
            add(number, steps.get(number, 0), {})
    record = SimulationRecord(identity, simulation.name, simulation.env.task, policy.key, started, _utc_now())
    return record, [episodes[number] for number in numbers]


def rewards(episodes: Iterable[EpisodeRecord]) -> list[float]:
    """Of each agent in each episode that ended."""
    return [metrics["reward"] for episode in episodes for metrics in episode.agent_metrics.values()]


def _utc_now() -> datetime:
    return datetime.now(UTC).replace(tzinfo=None)


def _metrics(step: Step, lane: int) -> dict[str, float]:
    sparse = {"episode_length": float(step.info["episode_length"][lane]), "truncated": float(step.truncated[lane])}
    return {"reward": float(step.info["episode_return"][lane])} | {name: x for name, x in sparse.items() if x != 0.0}
