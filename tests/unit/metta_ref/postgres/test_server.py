"""A database that several machines share: the same answers as from a file, whoever else writes."""

import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path

import pytest

from metta_ref.checkpoint import CheckpointManager
from metta_ref.config import Config, ConfigError, save_run_config
from metta_ref.eval.analysis import analyse
from metta_ref.eval.connection import Connection, Place, Server, StatsError, parse_place
from metta_ref.eval.eval_stats_db import EvalStatsDB, SampleFilter
from metta_ref.eval.simulation_stats_db import TABLES, VIEWS, EpisodeRecord, Merged, SimulationRecord, SimulationStatsDB
from metta_ref.eval.statistics import Bootstrap
from metta_ref.rl.trainer import Trainer

NOON = datetime(2025, 8, 28, 12)
ANT, BEE = ("ant", 4), ("Bee", 8)


def shard(path: Path, policy: tuple[str, int], episodes: int, identity: str = "s") -> Path:
    """Episodes with rewards 0, 1, 2, …, hearts in the first alone, and one more that never ended."""
    name = f"{identity}-{policy[0]}"
    with SimulationStatsDB(path) as database:
        database.record(
            SimulationRecord(name, "memory", "grid", policy, NOON, NOON),
            [
                EpisodeRecord(
                    id=f"{name}-{number}",
                    simulation_id=name,
                    step_count=7,
                    created_at=NOON,
                    completed_at=NOON if number < episodes else None,
                    policies={0: policy},
                    agent_metrics={0: {"reward": float(number)} | ({"hearts": 0.5} if number == 0 else {})}
                    if number < episodes
                    else {},
                    agent_groups={0: 0},
                    attributes={"seed": "1", "number": str(number)},
                )
                for number in range(episodes + 1)
            ],
        )
    return path


def publish(shards: list[Path], place: Place) -> Merged:
    with SimulationStatsDB(place) as database:
        return database.merge_in(shards)


def test_a_server_answers_every_question_as_a_file_does(tmp_path: Path, server: Server) -> None:
    shards = [shard(tmp_path / "one.duckdb", ANT, 5), shard(tmp_path / "two.duckdb", BEE, 9)]
    places: list[Place] = [tmp_path / "stats.duckdb", server]
    assert publish(shards, places[0]) == publish(shards, places[1])

    def answers(place: Place) -> list[object]:
        with EvalStatsDB(place) as database:
            path = "train_dir/ant/checkpoints"
            return [
                analyse(database, ["*"], Bootstrap(0, 100)),
                database.simulation_scores(path, 4, "hearts"),
                database.get_std_metric_by_filter("hearts", path, 4, SampleFilter(sim_env="grid")),
                database.get_average_metric_by_filter("reward", path, 4, SampleFilter("memory' OR '1'='1")),
                database.get_average_metric_by_filter("nonexistent", path, 4),
                database.sample_count(),
                database.episode_values(BEE, "reward"),
            ]

    file, shared = map(answers, places)
    assert shared == file
    assert file[1:6] == [{("memory", "grid"): 0.1}, 0.2, None, 0.0, 16]


def test_publishing_again_adds_nothing_and_keeps_whole_episodes(tmp_path: Path, server: Server) -> None:
    small, large = shard(tmp_path / "small.duckdb", ANT, 2), shard(tmp_path / "large.duckdb", ANT, 3)
    assert publish([small], server) == Merged(frozenset({"s-ant-0", "s-ant-1", "s-ant-2"}), 3)
    assert publish([small, small], server) == Merged(frozenset(), 3)
    # The episode that never ended stays so, though another shard has it complete.
    assert publish([large], server) == Merged(frozenset({"s-ant-3"}), 4)
    with SimulationStatsDB(server, read_only=True) as database:
        rows = database.tables()
    assert {table: len(rows[table]) for table in TABLES} == {
        "simulations": 1, "episodes": 4, "episode_attributes": 8,
        "agent_groups": 4, "agent_policies": 4, "agent_metrics": 3,
    }  # fmt: skip


def test_a_damaged_shard_leaves_the_server_as_it_was(tmp_path: Path, server: Server) -> None:
    good, bad = shard(tmp_path / "good.duckdb", ANT, 2), tmp_path / "bad.duckdb"
    bad.write_bytes(b"not a database at all")
    with pytest.raises(StatsError, match=r"bad\.duckdb is not a readable"):
        publish([good, bad], server)
    with SimulationStatsDB(server, read_only=True) as database:
        assert not any(database.tables().values())


