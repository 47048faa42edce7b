"""Files that are kept broken or strange on purpose: the input of tests, and templates of other projects."""

from __future__ import annotations

import re
from typing import Final

from audit.model.regex import regex

_FOLDERS: Final = frozenset(
    {"data", "testdata", "test_data", "fixtures", "fixture", "assets", "corpus", "snippets", "samples", "cases"}
    | {"resources", "templates", "testing_data", "example_files", "bad", "invalid", "syntax_errors", "roots"}
)
_TEMPLATE: Final = regex(r"(?:^|[_-])(?:templates?|skeletons?|scaffold\w*|boilerplate)(?:[_-]|$)|\{\{", re.IGNORECASE)
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


def is_of_template(path: str) -> bool:
    """Whether a file is part of a template of other projects: it names what these may hold."""
    return any(map(_TEMPLATE.search, path.split("/")[:-1]))


def _folders(path: str) -> list[str]:
    return path.lower().replace("-", "_").split("/")[:-1]
