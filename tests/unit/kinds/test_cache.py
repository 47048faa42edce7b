"""Readings are kept by content: a second run reads nothing, and a damaged store costs only time."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from audit.contents import Contents
from audit.kinds.registry import all_kinds
from audit.mentions import MentionCheck, MentionResult
from audit.resolve.retired import Retirements
from audit.testing import MemoryTree, load

BEFORE = {
    "shop/__init__.py": "",
    "shop/old.py": "class Store: ...\n",
    "a.yaml": "_target_: shop.old.Store\n",
    "b.yaml": "broken: [old\n",
    "c.md": "nothing to say\n",
}
NOW = {path: text for path, text in BEFORE.items() if path != "shop/old.py"}


def run(folder: Path | None, now: dict[str, str] = NOW) -> tuple[MentionResult, list[str]]:
    """One run with its cache in ``folder``, and the files that it had to open."""
    base = load(BEFORE)
    tree = load(now, base)
    assert isinstance(tree.tree, MemoryTree)
    tree.facts.read_all()
    tree.tree.reads.clear()  # of now on, what is opened is opened for mentions
    contents = Contents(folder, all_kinds())
    result = MentionCheck(tree, base, contents).result(Retirements(tree.program, None), None)
    contents.close()
    return result, tree.tree.reads


def test_a_second_run_says_the_same_and_opens_nothing(tmp_path: Path) -> None:
    cold, opened = run(tmp_path)
    warm, opened_again = run(tmp_path)
    assert cold == warm == run(None)[0]
    assert {"a.yaml", "b.yaml", "c.md"} <= set(opened)
    assert opened_again == []
    assert [each.path for each in warm.skipped] == ["b.yaml"]


def test_a_document_that_records_the_past_is_not_opened(tmp_path: Path) -> None:
    told = {"README.md": "see `shop.old`\n", "CHANGELOG.md": "left `shop.old`\n"}
    result, opened = run(tmp_path, {**NOW, **told})
    assert "README.md" in opened
    assert "CHANGELOG.md" not in opened
    assert [finding.site.path for finding in result.findings] == ["README.md", "a.yaml"]


def test_a_changed_file_alone_is_opened(tmp_path: Path) -> None:
    run(tmp_path)
    result, opened = run(tmp_path, {**NOW, "c.md": "see `shop.old`\n"})
    assert set(opened) == {"c.md"}
    assert [finding.site.path for finding in result.findings] == ["a.yaml", "c.md"]


def test_equal_content_under_another_path_is_known(tmp_path: Path) -> None:
    run(tmp_path)
    result, opened = run(tmp_path, {**NOW, "conf/a.yaml": NOW["a.yaml"]})
    assert opened == []
    assert [finding.site.path for finding in result.findings] == ["a.yaml", "conf/a.yaml"]


def test_a_damaged_store_costs_only_time(tmp_path: Path) -> None:
    expected, _ = run(tmp_path)
    [store] = tmp_path.glob("contents-*.sqlite")
    store.write_bytes(b"this is no database" * 100)
    for more in tmp_path.glob("contents-*.sqlite-*"):
        more.unlink()
    assert run(tmp_path)[0] == expected


def test_damaged_rows_cost_only_time(tmp_path: Path) -> None:
    expected, _ = run(tmp_path)
    [store] = tmp_path.glob("contents-*.sqlite")
    with sqlite3.connect(store) as connection:
        connection.execute("UPDATE kept SET value = x'00'")
    connection.close()
    assert run(tmp_path)[0] == expected


def test_a_folder_that_cannot_be_written_costs_only_time(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert run(tmp_path / "file" / "below")[0] == run(None)[0]
