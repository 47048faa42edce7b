"""Episodes of one policy in one environment, as records; nothing is written.

Episodes are dealt out in advance rather than the first ones to end being taken: short episodes end first, and
taking those would favour whatever ends early. They are dealt in blocks, each played from its own random streams, so
that any number of processes plays the same episodes.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from itertools import islice
from typing import Final

import numpy as np

from metta_ref.agents.interface import Agent
from metta_ref.checkpoint.policies import Policy
from metta_ref.config import EnvConfig
from metta_ref.envs import VectorEnv, make_env
from metta_ref.eval.records import EpisodeRecord, PolicyKey, SimulationRecord
from metta_ref.sim.playing import Frame, Step, action_streams, play

_EPISODES_EACH: Final = 4
"""Episodes that each world of a block plays: more leave fewer idle at the end, fewer make more blocks to share out."""


@dataclass(frozen=True, slots=True)
class Simulation:
    """What to play. `num_envs`, a multiple of `agents`, step together, `max_steps` times at most; counts are
    at least 1.

    Apart from `episodes`, equal values with an equal policy play the same episodes in the same order: asking
    for more extends a simulation and repeats none of it.
    """

    name: str
    env: EnvConfig
    episodes: int
    num_envs: int
    seed: int
    max_steps: int
    greedy: bool = False

    def id(self, policy: PolicyKey, digest: str) -> str:
        """Names the simulation by what decides its episodes, so that playing it again is recognised."""
        decisive = {key: value for key, value in asdict(self).items() if key != "episodes"}
        text = json.dumps([decisive, policy, digest, _EPISODES_EACH], sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:24]

    @property
    def agents(self) -> int:
        """That share a world, and so an episode."""
        return self.env.agents if self.env.name == "mettagrid" else 1

    @property
    def blocks(self) -> tuple[range, ...]:
        """The numbers of the episodes of each block."""
        size = self.num_envs // self.agents * _EPISODES_EACH
        return tuple(range(first, min(first + size, self.episodes)) for first in range(0, self.episodes, size))


def weights_digest(agent: Agent) -> str:
    """SHA-256 over the names, types, shapes and bytes of all parameters and buffers, in order."""
    digest = hashlib.sha256()
    for name, tensor in sorted(agent.state_dict().items()):
        array = tensor.detach().cpu().numpy()
        digest.update(f"{name} {array.dtype} {array.shape}\n".encode())
        digest.update(array.tobytes())
    return digest.hexdigest()


def simulate(
    simulation: Simulation, block: int, policy: Policy, watched: int = 0
) -> tuple[SimulationRecord, list[EpisodeRecord], dict[str, list[Frame]]]:
    """Plays a block until every episode has ended or `max_steps` is reached.

    Of the first `watched` episodes of the simulation, those that ended are returned in pictures as well, by id.
    An episode that did not end is recorded without metrics. The reward is always recorded, other metrics only
    where they are not zero, which is what the normalisation of `eval_stats_db` is for.

    Raises:
        ReplayError: an environment to watch cannot draw itself.
    """
    numbers, first_env = simulation.blocks[block], block * simulation.num_envs
    started = _utc_now()
    with closing(make_env(simulation.env, simulation.num_envs, simulation.seed, first_env=first_env)) as env:
        played = _play(simulation, numbers, policy.agent, env, first_env, watched)
    finished = _utc_now()
    identity = simulation.id(policy.key, weights_digest(policy.agent))
    record = SimulationRecord(identity, simulation.name, simulation.env.task, policy.key, started, finished)
    episodes = [
        EpisodeRecord(
            id=f"{identity}-{number:06d}",
            simulation_id=identity,
            step_count=episode.steps,
            created_at=started,
            completed_at=finished if episode.metrics else None,
            policies=dict.fromkeys(range(simulation.agents), policy.key),
            agent_metrics=episode.metrics,
            agent_groups=dict.fromkeys(range(simulation.agents), 0),
            attributes={"seed": str(simulation.seed), "number": str(number)},
        )
        for number, episode in zip(numbers, played, strict=True)
    ]
    ended = ((one.id, episode) for one, episode in zip(episodes, played, strict=True) if episode.metrics)
    return record, episodes, {key: episode.frames for key, episode in ended if episode.frames}


def rewards(episodes: Iterable[EpisodeRecord]) -> list[float]:
    """What each agent earned in each episode that ended."""
    return [metrics["reward"] for episode in episodes for metrics in episode.agent_metrics.values()]


def _utc_now() -> datetime:
    """The time, naive, as records keep it."""
    return datetime.now(UTC).replace(tzinfo=None)


@dataclass(slots=True)
class _Episode:
    """What is known of an episode: nothing but steps and frames until it has ended, then what each agent did."""

    steps: int = 0
    metrics: Mapping[int, Mapping[str, float]] = field(default_factory=dict)
    frames: list[Frame] = field(default_factory=list)


def _play(
    simulation: Simulation, numbers: range, agent: Agent, env: VectorEnv, first_env: int, watched: int
) -> list[_Episode]:
    """The episodes of a block: number n is played by world n % worlds, as its (n // worlds)-th of the block."""
    agents = simulation.agents
    worlds = simulation.num_envs // agents
    streams = action_streams(simulation.seed, first_env, simulation.num_envs)
    episodes = [_Episode() for _ in numbers]
    playing, steps = np.arange(worlds), np.zeros(worlds, np.int64)
    watched = max(0, min(watched, numbers.stop) - numbers.start)
    drawn = {world * agents: world for world in range(min(worlds, watched))}
    batch = play(agent, env, streams, greedy=simulation.greedy, watched=drawn)
    missing = len(episodes)
    for step in islice(batch, simulation.max_steps):
        for lane, frame in step.frames.items():
            episodes[drawn[lane]].frames.append(frame)
        steps += 1
        for world in np.flatnonzero(step.ended.reshape(worlds, agents).all(axis=1)).tolist():
            number, lane = int(playing[world]), world * agents
            if number < len(episodes):
                episodes[number].steps = int(steps[world])
                episodes[number].metrics = {agent: _metrics(step, lane + agent) for agent in range(agents)}
                missing -= 1
            playing[world] += worlds
            steps[world] = 0
            drawn.pop(lane, None)
            if playing[world] < watched:
                drawn[lane] = int(playing[world])
        if not missing:
            break
    for number, made in zip(playing.tolist(), steps.tolist(), strict=True):
        if number < len(episodes):
            episodes[number].steps = made
    return episodes


def _metrics(step: Step, lane: int) -> dict[str, float]:
    sparse = {"episode_length": float(step.info["episode_length"][lane]), "truncated": float(step.truncated[lane])}
    return {"reward": float(step.info["episode_return"][lane])} | {name: x for name, x in sparse.items() if x != 0.0}
