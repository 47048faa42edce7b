"""``audit verify`` of reports after a migration: what they say in their own words is fitted to the tree first."""

from __future__ import annotations

import json
from textwrap import dedent

REPORT = """\
# Phase 4 complete ✅

- The legacy `loft_of_shop/` directory has been archived
- No references to `shop.bridge` remain
- No references to `shop.store` remain
- No references to `shop.nowhere` remain
- `shop.store` imports without errors
- `shop/bridge.py` imports without errors
- `nothing.here` imports without errors
- `scores.py`: 2 lines

```
store-project/
├── shop/
│   ├── store.py
│   └── eval/      (3 files)
└── tests/
    └── test_scores.py
```

**New pattern**:
```python
from shop.store import load
from shop.store import save
import numpy
```

```bash
grep -r "shop.bridge" shop/  # 0 matches
grep -r "shop.store" shop/  # 0 matches
```

- `load()` - reads a thing
- `explode()` - blows it up
- `shop/eval/scores.py` - statistics
"""


def test_a_report_is_fitted_to_the_tree_before_it_is_judged(shop, audit) -> None:
    shop.commit("Keep the attic", {"loft_of_shop/old.py": "x = 1\n"})
    shop.commit(
        "Move on",
        {
            "loft_of_shop/old.py": None,
            "shop/bridge.py": None,
            "shop/trainer.py": "import shop.store\nfrom shop import bridge\n",
            "report.md": REPORT,
        },
    )

    done = audit(shop.root, "verify", "report.md", "--since", "HEAD~1", "--format", "json")

    judged = [
        (each["line"], each["text"], each["verdict"], each["reason"])
        for each in json.loads(done.stdout)["statements"]
        if each["predicate"] or "no predicate" not in each["reason"]
    ]
    not_run = "no import of a missing module was found, but it was not run: that needs --run"
    assert judged == [
        (3, "The legacy `loft_of_shop/` directory has been archived", "verified", "loft_of_shop/ is not in the tree"),
        (4, "No references to `shop.bridge` remain", "refuted", "shop.bridge is still named in 1 place"),
        (5, "No references to `shop.store` remain", "unverified", "shop.store is in the tree, so it may be named"),
        (6, "No references to `shop.nowhere` remain", "unverified",
         "no commit that was looked at removed shop.nowhere, so whether anything named it cannot be told (--since)"),
        (7, "`shop.store` imports without errors", "unverified", not_run),
        (8, "`shop/bridge.py` imports without errors", "unverified", "shop/bridge.py is no module of this tree"),
        (9, "`nothing.here` imports without errors", "unverified",
         "nothing.here is no module of this tree, and no commit shows that it was one"),
        (10, "`scores.py`: 2 lines", "verified", "shop/eval/scores.py has 2 lines"),
        (15, "store.py", "verified", "shop/store.py is in the tree; no line was compared"),
        (16, "eval/ (3 files)", "verified", "3 files, as expected (3)"),
        (18, "test_scores.py", "verified", "tests/test_scores.py is in the tree; no line was compared"),
        (23, "from shop.store import load", "verified", "shop.store.load is in the tree"),
        (24, "from shop.store import save", "refuted", "shop.store.save is not in the tree"),
        (25, "import numpy", "unverified", "no Python file of this tree defines numpy; it may be defined elsewhere"),
        (29, 'grep -r "shop.bridge" shop/', "verified", "/shop\\.bridge/ matches 0 times, as expected (0)"),
        (30, 'grep -r "shop.store" shop/', "refuted", "/shop\\.store/ matches 1 time, not expected (0)"),
        (33, "load()", "verified", "shop.store.load is in the tree"),
        (34, "explode()", "unverified",
         "no Python file of this tree defines explode; it may be defined elsewhere"),
        (35, "shop/eval/scores.py", "verified", "shop/eval/scores.py is in the tree; no line was compared"),
    ]  # fmt: skip


def test_what_is_archived_need_not_import(shop, audit) -> None:
    shop.commit("Archive", {"shop/archive/old.py": "import shop.gone\n", "report.md": "- All imports work correctly\n"})

    done = audit(shop.root, "verify", "report.md", "--format", "json")

    (statement,) = json.loads(done.stdout)["statements"]
    assert (statement["verdict"], statement["reason"]) == (
        "partly",
        (
            "1 of 9 modules cannot be imported, all of them archived in shop/archive: "
            "1 import statement in 1 file names shop.gone"
        ),
    )


def test_an_example_that_does_not_import_is_no_part_of_the_package(shop, audit) -> None:
    shop.commit("Show", {"examples/first.py": "import shop.gone\n", "report.md": "- All modules import successfully\n"})

    done = audit(shop.root, "verify", "report.md", "--format", "json")

    (statement,) = json.loads(done.stdout)["statements"]
    assert (statement["verdict"], statement["reason"]) == (
        "partly",
        (
            "1 of 9 modules cannot be imported, all of them examples or archived in examples: "
            "1 import statement in 1 file names shop.gone"
        ),
    )


def test_what_lies_where_nothing_can_import_it_from_is_found_by_its_file(shop, audit) -> None:
    voice = "class VoiceSynthesizer:\n    def __init__(self, model_name): ...\n"
    report = """\
        ### `ai-coach/speech/voice.py`

        - `__init__()` now accepts `model_name` parameter
        - `__init__()` now accepts `vocoder` parameter

        ## Classes

        - `VoiceSynthesizer` - speaks
        """
    shop.commit("Add a coach", {"ai-coach/speech/voice.py": voice, "report.md": dedent(report)})

    done = audit(shop.root, "verify", "report.md", "--format", "json")

    told = [each for each in json.loads(done.stdout)["statements"] if each["predicate"]]
    assert [(each["verdict"], each["reason"]) for each in told] == [
        ("verified", "`VoiceSynthesizer.__init__(model_name)`"),
        ("refuted", "`VoiceSynthesizer.__init__(model_name)`: it lacks vocoder"),
        ("verified", "ai-coach/speech/voice.py::VoiceSynthesizer is in the tree"),
    ]


def test_a_number_of_tests_is_refuted_unrun_where_nothing_makes_more_of_the_few_there_are(shop, audit) -> None:
    def judged(changes: dict[str, str]) -> tuple[str, str]:
        shop.commit("Change", {"report.md": "- 40/40 tests passing\n", **changes})
        done = audit(shop.root, "verify", "report.md", "--at", "HEAD", "--format", "json")
        (statement,) = json.loads(done.stdout)["statements"]
        return statement["verdict"], statement["reason"]

    few = "there are 2 test functions and nothing that makes more tests of them, so at least 40 cannot pass"
    assert judged({}) == ("refuted", few)
    open_number = ("unverified", "it was not run: that needs --run")
    assert judged({"setup.cfg": "[tool:pytest]\naddopts = --doctest-modules\n"}) == open_number
    heirs = "from tests.base import Base\nclass TestEach(Base): ...\ndef test_it(): assert Base\n"
    assert judged({"setup.cfg": "", "tests/test_heirs.py": heirs}) == open_number
    foreign = "package.json is in the tree as well, so tests of other languages may be counted"
    assert judged({"package.json": "{}"}) == ("unverified", foreign)
