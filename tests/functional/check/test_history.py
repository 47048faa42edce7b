"""`audit bisect`, `audit graph` and `audit watch`: when it broke, how it hangs together, and as one types."""

from __future__ import annotations

import json


def test_bisect_names_the_commit_that_broke_a_reference(repository, audit) -> None:
    repository.write({"app/__init__.py": "", "app/store.py": "", "app/run.py": "import app.store\n"})
    first = repository.commit("Start")
    for number in range(3):
        repository.write({"notes.md": f"{number}\n"})
        repository.commit(f"Note {number}")
    (repository.root / "app/store.py").unlink()
    broken = repository.commit("Drop the store")
    repository.write({"notes.md": "more\n"})
    repository.commit("Note more")
    for name in ("app.store", "app.run -> app.store"):
        done = audit("bisect", name, "--since", first, "--path", repository.root)
        assert done.stdout.splitlines() == [
            f"{broken} 2025-08-27T18:00:00+00:00",
            "Drop the store",
            f"the first of its line to break {name} (3 commits checked)",
        ]


def test_bisect_finds_what_only_a_comparison_tells(repository, audit) -> None:
    repository.write(
        {"app/__init__.py": "", "app/store.py": "def put(key): ...\n", "guide.md": "Call `app.store.put`.\n"}
    )
    repository.write({"app/run.py": "from app.store import put\n\nput(1)\n"})
    first = repository.commit("Start")
    repository.write({"app/store.py": "def put(key, value): ...\n"})
    changed = repository.commit("Ask for a value")
    repository.write({"app/store.py": "", "app/run.py": ""})
    removed = repository.commit("Drop put")
    repository.write({"notes.md": "more\n"})
    repository.commit("Note more")
    for name, at, broken, subject in (
        ("guide.md -> app.store.put", "HEAD", removed, "Drop put"),
        ("app.run -> app.store.put", changed, changed, "Ask for a value"),
    ):
        done = audit("bisect", name, "--since", first, "--at", at, "--path", repository.root)
        assert done.stdout.splitlines()[:2] == [f"{broken} 2025-08-27T18:00:00+00:00", subject], done.stderr


def test_bisect_refuses_what_is_not_broken_or_was_broken_before(shop, audit) -> None:
    absent = audit("bisect", "shop.nothing", "--since", "HEAD~1", "--path", shop.root)
    assert absent.stderr == (
        "audit: nothing at HEAD names shop.nothing; audit check --at HEAD --since HEAD~1 shows what does not stand\n"
    )
    near = audit("bisect", "shop.stor", "--since", "HEAD~1", "--path", shop.root)
    assert near.stderr == (
        "audit: nothing at HEAD names shop.stor, did you mean 'shop.store'?"
        " audit check --at HEAD --since HEAD~1 shows what does not stand\n"
    )
    shop.commit("Later")
    older = audit("bisect", "shop.store", "--since", "HEAD~1", "--path", shop.root)
    assert older.stderr == "audit: shop.store was broken at HEAD~1 already; give an older --since\n"
    same = audit("bisect", "shop.store", "--since", "HEAD", "--path", shop.root)
    assert same.stderr == "audit: there is no commit between HEAD and HEAD\n"
    assert {absent.returncode, older.returncode, same.returncode} == {2}


def test_graph_draws_how_a_missing_name_kills(shop, audit) -> None:
    assert audit("graph", shop.root, "--killed").stdout == (
        "flowchart LR\n"
        '    n0["shop.bridge"]\n    n1["shop.store"]\n    n2["shop.trainer"]\n'
        "    n0 --> n1\n    n2 --> n0\n"
        "    style n1 stroke:#c00,stroke-dasharray:4\n"
    )


def test_graph_writes_dot_and_json_of_a_package(shop, audit) -> None:
    dot = audit("graph", shop.root, "--killed", "--format", "dot").stdout
    assert dot == (
        'digraph imports {\n  rankdir=LR;\n  "shop.store" [color=red, style=dashed];\n'
        '  "shop.bridge" -> "shop.store";\n  "shop.trainer" -> "shop.bridge";\n}\n'
    )
    document = json.loads(audit("graph", shop.root, "--package", "shop.bridge", "--format", "json").stdout)
    edge = {"importer": "shop.bridge", "imported": "shop.store", "site": "shop/bridge.py:1"}
    assert document == {"schema_version": 1, "missing": ["shop.store"], "imports": [edge]}


def test_graph_says_when_there_is_nothing_to_draw(repository, audit) -> None:
    repository.write({"app.py": ""})
    done = audit("graph", repository.root)
    assert done.stderr == "audit: there is no import to draw; drop --killed, or name another --package\n"
    assert done.returncode == 2


def test_watch_checks_now_and_again_after_a_change(shop, started) -> None:
    with started("watch", shop.root, "--rounds", "2", "--interval", "0.1") as watching:
        summaries = []
        for line in watching.stdout:
            if line.endswith("modules analysed)\n"):
                shop.write({"shop/bridge.py": f"def open_bridge():\n    return {len(summaries)}\n"})
                summaries.append(line)
    assert summaries == [
        "1 finding in 1 file: 1 error, 0 warnings (5 of 5 modules analysed)\n",
        "no findings (5 of 5 modules analysed)\n",
    ]
    assert watching.returncode == 0


def test_graph_offers_the_nearest_package(shop, audit) -> None:
    done = audit("graph", shop.root, "--package", "shp")
    assert done.stderr == "audit: there is no package shp, did you mean 'shop'?\n"
    far = audit("graph", shop.root, "--package", "elsewhere")
    assert far.stderr == "audit: there is no package elsewhere; audit roots shows where modules are found\n"
    assert {done.returncode, far.returncode} == {2}
