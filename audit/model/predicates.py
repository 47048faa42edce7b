"""What a claim expects of a tree, as values that can be judged: one predicate a class.

A predicate's text says what it requires, in words that a report can print. ``executes`` tells the
predicates that run code of the audited repository from those that only look at it.
"""

from __future__ import annotations

import shlex
from typing import Any, ClassVar

import msgspec


class Bound(msgspec.Struct, frozen=True):
    """A number that is expected exactly, at least, or at most; both ends are inclusive."""

    least: int | None = None
    most: int | None = None

    def admits(self, number: int) -> bool:
        """Whether ``number`` lies within the bound."""
        return (self.least is None or number >= self.least) and (self.most is None or number <= self.most)

    def plain(self) -> int | str:
        """As a rules file writes it: ``6``, ``>=6``, ``<=6``."""
        if self.least == self.most and self.least is not None:
            return self.least
        return f">={self.least}" if self.most is None else f"<={self.most}"

    def __str__(self) -> str:
        if self.least == self.most:
            return str(self.least)
        return f"at least {self.least}" if self.most is None else f"at most {self.most}"


class Predicate(msgspec.Struct, frozen=True, kw_only=True):
    """The common part of all predicates; ``kind`` is its name in a rules file."""

    kind: ClassVar[str] = ""
    executes: ClassVar[bool] = False

    def plain(self) -> dict[str, Any]:
        """The predicate as JSON values, without what was left at its default."""
        fields = {name: getattr(self, name) for name in self.__struct_fields__}
        return {name: _plain(value) for name, value in fields.items() if value not in ((), None, "")}


def _plain(value: Any) -> Any:
    if isinstance(value, Bound):
        return value.plain()
    return list(value) if isinstance(value, tuple) else value


class Imports(Predicate, frozen=True, kw_only=True):
    """Every module of the packages can be imported on its own; no package means every module."""

    kind: ClassVar[str] = "imports"
    executes: ClassVar[bool] = True
    packages: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"every module of {_listed(self.packages, 'the tree')} imports on its own"


class Absent(Predicate, frozen=True, kw_only=True):
    """None of the paths, modules or symbols is in the tree."""

    kind: ClassVar[str] = "absent"
    names: tuple[str, ...]

    def __str__(self) -> str:
        return f"{_listed(self.names)} no longer {'exists' if len(self.names) == 1 else 'exist'}"


class Exists(Predicate, frozen=True, kw_only=True):
    """All of the paths, modules or symbols are in the tree."""

    kind: ClassVar[str] = "exists"
    names: tuple[str, ...]

    def __str__(self) -> str:
        return f"{_listed(self.names)} {'exists' if len(self.names) == 1 else 'exist'}"


class Unreferenced(Predicate, frozen=True, kw_only=True):
    """Nothing in the tree names these modules or symbols any more."""

    kind: ClassVar[str] = "unreferenced"
    names: tuple[str, ...]

    def __str__(self) -> str:
        return f"nothing names {_listed(self.names)}"


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
            parts.append(f"takes {_listed(self.has)}")
        if self.lacks:
            parts.append(f"does not take {_listed(self.lacks)}")
        return f"`{self.callable}` {' and '.join(parts)}"


class Pytest(Predicate, frozen=True, kw_only=True):
    """The tests of the nodes come out as expected; what is not said must be no failure and no error."""

    kind: ClassVar[str] = "pytest"
    executes: ClassVar[bool] = True
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
            if (bound := getattr(self, name)) is not None
        ]
        return f"tests of {_listed(self.nodes)}: {', '.join(said) or 'all pass'}"


class Command(Predicate, frozen=True, kw_only=True):
    """A command ends with this exit status, in time, and leaves these traces; times in seconds."""

    kind: ClassVar[str] = "command"
    executes: ClassVar[bool] = True
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
            parts.append(f"creates {_listed(self.creates)}")
        return ", ".join(parts)


class Smoke(Predicate, frozen=True, kw_only=True):
    """A smoke scenario passes, wholly or up to and including a stage; ``within`` in seconds."""

    kind: ClassVar[str] = "smoke"
    executes: ClassVar[bool] = True
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
        return f"import contract {_listed(self.names)} kept" if self.names else "all import contracts kept"


class Size(Predicate, frozen=True, kw_only=True):
    """A text file has this many lines."""

    kind: ClassVar[str] = "size"
    path: str
    lines: Bound

    def __str__(self) -> str:
        return f"{self.path} has {self.lines} lines"


class Count(Predicate, frozen=True, kw_only=True):
    """So many files match a glob, modules lie in a package, or findings have one of the codes."""

    kind: ClassVar[str] = "count"
    expected: Bound
    files: str = ""
    modules: str = ""
    findings: tuple[str, ...] = ()

    def __str__(self) -> str:
        if self.files:
            return f"{self.expected} files match {self.files}"
        if self.modules:
            return f"{self.expected} modules in {self.modules}"
        return f"{self.expected} findings {_listed(self.findings)}"


class Cited(Predicate, frozen=True, kw_only=True):
    """A file has these lines, counted from 1 and inclusive, and they say ``says``, white space aside.

    Without ``first`` the file must only be there; without ``says`` the lines must only exist.
    """

    kind: ClassVar[str] = "citation"
    path: str
    first: int | None = None
    last: int | None = None
    says: str = ""

    def __str__(self) -> str:
        if self.first is None:
            return f"{self.path} is in the tree"
        lines = f"line {self.first}" if self.last in (None, self.first) else f"lines {self.first}-{self.last}"
        return f"{self.path} has {lines}" + (f", saying `{self.says}`" if self.says else "")


class Entry(Predicate, frozen=True, kw_only=True):
    """The script or module that a command line starts is in the tree; the command is never run."""

    kind: ClassVar[str] = "entry"
    run: tuple[str, ...]

    def __str__(self) -> str:
        return f"what `{shlex.join(self.run)}` starts exists"


class Lacks(Predicate, frozen=True, kw_only=True):
    """A Python file no longer imports the names of ``imports``, and its code no longer uses those of ``names``."""

    kind: ClassVar[str] = "lacks"
    path: str
    imports: tuple[str, ...] = ()
    names: tuple[str, ...] = ()

    def __str__(self) -> str:
        parts = []
        if self.imports:
            parts.append(f"does not import {_listed(self.imports)}")
        if self.names:
            parts.append(f"does not use {_listed(self.names)}")
        return f"{self.path} {' and '.join(parts)}"


TreePredicate = Absent | Cited | Contract | Count | Entry | Exists | Lacks | Signature | Size | Unreferenced
"""The predicates that the tree alone answers."""

AnyPredicate = Command | Imports | Pytest | Smoke | TreePredicate
"""Every predicate there is, so that a judge that forgets one does not type-check."""


def named_paths(predicate: AnyPredicate) -> tuple[str, ...]:
    """What a predicate names that may be a path: a rules file may only name what lies in its tree."""
    match predicate:
        case Absent(names=names) | Exists(names=names):
            return names
        case Pytest(nodes=nodes):
            return nodes
        case Cited(path=path) | Lacks(path=path) | Size(path=path):
            return (path,)
        case _:
            return ()


def _listed(names: tuple[str, ...], none: str = "") -> str:
    return ", ".join(f"`{name}`" for name in names) or none
