"""Claims that measure, count and compare two commits, judged on a real repository with code that runs."""

from __future__ import annotations

import json
import sqlite3

import pytest

STORE = "def load(path, epoch):\n    return path\n"
CLAIMS = """\
claims:
  - {id: fixed, text: t, expect: {red_green: {tests: [tests/test_fresh.py], because: "no attribute 'fresh'"}}}
  - {id: other reason, text: t, expect: {red_green: {tests: [tests/test_fresh.py], because: disk full}}}
  - {id: old test, text: t, expect: {red_green: {tests: [tests/test_scores.py]}}}
  - {id: same code, text: t, expect: {unchanged: {symbol: shop.store.load}}}
  - {id: same bytes, text: t, expect: {unchanged: shop/store.py}}
  - {id: same output, text: t, expect: {unchanged: {run: [python, -m, shop.eval.scores]}}}
  - {id: no such base, text: t, expect: {unchanged: {path: shop, base: gone}}}
  - {id: grown, text: t, expect: {size: {path: shop/store.py, added: 4, removed: 1}}}
  - {id: query, text: t, expect: {metric: {file: runs.db, sql: select avg(reward) from runs, is: 1.5}}}
  - {id: no table, text: t, expect: {metric: {file: runs.db, sql: select 1 from gone, is: 1}}}
  - {id: escape, text: t, expect: {metric: {file: runs.db, sql: "attach '/etc/passwd' as x", is: 1}}}
  - {id: no database, text: t, expect: {metric: {file: shop/store.py, sql: select 1, is: 1}}}
  - {id: printed, text: t, expect: {metric: {run: [python, -c, "print('took 12.5 s')"], log: "took (.+) s", is: 12.5}}}
  - {id: written, text: t, expect: {metric: {run: [python, make.py], file: out/a.json, json: x, is: ">= 3"}}}
"""
VERDICTS = {
    "fixed": "verified",
    "other reason": "refuted",
    "old test": "refuted",
    "same code": "verified",
    "same bytes": "refuted",
    "same output": "unverified",
    "no such base": "error",
    "grown": "verified",
    "query": "verified",
    "no table": "error",
    "escape": "error",
    "no database": "error",
    "printed": "verified",
    "written": "verified",
}


@pytest.fixture
def changed(shop):
    """The shop, and on disk a change with a test that is newer than the base."""
    with sqlite3.connect(shop.root / "runs.db") as database:
        database.execute("create table runs (reward real)")
        database.executemany("insert into runs values (?)", [(1,), (2,)])
    database.close()
    make = "import json, os\nos.makedirs('out')\njson.dump({'x': 3}, open('out/a.json', 'w'))\n"
    shop.commit("Keep runs", {"make.py": make, "rules/claims/shop.yaml": CLAIMS, "shop/store.py": STORE})
    fresh = "def load(path, epoch):  # as ever\n    return path\n\n\ndef fresh(): return 4\n"
    test = "from shop import store\n\ndef test_fresh(): assert store.fresh() == 4\n"
    shop.write({"shop/store.py": fresh, "tests/test_fresh.py": test})
    return shop


def test_each_is_judged(changed, audit) -> None:
    done = audit(changed.root, "verify", "--since", "HEAD", "--format", "json")
    statements = {each["id"]: each for each in json.loads(done.stdout)["statements"]}

    assert {name: each["verdict"] for name, each in statements.items()} == VERDICTS
    assert done.returncode == 1
    assert [each["summary"] for each in statements["fixed"]["evidence"]][1:] == [
        "at the base, with 1 file of the tests laid over it",
        "1 test collected: 1 passed",
        "tests/test_fresh.py, as it is now, was laid over the base",
    ]
    assert statements["no table"]["reason"] == "runs.db: the query failed: no such table: gone"
    assert statements["no database"]["reason"] == "shop/store.py: it is neither a SQLite nor a DuckDB database"
    assert statements["no such base"]["reason"].startswith("base: gone: no such commit in ")
    assert changed.git("status", "--porcelain") == "M shop/store.py\n?? tests/test_fresh.py"


def test_without_a_base_nothing_is_compared_and_nothing_passes(changed, audit) -> None:
    done = audit(changed.root, "verify", "--only", "fixed", "--only", "same code", "--only", "grown")

    assert done.returncode == 2
    assert done.stdout.count("there is no base to compare with; name one with --since REV") == 3


def test_a_fix_that_made_its_tests_weaker_holds_only_partly(shop, audit) -> None:
    claim = "claims: [{id: a, text: t, expect: {red_green: {tests: [tests/test_fresh.py]}}}]"
    strict = "import shop.store as s\n\ndef test_fresh(): assert s.fresh() >= 14\n"
    shop.commit("Ask for it", {"rules/claims/shop.yaml": claim, "tests/test_fresh.py": strict})
    loose = "import shop.store as s\n\ndef test_fresh(): assert s.fresh() >= 3\n"
    shop.write({"shop/store.py": STORE + "def fresh(): return 4\n", "tests/test_fresh.py": loose})

    (statement,) = json.loads(audit(shop.root, "verify", "--since", "HEAD", "--format", "json").stdout)["statements"]
    first = statement["evidence"][0]
    assert statement["verdict"] == "partly"
    assert statement["reason"] == (
        "1 test failed at the base, and passes now; but the tests prove less than at the base in 1 place (RUN003)"
    )
    assert (first["path"], first["line"], first["summary"]) == (
        "tests/test_fresh.py",
        3,
        "RUN003 test_fresh: assert s.fresh() >= 14 -> assert s.fresh() >= 3",
    )
