"""What one evaluation leaves behind, as values: a simulation and its episodes."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

PolicyKey = tuple[str, int]
"""Run name and epoch, as `metta_ref.checkpoint.key_and_version` gives them."""


@dataclass(frozen=True, slots=True)
class SimulationRecord:
    """One policy in one environment. Times are naive UTC."""

    id: str
    name: str
    env: str
    policy: PolicyKey
    created_at: datetime
    finished_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class EpisodeRecord:
    """One episode: who played (agent id to policy) and what was measured (agent id to metric to value).

    An episode that was asked for and did not end has policies, no metrics and no `completed_at`; it counts as
    a sample and never as a potential one. `step_count` is in environment steps.

    Raises ValueError when a metric is not finite, or belongs to an agent without a policy.
    """

    id: str
    simulation_id: str
    step_count: int
    created_at: datetime
    policies: Mapping[int, PolicyKey]
    completed_at: datetime | None = None
    agent_metrics: Mapping[int, Mapping[str, float]] = field(default_factory=dict)
    agent_groups: Mapping[int, int] = field(default_factory=dict)
    attributes: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for agent, metrics in self.agent_metrics.items():
            if agent not in self.policies:
                raise ValueError(f"episode {self.id}: agent {agent} has metrics and no policy")
            for metric, value in metrics.items():
                if not math.isfinite(value):
                    raise ValueError(f"episode {self.id}: {metric} of agent {agent} is {value}, not a finite number")
