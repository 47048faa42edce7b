"""Shards into one database: idempotent, all or nothing, and whole at every moment."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from metta_ref.eval.connection import StatsError
from metta_ref.eval.eval_stats_db import EvalStatsDB
from metta_ref.eval.simulation_stats_db import EpisodeRecord, Merged, SimulationRecord, SimulationStatsDB

NOON = datetime(2025, 8, 28, 12)


def shard(path: Path, policy: tuple[str, int], *episodes: str, reward: float = 1.0) -> Path:
    identity = f"simulation-of-{policy[0]}"
    with SimulationStatsDB(path) as database:
        database.record(
            SimulationRecord(identity, "memory", "grid", policy, NOON, NOON),
            [
                EpisodeRecord(
                    id=episode,
                    simulation_id=identity,
                    step_count=7,
                    created_at=NOON,
                    completed_at=NOON,
                    policies={0: policy},
                    agent_metrics={0: {"reward": reward}},
                    agent_groups={0: 0},
                    attributes={"seed": "1"},
                )
                for episode in episodes
            ],
        )
    return path


def merge(shards: list[Path], destination: Path) -> Merged:
    with SimulationStatsDB(destination) as database:
        return database.merge_in(shards)


def counts(path: Path) -> dict[str, int]:
    with SimulationStatsDB(path, read_only=True) as database:
        return {table: len(rows) for table, rows in database.tables().items()}


def test_shards_of_two_policies_fill_every_table(tmp_path: Path) -> None:
    one = shard(tmp_path / "one.duckdb", ("ant", 4), "a", "b")
    two = shard(tmp_path / "two.duckdb", ("bee", 8), "c")
    merged = tmp_path / "stats.duckdb"
    assert merge([one, two], merged) == Merged(added=frozenset({"a", "b", "c"}), total=3)
    assert counts(merged) == {
        "simulations": 2,
        "episodes": 3,
        "episode_attributes": 3,
        "agent_groups": 3,
        "agent_policies": 3,
        "agent_metrics": 3,
    }
    with EvalStatsDB(merged) as database:
        assert database.checkpoints() == [("ant", 4), ("bee", 8)]
        assert database.simulations(("bee", 8)) == [("memory", "grid")]


def test_merging_again_adds_nothing(tmp_path: Path) -> None:
    one, merged = shard(tmp_path / "one.duckdb", ("ant", 4), "a", "b"), tmp_path / "stats.duckdb"
    merge([one], merged)
    before = counts(merged)
    assert merge([one, one], merged) == Merged(added=frozenset(), total=2)
    assert counts(merged) == before
    with SimulationStatsDB(merged) as database:
        assert database.merge_in([merged]) == Merged(added=frozenset(), total=2)


def test_an_episode_is_merged_whole_and_the_first_one_stays(tmp_path: Path) -> None:
    """Rows of two recordings of one episode never mix, not even where the first has no row."""
    first, merged = shard(tmp_path / "first.duckdb", ("ant", 4), "a", reward=1.0), tmp_path / "stats.duckdb"
    second = tmp_path / "second.duckdb"
    with SimulationStatsDB(second) as database:
        database.record(
            SimulationRecord("simulation-of-ant", "memory", "grid", ("ant", 4), NOON),
            [
                EpisodeRecord(
                    id="a",
                    simulation_id="simulation-of-ant",
                    step_count=9,
                    created_at=NOON,
                    policies={0: ("ant", 4), 1: ("ant", 4)},
                    agent_metrics={0: {"reward": 5.0, "hearts": 2.0}, 1: {"reward": 5.0}},
                )
            ],
        )
    assert merge([first, second], merged) == Merged(added=frozenset({"a"}), total=1)
    with EvalStatsDB(merged) as database:
        assert database.metrics(("ant", 4)) == ["reward"]
        assert database.sums("reward", ("ant", 4)).total == 1.0


def test_a_damaged_shard_changes_nothing(tmp_path: Path) -> None:
    good, merged = shard(tmp_path / "good.duckdb", ("ant", 4), "a"), tmp_path / "stats.duckdb"
    merge([good], merged)
    before = merged.read_bytes()
    bad = shard(tmp_path / "bad.duckdb", ("bee", 8), "b")
    os.truncate(bad, bad.stat().st_size // 2)
    with pytest.raises(StatsError, match=r"bad\.duckdb is not a readable stats database"):
        merge([shard(tmp_path / "more.duckdb", ("cat", 2), "c"), bad], merged)
    with pytest.raises(StatsError, match="no stats database at"):
        merge([tmp_path / "absent.duckdb"], merged)
    assert merged.read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "bad.duckdb", "good.duckdb", "more.duckdb", "stats.duckdb",
    ]  # fmt: skip


@pytest.mark.parametrize("content", [b"", b"not a database at all", None], ids=["empty", "text", "truncated"])
def test_a_damaged_destination_is_named_and_left_alone(tmp_path: Path, content: bytes | None) -> None:
    merged = shard(tmp_path / "stats.duckdb", ("ant", 4), "a")
    whole = merged.read_bytes()
    damaged = whole[: len(whole) // 2] if content is None else content
    merged.write_bytes(damaged)
    with pytest.raises(StatsError, match=r"/stats\.duckdb is not a readable stats database"):
        merge([shard(tmp_path / "one.duckdb", ("ant", 4), "b")], merged)
    assert merged.read_bytes() == damaged
    assert sorted(path.name for path in tmp_path.iterdir()) == ["one.duckdb", "stats.duckdb"]


def in_another_process(program: str, *arguments: object) -> "subprocess.Popen[str]":
    command = [sys.executable, "-c", f"import sys; from pathlib import Path\n{program}", *map(str, arguments)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


MERGE = """
from metta_ref.eval.simulation_stats_db import SimulationStatsDB
with SimulationStatsDB(Path(sys.argv[1])) as database:
    database.merge_in([Path(sys.argv[2])])
    {then}
