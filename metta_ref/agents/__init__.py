"""Agents behind one interface; torch is imported when the first one is made."""

from typing import TYPE_CHECKING

from metta_ref.config import AgentConfig, Observation

if TYPE_CHECKING:
    from metta_ref.agents.interface import Agent


def make_agent(name: str, observation: Observation, num_actions: int, config: AgentConfig) -> "Agent":
    """A new agent of a name in `config.AGENTS`, initialised from torch's global generator.

    Raises ValueError for an unknown name, and for an observation that the agent cannot see.
    """
    from metta_ref.agents.actor_critic import PARTS, ActorCritic

    if name not in PARTS:
        raise ValueError(f"agent {name}: must be one of {', '.join(PARTS)}")
    encoder, core = PARTS[name]
    return ActorCritic(encoder(observation, config), core(config), num_actions, config.hidden_size)


def uniform_agent(observation: Observation, num_actions: int) -> "Agent":
    """An agent to which all actions are equally likely: to try out an evaluation, and as the floor to compare with."""
    import torch

    with torch.random.fork_rng(devices=[]):
        agent = make_agent("memoryless", observation, num_actions, AgentConfig(hidden_size=1))
    agent.load_state_dict({name: torch.zeros_like(weights) for name, weights in agent.state_dict().items()})
    return agent.eval()
