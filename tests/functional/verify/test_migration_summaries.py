"""Summaries that close a migration, as they are really written: folders, replaced calls, round numbers, moved files."""

from __future__ import annotations

import json

LOADER = "def load_model(path): ...\n"
TRAINER = """\
from shop.loader import load_model as load_store_model

store = load_store_model("a")
"""
READER = "from lib.models import load_model\n\nload_store_model = load_model\n"
WRITER = "import lib\n\nload_store_model = lib.models.load_model\n"
SUMMARY = """\
# Migration complete

- Removed `legacy/` directory
- Created `config/` package with 2 modules:
- Created `missing/` package
- Deleted `shop/` directory

## Calls

- `shop/trainer.py`: Replaced `lib.models.load_model()` with `load_store_model()`
- `shop/reader.py`: Replaced `lib.models.load_model()` with `load_store_model()`
- `shop/writer.py`: Replaced `lib.models.load_model()` with `load_store_model()`
- `shop/loader.py`: Replaced `lib.models.open()` with `load_model()`

## Sizes

- `shop/long.py` (200 lines)
- `shop/long.py` (210 lines)
- `shop/long.py` (213 lines)
- `shop/long.py` (300 lines)
- `shop/long.py` (216+ lines)
- `shop/edge.py` (350+ lines)
- `shop/edge.py` (350 lines)
- `shop/edge.py` (exactly 350 lines)
- `legacy/old.py` (3 lines)
- `legacy/old.py` (40 lines)
- `README.md` (80 lines)
"""


def test_a_summary_is_held_against_what_its_words_mean(shop, audit) -> None:
    shop.commit("Begin", {"legacy/__init__.py": "", "legacy/old.py": "a = 1\nb = 2\nc = 3\n"})
    shop.commit(
        "Migrate",
        {
            "legacy/__init__.py": None,
            "legacy/old.py": None,
            "config/__init__.py": "",
            "config/settings.py": "class Auto:\n    def config(self): ...\n    def legacy(self): ...\n",
            "shop/loader.py": LOADER,
            "shop/trainer.py": TRAINER,
            "shop/reader.py": READER,
            "shop/writer.py": WRITER,
            "shop/long.py": "x = 1\n" * 213,
            "README.md": "a\n" * 20,
            "config/README.md": "a\n" * 80,
            "shop/edge.py": "x = 1\n" * 346,
            "MIGRATION.md": SUMMARY,
        },
    )
    done = audit(shop.root, "verify", "MIGRATION.md", "--since", "HEAD~1", "--format", "json")

    assert [(each["line"], each["verdict"], each["reason"]) for each in json.loads(done.stdout)["statements"]] == [
        (3, "verified", "legacy/ is not in the tree"),
        (4, "verified", "config/ is in the tree; 2 files, as expected (2)"),
        (5, "unverified", "missing is not a path of this tree, and no commit shows that it was one"),
        (6, "refuted", "shop/ is in the tree"),
        (
            10,
            "unverified",
            "shop/trainer.py names load_model, and whether that is lib.models.load_model cannot be told",
        ),
        (11, "refuted", "shop/reader.py still uses lib.models.load_model"),
        (12, "refuted", "shop/writer.py still uses lib.models.load_model"),
        (13, "verified", "shop/loader.py no longer uses lib.models.open; shop/loader.py says so on line 1"),
        (17, "unverified", "shop/long.py has 213 lines, and 200 may be that number rounded"),
        (18, "verified", "shop/long.py has 213 lines, 210 to the nearest 10"),
        (19, "verified", "shop/long.py has 213 lines"),
        (20, "refuted", "shop/long.py has 213 lines, not 300"),
        (21, "refuted", "shop/long.py has 213 lines, not at least 216"),
        (22, "unverified", "shop/edge.py has 346 lines, and 350 may be that number rounded"),
        (23, "verified", "shop/edge.py has 346 lines, 350 to the nearest 50"),
        (24, "refuted", "shop/edge.py has 346 lines, not 350"),
        (25, "unverified", "legacy/old.py had 3 lines before this commit, so which tree is meant is open"),
        (26, "refuted", "legacy/old.py is not in the tree"),
        (27, "unverified", "config/README.md is called README.md as well, so whose lines are meant is open"),
    ]


QUOTING = """\
# Audit

`shop/keys.py:3-8`:

```python
key = derive(
    length=32,
    rounds=100,
)
```

`shop/keys.py:3-8`:

```python
key = derive(
    length=32,
)
```

## Read

- `shop/keys.py` (5 lines reviewed)
- `shop/keys.py` (5 lines)
"""


def test_code_that_is_quoted_without_its_comments_or_shortened_is_not_refuted(shop, audit) -> None:
    keys = "\n\nkey = derive(\n    length=32,  # bytes\n    # at least\n    rounds=100,  # or more\n)\n\n\n"
    shop.commit("Audit", {"shop/keys.py": keys, "AUDIT.md": QUOTING})

    done = audit(shop.root, "verify", "AUDIT.md", "--format", "json")

    told = [(each["line"], each["verdict"]) for each in json.loads(done.stdout)["statements"] if each["kind"] != "none"]
    assert [each for each in told if each[1] == "refuted"] == []
    assert (6, "verified") in told
