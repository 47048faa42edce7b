"""Files that are the input of tests, kept broken or strange on purpose."""

from __future__ import annotations

from typing import Final

_FOLDERS: Final = frozenset(
    {"data", "testdata", "test_data", "fixtures", "fixture", "assets", "corpus", "snippets", "samples", "cases"}
    | {"resources", "templates", "testing_data", "example_files", "bad", "invalid", "syntax_errors", "roots"}
)
_TESTS: Final = frozenset({"tests", "test", "testing"})


def is_test(path: str) -> bool:
    """Whether a file is run by tests alone: it lies among them, or bears such a name."""
    name = path.rpartition("/")[2]
    return name.startswith(("test_", "conftest.")) or name.endswith("_test.py") or not _TESTS.isdisjoint(_folders(path))


def is_test_data(path: str) -> bool:
    """Whether a file that does not parse is most likely kept broken on purpose, as input of a test."""
    return bool(_FOLDERS & set(_folders(path)))


def is_input_of_tests(path: str) -> bool:
    """Whether a file lies in a folder of data below a folder of tests: no test runs it as it stands."""
    folders = _folders(path)
    return any(folder in _TESTS and _FOLDERS & set(folders[index + 1 :]) for index, folder in enumerate(folders))


def _folders(path: str) -> list[str]:
    return path.lower().replace("-", "_").split("/")[:-1]
