"""Which files are laid over the base, so that tests that are newer than the base can fail there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from audit.model.codebase import Codebase

_TEST_FOLDERS: Final = frozenset({"test", "tests"})


def files_of_tests(nodes: Sequence[str], base: str, codebase: Codebase) -> tuple[str, ...]:
    """The files that the tests of these node ids are made of and that differ from the base, sorted.

    In a folder named ``tests`` that is everything: data and helpers belong to the tests. Elsewhere it is the
    test file, and the ``conftest.py`` of each folder above it: what lies beside is what is tested.

    Raises:
        UsageError: there is no such base.
    """
    before, now = set(codebase.files_at(base).paths()), set(codebase.paths())
    changed = set(codebase.line_changes(base))
    parts = {path for node in nodes for path in _parts_of(node.partition("::")[0].strip("/"), before | now)}
    return tuple(sorted(path for path in parts if path in changed or (path in before) != (path in now)))


def _parts_of(named: str, paths: Iterable[str]) -> Iterable[str]:
    folders = named.split("/")
    top = next((n for n, folder in enumerate(folders, start=1) if folder in _TEST_FOLDERS), 0)
    if top:
        prefix = "/".join(folders[:top])
        return [path for path in paths if path == prefix or path.startswith(f"{prefix}/")]
    above = {"/".join((*folders[:depth], "conftest.py")) for depth in range(len(folders))}
    return [path for path in paths if path == named or path in above or (_is_below(path, named) and _is_test(path))]


def _is_below(path: str, folder: str) -> bool:
    return folder in ("", ".") or path.startswith(f"{folder}/")


def _is_test(path: str) -> bool:
    name = path.rpartition("/")[2]
    return name == "conftest.py" or name.endswith("_test.py") or (name.startswith("test_") and name.endswith(".py"))
