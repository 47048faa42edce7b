"""Agents behind one interface; torch is imported when the first one is made."""

from typing import TYPE_CHECKING

from metta_ref.config import AGENTS, AgentConfig, Observation

if TYPE_CHECKING:
    from metta_ref.agents.interface import Agent

__all__ = ["AGENTS", "make_agent"]


def make_agent(name: str, observation: Observation, num_actions: int, config: AgentConfig) -> "Agent":
    """A new agent of a name in `AGENTS`, initialised from torch's global generator.

    Raises ValueError for an unknown name, and for an observation that the agent cannot see.
    """
    from metta_ref.agents.actor_critic import PARTS, ActorCritic

    if name not in PARTS:
        raise ValueError(f"agent {name}: must be one of {', '.join(PARTS)}")
    encoder, core = PARTS[name]
    return ActorCritic(encoder(observation, config), core(config), num_actions, config.hidden_size)
