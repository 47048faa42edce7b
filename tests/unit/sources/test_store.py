"""Values kept between runs: found again by key, shared between processes, never in the way, never trusted blindly."""

from __future__ import annotations

import multiprocessing
import os
import sqlite3
from pathlib import Path

import pytest

from audit.sources.store import Store, cache_folder

VALUES = {"facts a": b"one", "words b": b"", "reading c \udc80".encode("utf-8", "replace").decode(): b"\0two"}


def filled(folder: Path) -> Path:
    """A store with some values in it; returns its file."""
    store = Store(folder, "1")
    store.put(VALUES)
    store.close()
    (file,) = folder.glob("contents-*.sqlite")
    return file


def test_what_one_run_stores_another_finds(tmp_path: Path) -> None:
    filled(tmp_path)
    assert Store(tmp_path, "1").get([*VALUES, "unknown"]) == VALUES


def test_what_another_version_stored_is_not_found(tmp_path: Path) -> None:
    filled(tmp_path)
    assert Store(tmp_path, "2").get(VALUES) == {}


def test_without_a_folder_nothing_is_kept() -> None:
    store = Store(None, "1")
    store.put(VALUES)
    assert store.get(VALUES) == {}
    assert store.damage == ""


def test_a_closed_store_opens_again(tmp_path: Path) -> None:
    store = Store(tmp_path, "1")
    store.put({"a": b"1"})
    store.close()
    store.put({"b": b"2"})
    assert store.get(["a", "b"]) == {"a": b"1", "b": b"2"}


def test_the_folder_is_the_users_to_choose(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", "/caches")
    monkeypatch.delenv("AUDIT_CACHE_DIR", raising=False)
    assert cache_folder() == Path("/caches/migration-audit")
    monkeypatch.setenv("AUDIT_CACHE_DIR", "/elsewhere")
    assert cache_folder() == Path("/elsewhere")


@pytest.mark.parametrize("damage", ["overwritten", "truncated", "another schema"])
def test_a_damaged_store_is_named_and_done_without(tmp_path: Path, damage: str) -> None:
    file = filled(tmp_path)
    match damage:
        case "overwritten":
            file.write_bytes(b"no database at all" * 1000)
        case "truncated":
            file.write_bytes(file.read_bytes()[:5000])
        case "another schema":
            with sqlite3.connect(file) as connection:
                connection.executescript("DROP TABLE kept; CREATE TABLE kept (other TEXT)")
    store = Store(tmp_path, "1")
    assert store.get(VALUES) == {}
    store.put(VALUES)
    assert store.damage.startswith(f"the cache {file} is damaged (")
    assert store.damage.endswith(") and was not used; delete it")


@pytest.mark.parametrize("value", ["x'c1'", "'text'", "NULL", "x'0000000041'"])
def test_a_value_that_lacks_its_checksum_is_not_found(tmp_path: Path, value: str) -> None:
    file = filled(tmp_path)
    with sqlite3.connect(file) as connection:
        connection.execute(f"UPDATE kept SET value = {value} WHERE key = 'facts a'")
    connection.close()
    store = Store(tmp_path, "1")
    assert store.get(VALUES) == {key: value for key, value in VALUES.items() if key != "facts a"}
    store.put(VALUES)
    assert store.get(VALUES) == VALUES


@pytest.mark.parametrize("obstacle", ["a file in its place", "no permission"])
def test_a_folder_that_cannot_be_used_is_done_without(tmp_path: Path, obstacle: str) -> None:
    folder = tmp_path / "cache"
    if obstacle == "a file in its place":
        folder.touch()
    else:
        tmp_path.chmod(0o500)
    try:
        store = Store(folder, "1")
        store.put(VALUES)
        # a superuser may write where no one else may
        assert store.get(VALUES) in ({}, VALUES)
        assert store.damage == ""
    finally:
        tmp_path.chmod(0o700)


def test_a_store_that_another_run_has_locked_is_done_without(tmp_path: Path) -> None:
    file = filled(tmp_path)
    with sqlite3.connect(file, isolation_level=None) as other:
        other.execute("BEGIN EXCLUSIVE")
        store = Store(tmp_path, "1")
        store.put({"late": b"1"})
        assert store.damage == ""
        other.execute("ROLLBACK")
    assert Store(tmp_path, "1").get([*VALUES, "late"]) == VALUES


def test_two_runs_at_once_share_one_store(tmp_path: Path) -> None:
    context = multiprocessing.get_context("fork")
    runs = [context.Process(target=fill, args=(tmp_path, number)) for number in range(2)]
    for run in runs:
        run.start()
    for run in runs:
        run.join(60)
    assert [run.exitcode for run in runs] == [0, 0]
    wanted = {f"{run} {number}": b"%d" % number for run in range(2) for number in range(60)}
    assert Store(tmp_path, "1").get(wanted) == wanted


def fill(folder: Path, run: int) -> None:
    """Store values one by one, as a run does that is in the way of another."""
    store = Store(folder, "1")
    for number in range(60):
        store.put({f"{run} {number}": b"%d" % number})
    store.close()
    os._exit(0)


@pytest.mark.parametrize("folder", ["", "deep/cache", "../audited/cache"])
def test_what_lies_in_the_audited_repository_is_never_read_nor_written(tmp_path: Path, folder: str) -> None:
    audited = tmp_path / "audited"
    planted = Store(audited / folder, "1")
    planted.put({"facts a": b"forged"})
    planted.close()
    store = Store(audited / folder, "1", audited)
    store.put({"facts b": b"mine"})
    assert store.get(["facts a", "facts b"]) == {}
    assert store.damage == (
        f"the cache {audited / folder} lies in what is audited and was not used; put AUDIT_CACHE_DIR elsewhere"
    )
    assert Store(audited / folder, "1", tmp_path / "other").get(["facts a", "facts b"]) == {"facts a": b"forged"}
