"""What was measured of a checkpoint, normalised by the samples in which it could have been measured.

Recorders leave out zeros, so a plain mean over recorded rows overstates. For a policy (run name, epoch) and a
filter, let P be the *potential samples*: pairs (episode, agent) played by that policy in which at least one
metric of any name was recorded. With x the recorded values of one metric:

    average = sum(x) / P        std = sqrt(max(sum(x^2) / P - average^2, 0))

P = 0 gives None, P > 0 without a recorded row gives 0.0. An episode that was requested and did not end has no
metric at all, and so is a sample (`sample_count`) without being a potential one.

Every statement is a constant; what varies is bound to its named places.
"""

# ruff: noqa: A002 - `filter` is what the last parameter of these questions has always been called

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

from metta_ref.checkpoint import key_and_version
from metta_ref.eval.connection import Place, Value
from metta_ref.eval.simulation_stats_db import PolicyKey, SimulationStatsDB

Task = tuple[str, str]
"""Name and environment of a simulation."""

_SUMS: Final = """
    SELECT count(*), count(*) FILTER (WHERE measured), count(value),
           coalesce(sum(value), 0), coalesce(sum(value * value), 0)
    FROM policy_simulation_agent_samples samples
    LEFT JOIN agent_metrics ON agent_metrics.episode_id = samples.episode_id
        AND agent_metrics.agent_id = samples.agent_id AND agent_metrics.metric = $metric
    WHERE policy_key = coalesce($policy_key, policy_key) AND policy_version = coalesce($policy_version, policy_version)
      AND sim_name = coalesce($sim_name, sim_name) AND sim_env = coalesce($sim_env, sim_env)"""
_EPISODE_VALUES: Final = """
    SELECT sim_name, sim_env, coalesce(seed.value, '') || ':' || coalesce(number.value, samples.episode_id),
           sum(coalesce(agent_metrics.value, 0)) / count(*)
    FROM policy_simulation_agent_samples samples
    LEFT JOIN agent_metrics ON agent_metrics.episode_id = samples.episode_id
        AND agent_metrics.agent_id = samples.agent_id AND agent_metrics.metric = $metric
    LEFT JOIN episode_attributes seed ON seed.episode_id = samples.episode_id AND seed.attribute = 'seed'
    LEFT JOIN episode_attributes number ON number.episode_id = samples.episode_id AND number.attribute = 'number'
    WHERE policy_key = $policy_key AND policy_version = $policy_version AND measured
    GROUP BY sim_name, sim_env, samples.episode_id, seed.value, number.value
    ORDER BY sim_name, sim_env, samples.episode_id"""
_METRICS: Final = """
    SELECT DISTINCT metric FROM policy_simulation_agent_metrics
    WHERE policy_key = $policy_key AND policy_version = $policy_version ORDER BY metric"""
_SIMULATIONS: Final = """
    SELECT DISTINCT sim_name, sim_env FROM policy_simulation_agent_samples
    WHERE policy_key = $policy_key AND policy_version = $policy_version ORDER BY sim_name, sim_env"""
_CHECKPOINTS: Final = """
    SELECT DISTINCT policy_key, policy_version FROM policy_simulation_agent_samples
    ORDER BY policy_key, policy_version"""


@dataclass(frozen=True, slots=True)
class SampleFilter:
    """Simulations of this exact name, environment, or both; None lets all pass."""

    sim_name: str | None = None
    sim_env: str | None = None


EVERYTHING: Final = SampleFilter()


@dataclass(frozen=True, slots=True)
class MetricSums:
    """Of one metric over a selection of samples; `average` and `std` are defined where `potential` is not 0."""

    samples: int
    potential: int
    recorded: int
    total: float
    squares: float

    @property
    def average(self) -> float:
        return self.total / self.potential

    @property
    def std(self) -> float:
        return math.sqrt(max(self.squares / self.potential - self.average**2, 0.0))


