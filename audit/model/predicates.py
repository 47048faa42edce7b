"""What a claim expects of a tree: one predicate a class; others are in `audit.model.comparisons` and `.commits`."""

from __future__ import annotations

import shlex
from typing import ClassVar

from audit.model.bounds import Bound as Bound
from audit.model.commits import Commit as Commit
from audit.model.comparisons import LinesChanged, Metric, RedGreen, SameOutput, Unchanged
from audit.model.predicate import Predicate as Predicate
from audit.model.predicate import listed
from audit.model.shapes import Lacks as Lacks
from audit.model.shapes import ShapePredicate
from audit.model.shapes import Uses as Uses
from audit.model.surface import SurfacePredicate


class Imports(Predicate, frozen=True, kw_only=True):
    """Every module of the packages can be imported on its own; no package means every module."""

    kind: ClassVar[str] = "imports"
    packages: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"every module of {listed(self.packages, 'the tree')} imports on its own"


class Absent(Predicate, frozen=True, kw_only=True):
    """None of the paths, modules or symbols is in the tree; of one file, ``lines`` is how many it had at last."""

    kind: ClassVar[str] = "absent"
    names: tuple[str, ...]
    lines: Bound | None = None

    def __str__(self) -> str:
        had = f", which had {self.lines} lines," if self.lines is not None else ""
        return f"{listed(self.names)}{had} no longer {'exists' if len(self.names) == 1 else 'exist'}"


class Exists(Predicate, frozen=True, kw_only=True):
    """All of the paths, modules or symbols are in the tree."""

    kind: ClassVar[str] = "exists"
    names: tuple[str, ...]

    def __str__(self) -> str:
        return f"{listed(self.names)} {'exists' if len(self.names) == 1 else 'exist'}"


class Unreferenced(Predicate, frozen=True, kw_only=True):
    """Nothing in the tree names these modules or symbols any more."""

    kind: ClassVar[str] = "unreferenced"
    names: tuple[str, ...]

    def __str__(self) -> str:
        return f"nothing names {listed(self.names)}"


class Signature(Predicate, frozen=True, kw_only=True):
    """A callable has exactly these parameters, or has some and lacks others; ``self`` is left out."""

    kind: ClassVar[str] = "signature"
    callable: str
    parameters: tuple[str, ...] | None = None
    has: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()

    def __str__(self) -> str:
        parts = []
        if self.parameters is not None:
            parts.append(f"takes exactly ({', '.join(self.parameters)})")
        if self.has:
            parts.append(f"takes {listed(self.has)}")
        if self.lacks:
            parts.append(f"does not take {listed(self.lacks)}")
        return f"`{self.callable}` {' and '.join(parts)}"


class Pytest(Predicate, frozen=True, kw_only=True):
    """The tests of the nodes come out as expected; what is not said must be no failure and no error."""

    kind: ClassVar[str] = "pytest"
    nodes: tuple[str, ...]
    passed: Bound | None = None
    failed: Bound | None = None
    errors: Bound | None = None
    skipped: Bound | None = None
    collected: Bound | None = None
    within: float | None = None

    def __str__(self) -> str:
        said = [
            f"{bound} {name}"
            for name in ("collected", "passed", "failed", "errors", "skipped")
            if (bound := getattr(self, name)) is not None and bound != Bound(least=0)
        ]
        return f"tests of {listed(self.nodes)}: {', '.join(said) or 'all pass'}"


class Command(Predicate, frozen=True, kw_only=True):
    """A command ends with this exit status, in time, and leaves these traces; times in seconds."""

    kind: ClassVar[str] = "command"
    run: tuple[str, ...]
    exit: int = 0
    within: float | None = None
    stdout_has: tuple[str, ...] = ()
    stdout_lacks: tuple[str, ...] = ()
    stderr_has: tuple[str, ...] = ()
    creates: tuple[str, ...] = ()

    def __str__(self) -> str:
        parts = [f"`{shlex.join(self.run)}` exits {self.exit}"]
        if self.within is not None:
            parts.append(f"within {self.within:g} s")
        for verb, texts in (
            ("prints", self.stdout_has),
            ("does not print", self.stdout_lacks),
            ("says on stderr", self.stderr_has),
        ):
            if texts:
                parts.append(f"{verb} {', '.join(repr(text) for text in texts)}")
        if self.creates:
            parts.append(f"creates {listed(self.creates)}")
        return ", ".join(parts)


