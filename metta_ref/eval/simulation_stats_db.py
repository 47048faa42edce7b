"""The stats database as a file: created, written in transactions, merged with others."""

from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Self

import duckdb

from metta_ref.eval.connection import Connection
from metta_ref.eval.errors import StatsCorruptError, StatsNotFoundError
from metta_ref.eval.records import EpisodeRecord, SimulationRecord
from metta_ref.eval.schema import EPISODE_CHILDREN, FORMAT, FORMAT_TABLE, FORMAT_VERSION, TABLES, VIEWS


class SimulationStatsDB:
    """A DuckDB file with the tables of `schema`; a context manager that closes it.

    Without `read_only` a missing file is created with its schema; an existing one must carry it.

    Raises:
        StatsNotFoundError: `read_only` and there is no file.
        StatsCorruptError: the file is damaged, or is no stats database of this format.
        StatsBusyError: another process holds the file.
    """

    def __init__(self, path: Path, *, read_only: bool = False) -> None:
        self.path = path
        exists = path.exists()
        if read_only and not exists:
            raise StatsNotFoundError(path)
        self.connection = Connection(path, read_only=read_only)
        try:
            if exists:
                self._check_format()
            else:
                self._create()
        except BaseException:
            self.connection.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Flushes the write-ahead log into the file and closes it."""
        self.connection.close()

    def _create(self) -> None:
        with self.connection.transaction():
            for statement in (*TABLES.values(), *VIEWS.values(), FORMAT):
                self.connection.rows(statement)

    def _check_format(self) -> None:
        try:
            versions = self.connection.rows(f"SELECT version FROM {FORMAT_TABLE}")  # noqa: S608 - a name of the schema
        except duckdb.ProgrammingError as error:
            raise StatsCorruptError(self.path, "a DuckDB file without the tables of a stats database") from error
        if versions != [(FORMAT_VERSION,)]:
            raise StatsCorruptError(
                self.path,
                f"format {versions[0][0] if versions else None}, this program reads format {FORMAT_VERSION}",
            )

    def count(self, table: str) -> int:
        """Number of rows in one of the tables of `schema.TABLES`."""
        if table not in TABLES:
            raise ValueError(f"unknown table {table!r}: one of {', '.join(TABLES)}")
        [[rows]] = self.connection.rows(f"SELECT count(*) FROM {table}")  # noqa: S608 - checked above
        return int(rows)

    def verify(self) -> None:
        """Reads every value once: DuckDB opens a damaged file and notices only where it looks.

        Raises:
            StatsCorruptError: some block cannot be read.
        """
        for table in TABLES:
            self.connection.rows(f"SELECT bit_xor(hash(everything)) FROM {table} everything")  # noqa: S608 - our name

    def record(self, simulation: SimulationRecord, episodes: Iterable[EpisodeRecord]) -> None:
        """Writes a simulation and its episodes, all or nothing; an episode that is there stays as it is.

        Raises:
            ValueError: an episode belongs to another simulation.
        """
        known = {row[0] for row in self.connection.rows("SELECT id FROM episodes")}
        new = [episode for episode in episodes if episode.id not in known]
        if strangers := [episode.id for episode in new if episode.simulation_id != simulation.id]:
            raise ValueError(f"not episodes of simulation {simulation.id}: {', '.join(strangers)}")
        key, version = simulation.policy
        insert = self.connection.insert
        with self.connection.transaction():
            insert(
                "simulations",
                [(simulation.id, simulation.name, simulation.env, key, version,
                  simulation.created_at, simulation.finished_at)],
            )  # fmt: skip
            insert(
                "episodes",
                [(e.id, e.simulation_id, e.step_count, e.created_at, e.completed_at, e.replay_url) for e in new],
            )
            insert("episode_attributes", [(e.id, name, text) for e in new for name, text in e.attributes.items()])
            insert("agent_groups", [(e.id, group, agent) for e in new for agent, group in e.agent_groups.items()])
            insert(
                "agent_policies",
                [(e.id, agent, *policy) for e in new for agent, policy in e.policies.items()],
            )
            insert(
                "agent_metrics",
                [
                    (e.id, agent, metric, float(value))
                    for e in new
                    for agent, metrics in e.agent_metrics.items()
                    for metric, value in metrics.items()
                ],
            )

    def merge_in(self, other: Path) -> int:
        """Adds the simulations and episodes of another stats database, all or nothing.

        The unit is the episode: one whose id is here already keeps all its rows and takes none from `other`,
        so that merging twice is merging once. Merging a database into itself changes nothing.

        Returns:
            Number of episodes added.
        Raises:
            StatsNotFoundError, StatsCorruptError, StatsBusyError: about `other`; nothing was added.
        """
        if other.resolve() == self.path.resolve():
            return 0
        with SimulationStatsDB(other, read_only=True) as shard:
            shard.verify()
        before = self.count("episodes")
        rows = self.connection.rows
        with self.connection.attached(other, "incoming"), self.connection.transaction():
            rows("INSERT OR IGNORE INTO simulations SELECT * FROM incoming.simulations")
            for table in EPISODE_CHILDREN:
                # S608: table names come from the schema.
                rows(
                    f"INSERT INTO {table} SELECT * FROM incoming.{table} "  # noqa: S608
                    "WHERE episode_id NOT IN (SELECT id FROM episodes)"
                )
            rows("INSERT OR IGNORE INTO episodes SELECT * FROM incoming.episodes")
        return self.count("episodes") - before
