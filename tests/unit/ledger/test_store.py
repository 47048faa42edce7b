"""The ledger file: what is written is read again, by any number of processes, and nothing in it is ever lost."""

from __future__ import annotations

import multiprocessing
import sqlite3
import zlib
from contextlib import closing, suppress
from pathlib import Path

import msgspec
import pytest

from audit.ledger.schema import APPLICATION, STEPS, VERSION
from audit.ledger.store import Ledger, LedgerError, set_aside
from tests.unit.ledger.runs import contract, finding, ran, record, root, statement

FULL = record(
    phase=6,
    commit="b" * 40,
    since="c" * 40,
    arguments=("verify", "--phase", "6"),
    environment={"python": "3.12.1"},
    exit=1,
    verdict="refuted",
    risk="HIGH RISK",
    documents=("phase_6.md",),
    findings=(finding("shop.store"), finding("shop.bag", line=None)),
    statements=(statement("imports", "refuted", evidence=(ran("python", "-m", "pytest", passed=3),)),),
    roots=(root("shop.store"),),
    contracts=(contract("Layers", "broken"),),
    unimportable=("shop.a", "shop.b"),
)


def numbered(run, number: int):
    return msgspec.structs.replace(run, context=msgspec.structs.replace(run.context, number=number))


def test_a_run_is_read_as_it_was_written(tmp_path: Path) -> None:
    with Ledger(tmp_path / "deep/ledger.sqlite", write=True) as ledger:
        assert ledger.append(FULL) == 1
    with Ledger(tmp_path / "deep/ledger.sqlite") as ledger:
        assert ledger.run(1) == numbered(FULL, 1)
        assert ledger.run(2) is None
        assert list(ledger.runs("example.org/shop", 10)) == [numbered(FULL, 1)]
        assert list(ledger.runs("example.org/other", 10)) == []


def test_the_last_run_of_a_phase_speaks_for_it_and_the_earlier_ones_stay(tmp_path: Path) -> None:
    with Ledger(tmp_path / "ledger.sqlite", write=True) as ledger:
        for verdict in ("refuted", "verified"):
            ledger.append(record(phase=1, verdict=verdict))
        ledger.append(record(phase=2, verdict="partly"))
        ledger.append(record(phase=2, verdict="error", repository="example.org/other"))
        latest = ledger.latest_phases("example.org/shop")
        assert {phase: run.verdict for phase, run in latest.items()} == {1: "verified", 2: "partly"}
        assert ledger.numbers("example.org/shop") == (1, 2, 3)


def test_runs_with_equal_findings_share_them_and_sql_can_ask_for_them(tmp_path: Path) -> None:
    findings = (finding("shop.store"), finding("shop.bag"))
    with Ledger(tmp_path / "ledger.sqlite", write=True) as ledger:
        for _ in range(3):
            ledger.append(record(findings=findings))
        ledger.append(record(findings=None))
        assert [run.findings for run in ledger.runs("example.org/shop", 4)] == [None, findings, findings, findings]
    connection = sqlite3.connect(tmp_path / "ledger.sqlite")
    asked = "SELECT number, target FROM runs JOIN findings ON set_id = finding_set ORDER BY 1, 2 LIMIT 2"
    assert connection.execute(asked).fetchall() == [(1, "shop.bag"), (1, "shop.store")]
    assert connection.execute("SELECT count(*) FROM findings").fetchone() == (2,)


def _write_runs(path: Path, writer: int, start) -> None:
    start.wait()
    for number in range(12):
        with Ledger(path, write=True) as ledger:
            ledger.append(record(arguments=(str(writer), str(number)), findings=(finding(f"shop.{number % 3}"),)))


