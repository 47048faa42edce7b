"""Which tests are told to assert nothing, or to test only themselves; when in doubt, none is."""

from __future__ import annotations

from textwrap import dedent, indent

import pytest

from audit.worth.judge import TestSuite

SHOP = {
    "shop/__init__.py": "",
    "shop/store.py": "def load(): ...\n",
    "tests/conftest.py": dedent(
        """\
        import pytest
        from shop.store import load

        @pytest.fixture
        def loaded(): return load()

        @pytest.fixture
        def plain(): return 3

        @pytest.fixture
        def closed():
            yield 3
            assert load() is None
        """
    ),
    "tests/helpers.py": "def same(a, b): assert a == b\ndef through(a): same(a, a)\ndef show(a): print(a)\n",
}
HEAD = (
    "import pytest, subprocess\nfrom unittest.mock import Mock\nfrom shop.store import load\n"
    "from tests.helpers import same, through, show\n"
)
SET_UP = """
class Base: pass
class TestIt:
    def setup_method(self):
        import shop
        self.shop = shop
    def test_it(self): assert Base()
"""


def found(source: str) -> list[str]:
    files = SHOP | {"tests/test_it.py": source}
    modules = {path.removesuffix(".py").replace("/", ".").removesuffix(".__init__"): path for path in files}
    names = {path: module for module, path in modules.items()}
    suite = TestSuite(sorted(files), files.get, modules.get, names)
    return [finding.code for finding in suite.worthless("tests/test_it.py")]


@pytest.mark.parametrize(
    "body",
    [
        "load()",
        "show(load())",
        "load() == 3",
        "assert True",
        "assert load() or True",
        "assert (load(), 'never')",
        "assert 1 == 1",
        "x = load()\nassert x == x",
        "return\nassert load()",
        "if False:\n    assert load()",
        "try:\n    load()\nexcept ValueError as error:\n    assert str(error)",
        "m = Mock(return_value=3)\nload()\nassert m() == 3",
        "m = Mock()\nload()\nm()\nm.assert_called_once()",
    ],
)
def test_these_assert_nothing(body: str) -> None:
    assert found(f"{HEAD}def test_it():\n{indent(body, '    ')}\n") == ["TST001"]


@pytest.mark.parametrize(
    "body",
    [
        "assert load()",
        "with pytest.raises(ValueError):\n    load()",
        "same(load(), 3)",
        "through(load())",
        "if load():\n    pytest.fail('no')",
        "if not load():\n    raise RuntimeError",
        "try:\n    load()\nexcept ValueError:\n    assert False",
        "m = Mock()\nload(m)\nm.assert_called_once()",
        "np.testing.assert_allclose(load(), 3)",
        "subprocess.run(['x'], check=True)",
        "checker.verify(load())",
        "# must not raise\nload()",
        "'''It does not crash.'''\nload()",
        "pytest.skip('later')",
        "def inner():\n    assert load()\ninner()",
        "x = load()\nassert x() == x()",
    ],
)
def test_these_may_fail_by_what_they_check(body: str) -> None:
    assert found(f"{HEAD}def test_it():\n{indent(body, '    ')}\n") == []


@pytest.mark.parametrize(
    "test",
    [
        "def test_it(closed): load()",
        "def test_it(of_some_plugin): load()",
        "@image_comparison(['a.png'])\ndef test_it(): load()",
        "@pytest.mark.skip\ndef test_it(): load()",
        "def test_smoke(): load()",
        "class TestIt:\n    def teardown_method(self): assert load()\n    def test_it(self): load()",
        "class Stub:\n def get(self): assert load()\nclass TestIt:\n def setUp(self): Stub()\n def test_a(self): 0",
    ],
)
def test_what_cannot_be_looked_into_counts_as_a_check(test: str) -> None:
    assert found(f"{HEAD}{test}\n") == []


@pytest.mark.parametrize(
    ("source", "codes"),
    [
        ("class Fake:\n    def get(self): return 3\ndef test_it(): assert Fake().get() == 3", ["TST002"]),
        ("def add(a, b): return a + b\ndef test_it(plain): assert add(plain, 1) == 4", []),
        ("import numpy as np\ndef mean(a): return np.mean(a)\ndef test_it(): assert mean([1]) == 1", ["TST002"]),
        ("def add(a): return a\n@pytest.fixture\ndef one(): return 1\ndef test_it(one): assert add(one)", ["TST002"]),
        ("from shop import store\ndef get(): return store.load()\ndef test_it(): assert get()", []),
        ("def get(x): return x\ndef test_it(loaded): assert get(loaded)", []),
        ("def get(x): return x\ndef test_it(unknown): assert get(unknown)", []),
        ("import subprocess\ndef run(): return subprocess.run(['shop'])\ndef test_it(): assert run()", []),
        ("import importlib\ndef get(): return importlib.import_module('shop')\ndef test_it(): assert get()", []),
        ("from shop.store import *\ndef get(): return load()\ndef test_it(): assert get()", []),
        ("def texts(): return open(__file__).read()\ndef test_it(): assert texts()", []),
        ("import shop as s\ndef f(x): return x\n@pytest.mark.parametrize('x', [s])\ndef test_it(x): assert f(x)", []),
        (SET_UP, []),
        ("def test_it(): assert 1 + 1 == 2", []),
    ],
)  # fmt: skip
def test_who_tests_only_itself(source: str, codes: list[str]) -> None:
    assert found(f"import pytest\n{source}\n") == codes


def test_a_constant_of_the_file_is_nothing_that_a_test_exercises() -> None:
    assert found("LIMIT = 3\ndef test_it(): assert LIMIT == 3\n") == []
    assert found("def limit(): return 3\ndef test_it(): assert limit() == 3\n") == ["TST002"]
