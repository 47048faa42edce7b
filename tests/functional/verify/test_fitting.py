"""Names of a document are fitted to the tree first: what may be meant otherwise is unverified, never refuted."""

from __future__ import annotations

import json

MANAGER = "class StoreManager:\n    def load(self, path, epoch, *, strict=False): ...\n\n\n# the end\n"

PHASE_1 = "# Phase 1\n\n- Deleted `shop/proxy.py`\n"
PHASE_2 = """\
# Phase 2

- Deleted `shop/proxy.py`
- StoreManager is exactly 50 lines
- StoreManager is about 6 lines
- `StoreManager.load(path, record)` now takes `StoreManager.load(path, epoch)`
- `load()` no longer takes `record`
- Removed `Proxy` class
- Removed `Nobody` class
- Removed the class `Record`
- Created `StoreManager` class
- `shop/store_manager.py`: Added `save()` helper
- `shop/store_manager.py` - Uses StoreManager
- `shop/trainer.py` - Uses StoreManager
- Created `config/local.json`
- Created `shop/missing.py`
- Moved `mean()` from `shop/trainer.py` to `shop/eval/scores.py`
"""


def test_a_name_refutes_only_where_nothing_else_can_be_meant(shop, audit) -> None:
    shop.commit("Add a proxy", {"shop/proxy.py": "class Proxy: ...\nclass Record: ...\n", "config/a.json": "{}"})
    shop.commit(
        "Replace it",
        {
            "shop/proxy.py": None,
            "shop/store_manager.py": MANAGER,
            "shop/record.py": "class Record: ...\ndef load(record): ...\n",
            "shop/trainer.py": "# StoreManager does the rest\n",
            "phase_1.md": PHASE_1,
            "phase_2.md": PHASE_2,
        },
    )
    done = audit(shop.root, "verify", "phase_2.md", "--since", "HEAD~1", "--format", "json")
    result = json.loads(done.stdout)

    assert [(each["line"], each["verdict"], each["reason"]) for each in result["statements"]] == [
        (3, "verified", "shop/proxy.py is not in the tree"),
        (4, "refuted", "shop/store_manager.py has 5 lines, not 50"),
        (5, "verified", "shop/store_manager.py has 5 lines"),
        (6, "verified", "`StoreManager.load(path, epoch, strict)`"),
        (
            7,
            "unverified",
            (
                "3 definitions are called load: shop/record.py:2, shop/store.py:1, shop/store_manager.py:2; "
                "say which is meant"
            ),
        ),
        (8, "verified", "Proxy is not in the tree"),
        (9, "unverified", "no commit that was looked at defines Nobody, so it cannot be told to be gone (--since)"),
        (10, "unverified", "a Record is defined in shop/record.py:1; whether that one is meant cannot be told"),
        (11, "verified", "shop.store_manager.StoreManager is in the tree"),
        (12, "refuted", "shop/store_manager.py::save is not in the tree"),
        (13, "verified", "shop/store_manager.py says so on line 1"),
        (14, "unverified", "shop/trainer.py does not name StoreManager; it may use it by way of others"),
        (
            15,
            "unverified",
            "config/local.json is not in the tree, from which such files are often left out on purpose",
        ),
        (16, "refuted", "shop/missing.py is not in the tree"),
        (17, "verified", "shop/trainer.py::mean is not in the tree; shop/eval/scores.py::mean is in the tree"),
    ]
    assert [(each["line"], each["code"], each["message"]) for each in result["document_findings"]] == [
        (3, "DOC006", "claims again that shop/proxy.py is gone; phase_1.md:3 said that shop/proxy.py is gone"),
        (5, "DOC006", "says that StoreManager has 4 to 7 lines, and on line 4 that StoreManager has 50 lines"),
        (8, "DOC006", "claims again that Proxy is gone; phase_1.md:3 said that shop/proxy.py is gone"),
    ]
    assert done.returncode == 1


def test_a_file_that_went_from_the_root_is_not_another_one_of_its_name(shop, audit) -> None:
    shop.commit("Begin", {"requirements.txt": "a\n", "docs/requirements.txt": "b\n", "API.md": "The calls\n"})
    text = "# Files\n\n- `requirements.txt` - Names what is needed\n- `docs/requirements.txt` - Names what docs need\n"
    files = {"requirements.txt": None, "API.md": None, "docs/API.md": "The calls\n"}
    shop.commit("Replace it", {**files, "doc.md": f"{text}- `API.md` - Tells of the calls\n"})

    done = audit(shop.root, "verify", "doc.md", "--since", "HEAD~1", "--format", "json")

    assert [(each["text"], each["verdict"]) for each in json.loads(done.stdout)["statements"] if each["predicate"]] == [
        ("requirements.txt", "refuted"),
        ("docs/requirements.txt", "verified"),
        ("API.md", "verified"),
    ]


