"""A codebase drawn by a test: what it holds is what the test says, with no resolver behind it."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise

import pytest

from audit.model.codebase import LineChange, Located
from audit.model.errors import UsageError
from audit.model.facts import Definition, Parameter
from audit.model.findings import (
    CheckResult,
    ContractResult,
    Coverage,
    Finding,
    Link,
    Retirement,
    Root,
    Site,
    Skipped,
)

GONE = Retirement("0123456789abcdef", "2025-08-27T18:00:00+00:00", "Delete the store")


class FakeCodebase:
    """Satisfies the Codebase Protocol. Modules are the Python files, named by their paths."""

    commit = "c0ffee"
    commits = None
    dirty = False

    def __init__(
        self,
        files: Mapping[str, str | None],
        *,
        definitions: Sequence[Located] = (),
        retired: Sequence[str] = (),
        findings: Sequence[Finding] = (),
        roots: Sequence[Root] = (),
        contracts: Sequence[ContractResult] = (),
        skipped: Sequence[Skipped] = (),
        base: Mapping[str, str | None] | None = None,
    ) -> None:
        self._files = dict(files)
        self._definitions = {each.qualified: each for each in definitions}
        self._retired = retired
        self._findings = tuple(findings)
        self._base = base
        self.check = CheckResult(
            commit=self.commit,
            dirty=False,
            since="ba5e" if base is not None else None,
            coverage=Coverage(len(self.modules()), len(self.modules()), 2, tuple(skipped)),
            findings=self._findings,
            roots=tuple(roots),
            contracts=tuple(contracts),
        )

    def paths(self) -> tuple[str, ...]:
        return tuple(sorted(self._files))

    def read_text(self, path: str) -> str | None:
        return self._files.get(path)

    def read_bytes(self, path: str) -> bytes | None:
        text = self._files.get(path)
        return None if text is None else text.encode()

    def files_at(self, revision: str) -> FakeCodebase:
        if revision or self._base is None:
            raise UsageError(f"no such commit: {revision}" if revision else "there is no base")
        return FakeCodebase(self._base)

    def line_changes(self, revision: str) -> dict[str, LineChange]:
        before = self.files_at(revision)
        found = {}
        for path in sorted({*self.paths(), *before.paths()}):
            old, new = ((tree.read_text(path) or "").splitlines() for tree in (before, self))
            steps = [line[0] for line in difflib.ndiff(old, new)]
            if before.read_text(path) != self.read_text(path):
                found[path] = LineChange(steps.count("+"), steps.count("-"))
        return found

    def _names(self) -> dict[str, str]:
        named = {}
        for path in sorted(self._files):
            stem, dot, ending = path.rpartition(".")
            if dot and ending in ("py", "pyi"):
                named[stem.removesuffix("/__init__").replace("/", ".")] = path
        return named

    def modules(self, package: str = "") -> tuple[str, ...]:
        return tuple(name for name in self._names() if not package or name == package or name.startswith(f"{package}."))

    def module_path(self, dotted: str) -> str | None:
        folder = dotted.replace(".", "/")
        if dotted in self._names():
            return self._names()[dotted]
        return folder if any(path.startswith(f"{folder}/") for path in self._files) else None

    def locate(self, dotted: str) -> Located | None:
        return self._definitions.get(dotted)

    def locate_by_suffix(self, dotted: str) -> tuple[Located, ...]:
        return tuple(each for name, each in self._definitions.items() if name.endswith(f".{dotted}"))

    def defined_before(self, name: str) -> bool:
        return name in self._retired

    def references_to(self, dotted: str) -> tuple[Finding, ...]:
        return tuple(each for each in self._findings if each.target == dotted)

    def why(self, source: str, target: str) -> tuple[Link, ...]:
        return ()

    def retired(self, dotted_or_path: str) -> Retirement | None:
        return GONE if dotted_or_path in self._retired else None

    def was_deleted(self, path: str) -> bool:
        return path in self._retired

    def removed_definition(self, name: str) -> Retirement | None:
        return GONE if name in self._retired else None

    def worthless_tests(self, paths: Sequence[str]) -> tuple[Finding, ...]:
        return tuple(each for each in self._findings if each.code.startswith("TST") and each.site.path in paths)

    def weakened_tests(self, paths: Sequence[str], revision: str) -> tuple[Finding, ...]:
        self.files_at(revision)
        return tuple(each for each in self._findings if each.code == "RUN003" and each.site.path in paths)

    def tests_in(self, path: str) -> int:
        return (self._files.get(path) or "").count("def test_")


@pytest.fixture
def tree() -> Callable[..., FakeCodebase]:
    """Makes a codebase from ``path=text`` files and what is known about them."""
    return FakeCodebase


@pytest.fixture
def function() -> Callable[..., Located]:
    """Makes the definition of a function or method: ``function("pkg.m", "Class.f", "self", "a", kind=…)``."""

    def make(module: str, name: str, *parameters: str, kind: str = "function") -> Located:
        taken = tuple(
            Parameter(each.lstrip("*"), {0: "normal", 1: "variadic", 2: "keywords"}[each.count("*")], required=True)
            for each in parameters
        )
        definition = Definition(name, kind, (3, 1, 4, 1), taken if kind == "function" else None)
        return Located(f"{module}.{name}", module, module.replace(".", "/") + ".py", definition)

    return make


@pytest.fixture
def dangling() -> Callable[..., Finding]:
    """Makes the finding of an import, in module ``referrer``, of something gone."""

    def make(referrer: str, target: str, line: int = 1) -> Finding:
        return Finding(
            code="REF001",
            severity="error",
            site=Site(referrer.replace(".", "/") + ".py", line, 1),
            kind="import",
            target=target,
            referrer=referrer,
            message=f"imports {target}, which is gone",
        )

    return make


@pytest.fixture
def root() -> Callable[..., Root]:
    """Makes a root cause: ``chain`` leads from a module to the missing target."""

    def make(*chain: str, killed: Sequence[str] = ()) -> Root:
        links = tuple(Link(here, there, Site(here.replace(".", "/") + ".py", 1)) for here, there in pairwise(chain))
        return Root(
            target=chain[-1],
            sites=(links[-1].site,),
            killed=tuple(killed or chain[:-1]),
            kills_tests=0,
            kills_entry_points=(),
            chain=chain,
            links=links,
            revives=len(chain) - 1,
        )

    return make
