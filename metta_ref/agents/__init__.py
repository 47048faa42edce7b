"""Agents behind one interface."""

from metta_ref.agents.actor_critic import make_agent

__all__ = ["make_agent"]
