"""Facts kept between runs: found again by content, shared between processes, never in the way."""

from __future__ import annotations

import multiprocessing
import os
import sqlite3
from pathlib import Path

import pytest

from audit.facts.cache import FactCache, cache_folder
from audit.facts.extract import facts_of
from audit.facts.python import read_python
from audit.model.facts import FileFacts
from audit.sources.worktree import blob_id

SOURCES = {blob_id(source): source for source in (b"import a.b as c\n", b"def f(x: int = 1): ...\n", b"def (\n")}
FACTS = {blob: read_python(source) for blob, source in SOURCES.items()}


def test_what_one_run_stores_another_finds(tmp_path: Path) -> None:
    first = FactCache(tmp_path)
    first.put(FACTS)
    first.close()
    assert FactCache(tmp_path).get([*FACTS, "unknown"]) == FACTS


def test_without_a_folder_nothing_is_kept_between_runs() -> None:
    cache = FactCache(None)
    cache.put(FACTS)
    assert cache.get(FACTS) == FACTS
    assert FactCache(None).get(FACTS) == {}


def test_the_folder_is_the_users_to_choose(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", "/caches")
    monkeypatch.delenv("AUDIT_CACHE_DIR", raising=False)
    assert cache_folder() == Path("/caches/migration-audit")
    monkeypatch.setenv("AUDIT_CACHE_DIR", "/elsewhere")
    assert cache_folder() == Path("/elsewhere")


@pytest.mark.parametrize("damage", ["overwritten", "truncated", "another schema", "undecodable facts"])
def test_a_damaged_store_costs_time_and_nothing_else(tmp_path: Path, damage: str) -> None:
    first = FactCache(tmp_path)
    first.put(FACTS)
    first.close()
    (store,) = tmp_path.glob("facts-*.sqlite")
    match damage:
        case "overwritten":
            store.write_bytes(b"no database at all" * 1000)
        case "truncated":
            store.write_bytes(store.read_bytes()[:700])
        case "another schema":
            with sqlite3.connect(store) as connection:
                connection.executescript("DROP TABLE facts; CREATE TABLE facts (other TEXT)")
        case "undecodable facts":
            with sqlite3.connect(store) as connection:
                connection.execute("UPDATE facts SET facts = x'c1'")
    cache = FactCache(tmp_path)
    assert read_all(cache) == FACTS
    cache.close()


@pytest.mark.parametrize("obstacle", ["a file in its place", "no permission"])
def test_a_folder_that_cannot_be_used_costs_time_and_nothing_else(tmp_path: Path, obstacle: str) -> None:
    folder = tmp_path / "cache"
    if obstacle == "a file in its place":
        folder.touch()
    else:
        tmp_path.chmod(0o500)
    try:
        cache = FactCache(folder)
        assert read_all(cache) == FACTS
        cache.close()
    finally:
        tmp_path.chmod(0o700)


def test_a_store_that_another_run_has_locked_is_done_without(tmp_path: Path) -> None:
    FactCache(tmp_path).close()
    (store,) = tmp_path.glob("facts-*.sqlite")
    with sqlite3.connect(store, isolation_level=None) as other:
        other.execute("BEGIN EXCLUSIVE")
        assert read_all(FactCache(tmp_path)) == FACTS
        other.execute("ROLLBACK")


def test_two_runs_at_once_share_one_store(tmp_path: Path) -> None:
    sources = {blob_id(source): source for source in (b"import m%d\n" % number for number in range(60))}
    context = multiprocessing.get_context("fork")
    runs = [context.Process(target=fill, args=(tmp_path, sources)) for _ in range(2)]
    for run in runs:
        run.start()
    for run in runs:
        run.join(60)
    assert [run.exitcode for run in runs] == [0, 0]
    stored = FactCache(tmp_path).get(sources)
    assert stored == {blob: read_python(source) for blob, source in sources.items()}


def test_content_that_cannot_be_read_is_not_remembered(tmp_path: Path) -> None:
    cache = FactCache(tmp_path)
    gone = facts_of(["lost"], lambda wanted: ((blob, None) for blob in wanted), cache)
    assert gone == {"lost": FileFacts(error="unreadable: its content is missing")}
    assert cache.get(["lost"]) == {}


def test_many_files_are_read_by_several_processes_alike() -> None:
    sources = {blob_id(source): source for source in (b"x = %d\n" % number for number in range(200))}
    contents = lambda wanted: ((blob, sources[blob]) for blob in wanted)  # noqa: E731  # a loader is a callable
    alone, together = (facts_of(sources, contents, FactCache(None), jobs) for jobs in (1, 2))
    assert alone == together == {blob: read_python(source) for blob, source in sources.items()}


def read_all(cache: FactCache) -> dict[str, FileFacts]:
    """The facts of all sources by way of the cache."""
    return facts_of(SOURCES, lambda wanted: ((blob, SOURCES[blob]) for blob in wanted), cache, jobs=1)


def fill(folder: Path, sources: dict[str, bytes]) -> None:
    """Store facts one by one, as a run does that is in the way of another."""
    cache = FactCache(folder)
    for blob, source in sources.items():
        cache.put({blob: read_python(source)})
    cache.close()
    os._exit(0 if len(FactCache(folder).get(sources)) == len(sources) else 1)