def test_processes_that_publish_at_the_same_time_lose_and_repeat_nothing(tmp_path: Path, server: Server) -> None:
    """Three processes meet an empty database; each brings an episode of its own and the same forty others."""
    program = (
        "import sys; from pathlib import Path; from metta_ref.eval.connection import Server\n"
        "from metta_ref.eval.simulation_stats_db import SimulationStatsDB\n"
        "print('ready', flush=True); sys.stdin.readline()\n"
        "with SimulationStatsDB(Server(sys.argv[1])) as database:\n"
        "    database.merge_in([Path(path) for path in sys.argv[2:]])"
    )
    common = shard(tmp_path / "common.duckdb", ANT, 39)
    processes = []
    for number in range(3):
        own = shard(tmp_path / f"{number}.duckdb", BEE, 0, identity=f"own{number}")
        command = [sys.executable, "-c", program, server.url, str(common), str(own)]
        pipe = subprocess.PIPE
        processes.append(subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True))
    assert [process.stdout.readline() for process in processes] == ["ready\n"] * 3
    for process in processes:
        process.stdin.write("go\n")
        process.stdin.flush()
    said = [process.communicate()[1] for process in processes]
    assert ([process.returncode for process in processes], said) == ([0] * 3, [""] * 3)
    with SimulationStatsDB(server, read_only=True) as database:
        rows = database.tables()
    assert (len(rows["episodes"]), len(rows["agent_metrics"]), len(rows["simulations"])) == (43, 40, 4)


def test_who_publishes_waits_for_whoever_does(tmp_path: Path, server: Server) -> None:
    import psycopg

    waiting = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
    one, two = shard(tmp_path / "one.duckdb", ANT, 2), shard(tmp_path / "two.duckdb", BEE, 2)
    publish([one], server)
    with ThreadPoolExecutor() as pool, closing(Connection(server, read_only=False)) as first:
        with first.transaction():
            other = pool.submit(publish, [two], server)
            with psycopg.connect(server.url, autocommit=True) as watcher:
                while watcher.execute(waiting).fetchall() == [(0,)]:
                    assert not other.done(), "it did not wait"
        assert other.result().total == 6


def test_a_reader_sees_one_moment(tmp_path: Path, server: Server) -> None:
    publish([shard(tmp_path / "one.duckdb", ANT, 2)], server)
    with EvalStatsDB(server) as database:
        before = database.sample_count()
        publish([shard(tmp_path / "two.duckdb", BEE, 2)], server)
        assert database.sample_count() == before == 3


def test_the_tables_and_views_are_there_for_other_programs(tmp_path: Path, server: Server) -> None:
    import psycopg

    publish([shard(tmp_path / "one.duckdb", ANT, 2)], server)
    with psycopg.connect(server.url) as connection:
        for name in (*TABLES, *VIEWS):
            assert connection.execute(f"SELECT count(*) FROM {name}").fetchall() != [(0,)]


def test_what_a_server_refuses_is_told_without_the_password(postgres: Path, server: Server) -> None:
    with pytest.raises(StatsError) as empty:
        EvalStatsDB(server)
    assert str(empty.value) == f"no stats database at {server}: evaluate a checkpoint first"
    absent = Server(f"postgresql://tester:hunter2@/absent?host={postgres}")
    with pytest.raises(StatsError, match=r'database "absent" does not exist.*check the address') as refused:
        EvalStatsDB(absent)
    nonsense = Server("postgresql://tester:hunter2@/x?host=/nowhere&hunter2=1")
    with pytest.raises(StatsError) as unread:
        EvalStatsDB(nonsense)
    for error in (empty, refused, unread):
        assert "hunter2" not in str(error.getrepr(style="long", chain=True, funcargs=False).reprcrash)
    assert "hunter2" not in f"{server} {server!r}"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("", "runs/demo/stats.duckdb"),
        ("shared/all.duckdb", "shared/all.duckdb"),
        ("postgresql://ann:hunter2@db.example:5433/evals?sslmode=require", "postgresql://ann@db.example:5433/evals"),
        ("postgres:///evals?host=/run/sock", "postgres:///evals"),
    ],
)
def test_a_setting_names_a_file_or_a_server(text: str, shown: str) -> None:
    assert str(parse_place(text, Path("runs/demo/stats.duckdb"))) == shown


@pytest.mark.parametrize("text", ["mysql://ann:hunter2@db/evals", "postgresql://ann:hunter2@db:port/evals"])
def test_what_names_neither_is_refused_without_being_repeated(text: str) -> None:
    with pytest.raises(ConfigError, match="postgresql://user@host") as refused:
        parse_place(text, Path("stats.duckdb"))
    assert "hunter2" not in str(refused.value)


def test_a_server_takes_the_episodes_and_its_password_is_never_printed(
    data_dir: Path,
    small_config: Callable[..., Config],
    new_trainer: Callable[..., "contextmanager[Trainer]"],
    command: Callable[..., tuple[int, str, str]],
    server: Server,
) -> None:
    config = small_config("py_agent=lstm", "env.max_steps=10")
    with new_trainer(config) as trainer:
        (data_dir / "demo").mkdir(parents=True)
        save_run_config(config)
        trainer.update()
        CheckpointManager(data_dir / "demo").save(trainer.checkpoint())
    status, said, err = command("sim", "run=demo", "episodes=4", f"database={server.url}")
    assert (status, err, said.splitlines()[-1]) == (0, "", f"stats database: {server}")
    status, out, err = command("analyze", "run=demo", "resamples=100", f"database={server.url}")
    assert (status, err, "│ demo │     1 │ reward " in out) == (0, "", True)
    unknown = server.url.replace("@/", "@/un")
    status, nothing, err = command("analyze", "run=demo", f"database={unknown}")
    assert (status, nothing, "does not exist" in err) == (2, "", True)
    assert "hunter2" not in said + out + err
    assert not (data_dir / "demo" / "stats.duckdb").exists()