FOLDERS = """\
# Report

- Created `excel/` package
- Created `parts/` package
- Created `store/` package
- Created `tables/` package
- The parser reads it (`main.py:40`)
- The parser reads it (`main.py:2`)
- The parser reads it (`setup.py:40`)

## Files changed

- `shop/excel.py`

## Files that read

- `shop/excel.py`
"""


def test_a_folder_is_the_only_one_that_ends_so_and_a_bare_name_may_be_that_of_another_file(shop, audit) -> None:
    shop.commit("Begin", {"shop/excel.py": "", "store/a.py": ""})
    files = {"shop/excel.py": None, "shop/excel/__init__.py": "", "a/parts/b.py": "", "c/parts/b.py": ""}
    mains = {"main.py": "a = 1\nb = 2\n", "app/main.py": "c = 3\n" * 50, "setup.py": "d = 4\n"}
    shop.commit("Split", {**files, **mains, "store/a.py": None, "shop/store/a.py": "", "doc.md": FOLDERS})

    done = audit(shop.root, "verify", "doc.md", "--since", "HEAD~1", "--format", "json")

    assert [
        (each["line"], each["verdict"], each["reason"])
        for each in json.loads(done.stdout)["statements"]
        if each["predicate"] or each["line"] < 7
    ] == [
        (3, "verified", "shop/excel/ is in the tree"),
        (4, "unverified", "a/parts ends in parts; whether that one is meant cannot be told"),
        (5, "unverified", "shop/store ends in store; whether that one is meant cannot be told"),
        (6, "unverified", "tables is not a path of this tree, and no commit shows that it was one"),
        (8, "verified", "main.py has line 2; what it says was not compared"),
        (9, "refuted", "setup.py has 1 line, so no line 40"),
        (17, "refuted", "shop/excel.py is not in the tree"),
    ]


SPOKEN = """\
# Report

- `shop/store.py` - Loads
- `shop/bridge.py` - Leads there
- `shop/stores.py` - Loads as well
- `shop/local.py` - Is left out on purpose
- `shop/scores.py` - Is called so elsewhere
- `lager/store.py` - Lies elsewhere
"""


def test_a_file_that_never_was_is_missing_where_the_others_are_there(shop, audit) -> None:
    shop.commit(
        "Begin", {".gitignore": "local.py\n", "few.md": SPOKEN, "doc.md": f"{SPOKEN}- `shop/trainer.py` - It\n"}
    )
    other = (
        "# 계획\n\n- `shop/store.py` - 저장소를 읽어 들인다\n- `shop/bridge.py` - 다리를 놓는다\n"
        "- `shop/stores.py` - 또는 다른 저장소\n"
    )
    shop.commit("Tell", {"other.md": f"{other}- `shop/trainer.py` - 학습을 시작한다\n"})

    def verdicts(path: str) -> list[tuple[str, str]]:
        done = audit(shop.root, "verify", path, "--format", "json")
        found = json.loads(done.stdout)["statements"]
        return [(each["text"], each["verdict"]) for each in found if each["kind"] == "citation"]

    there = [("shop/store.py", "verified"), ("shop/bridge.py", "verified")]
    assert verdicts("few.md") == there
    assert verdicts("other.md") == [*there, ("shop/trainer.py", "verified")]
    assert verdicts("doc.md") == [*there, ("shop/stores.py", "refuted"), ("shop/trainer.py", "verified")]


def test_a_glob_of_tests_means_the_files_that_a_shell_gives(shop, audit) -> None:
    text = "# Report\n\n```bash\npython -m pytest tests/test_s*_a.py -v\n=== {} passed in 0.75s ===\n```\n"
    shop.commit(
        "Test",
        {
            "tests/test_shop_a.py": "def test_a(): ...\n",
            "tests/test_store_a.py": "def test_a(): ...\n",
            "right.md": text.format(2),
            "wrong.md": text.format(14),
            "none.md": text.format(2).replace("_s*", "_x*"),
        },
    )

    def verdicts(path: str) -> list[tuple[str, str]]:
        found = json.loads(audit(shop.root, "verify", path, "--format", "json").stdout)["statements"]
        return [(each["kind"], each["verdict"]) for each in found if each["kind"] != "none"]

    assert verdicts("right.md") == [("pytest", "unverified")]
    assert verdicts("wrong.md") == [("pytest", "refuted")]
    assert verdicts("none.md") == []
