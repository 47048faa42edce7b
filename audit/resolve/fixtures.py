"""Which function pytest calls for a parameter of a test: a fixture of the same file, or of a conftest.py above it."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from audit.model.facts import Definition
from audit.resolve.classes import decorator_leaf
from audit.resolve.locating import Place
from audit.resolve.program import Program


def fixture_for(program: Program, path: str, name: str) -> Place | None:
    """The fixture of a name as a test file sees it; None where there is none, or it cannot be told which."""
    for file in (path, *conftests(path)):
        if file not in program.index.names:
            continue
        own = program.symbols.definitions(file)
        found = own.get(name)
        if any(is_fixture(own[each]) for each in own if each.endswith(f".{name}")):
            return None  # that of a class is for the tests of the class alone
        if found is not None and (found.kind != "function" or is_fixture(found)):
            return (file, found) if found.kind == "function" and _is_plain(found) else None
    return None


def conftests(path: str) -> Iterator[str]:
    """The files whose fixtures a test file sees besides its own, nearest first."""
    folder = path.rpartition("/")[0]
    yield posixpath.join(folder, "conftest.py")
    while folder:
        folder = folder.rpartition("/")[0]
        yield posixpath.join(folder, "conftest.py")


def is_fixture(definition: Definition) -> bool:
    """Whether a function is one, as its decorators say."""
    return any(decorator_leaf(text) == "fixture" for text in definition.decorators)


def _is_plain(definition: Definition) -> bool:
    """Whether nothing but being a fixture, under its own name, is made of a function."""
    return definition.bindings == 1 and all(
        decorator_leaf(text) == "fixture" and "name=" not in text.replace(" ", "") for text in definition.decorators
    )
