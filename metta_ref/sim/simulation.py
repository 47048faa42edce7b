"""Episodes of one policy in one environment, as records; nothing is written.

Lanes of the batch get equal quotas of episodes in advance, rather than the first episodes to end being taken:
short episodes end first, and taking those would favour whatever ends early.
"""

import hashlib
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime

import numpy as np
import torch

from metta_ref.agents.interface import Agent
from metta_ref.config import EnvConfig
from metta_ref.envs import VectorEnv, make_env
from metta_ref.eval.records import EpisodeRecord, PolicyKey, SimulationRecord
from metta_ref.sim.actions import action_streams, likeliest, sampled

Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Simulation:
    """What to play. `max_steps` limits the steps of the batch, not of one episode; counts are at least 1.

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
        text = json.dumps([decisive, policy, digest], sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:24]


def weights_digest(agent: Agent) -> str:
    """SHA-256 over the names, types, shapes and bytes of all parameters and buffers, in order."""
    digest = hashlib.sha256()
    for name, tensor in sorted(agent.state_dict().items()):
        array = tensor.detach().cpu().numpy()
        digest.update(f"{name} {array.dtype} {array.shape}\n".encode())
        digest.update(array.tobytes())
    return digest.hexdigest()


def simulate(
    simulation: Simulation, agent: Agent, policy: PolicyKey, now: Clock
) -> tuple[SimulationRecord, list[EpisodeRecord]]:
    """Plays until every episode has ended or `max_steps` is reached.

    An episode that did not end is recorded without metrics. The reward is always recorded, other metrics only
    where they are not zero, which is what the normalisation of `eval_stats_db` is for.
    """
    identity = simulation.id(policy, weights_digest(agent))
    started = now()
    env = make_env(simulation.env, simulation.num_envs, simulation.seed)
    try:
        ended, unfinished = _play(simulation, agent, env)
    finally:
        env.close()
    finished = now()
    episodes = []
    for number in range(simulation.episodes):
        play = ended.get(number)
        episode = EpisodeRecord(
            id=f"{identity}-{number:06d}",
            simulation_id=identity,
            step_count=play.steps if play else unfinished.get(number, 0),
            created_at=started,
            completed_at=finished if play else None,
            policies={0: policy},
            agent_metrics={0: play.metrics()} if play else {},
            agent_groups={0: 0},
            attributes={"seed": str(simulation.seed), "number": str(number)},
        )
        episodes.append(episode)
    record = SimulationRecord(identity, simulation.name, simulation.env.task, policy, started, finished)
    return record, episodes


@dataclass(frozen=True, slots=True)
class _Play:
    reward: float
    steps: int
    truncated: bool

    def metrics(self) -> dict[str, float]:
        sparse = {"episode_length": float(self.steps), "truncated": float(self.truncated)}
        return {"reward": self.reward} | {name: value for name, value in sparse.items() if value != 0.0}


def _play(simulation: Simulation, agent: Agent, env: VectorEnv) -> tuple[dict[int, _Play], dict[int, int]]:
    """By number, the episodes that ended, and the steps of those that were being played at the end.

    Episode number n is the (n // num_envs)-th of lane n % num_envs.
    """
    lanes = simulation.num_envs
    streams = action_streams(simulation.seed, lanes)
    ended: dict[int, _Play] = {}
    played = np.zeros(lanes, np.int64)
    running = np.zeros(lanes, np.int64)
    obs, _ = env.reset()
    state = agent.initial_state(lanes)
    starts = np.ones(lanes, np.bool_)
    with torch.inference_mode():
        for _ in range(simulation.max_steps):
            logits, _, state = agent.step(torch.from_numpy(obs), state, torch.from_numpy(starts))
            scores = logits.double().numpy()
            actions = likeliest(scores) if simulation.greedy else sampled(scores, streams)
            obs, _, _, truncated, info = env.step(actions)
            starts = info["_final_obs"]
            running += 1
            for lane in np.flatnonzero(starts):
                number = int(played[lane] * lanes + lane)
                if number < simulation.episodes:
                    ended[number] = _Play(
                        float(info["episode_return"][lane]),
                        int(info["episode_length"][lane]),
                        bool(truncated[lane]),
                    )
                played[lane] += 1
                running[lane] = 0
            if len(ended) == simulation.episodes:
                break
    unfinished = {int(played[lane] * lanes + lane): int(running[lane]) for lane in range(lanes)}
    return ended, unfinished
