"""What contents say: read once, known to the next run, alike in one process and in several."""

from __future__ import annotations

import importlib
import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from audit.contents import Contents
from audit.facts.python import read_python
from audit.gathering import MIN_PARALLEL, Pending, Wanted
from audit.kinds.markdown import Markdown
from audit.kinds.reading import Reading, reading_key, words_of
from audit.kinds.yaml_values import YamlValues
from audit.model.calls import CallShape
from audit.model.facts import FileFacts
from audit.model.mentions import Mention
from audit.parallel import Background
from audit.sources.worktree import blob_id

SOURCES = {blob_id(source): source for source in (b"import a.b as c\n", b"def f(x: int = 1): ...\n", b"def (\n")}
FACTS = {blob: read_python(source) for blob, source in SOURCES.items()}
YAML = b"_target_: shop.old.Store\n"
KIND = YamlValues()


class Loader:
    """Gives contents and remembers what it was asked for."""

    def __init__(self, contents: dict[str, bytes]) -> None:
        self.contents = contents
        self.asked: list[str] = []

    def __call__(self, blobs: list[str]) -> Iterator[tuple[str, bytes | None]]:
        self.asked += blobs
        return ((blob, self.contents.get(blob)) for blob in blobs)


class LastLoader(Loader):
    """Lets the process that made it begin only when another one has taken a part."""

    def __init__(self, contents: dict[str, bytes]) -> None:
        super().__init__(contents)
        self._owner = os.getpid()
        self._others, self._begun = os.pipe()

    def __call__(self, blobs: list[str]) -> Iterator[tuple[str, bytes | None]]:
        if os.getpid() != self._owner:
            os.write(self._begun, b".")
        elif not self.asked:
            os.read(self._others, 1)
        return super().__call__(blobs)


def facts(contents: Contents, load: Loader, size: int = 0) -> dict[str, FileFacts]:
    """The facts of all that a loader holds."""
    contents.read([Wanted(blob, "a.py", size, facts=True) for blob in load.contents], load)
    contents.close()
    return contents.facts({blob: blob for blob in load.contents})


def test_facts_are_read_once_in_a_run_and_found_by_the_next(tmp_path: Path) -> None:
    first, load = Contents(tmp_path, [KIND]), Loader(SOURCES)
    assert facts(first, load) == facts(first, load) == FACTS
    assert load.asked == list(SOURCES)
    again = Loader(SOURCES)
    assert facts(Contents(tmp_path, [KIND]), again) == FACTS
    assert again.asked == []