class Smoke(Predicate, frozen=True, kw_only=True):
    """A smoke scenario passes, wholly or up to and including a stage; ``within`` in seconds."""

    kind: ClassVar[str] = "smoke"
    scenario: str
    stage: str = ""
    within: float | None = None

    def __str__(self) -> str:
        reach = f"reaches and passes its stage {self.stage}" if self.stage else "passes all its stages"
        return f"smoke scenario {self.scenario} {reach}"


class Contract(Predicate, frozen=True, kw_only=True):
    """The named import contracts are kept; no name means all of them."""

    kind: ClassVar[str] = "contract"
    names: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"import contract {listed(self.names)} kept" if self.names else "all import contracts kept"


class Size(Predicate, frozen=True, kw_only=True):
    """A text file, or the function of it that is called ``symbol``, has this many lines, to the ``nearest`` so many; of
    a glob every file that matches it."""

    kind: ClassVar[str] = "size"
    path: str
    lines: Bound
    symbol: str = ""
    nearest: int | None = None

    def admits(self, number: int) -> bool:
        """Whether ``number`` is as expected, or is when it is rounded."""
        exact = self.lines.most if self.lines.least == self.lines.most else None
        return self.lines.admits(number) or (exact is not None and 2 * abs(number - exact) <= (self.nearest or 1))

    def __str__(self) -> str:
        rounded = f", to the nearest {self.nearest}" if self.nearest is not None else ""
        whose = f"every file that matches {self.path}" if "*" in self.path else self.path
        return f"{'::'.join(filter(None, (whose, self.symbol)))} has {self.lines} lines{rounded}"


class Count(Predicate, frozen=True, kw_only=True):
    """How many there are of one thing: files that match a glob, modules of a package, findings that have one of
    the codes, test functions below a path, or matches of a regular expression.

    ``within`` is a glob that narrows findings and matches to the files that fit it; ``new`` counts only the
    findings that the base does not have.
    """

    kind: ClassVar[str] = "count"
    expected: Bound
    files: str = ""
    modules: str = ""
    findings: tuple[str, ...] = ()
    tests: str = ""
    occurrences: str = ""
    within: str = ""
    new: bool | None = None

    def __str__(self) -> str:
        narrowed = f" in {self.within}" if self.within else ""
        if self.files:
            return f"{self.expected} files match {self.files}"
        if self.modules:
            return f"{self.expected} modules in {self.modules}"
        if self.tests:
            return f"{self.expected} test functions in {self.tests}"
        if self.occurrences:
            return f"{self.expected} matches of /{self.occurrences}/{narrowed}"
        return f"{self.expected}{' new' if self.new else ''} findings {listed(self.findings)}{narrowed}"


class Cited(Predicate, frozen=True, kw_only=True):
    """A file has these lines, counted from 1 and inclusive, and they say ``says``, white space aside.

    Without ``first`` any line may say it, and without ``says`` the file or the lines must only exist.
    """

    kind: ClassVar[str] = "citation"
    path: str
    first: int | None = None
    last: int | None = None
    says: str = ""

    def __str__(self) -> str:
        if self.first is None:
            return f"{self.path} says `{self.says}`" if self.says else f"{self.path} is in the tree"
        lines = f"line {self.first}" if self.last in (None, self.first) else f"lines {self.first}-{self.last}"
        return f"{self.path} has {lines}" + (f", saying `{self.says}`" if self.says else "")


class Entry(Predicate, frozen=True, kw_only=True):
    """The script or module that a command line starts is in the tree; the command is never run."""

    kind: ClassVar[str] = "entry"
    run: tuple[str, ...]

    def __str__(self) -> str:
        return f"what `{shlex.join(self.run)}` starts exists"


TreePredicate = (
    Absent
    | Cited
    | Commit
    | Contract
    | Count
    | Entry
    | Exists
    | Lacks
    | LinesChanged
    | Signature
    | Size
    | Unchanged
    | Unreferenced
    | Uses
)
"""The predicates that the tree alone answers, or the tree and its base."""

AnyPredicate = (
    Command
    | Imports
    | Metric
    | Pytest
    | RedGreen
    | SameOutput
    | ShapePredicate
    | Smoke
    | SurfacePredicate
    | TreePredicate
)
"""Every predicate there is, so that a judge that forgets one does not type-check."""