class EvalStatsDB:
    """Read-only questions about one stats database; a context manager that closes it.

    A checkpoint is named by its path and epoch, which `key_and_version` turns into the key that the simulation wrote.
    """

    def __init__(self, place: Place) -> None:
        self._connection = SimulationStatsDB(place, read_only=True).connection

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def get_average_metric_by_filter(
        self, metric: str, checkpoint_path: Path | str, epoch: int, filter: SampleFilter = EVERYTHING
    ) -> float | None:
        """Mean of a metric over all potential samples of a checkpoint; None when there are none."""
        sums = self.sums(metric, key_and_version(checkpoint_path, epoch), filter)
        return sums.average if sums.potential else None

    get_sum_metric_by_filter = get_average_metric_by_filter
    """Sum of a metric for each potential sample: by the rule above the same number as the average."""

    def get_std_metric_by_filter(
        self, metric: str, checkpoint_path: Path | str, epoch: int, filter: SampleFilter = EVERYTHING
    ) -> float | None:
        """Population standard deviation over potential samples, unrecorded ones being 0; None when there are none."""
        sums = self.sums(metric, key_and_version(checkpoint_path, epoch), filter)
        return sums.std if sums.potential else None

    def simulation_scores(self, checkpoint_path: Path | str, epoch: int, metric: str) -> dict[Task, float]:
        """The average of a metric in each simulation, sorted."""
        key = key_and_version(checkpoint_path, epoch)
        sums = {task: self.sums(metric, key, SampleFilter(*task)) for task in self.simulations(key)}
        return {task: found.average for task, found in sums.items() if found.potential}

    def sample_count(
        self,
        checkpoint_path: Path | str | None = None,
        epoch: int | None = None,
        sim_name: str | None = None,
        sim_env: str | None = None,
    ) -> int:
        """Number of (episode, agent) pairs, measured or not, of one checkpoint or of all."""
        if (checkpoint_path is None) != (epoch is None):
            raise ValueError("sample_count takes both checkpoint_path and epoch, or neither")
        key = None if checkpoint_path is None or epoch is None else key_and_version(checkpoint_path, epoch)
        return self.sums("", key, SampleFilter(sim_name, sim_env)).samples

    def potential_samples_for_metric(
        self, policy_key: str, policy_version: int, filter: SampleFilter = EVERYTHING
    ) -> int:
        """P of the rule above."""
        return self.sums("", (policy_key, policy_version), filter).potential

    def count_metric_agents(
        self, policy_key: str, policy_version: int, metric: str, filter: SampleFilter = EVERYTHING
    ) -> int:
        """Samples in which this metric was recorded, that is, was not zero."""
        return self.sums(metric, (policy_key, policy_version), filter).recorded

    def sums(self, metric: str, policy: PolicyKey | None, filter: SampleFilter = EVERYTHING) -> MetricSums:
        """Everything about one metric in one query; no policy means all of them."""
        selection = {"metric": metric, "sim_name": filter.sim_name, "sim_env": filter.sim_env}
        [row] = self._connection.rows(_SUMS, selection | _named(policy))
        return MetricSums(*row)

    def episode_values(self, policy: PolicyKey, metric: str) -> dict[Task, list[tuple[str, float]]]:
        """One value an episode, the mean over its potential samples, with a name that equal beginnings share.

        Agents of one episode share its fate, so the episode is the unit that a bootstrap may resample.
        """
        values: dict[Task, list[tuple[str, float]]] = {}
        for name, env, episode, value in self._connection.rows(_EPISODE_VALUES, {"metric": metric} | _named(policy)):
            values.setdefault((name, env), []).append((episode, value))
        return values

    def checkpoints(self) -> list[PolicyKey]:
        return [(key, version) for key, version in self._connection.rows(_CHECKPOINTS)]

    def simulations(self, policy: PolicyKey) -> list[Task]:
        return [(name, env) for name, env in self._connection.rows(_SIMULATIONS, _named(policy))]

    def metrics(self, policy: PolicyKey) -> list[str]:
        return [metric for (metric,) in self._connection.rows(_METRICS, _named(policy))]


def _named(policy: PolicyKey | None) -> dict[str, Value]:
    key, version = policy or (None, None)
    return {"policy_key": key, "policy_version": version}