def test_nothing_is_kept_by_code_that_was_replaced_while_it_ran(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "own_kind.py").write_text(
        "from audit.kinds.yaml_values import YamlValues\n\n\nclass OwnKind(YamlValues): ...\n", encoding="utf-8"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    kind = importlib.import_module("own_kind").OwnKind()
    seconds = {"replaced just now": time.time(), "years ago": 1e9, "by a clock that is ahead": time.time() + 3600}
    kept = {}
    for when, second in seconds.items():
        os.utime(tmp_path / "own_kind.py", (second, second))
        kept[when] = Contents(tmp_path / "cache", [kind]).keeps
    assert kept == {"replaced just now": False, "years ago": True, "by a clock that is ahead": True}


def test_words_and_mentions_are_found_by_the_next_run_under_any_folder(tmp_path: Path) -> None:
    load = Loader({"b10b": YAML})
    wanted = [Wanted("b10b", "conf/a.yaml", words=(KIND,), mentions=(KIND,))]
    Contents(tmp_path, [KIND]).read(wanted, load)
    again = Contents(tmp_path, [KIND])
    again.read([Wanted("b10b", "elsewhere/a.yaml", words=(KIND,), mentions=(KIND,))], load)
    assert load.asked == ["b10b"]
    assert again.words("b10b", (KIND,)) == words_of(YAML, (KIND,))
    reading = Reading(
        (Mention("REF005", "value", "shop.old.Store", "name", "`_target_`", "error", (1, 11, 1, 25), True),)
    )
    assert again.reading("b10b", KIND, "a.yaml") == reading
    assert again.reading("b10b", KIND, "b.yaml") is None
    assert again.words("b10b", (KIND, Markdown())) is None


def test_which_kinds_a_path_is_of_is_remembered_for_these_kinds_alone(tmp_path: Path) -> None:
    paths = ["conf/a.yaml", "docs/a.md", "a.py", "\udc80.yaml"]
    kinds = (KIND, Markdown())
    found = []
    for offered in (kinds, kinds, kinds[::-1], kinds[1:], kinds):
        contents = Contents(tmp_path, offered)
        found.append([[kind.name for kind in contents.wanting(path)] for path in paths])
        contents.close()
    every = [["yaml"], ["markdown"], [], ["yaml"]]
    assert found == [every, every, every, [[], ["markdown"], [], []], every]


@pytest.mark.parametrize("path", ["b.yaml", "a.yml", "\udc80.yaml"])
def test_a_reading_is_of_one_kind_and_one_name(path: str) -> None:
    assert reading_key("b10b", KIND, "a.yaml") != reading_key("b10b", KIND, path)
    assert reading_key("b10b", KIND, "a.yaml") != reading_key("b10b", Markdown(), "a.yaml")


def test_values_that_mean_something_else_are_read_again(tmp_path: Path) -> None:
    facts(Contents(tmp_path, [KIND]), Loader(SOURCES))
    (file,) = tmp_path.glob("contents-*.sqlite")
    with sqlite3.connect(file) as connection:  # whole by its checksum, and no facts
        connection.execute("UPDATE kept SET value = x'8b9ed9d341'")
    connection.close()
    load = Loader(SOURCES)
    assert facts(Contents(tmp_path, [KIND]), load) == FACTS
    assert load.asked == list(SOURCES)


def test_a_damaged_store_costs_time_and_is_named(tmp_path: Path) -> None:
    facts(Contents(tmp_path, [KIND]), Loader(SOURCES))
    (file,) = tmp_path.glob("contents-*.sqlite")
    file.write_bytes(b"no database at all" * 1000)
    contents = Contents(tmp_path, [KIND])
    assert facts(contents, Loader(SOURCES)) == FACTS
    assert contents.damage.startswith(f"the cache {file} is damaged")


def test_content_that_cannot_be_read_is_not_remembered(tmp_path: Path) -> None:
    contents = Contents(tmp_path, [KIND])
    for _ in range(2):
        load = Loader({})
        contents.read([Wanted("lost", "a.py", facts=True)], load)
        assert load.asked == ["lost"]
        assert contents.facts({"a.py": "lost"})["a.py"].error == "unreadable: its content is missing or too large"


def test_many_files_are_read_by_several_processes_alike(tmp_path: Path) -> None:
    sources = {blob_id(source): source for source in (b"x = %d\n" % number for number in range(50))}
    load, last = Loader(sources), LastLoader(sources)
    alone = facts(Contents(None, [KIND], 1), load, MIN_PARALLEL)
    together = facts(Contents(None, [KIND], 3), last, MIN_PARALLEL)
    assert alone == together == {blob: read_python(source) for blob, source in sources.items()}
    assert set(load.asked) == set(sources)
    assert len(last.asked) < len(sources)  # others read a part, of which this process knows nothing


def test_how_contents_use_names_is_read_by_several_processes_alike_and_kept(tmp_path: Path) -> None:
    names = frozenset({"gone"})
    sources = [b"def run(store):\n    store.gone(%d, key=1)\n    store.kept()\n" % number for number in range(20)]
    known = {blob_id(source): read_python(source) for source in sources}
    contents_of = {blob_id(source): source for source in sources}
    loads = Loader(contents_of), LastLoader(contents_of), Loader(contents_of)
    found = []
    for load, folder, jobs in zip(loads, (None, tmp_path, tmp_path), (1, 3, 1), strict=True):
        contents = Contents(folder, [KIND], jobs)
        contents.read(
            [Wanted(blob, "a.py", MIN_PARALLEL, names=names, definitions=known[blob].definitions) for blob in known],
            load,
        )
        contents.close()
        found.append({blob: contents.accesses(blob, names) for blob in known})
    assert found[0] == found[1] == found[2]
    (use,) = next(iter(found[0].values()))
    assert (use.leaf, use.span, use.shape) == ("gone", (2, 5, 2, 25), CallShape(1, ("key",), spelled=("",)))
    assert len(loads[0].asked) == len(sources) > len(loads[1].asked)  # others read a part of the second
    assert loads[2].asked == []  # it knew all


def test_a_kind_is_not_asked_about_what_ends_otherwise() -> None:
    asked: list[str] = []

    class Pages(Markdown):
        suffixes = (".md",)

        def wants(self, path: str) -> bool:
            asked.append(path)
            return True

    pages = Pages()
    paths = ["README.MD", "docs/a.md", "docs/a.md.txt", "docs.md/a", "md", ".md"]
    contents = Contents(None, [pages])
    assert [contents.wanting(path) for path in paths] == [(pages,), (pages,), (), (), (), (pages,)]
    assert asked == ["README.MD", "docs/a.md", ".md"]


class Elsewhere(Loader):
    """Does something with each content that another process asks for."""

    def __init__(self, contents: dict[str, bytes], there: Callable[[str], object]) -> None:
        super().__init__(contents)
        self._here = os.getpid()
        self._there = there

    def __call__(self, blobs: list[str]) -> Iterator[tuple[str, bytes | None]]:
        if os.getpid() != self._here:
            for blob in blobs:
                self._there(blob)
        return super().__call__(blobs)


def begun(contents: Contents, load: Loader) -> Pending:
    """Reading of so much that others are asked to help."""
    return contents.start([Wanted(blob, "a.py", MIN_PARALLEL, facts=True) for blob in SOURCES], load)


def test_what_is_begun_is_read_by_others_while_this_process_goes_on(tmp_path: Path) -> None:
    contents, load = Contents(None, [KIND], jobs=2), Elsewhere(SOURCES, lambda blob: (tmp_path / blob).touch())
    pending = begun(contents, load)
    while len(list(tmp_path.iterdir())) < len(SOURCES):
        time.sleep(0.01)
    pending.finish()
    assert contents.facts({blob: blob for blob in SOURCES}) == FACTS
    assert load.asked == []


def test_what_a_process_took_with_it_that_died_is_read_here() -> None:
    contents, load = Contents(None, [KIND], jobs=3), Elsewhere(SOURCES, lambda _: os.kill(os.getpid(), 9))
    begun(contents, load).finish()
    assert contents.facts({blob: blob for blob in SOURCES}) == FACTS
    assert sorted(load.asked) == sorted(SOURCES)


def test_the_work_of_a_process_that_dies_is_done_here() -> None:
    here = os.getpid()

    def work() -> bytes:
        if os.getpid() != here:
            os.kill(os.getpid(), 9)
        return b"done"

    assert Background(work).result() == b"done"


def test_what_fails_elsewhere_fails_here() -> None:
    def work() -> bytes:
        raise ValueError("no")

    pending = Background(work)
    with pytest.raises(ValueError, match="no"):
        pending.result()


def test_what_else_a_content_says_is_made_once_and_what_nobody_could_tell_is_asked_again(tmp_path: Path) -> None:
    made: list[str] = []

    def make(answer: tuple[int, ...] | None) -> tuple[int, ...] | None:
        made.append("made")
        return answer

    answers = []
    for answer in (None, (1, 2), (3,)):
        contents = Contents(tmp_path, [KIND])
        answers.append(contents.derived("sums of a", tuple[int, ...], lambda: make(answer)))  # noqa: B023  # called at once
        contents.close()
    assert (answers, len(made)) == ([None, (1, 2), (1, 2)], 2)
