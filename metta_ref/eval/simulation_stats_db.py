"""The stats database as it is written, in the SQL that DuckDB and PostgreSQL share.

A row of `agent_metrics` exists only for a metric that was recorded, and a recorder leaves out zeros. The views come in
a pair therefore: `policy_simulation_agent_samples` holds every agent of every episode, the other only what was
recorded. Every mean in `eval_stats_db` divides the second by the first.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final, Self

from metta_ref.eval.connection import Connection, Place, Row, StatsError, unreadable

FORMAT_VERSION: Final = 1

_TEXT: Final = 'TEXT COLLATE "C"'
"""Sorted by its bytes, so that a server of any language answers in the same order as a file."""

TABLES: Final[dict[str, str]] = {
    "simulations": f"""
        id {_TEXT} PRIMARY KEY, name {_TEXT} NOT NULL, env {_TEXT} NOT NULL,
        policy_key {_TEXT} NOT NULL, policy_version INTEGER NOT NULL,
        created_at TIMESTAMP NOT NULL, finished_at TIMESTAMP""",
    "episodes": f"""
        id {_TEXT} PRIMARY KEY, simulation_id {_TEXT} NOT NULL, step_count INTEGER NOT NULL,
        created_at TIMESTAMP NOT NULL, completed_at TIMESTAMP, replay_url TEXT""",
    "episode_attributes": f"""
        episode_id {_TEXT}, attribute {_TEXT}, value TEXT NOT NULL, PRIMARY KEY (episode_id, attribute)""",
    "agent_groups": f"""
        episode_id {_TEXT}, group_id INTEGER, agent_id INTEGER, PRIMARY KEY (episode_id, group_id, agent_id)""",
    "agent_policies": f"""
        episode_id {_TEXT}, agent_id INTEGER, policy_key {_TEXT} NOT NULL, policy_version INTEGER NOT NULL,
        PRIMARY KEY (episode_id, agent_id)""",
    "agent_metrics": f"""
        episode_id {_TEXT}, agent_id INTEGER, metric {_TEXT}, value FLOAT8 NOT NULL,
        PRIMARY KEY (episode_id, agent_id, metric)""",
}
"""Name to columns, parents before children."""

EPISODE_CHILDREN: Final = ("episode_attributes", "agent_groups", "agent_policies", "agent_metrics")
"""Tables whose rows belong to one episode and enter or stay out with it."""

VIEWS: Final[dict[str, str]] = {
    "policy_simulation_agent_samples": """
        SELECT ap.policy_key, ap.policy_version, s.name AS sim_name, s.env AS sim_env,
               e.id AS episode_id, ap.agent_id,
               EXISTS (SELECT 1 FROM agent_metrics am
                       WHERE am.episode_id = ap.episode_id AND am.agent_id = ap.agent_id) AS measured
        FROM agent_policies ap
        JOIN episodes e ON e.id = ap.episode_id
        JOIN simulations s ON s.id = e.simulation_id""",
    "policy_simulation_agent_metrics": """
        SELECT p.policy_key, p.policy_version, p.sim_name, p.sim_env,
               p.episode_id, p.agent_id, am.metric, am.value
        FROM policy_simulation_agent_samples p
        JOIN agent_metrics am ON am.episode_id = p.episode_id AND am.agent_id = p.agent_id""",
}

FORMAT_TABLE: Final = "stats_format"
FORMAT: Final = f"CREATE TABLE {FORMAT_TABLE} AS SELECT {FORMAT_VERSION} AS version"
"""Tells a stats database from any other, and one format from the next."""

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

    An episode that was asked for and did not end has policies, no metrics and no `completed_at`. Raises StatsError when
    a metric is not finite, and ValueError when it belongs to an agent without a policy.
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
                    paid = f"{metric} of agent {agent} is {value}, not a finite number; see what the environment pays"
                    raise StatsError(f"episode {self.id}: {paid}")


_MISSING: Final = "no stats database at {}: evaluate a checkpoint first"
_TABLES: Final = "SELECT table_name FROM information_schema.tables WHERE table_schema = current_schema()"
_FINISHED: Final = """
    UPDATE simulations SET finished_at = $finished
    WHERE id = $id AND (finished_at IS NULL OR finished_at < $finished)"""


@dataclass(frozen=True, slots=True)
class Merged:
    """Ids of the episodes that a merge added, and how many the database holds now."""

    added: frozenset[str]
    total: int


class SimulationStatsDB:
    """A database with these tables, created where there are none unless `read_only`; a context manager that closes it.

    Raises StatsError when there is none to read or it is of another format, and as `Connection` does.
    """

    def __init__(self, place: Place, *, read_only: bool = False) -> None:
        self._place = place
        if read_only and isinstance(place, Path) and not place.exists():
            raise StatsError(_MISSING.format(place))
        self.connection = Connection(place, read_only=read_only)
        try:
            if not read_only:
                self._create_where_missing()
            self._check_format()
        except BaseException:
            self.connection.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.connection.close()

    def tables(self) -> dict[str, list[Row]]:
        """Every row of every table, by table; reading all of it finds whatever is damaged."""
        return {table: self.connection.rows(f"SELECT * FROM {table}") for table in TABLES}  # noqa: S608 - our names

    def record(self, simulation: SimulationRecord, episodes: Iterable[EpisodeRecord]) -> None:
        """Writes a simulation and its episodes, all or nothing; an episode that is there stays as it is."""
        with self.connection.transaction():
            self._add(_rows(simulation, list(episodes)))

    def merge_in(self, shards: Sequence[Path]) -> Merged:
        """Adds the simulations and episodes of other stats databases, all or nothing.

        The unit is the episode: one whose id is here already keeps all its rows and takes none, so that merging
        twice is merging once, and merging a database into itself changes nothing.
        """
        added: list[str] = []
        with self.connection.transaction():
            if isinstance(self._place, Path):
                self.tables()  # DuckDB opens a damaged file, and notices only where it looks
            for shard in shards:
                if isinstance(self._place, Path) and shard.resolve() == self._place.resolve():
                    continue
                with SimulationStatsDB(shard, read_only=True) as other:
                    tables = other.tables()
                added += self._add(tables)
            [[total]] = self.connection.rows("SELECT count(*) FROM episodes")
        return Merged(frozenset(added), total)

    def _add(self, tables: Mapping[str, Sequence[Row]]) -> list[str]:
        """Ids of the episodes that were not there yet."""
        insert, rows = self.connection.insert, self.connection.rows
        insert("simulations", tables["simulations"])
        added = {identity: simulation for identity, simulation, *_ in insert("episodes", tables["episodes"])}
        for table in EPISODE_CHILDREN:
            insert(table, [row for row in tables[table] if row[0] in added])
        for identity, *_, finished in tables["simulations"]:
            if finished is not None and identity in added.values():
                rows(_FINISHED, {"finished": finished, "id": identity})
        return list(added)

    def _create_where_missing(self) -> None:
        with self.connection.transaction():
            there = self._tables_there()
            # A file belongs to one program, of a server others may have their part.
            if FORMAT_TABLE not in there and not (there and isinstance(self._place, Path)):
                tables = [f"CREATE TABLE {name} ({columns})" for name, columns in TABLES.items()]
                views = [f"CREATE VIEW {name} AS {query}" for name, query in VIEWS.items()]
                for statement in (*tables, *views, FORMAT):
                    self.connection.rows(statement)

    def _check_format(self) -> None:
        if FORMAT_TABLE not in self._tables_there():
            if isinstance(self._place, Path):
                raise unreadable(self._place, "a DuckDB file without the tables of a stats database")
            raise StatsError(_MISSING.format(self._place))
        # S608: our name.
        [[found]] = self.connection.rows(f"SELECT coalesce(max(version), 0) FROM {FORMAT_TABLE}")  # noqa: S608
        if found != FORMAT_VERSION:
            raise unreadable(self._place, f"format {found}, this program reads format {FORMAT_VERSION}")

    def _tables_there(self) -> list[str]:
        return [name for (name,) in self.connection.rows(_TABLES)]


def _rows(simulation: SimulationRecord, episodes: Sequence[EpisodeRecord]) -> dict[str, list[Row]]:
    if strangers := [episode.id for episode in episodes if episode.simulation_id != simulation.id]:
        raise ValueError(f"not episodes of simulation {simulation.id}: {', '.join(strangers)}")
    s = simulation
    return {
        "simulations": [(s.id, s.name, s.env, *s.policy, s.created_at, s.finished_at)],
        "episodes": [(e.id, s.id, e.step_count, e.created_at, e.completed_at, None) for e in episodes],
        "episode_attributes": [(e.id, name, text) for e in episodes for name, text in e.attributes.items()],
        "agent_groups": [(e.id, group, agent) for e in episodes for agent, group in e.agent_groups.items()],
        "agent_policies": [(e.id, agent, *policy) for e in episodes for agent, policy in e.policies.items()],
        "agent_metrics": [
            (e.id, agent, metric, float(value))
            for e in episodes
            for agent, metrics in e.agent_metrics.items()
            for metric, value in metrics.items()
        ],
    }