def test_writers_at_once_lose_no_run_from_the_first_one_on(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    start = context.Barrier(6)
    writers = [
        context.Process(target=_write_runs, args=(tmp_path / "ledger.sqlite", writer, start)) for writer in range(6)
    ]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert [writer.exitcode for writer in writers] == [0] * 6
    with Ledger(tmp_path / "ledger.sqlite") as ledger:
        runs = list(ledger.runs("example.org/shop", 1000))
    wanted = {(str(writer), str(number)) for writer in range(6) for number in range(12)}
    assert {run.context.arguments for run in runs} == wanted
    assert len(runs) == len(wanted)


class _Overtaken(sqlite3.Connection):
    """Another process makes the ledger once this connection has asked whose it is, if the locks let it."""

    overtaken = False

    def execute(self, statement, *parameters):
        answer = super().execute(statement, *parameters)
        if statement != "PRAGMA application_id" or self.overtaken:
            return answer
        self.overtaken = True
        (application,) = answer.fetchone()
        path = super().execute("PRAGMA database_list").fetchone()[2]
        made = f"{';'.join(STEPS)}; PRAGMA application_id={APPLICATION}; PRAGMA user_version={VERSION}"
        with suppress(sqlite3.OperationalError), closing(sqlite3.connect(path, timeout=0)) as other:
            other.executescript(f"BEGIN IMMEDIATE; {made}; COMMIT")
        return super().execute("SELECT ?", (application,))


def test_a_ledger_that_another_process_makes_meanwhile_is_no_database_of_another_program(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect = sqlite3.connect

    def opened(path: str, **named) -> sqlite3.Connection:
        return connect(path, **named, factory=_Overtaken if "uri" in named else sqlite3.Connection)

    monkeypatch.setattr("audit.ledger.store.sqlite3.connect", opened)
    with Ledger(tmp_path / "ledger.sqlite", write=True) as ledger:
        assert ledger.append(FULL) == 1


OLD_RUN = (
    b'{"context": {"command": "verify", "tool_version": "0", "repository": "example.org/shop", "phase": 3}, '
    b'"coverage": {}, "summary": {}, "verdict": "partly"}'
)


def old_ledger(path: Path, version: int) -> bytes:
    """A ledger as the steps up to a version left it, with one run of that time."""
    connection = sqlite3.connect(path)
    connection.executescript(";".join(STEPS[:version]))
    connection.execute(
        "INSERT INTO runs (command, phase, tool_version, repository, dirty, configuration, arguments, environment, "
        "documents, coverage, summary, verdict, risk, detail) VALUES "
        "('verify', 3, '0', 'example.org/shop', 0, '', '[]', '{}', '[]', '{}', '{}', 'partly', '', ?)",
        (zlib.compress(OLD_RUN),),
    )
    connection.execute(f"PRAGMA application_id={APPLICATION}")
    connection.execute(f"PRAGMA user_version={version}")
    connection.commit()
    connection.close()
    return path.read_bytes()


def shape(path: Path) -> tuple[int, list[str]]:
    connection = sqlite3.connect(path)
    names = connection.execute("SELECT name FROM sqlite_master WHERE name NOT LIKE 'sqlite%' ORDER BY name")
    return connection.execute("PRAGMA user_version").fetchone()[0], [name for (name,) in names]


@pytest.mark.parametrize("version", range(1, VERSION))
def test_an_old_ledger_is_brought_forward_with_its_runs(tmp_path: Path, version: int) -> None:
    path = tmp_path / "ledger.sqlite"
    old_ledger(path, version)
    with Ledger(path, write=True) as ledger:
        assert ledger.append(FULL) == 2
        assert ledger.numbers("example.org/shop") == (1, 2)
        assert {phase: run.verdict for phase, run in ledger.latest_phases("example.org/shop").items()} == {
            3: "partly",
            6: "refuted",
        }
    with Ledger(tmp_path / "fresh.sqlite", write=True):
        pass
    assert shape(path) == shape(tmp_path / "fresh.sqlite") == (VERSION, shape(path)[1])


def test_a_step_that_fails_leaves_the_old_ledger_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    old_ledger(path, 1)
    connection = sqlite3.connect(path)
    connection.execute("CREATE VIEW roots AS SELECT 1")  # in the way of the second step
    connection.commit()
    before = list(connection.iterdump())
    with (
        pytest.raises(LedgerError, match=r"cannot be used: .*roots"),
        Ledger(path, write=True),
    ):
        pass
    assert (shape(path)[0], list(connection.iterdump())) == (1, before)


def test_a_ledger_of_a_newer_audit_is_told_and_left_untouched(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE later (x)")
    connection.execute(f"PRAGMA application_id={APPLICATION}")
    connection.execute(f"PRAGMA user_version={VERSION + 1}")
    connection.commit()
    connection.close()
    before = path.read_bytes()
    for write in (False, True):
        with pytest.raises(LedgerError) as told, Ledger(path, write=write):
            pass
        assert str(told.value) == (
            f"the ledger {path} has version {VERSION + 1}, and this audit knows versions up to {VERSION}: "
            "use the newer audit that wrote it, or name another ledger in AUDIT_LEDGER"
        )
    assert path.read_bytes() == before
    assert [each.name for each in tmp_path.iterdir()] == ["ledger.sqlite"]


def test_a_database_of_another_program_is_never_written_to(tmp_path: Path) -> None:
    path = tmp_path / "shop.sqlite"
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE orders (x)")
    connection.commit()
    connection.close()
    before = path.read_bytes()
    with pytest.raises(LedgerError, match="is a database of another program"), Ledger(path, write=True):
        pass
    assert path.read_bytes() == before


@pytest.mark.parametrize("damage", ["all of it", "its pages"])
def test_a_damaged_ledger_is_told_kept_and_only_set_aside_when_asked(tmp_path: Path, damage: str) -> None:
    path = tmp_path / "ledger.sqlite"
    with Ledger(path, write=True) as ledger:
        for number in range(30):
            ledger.append(record(arguments=(str(number),), findings=(finding(f"shop.{number}"),)))
    content = path.read_bytes()
    path.write_bytes(b"not a database" * 99 if damage == "all of it" else content[:4096] + b"\xff" * len(content))
    before = path.read_bytes()
    with (
        pytest.raises(LedgerError, match=r"is damaged \(.*audit ledger rebuild --set-aside keeps it"),
        Ledger(path, write=True) as ledger,
    ):
        ledger.append(FULL)
    assert path.read_bytes() == before

    assert set_aside(path) == tmp_path / "ledger.sqlite.aside-1"
    assert (tmp_path / "ledger.sqlite.aside-1").read_bytes() == before
    with Ledger(path, write=True) as ledger:
        assert ledger.append(FULL) == 1


def test_a_place_that_cannot_be_written_to_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(LedgerError, match="cannot be written: "), Ledger(tmp_path / "file/ledger.sqlite", write=True):
        pass
    with pytest.raises(LedgerError, match="no run was recorded there yet"), Ledger(tmp_path / "none.sqlite"):
        pass
    assert not (tmp_path / "none.sqlite").exists()
