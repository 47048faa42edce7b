"""Every run is recorded, outside the audited repository, and a run never fails for its record."""

from __future__ import annotations

import json
import sqlite3
import zlib
from pathlib import Path

import pytest


def rows(ledger: Path, query: str) -> list[tuple]:
    return sqlite3.connect(ledger).execute(query).fetchall()


def test_a_check_and_a_verification_are_recorded_with_what_they_rest_on(shop, audit, ledger) -> None:
    head = shop.commit("Delete the store", {"shop/store.py": None})
    assert audit(shop.root, "check", "--since", "HEAD~1").returncode == 1
    assert audit(shop.root, "verify", str(shop.root), "--phase", "1", "--since", "HEAD~1").returncode == 1

    columns = "command, phase, commit_id, dirty, verdict, exit, arguments"
    name = str(shop.root)
    assert rows(ledger, f"SELECT {columns} FROM runs") == [
        ("check", None, head, 0, "", 1, '["check", "--since", "HEAD~1"]'),
        ("verify", 1, head, 0, "refuted", 1, '["verify", ".", "--phase", "1", "--since", "HEAD~1"]'),
    ]
    trees = [tree for (tree,) in rows(ledger, "SELECT tree FROM runs")]
    assert trees == [shop.git("rev-parse", "HEAD^{tree}")] * 2
    assert rows(ledger, "SELECT code, path, line, target FROM findings") == [
        ("REF001", "shop/cart.py", 1, "shop.store"),
    ]
    assert rows(ledger, "SELECT id, verdict FROM statements") == [
        ("store-there", "refuted"),
        ("all-there", "refuted"),
    ]
    assert rows(ledger, "SELECT target, kills_modules FROM roots") == [("shop.store", 2)] * 2
    summary = json.loads(rows(ledger, "SELECT summary FROM runs")[0][0])
    assert summary == {"findings": 1, "errors": 1, "warnings": 0, "new": 1, "baselined": 0, "suppressed": 0}
    assert name.encode() not in ledger.read_bytes()


def test_no_machine_path_stands_in_a_record_of_a_document_from_elsewhere(shop, audit, ledger, tmp_path) -> None:
    document = tmp_path / "papers/claims.md"
    document.parent.mkdir()
    document.write_text("# Done\n\n- Deleted `shop/old.py`\n- `shop/store.py` exists\n")
    audit(shop.root, "verify", str(document))
    assert rows(ledger, "SELECT documents, arguments FROM runs") == [
        ('["<elsewhere>/claims.md"]', '["verify", "<elsewhere>/claims.md"]')
    ]
    detail = rows(ledger, "SELECT hex(detail) FROM runs")[0][0]
    assert str(tmp_path).encode() not in zlib.decompress(bytes.fromhex(detail))


def test_work_trees_share_one_ledger_and_the_repository_is_not_written_to(shop, audit, ledger, tmp_path) -> None:
    shop.git("worktree", "add", "--quiet", str(tmp_path / "second"))
    before = sorted(path for path in shop.root.rglob("*"))
    state = str(tmp_path / "home-state")
    for root in (shop.root, tmp_path / "second"):
        assert audit(root, "check", AUDIT_LEDGER="", XDG_STATE_HOME=state).returncode == 0
    assert sorted(path for path in shop.root.rglob("*")) == before
    (found,) = Path(state).rglob("ledger.sqlite")
    assert found.parent.name.startswith("shop-")
    assert rows(found, "SELECT count(DISTINCT repository), count(*) FROM runs") == [(1, 2)]


def test_a_repository_is_named_by_its_remote_without_the_password(shop, audit, ledger) -> None:
    shop.git("remote", "add", "origin", "https://user:secret@example.org/team/shop.git")
    audit(shop.root, "check")
    audit(shop.root / "shop", "check", ".")
    assert rows(ledger, "SELECT repository FROM runs") == [("example.org/team/shop",), ("example.org/team/shop//shop",)]


