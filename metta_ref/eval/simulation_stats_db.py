"""The stats database as it is written: created, added to in transactions, merged with others."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

from metta_ref.eval.connection import Connection, Place, Row, StatsError, unreadable
from metta_ref.eval.records import EpisodeRecord, SimulationRecord
from metta_ref.eval.schema import EPISODE_CHILDREN, FORMAT, FORMAT_TABLE, FORMAT_VERSION, TABLES, VIEWS

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
    """A database with the tables of `schema`; a context manager that closes it.

    Without `read_only` the tables are created where there are none. Raises StatsError when there is no database to read
    or it is no stats database of this format, and as `Connection` does.
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
        """Writes a simulation and its episodes, all or nothing; an episode that is there stays as it is.

        Raises ValueError when an episode belongs to another simulation.
        """
        with self.connection.transaction():
            self._add(_rows(simulation, list(episodes)))

    def merge_in(self, shards: Sequence[Path]) -> Merged:
        """Adds the simulations and episodes of other stats databases, all or nothing.

        The unit is the episode: one whose id is here already keeps all its rows and takes none, so that merging
        twice is merging once. Merging a database into itself changes nothing, and neither does a shard that cannot be
        read, about which StatsError tells.
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
                for statement in (*TABLES.values(), *VIEWS.values(), FORMAT):
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
    """Records as rows by table."""
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