"""


def test_what_was_merged_outlasts_a_kill(tmp_path: Path) -> None:
    """The merge is committed and a deletion is not when the process is gone without closing anything."""
    shards = [shard(tmp_path / f"{i}.duckdb", (f"ant{i}", 4), f"e{i}") for i in range(2)]
    merged = tmp_path / "stats.duckdb"
    merge(shards[:1], merged)
    unfinished = "database.connection.rows('BEGIN'); database.connection.rows('DELETE FROM episodes'); "
    killed = in_another_process(
        MERGE.format(then=f"{unfinished} import os; os.kill(os.getpid(), 9)"), merged, shards[1]
    )
    assert killed.wait() == -9
    killed.communicate()
    assert counts(merged)["episodes"] == 2
    assert merge(shards, merged) == Merged(added=frozenset(), total=2)


def test_processes_that_merge_at_the_same_time_wait_and_lose_nothing(tmp_path: Path) -> None:
    shards = [shard(tmp_path / f"{i}.duckdb", (f"ant{i}", 4), f"e{i}") for i in range(3)]
    merged = tmp_path / "stats.duckdb"
    merging = [in_another_process(MERGE.format(then="pass"), merged, path) for path in shards]
    for process in merging:
        process.communicate()
    assert [process.returncode for process in merging] == [0, 0, 0]
    assert counts(merged)["episodes"] == 3


def test_a_database_that_another_process_holds_is_waited_for_and_then_busy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = shard(tmp_path / "stats.duckdb", ("ant", 4), "a")
    hold = "import duckdb; held = duckdb.connect(sys.argv[1]); print('held', flush=True); sys.stdin.read()"
    with in_another_process(hold, path) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        monkeypatch.setattr("metta_ref.eval.connection.SECONDS_TO_WAIT", 0.1)
        with pytest.raises(StatsError, match="is in use"):
            EvalStatsDB(path)
        monkeypatch.undo()
        with ThreadPoolExecutor() as pool:
            waiting = pool.submit(counts, path)
            other.communicate("")
            assert waiting.result()["episodes"] == 1


def test_other_databases_are_no_stats_databases(tmp_path: Path) -> None:
    foreign = tmp_path / "foreign.duckdb"
    duckdb.connect(str(foreign)).close()
    with pytest.raises(StatsError, match="without the tables of a stats database"):
        EvalStatsDB(foreign)
    with duckdb.connect(str(foreign)) as connection:
        connection.execute("CREATE TABLE mine (a INTEGER)")
    with pytest.raises(StatsError, match="without the tables of a stats database"):
        SimulationStatsDB(foreign)
    newer = shard(tmp_path / "newer.duckdb", ("ant", 4), "a")
    with duckdb.connect(str(newer)) as connection:
        connection.execute("UPDATE stats_format SET version = 2")
    with pytest.raises(StatsError, match="format 2, this program reads format 1"):
        EvalStatsDB(newer)


def test_a_bit_that_flipped_is_noticed(tmp_path: Path) -> None:
    path = shard(tmp_path / "stats.duckdb", ("ant", 4), "a")
    damaged = bytearray(path.read_bytes())
    damaged[damaged.index(b"simulation-of-ant")] ^= 1
    path.write_bytes(damaged)
    with pytest.raises(StatsError, match="checksum"), EvalStatsDB(path) as database:
        database.checkpoints()


def test_a_new_database_is_never_there_half_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """DuckDB empties the file that another program makes at the same time; it may only be given one that is there."""
    path, opened, connect = tmp_path / "stats.duckdb", [], duckdb.connect

    def watched(name: str, **settings: Any) -> Any:
        opened.append((Path(name) == path, path.exists()))
        return connect(name, **settings)

    monkeypatch.setattr(duckdb, "connect", watched)
    with SimulationStatsDB(path):
        pass
    assert (True, True) in opened
    assert (True, False) not in opened
    assert list(tmp_path.iterdir()) == [path]


def test_recording_is_all_or_nothing(tmp_path: Path) -> None:
    record = SimulationRecord("s", "memory", "grid", ("ant", 4), NOON)
    stranger = EpisodeRecord("e", "another", 1, NOON, {0: ("ant", 4)})
    with SimulationStatsDB(tmp_path / "stats.duckdb") as database:
        with pytest.raises(ValueError, match="not episodes of simulation s: e"):
            database.record(record, [stranger])
        assert not any(database.tables().values())
        database.record(record, [replace(stranger, simulation_id="s")])
    assert counts(tmp_path / "stats.duckdb")["episodes"] == 1


@pytest.mark.parametrize("value", ["nan", "inf", "-inf"])
def test_values_that_no_figure_can_rest_on_are_refused(value: str) -> None:
    with pytest.raises(StatsError, match=f"reward of agent 0 is {value}, not a finite number"):
        EpisodeRecord("e", "s", 1, NOON, {0: ("ant", 4)}, agent_metrics={0: {"reward": float(value)}})
    with pytest.raises(ValueError, match="agent 1 has metrics and no policy"):
        EpisodeRecord("e", "s", 1, NOON, {0: ("ant", 4)}, agent_metrics={1: {"reward": 1.0}})
