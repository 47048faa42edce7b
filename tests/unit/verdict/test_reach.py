"""How much of the tree some tests reach for: what they import, of all that lies beside it."""

from __future__ import annotations

import pytest

from audit.verdict.reach import reach

FILES = {
    "shop/__init__.py": "",
    "shop/eval/__init__.py": "",
    "shop/eval/scores.py": "",
    "shop/eval/stats.py": "",
    "shop/rl/__init__.py": "",
    "shop/rl/trainer.py": "",
    "tests/helper.py": "",
}


@pytest.mark.parametrize(
    ("path", "source", "text"),
    [
        ("tests/test_a.py", "from shop.eval.scores import mean", "6 tests in 1 of 3 modules (shop.eval)"),
        ("tests/test_a.py", "import shop.eval.scores, shop.eval.stats", "6 tests in 2 of 3 modules (shop.eval)"),
        ("tests/test_a.py", "def f():\n    from shop.eval import stats", "6 tests in 1 of 3 modules (shop.eval)"),
        ("tests/test_a.py", "from shop.eval import mean", "6 tests in 1 of 3 modules (shop.eval)"),
        (
            "tests/test_a.py",
            "import shop.eval.scores\nimport shop.rl.trainer",
            "6 tests in 2 of 5 modules (shop.eval, shop.rl)",
        ),
        (
            "tests/eval/test_a.py",
            "import shop.eval.scores\nimport shop.rl.trainer",
            "6 tests in 1 of 3 modules (shop.eval)",
        ),
        ("tests/test_a.py", "import shop\nimport shop.rl.trainer", "6 tests in 2 of 6 modules (shop)"),
        ("tests/test_a.py", "import numpy\nfrom . import helper", "6 tests, which import no module of the tree"),
        ("tests/test_a.py", "import test_a", "6 tests, which import no module of the tree"),
        ("tests/test_a.py", "def f(:", "6 tests, which import no module of the tree"),
    ],
)
def test_reach(tree, path, source, text) -> None:
    assert reach(6, [path], tree({**FILES, path: source})) == text


def test_a_name_that_is_re_exported_reaches_the_module_that_defines_it(tree, function) -> None:
    known = tree(
        {**FILES, "tests/test_a.py": "from shop import mean"},
        definitions=[function("shop.eval.scores", "mean")],
    )
    known.locate = lambda name: known.locate_by_suffix("mean")[0] if name == "shop.mean" else None

    assert reach(1, ["tests/test_a.py"], known) == "1 test in 1 of 3 modules (shop.eval)"
