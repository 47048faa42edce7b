"""What is remembered between runs changes nothing: commits of random histories, checked in any order."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audit.pipeline import open_codebase

from .conftest import Repository

CONTENTS = {
    "shop/__init__.py": ("", "from shop.store import Store\n", "from .prices import *\n"),
    "shop/store.py": ("class Store:\n    def load(self): ...\n", "def load(name, size): ...\n", "SIZE = 1\n"),
    "shop/prices.py": ("def load(): ...\n", "from .store import *\n", "__all__ = ['load', 'SIZE']\n"),
    "store.py": ("SIZE = 2\n", "import shop.prices\n"),
    "use.py": (
        "import shop.store\nshop.store.load(1, 2)\n",
        "from shop import prices, store\nstore.SIZE\nprices.load(1)\n",
        "import store\nfrom shop.store import Store\nStore().load()\nstore.SIZE\n",
    ),
    "conf.yaml": ("_target_: shop.store.Store\n", "_target_: shop.prices.load\n"),
    "notes.md": ("See `shop/store.py` and `shop.prices.load`.\n",),
    "pyproject.toml": ("[project]\nname = 'shop'\nscripts.shop = 'shop.store:load'\n",),
}

States = st.fixed_dictionaries({path: st.sampled_from(("gone", *texts)) for path, texts in CONTENTS.items()})


@settings(max_examples=8, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(States, min_size=2, max_size=4), st.data())
def test_a_warm_check_of_any_commit_says_what_one_without_memory_says(
    states: list[dict[str, str]], data: st.DataObject
) -> None:
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as environment:
        environment.setenv("AUDIT_CACHE_DIR", f"{folder}/cache")
        repository = Repository(Path(folder, "repository"))
        commits = [committed(repository, state) for state in states]
        every = [(at, since) for place, at in enumerate(commits) for since in (None, *commits[:place])]
        for at, since in data.draw(st.permutations(every))[:5]:
            warm, cold = (
                open_codebase(repository.root, at=at, since=since, jobs=1, use_cache=use_cache).check
                for use_cache in (True, False)
            )
            assert warm == cold
            assert cold.coverage.python_files == sum(path.endswith(".py") for path in tracked(repository, at))


def committed(repository: Repository, state: dict[str, str]) -> str:
    """A commit that holds the files which are not gone."""
    for path in CONTENTS:
        (repository.root / path).unlink(missing_ok=True)
    repository.write({path: text for path, text in state.items() if text != "gone"})
    return repository.commit("Change the shop")


def tracked(repository: Repository, commit: str) -> list[str]:
    """The files of a commit."""
    return repository.git("ls-tree", "-r", "--name-only", commit).splitlines()