def test_a_plain_folder_has_a_ledger_too(audit, ledger, tmp_path) -> None:
    (tmp_path / "plain").mkdir()
    (tmp_path / "plain/a.py").write_text("x = 1\n")
    assert audit(tmp_path / "plain", "check").returncode == 0
    ((repository, commit),) = rows(ledger, "SELECT repository, commit_id FROM runs")
    assert (repository.rpartition("-")[0], commit) == ("plain", None)


def test_the_settings_can_keep_it_in_the_tree_where_git_does_not_see_it(shop, audit) -> None:
    shop.commit("Set the ledger", {"audit.toml": 'ledger = ".audit/ledger.sqlite"\n'})
    assert audit(shop.root, "check", AUDIT_LEDGER="").returncode == 0
    assert rows(shop.root / ".audit/ledger.sqlite", "SELECT count(*) FROM runs") == [(1,)]
    assert shop.git("status", "--porcelain") == ""


def test_settings_that_lead_out_of_the_repository_are_refused(shop, audit, tmp_path) -> None:
    (shop.root / "away").symlink_to(tmp_path)
    shop.commit("Lead away", {"audit.toml": 'ledger = "away/ledger.sqlite"\n'})
    done = audit(shop.root, "check", AUDIT_LEDGER="")
    assert done.returncode == 0
    assert "this run was not recorded: the setting 'ledger' leads out of the repository" in done.stderr
    assert not (tmp_path / "ledger.sqlite").exists()


@pytest.mark.parametrize("how", ["option", "environment", "settings"])
def test_it_can_be_switched_off(shop, audit, ledger, tmp_path, how: str) -> None:
    state = str(tmp_path / "home-state")
    if how == "settings":
        shop.commit("Keep no ledger", {"audit.toml": 'ledger = "off"\n'})
    variable = {"option": str(ledger), "environment": "off", "settings": ""}[how]
    done = audit(
        shop.root, "check", *(["--no-ledger"] if how == "option" else []), AUDIT_LEDGER=variable, XDG_STATE_HOME=state
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert not ledger.exists()
    assert not Path(state).exists()


def test_a_place_that_cannot_be_written_to_is_a_note_and_not_a_failure(shop, audit, tmp_path) -> None:
    (tmp_path / "file").write_text("")
    done = audit(shop.root, "check", AUDIT_LEDGER=str(tmp_path / "file/ledger.sqlite"))
    assert done.returncode == 0
    assert done.stderr.startswith("audit: this run was not recorded: the ledger ")
    assert "cannot be written: " in done.stderr


def test_a_damaged_ledger_is_a_note_and_stays_as_it_is(shop, audit, ledger) -> None:
    ledger.parent.mkdir()
    ledger.write_text("nonsense " * 999)
    done = audit(shop.root, "check")
    assert done.returncode == 0
    assert "is damaged (file is not a database); nothing was changed in it" in done.stderr
    assert ledger.read_text() == "nonsense " * 999


SMOKE = """\
import json, sys
stages = [{"name": "train", "outcome": "passed", "exit": 0}, {"name": "resume", "outcome": "failed", "exit": 1}]
with open(sys.argv[sys.argv.index("--json") + 1], "w") as report:
    json.dump({"schema_version": 1, "scenarios": [{"name": "demo", "outcome": "failed", "stages": stages}]}, report)
sys.exit(1)
"""


def test_a_smoke_is_recorded_with_its_scenarios(shop, audit, ledger) -> None:
    head = shop.commit("Smoke", {"smoke/__init__.py": "", "smoke/__main__.py": SMOKE})
    done = audit(shop.root, "smoke")
    assert done.returncode == 1, done.stdout
    assert rows(ledger, "SELECT command, commit_id, exit, coverage, summary FROM runs") == [
        ("smoke", head, 1, '{"scenarios": 1, "stages": 2}', '{"passed": 0, "failed": 1}')
    ]
    assert "  smoke  " in audit(shop.root, "ledger", "list").stdout
    told = audit(shop.root, "replay", "run:1")
    assert (told.returncode, told.stderr) == (
        2,
        f"audit: a run of the smoke is repeated with audit smoke --at {head[:12]}\n",
    )
