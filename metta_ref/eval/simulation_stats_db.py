"""The stats database as it is written: created, added to in transactions, merged with others."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from metta_ref.eval.connection import Row, connect, insert
from metta_ref.eval.errors import StatsCorruptError, StatsNotFoundError
from metta_ref.eval.place import Place
from metta_ref.eval.records import EpisodeRecord, SimulationRecord
from metta_ref.eval.schema import EPISODE_CHILDREN, FORMAT, FORMAT_TABLE, FORMAT_VERSION, TABLES, VIEWS

_HAS_FORMAT: Final = (
    "SELECT count(*) FROM information_schema.tables WHERE table_schema = current_schema() AND table_name = $table"
)
_FINISHED: Final = """
    UPDATE simulations SET finished_at = $finished
    WHERE id = $id AND (finished_at IS NULL OR finished_at < $finished)"""
_REPLAY: Final = "UPDATE episodes SET replay_url = $url WHERE id = $id AND replay_url IS NULL"


class SimulationStatsDB:
    """A database with the tables of `schema`; a context manager that closes it.

    Without `read_only` a missing file is created with its schema, and an existing one must carry it; on a server
    the schema is created where it is missing.

    Raises:
        StatsNotFoundError: `read_only` and there is none.
        StatsCorruptError: the file is damaged, or is no stats database of this format.
        StatsBusyError: another process holds the file.
        StatsServerError: the server cannot be reached.
    """

    def __init__(self, place: Place, *, read_only: bool = False) -> None:
        self.place = place
        there = isinstance(place, Path) and place.exists()
        if read_only and isinstance(place, Path) and not there:
            raise StatsNotFoundError(place)
        self.connection = connect(place, read_only=read_only)
        try:
            if read_only or there:
                self._check_format()
            else:
                self._create_if_missing()
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
        """Flushes what is pending and lets go of the database."""
        self.connection.close()

    def count(self, table: str) -> int:
        """Number of rows in one of the tables of `schema.TABLES`."""
        if table not in TABLES:
            raise ValueError(f"unknown table {table!r}: one of {', '.join(TABLES)}")
        [[rows]] = self.connection.rows(f"SELECT count(*) FROM {table}")  # noqa: S608 - checked above
        return int(rows)

    def tables(self) -> dict[str, list[Row]]:
        """Every row of every table, by table; reading all of it finds whatever is damaged.

        Raises:
            StatsCorruptError: some block cannot be read.
        """
        return {table: self.connection.rows(f"SELECT * FROM {table}") for table in TABLES}  # noqa: S608 - our names

    def record(self, simulation: SimulationRecord, episodes: Iterable[EpisodeRecord]) -> None:
        """Writes a simulation and its episodes, all or nothing; an episode that is there stays as it is.

        Raises:
            ValueError: an episode belongs to another simulation.
        """
        with self.connection.transaction():
            self._add(_rows(simulation, list(episodes)))

    def merge_in(self, shards: Sequence[Path]) -> tuple[str, ...]:
        """Adds the simulations and episodes of other stats databases, all or nothing.

        The unit is the episode: one whose id is here already keeps all its rows and takes none but a replay that
        it lacks, so that merging twice is merging once. Merging a database into itself changes nothing.

        Returns:
            Ids of the episodes that were added, sorted.
        Raises:
            StatsNotFoundError, StatsCorruptError, StatsBusyError: about a shard; nothing was added.
        """
        added: tuple[str, ...] = ()
        with self.connection.transaction():
            self.connection.exclusive()
            for shard in shards:
                if isinstance(self.place, Path) and shard.resolve() == self.place.resolve():
                    continue
                with SimulationStatsDB(shard, read_only=True) as other:
                    tables = other.tables()
                added += self._add(tables)
        return tuple(sorted(added))

    def _add(self, tables: Mapping[str, Sequence[Row]]) -> tuple[str, ...]:
        rows = self.connection.rows
        insert(self.connection, "simulations", tables["simulations"])
        added = {row[0]: row[1] for row in insert(self.connection, "episodes", tables["episodes"])}
        for table in EPISODE_CHILDREN:
            insert(self.connection, table, [row for row in tables[table] if row[0] in added])
        for identity, *_, replay_url in tables["episodes"]:
            if replay_url is not None and identity not in added:
                rows(_REPLAY, {"url": replay_url, "id": identity})
        for identity, *_, finished in tables["simulations"]:
            if finished is not None and identity in added.values():
                rows(_FINISHED, {"finished": finished, "id": identity})
        return tuple(added)

    def _create_if_missing(self) -> None:
        with self.connection.transaction():
            self.connection.exclusive()
            if self._has_format():
                self._check_format()
                return
            for statement in (*TABLES.values(), *VIEWS.values(), FORMAT):
                self.connection.rows(statement)

    def _has_format(self) -> bool:
        [[found]] = self.connection.rows(_HAS_FORMAT, {"table": FORMAT_TABLE})
        return bool(found)

    def _check_format(self) -> None:
        if not self._has_format():
            if isinstance(self.place, Path):
                raise StatsCorruptError(self.place, "a DuckDB file without the tables of a stats database")
            raise StatsNotFoundError(self.place)
        versions = self.connection.rows(f"SELECT version FROM {FORMAT_TABLE}")  # noqa: S608 - a name of the schema
        if versions != [(FORMAT_VERSION,)]:
            raise StatsCorruptError(
                self.place,
                f"format {versions[0][0] if versions else None}, this program reads format {FORMAT_VERSION}",
            )


def _rows(simulation: SimulationRecord, episodes: Sequence[EpisodeRecord]) -> dict[str, list[Row]]:
    if strangers := [episode.id for episode in episodes if episode.simulation_id != simulation.id]:
        raise ValueError(f"not episodes of simulation {simulation.id}: {', '.join(strangers)}")
    s = simulation
    return {
        "simulations": [(s.id, s.name, s.env, *s.policy, s.created_at, s.finished_at)],
        "episodes": [(e.id, s.id, e.step_count, e.created_at, e.completed_at, e.replay_url) for e in episodes],
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
