"""The fast pass agrees with libcst's scopes and qualified names on real files of the standard library."""

from __future__ import annotations

import re
import sysconfig
from pathlib import Path

import libcst as cst
import pytest
from libcst.metadata import MetadataWrapper, PositionProvider, QualifiedNameProvider, QualifiedNameSource

from audit.facts.python import read_python
from audit.model.facts import ANY, FileFacts

LIBRARY = Path(sysconfig.get_paths()["stdlib"])
FILES = [
    "ast.py",
    "calendar.py",
    "contextlib.py",
    "csv.py",
    "dataclasses.py",
    "fileinput.py",
    "glob.py",
    "json/encoder.py",
    "logging/config.py",
    "queue.py",
    "shelve.py",
    "tempfile.py",
    "timeit.py",
    "wsgiref/handlers.py",
    "zipapp.py",
]

Access = tuple[int, int, str]
"""Line, column and the full dotted name of an attribute chain over an imported name."""


def by_the_fast_pass(facts: FileFacts) -> set[Access]:
    """What our facts say; a chain of which the last name is computed by ``setattr`` is no access."""
    found = set()
    for attribute in (each for each in facts.attributes if each.chain[-1] != ANY):
        statement = facts.imports[attribute.import_index]
        name = statement.names[attribute.name_index]
        if statement.is_from:
            target = f"{'.' * statement.level}{statement.module}.{name.name}"
        else:
            target = name.bound if name.bound == name.name.partition(".")[0] else name.name
        found.add((attribute.span[0], attribute.span[1], ".".join((target, *attribute.chain))))
    return found


class _Accesses(cst.CSTVisitor):
    METADATA_DEPENDENCIES = (PositionProvider, QualifiedNameProvider)

    def __init__(self) -> None:
        self.certain: set[Access] = set()
        self.possible: set[Access] = set()

    def visit_Attribute(self, node: cst.Attribute) -> bool:  # noqa: N802  # libcst calls it by this name
        base = node.value
        while isinstance(base, cst.Attribute):
            base = base.value
        if not isinstance(base, cst.Name):
            return True
        names = self.get_metadata(QualifiedNameProvider, node, set())
        imported = {name.name for name in names if name.source is QualifiedNameSource.IMPORT}
        start = self.get_metadata(PositionProvider, node).start
        accesses = {(start.line, start.column + 1, name) for name in imported}
        self.possible |= accesses
        if len(names) == 1 and accesses:
            self.certain |= accesses
        return False


def by_libcst(source: str) -> _Accesses:
    """What libcst says: accesses whose only meaning is an import, and those that may be one."""
    found = _Accesses()
    MetadataWrapper(cst.parse_module(source), unsafe_skip_copy=True).visit(found)
    return found


@pytest.mark.parametrize("name", FILES)
def test_chains_over_imported_names(name: str) -> None:
    source = (LIBRARY / name).read_text(encoding="utf-8")
    ours = by_the_fast_pass(read_python(source.encode()))
    theirs = by_libcst(source)
    assert ours, "a file without any access shows nothing"
    assert sorted(ours - theirs.possible) == []
    probed = set(re.findall(r"hasattr\(\w+, ['\"](\w+)['\"]\)", source))  # left out by the fast pass on purpose
    expected = {access for access in theirs.certain if access[2].rpartition(".")[2] not in probed}
    assert sorted(expected - ours) == []
