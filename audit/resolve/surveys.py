"""What each file of a tree tells of the tree as a whole: whose names it uses, and what modules it makes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Final

import msgspec

from audit.model.facts import GIVEN, TRANSLATED, FileFacts, Suppression, Text
from audit.model.testdata import is_test
from audit.resolve.lookups import FILES, NAMES
from audit.resolve.resolved_tree import ResolvedTree

_MIN_LACKED: Final = 5
"""Modules that must be missing from a namespace before the tree is taken to hold but a share of it."""


_PACKAGING: Final = frozenset({"pyproject.toml", "setup.py", "setup.cfg"})
"""Files at the top of a project."""


class Survey(msgspec.Struct, frozen=True, array_like=True):
    """What one file tells.

    ``inside`` and ``outside`` are first components of its absolute imports: those that lead to a module of the
    tree, and those that mean nothing in the tree to this file. ``made`` are modules that it puts into
    ``sys.modules`` under a plain name, has a build compile, or gives to things by a decorator; ``replaced`` are those
    that it puts there for more than a test, ``stubs`` those that it puts there as a test, ``given`` what a decorator
    calls a thing. ``stores`` says that it assigns to attributes of modules. ``names`` and ``files`` are what it was
    taken from (see `audit.resolve.lookups`).
    """

    inside: frozenset[str] = frozenset()
    outside: frozenset[str] = frozenset()
    made: tuple[str, ...] = ()
    replaced: tuple[str, ...] = ()
    stubs: tuple[str, ...] = ()
    given: tuple[str, ...] = ()
    stores: bool = False
    error: str = ""
    tests: int = 0
    suppressions: tuple[Suppression, ...] = ()
    held: tuple[str, ...] = ()
    lacked: tuple[str, ...] = ()
    names: str = ""
    files: str = ""


def survey(tree: ResolvedTree, path: str) -> Survey:
    """What one file tells."""
    alone, names, files = tree.lookups.noted(lambda: _survey(tree, path))
    return msgspec.structs.replace(alone, names=NAMES.join(names), files=FILES.join(files))


def _survey(tree: ResolvedTree, path: str) -> Survey:
    facts = tree.facts(path)
    imported = _imported(tree, path, facts)
    own = tree.index.names.get(path, "")
    marked = ("*", GIVEN, TRANSLATED)
    injected = [f"{own}{name}" if name[0] == "." else name for name in facts.injected if name[0] not in marked]
    if path in tree.index.packages.get(path.rpartition("/")[0], ()):
        # whoever imports an old name below the package has run the table or the call that translates it
        injected += [name[1:] for name in facts.injected if name.startswith(f"{TRANSLATED}{own}.")]
    given = {name.removeprefix(GIVEN) for name in facts.injected if name[0] == GIVEN}
    return Survey(
        inside=frozenset(imported.inside),
        outside=frozenset(imported.outside),
        made=tuple(sorted({*injected, *given, *(text.value for text in facts.texts if _compiles(text))})),
        replaced=() if is_test(path) else tuple(injected),
        stubs=tuple(injected) if is_test(path) else (),
        given=tuple(sorted(given)),
        stores=any(attribute.store for attribute in facts.attributes),
        error=facts.error,
        tests=facts.tests,
        suppressions=facts.suppressions,
        held=tuple(sorted(imported.held)),
        lacked=tuple(sorted(imported.lacked)),
    )


def shared_namespaces(paths: Iterable[str], surveys: Iterable[Survey]) -> frozenset[str]:
    """The namespaces of which a tree holds but a share: most of what its files import from there lies elsewhere. A tree
    that is a project of its own holds all that it means to."""
    if not _PACKAGING.isdisjoint(paths):
        return frozenset()
    held, lacked = set[str](), set[str]()
    for each in surveys:
        held.update(each.held)
        lacked.update(each.lacked)
    there = Counter(module.partition(".")[0] for module in held)
    missing = Counter(module.partition(".")[0] for module in lacked)
    return frozenset(top for top, number in missing.items() if number >= _MIN_LACKED and number > there[top])


class _Imported(msgspec.Struct):
    """What the absolute imports of one file lead to; see `Survey`."""

    inside: set[str] = msgspec.field(default_factory=set)
    outside: set[str] = msgspec.field(default_factory=set)
    held: set[str] = msgspec.field(default_factory=set)
    lacked: set[str] = msgspec.field(default_factory=set)


def _imported(tree: ResolvedTree, path: str, facts: FileFacts) -> _Imported:
    index, told = tree.index, _Imported()
    roots: tuple[str, ...] | None = None
    for module in dict.fromkeys(_modules(facts)):
        parts = tuple(module.split("."))
        if not index.holds(parts[0]):
            told.outside.add(parts[0])
            continue
        if roots is None:
            roots = (*tree.local_roots(path), *index.roots)
        tops = index.nodes(roots, parts[:1])
        if all(node.kind == "module" and path in node.files for node in tops):
            told.outside.add(parts[0])  # nobody's, or its own name: then it means a library
        if len(parts) > 1:
            found = index.nodes(roots, parts)
            if any(node.kind != "namespace" for node in found):
                told.inside.add(parts[0])
            if tops and all(node.kind == "namespace" for node in tops):
                (told.held if found else told.lacked).add(module)
    return told


def _modules(facts: FileFacts) -> Iterable[str]:
    """The modules of a file's absolute imports."""
    for statement in facts.imports:
        if not statement.level:
            if statement.is_from:
                yield statement.module
            else:
                yield from (name.name for name in statement.names)


def _compiles(text: Text) -> bool:
    """Whether a string is the name that a build script gives to an extension module."""
    leaf = text.callee.rpartition(".")[2]
    return (leaf.endswith("Extension") and text.argument in ("0", "name", "target")) or leaf == "set_source"
