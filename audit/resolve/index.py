"""Every module of a tree by path and by dotted name, over many source roots and namespace portions."""

from __future__ import annotations

import posixpath
from collections import defaultdict
from collections.abc import Iterable
from functools import cached_property
from typing import Final, Literal

import msgspec

from audit.model.testdata import is_test_data
from audit.resolve.layout import Layout
from audit.resolve.lookups import Lookups

Kind = Literal["module", "package", "namespace", "opaque"]

_NATIVE: Final = (
    ".so",
    ".pyd",
    ".pyx",
    ".pxd",
    ".c",
    ".cc",
    ".cpp",
    ".cxx",
    ".cu",
    ".rs",
    ".f",
    ".f90",
    ".i",
    ".go",
)
_PRIVATE_FOLDERS: Final = frozenset(
    {
        "__init__",
        "tests",
        "test",
        "testing",
        "docs",
        "doc",
        "examples",
        "scripts",
        "benchmarks",
        "setup",
        "conftest",
    }
)
_NATIVE_SUFFIXES: Final = frozenset(_NATIVE)
_TEMPLATE_SUFFIXES: Final = frozenset({".in", ".src", ".tp", ".tmpl", ".tpl", ".template", ".j2", ".jinja", ".jinja2"})
"""Suffixes of what a build fills in: ``_version.py.in``, ``_loops.pyx.tp``."""
_BUILT_SUFFIXES: Final = _NATIVE_SUFFIXES | _TEMPLATE_SUFFIXES | {".proto"}


class Node(msgspec.Struct, frozen=True):
    """What one dotted name leads to under one root. ``files`` holds source and stub; it is empty for a
    namespace package, and for an opaque (compiled or generated) module without a stub."""

    kind: Kind
    stem: str
    files: tuple[str, ...] = ()


class ModuleIndex:
    """Modules of one tree. Stems are paths without suffix; a package's stem is its folder. Of ``elsewhere``, folders
    that other repositories fill, nobody can tell what they hold. What is asked for is noted in ``lookups``."""

    def __init__(
        self, paths: Iterable[str], layout: Layout, elsewhere: tuple[str, ...] = (), lookups: Lookups | None = None
    ) -> None:
        self.layout = layout
        self.lookups = lookups or Lookups()
        self.modules: dict[str, list[str]] = defaultdict(list)
        self.packages: dict[str, list[str]] = defaultdict(list)
        self.native: set[str] = set(elsewhere)
        self.folders: set[str] = set()
        self.python_files: list[str] = []
        self._parents: dict[str, set[str]] = defaultdict(set)
        self._known: dict[str, Node | None] = {}
        self._conftests: dict[str, tuple[str, ...]] = {}
        self.paths = tuple(paths)
        for path in self.paths:
            self._add(path)
        for stem in (*self.modules, *self.packages):
            folder, _, name = stem.rpartition("/")
            self._parents[name].add(folder)
        self._holders: dict[str, set[str]] = defaultdict(set)
        for stem in (*self.modules, *self.packages, *self.native, *self.folders):
            folder, _, name = stem.rpartition("/")
            self._holders[name].add(folder)
        self.roots = tuple(sorted(layout.roots, key=lambda root: (-root.count("/") - bool(root), root)))
        self.names = self._name_all()
        self.paths_of: dict[str, list[str]] = defaultdict(list)
        for path, name in self.names.items():
            self.paths_of[name].append(path)

    def _add(self, path: str) -> None:
        stem, suffix = posixpath.splitext(path)
        folder, _, name = stem.rpartition("/")
        if suffix in (".py", ".pyi"):
            if suffix == ".py":
                self.python_files.append(path)
            if name == "__init__":
                self.packages[folder].append(path)
            else:
                self.modules[stem].append(path)
            while folder and folder not in self.folders:
                self.folders.add(folder)
                folder = folder.rpartition("/")[0]
        elif suffix in _BUILT_SUFFIXES:
            self.native.update(built_from(path))

    @cached_property
    def with_code(self) -> frozenset[str]:
        """The packages, by the first part of their names, of which the tree holds more than stubs."""
        return frozenset(name.partition(".")[0] for path, name in self.names.items() if path.endswith(".py"))

    @cached_property
    def every_folder(self) -> frozenset[str]:
        """Folders that hold any file at all."""
        found: set[str] = set()
        for path in self.paths:
            folder = path.rpartition("/")[0]
            while folder and folder not in found:
                found.add(folder)
                folder = folder.rpartition("/")[0]
        return frozenset(found)

    def holds_data(self, nodes: Iterable[Node], name: str) -> bool:
        """Whether a package has a folder of a name without any Python, which imports as an empty namespace."""
        self.lookups.names.add(name)
        stems = [f"{node.stem}/{name}" for node in nodes if node.kind == "package"]
        return any(stem in self.every_folder and stem not in self.folders for stem in stems)

    def holds(self, top: str) -> bool:
        """Whether any folder holds a module, package or folder of this name."""
        self.lookups.names.add(top)
        return top in self._holders

    def node(self, root: str, parts: tuple[str, ...] | list[str]) -> Node | None:
        """What ``parts`` name below the folder ``root``, in Python's own order of precedence."""
        self.lookups.names.update(parts or root.split("/"))
        return self._at("/".join((root, *parts)) if root else "/".join(parts))

    def _at(self, stem: str) -> Node | None:
        """What lies at a stem: asked over and over, because most names are looked for below several roots."""
        try:
            return self._known[stem]
        except KeyError:
            found = self._known[stem] = self._look(stem)
            return found

    def is_stub_of_compiled(self, path: str) -> bool:
        """Whether a stub stands beside a source that is compiled, and may say less than it."""
        stem, suffix = posixpath.splitext(path)
        return suffix == ".pyi" and stem in self.native

    def _is_among_code(self, stem: str) -> bool:
        """Whether a stub alone speaks for a module of a package that holds code: what it describes is made by a build,
        from sources that may have another name and say more."""
        folder = stem.rpartition("/")[0]
        return any(file.endswith(".py") for file in self.packages.get(folder, ()))

    def _look(self, stem: str) -> Node | None:
        folder, _, name = stem.rpartition("/")
        package = folder if name == "__init__" else stem  # ``from pkg.__init__ import x`` runs the same file
        if package in self.packages:
            return Node("package", package, tuple(self.packages[package]))
        if stem in self.modules:
            files = tuple(sorted(self.modules[stem]))
            is_built = not any(file.endswith(".py") for file in files) and (
                stem in self.native or self._is_among_code(stem)
            )
            return Node("opaque" if is_built else "module", stem, files)
        if stem in self.native:
            return Node("opaque", stem)
        if stem in self.folders:
            return Node("namespace", stem)
        return None

    def nodes(self, roots: Iterable[str], parts: tuple[str, ...]) -> list[Node]:
        """What ``parts`` name under each of several roots, absent ones left out."""
        self.lookups.names.update(parts)
        holders = self._holders.get(parts[0])
        if holders is None:
            return []
        below = "/".join(parts)
        return [
            node
            for root in roots
            if root in holders and (node := self._at(f"{root}/{below}" if root else below)) is not None
        ]

    def depth(self, roots: Iterable[str], parts: tuple[str, ...]) -> int:
        """How many leading parts exist under some root."""
        self.lookups.names.update(parts)
        holders = self._holders.get(parts[0], ())
        roots = tuple(root for root in roots if root in holders)
        for length in range(len(parts), 0, -1):
            if any(self.node(root, parts[:length]) is not None for root in roots):
                return length
        return 0

    def is_opaque(self, folder: str, parts: tuple[str, ...]) -> bool:
        """Whether what ``parts`` name below a folder would lie in what nobody can look into."""
        within = (self.node(folder, parts[:length]) for length in range(1, len(parts)))
        return any(node is not None and node.kind == "opaque" for node in within)

    def implied_roots(self, parts: tuple[str, ...]) -> list[str]:
        """Folders that are no known root but would make ``parts`` resolve, were they one."""
        self.lookups.names.update(parts)
        return [
            folder
            for folder in sorted(self._parents.get(parts[0], ()))
            if folder not in self.layout.roots
            and not is_test_data(f"{folder}/")
            and self.node(folder, parts) is not None
        ]

    def implied_root(self, path: str) -> str:
        """The folder from which a file is imported by its plain name: the first one up that is no package, or
        whose name no import can spell."""
        folder = path.rpartition("/")[0]
        self.lookups.names.update(folder.split("/"))
        while folder and folder in self.packages and folder.rpartition("/")[2].isidentifier():
            folder = folder.rpartition("/")[0]
        return folder

    def conftest_roots(self, path: str) -> tuple[str, ...]:
        """Folders that pytest puts on the path for a file, because a ``conftest.py`` above it lies there."""
        folder = path.rpartition("/")[0]
        found = self._conftests.get(folder)
        if found is None:
            conftest = posixpath.join(folder, "conftest")
            here = (self.implied_root(f"{conftest}.py"),) if conftest in self.modules else ()
            found = self._conftests[folder] = (*here, *(self.conftest_roots(folder) if folder else ()))
        return found

    def dotted(self, path: str, root: str) -> str | None:
        """The dotted name of a file below a root; None when some part is no identifier."""
        stem = posixpath.splitext(path)[0]
        stem = stem[len(root) + 1 :] if root else stem
        parts = stem.split("/")
        if parts[-1] == "__init__" and len(parts) > 1:
            parts.pop()
        return ".".join(parts) if all(part.isidentifier() for part in parts) else None

    def _name_all(self) -> dict[str, str]:
        """One name for each Python file: the shortest under a root, unless two files would share it."""
        claims: dict[str, list[str]] = defaultdict(list)
        every = [path for paths in (*self.modules.values(), *self.packages.values()) for path in paths]
        for path in sorted(every):
            claims[self._short_name(path)].append(path)
        names: dict[str, str] = {}
        for name, paths in claims.items():
            stems = {posixpath.splitext(path)[0] for path in paths}
            portions = all(stem.endswith("/__init__") for stem in stems)
            for path in paths:
                if len(stems) == 1 or portions:
                    names[path] = name
                else:
                    names[path] = self.dotted(path, "") or posixpath.splitext(path)[0]
        return names

    def _short_name(self, path: str) -> str:
        for root in self.roots:
            if not root or path.startswith(f"{root}/"):
                name = self.dotted(path, root)
                if name is not None and not (root and (_is_private(name) or root in self.packages)):
                    return name
        return posixpath.splitext(path)[0]


def built_from(path: str) -> tuple[str, ...]:
    """The stems of the modules that a build makes of a file that is not Python."""
    stem, suffix = posixpath.splitext(path)
    folder, _, name = stem.rpartition("/")
    if suffix in _NATIVE_SUFFIXES or (suffix in _TEMPLATE_SUFFIXES and _makes_module(name)):
        return (posixpath.join(folder, name.partition(".")[0]),)
    return (f"{stem}_pb2", f"{stem}_pb2_grpc") if suffix == ".proto" else ()


def _makes_module(name: str) -> bool:
    """Whether a template's name without its own suffix is that of a module, in Python or compiled."""
    inner = posixpath.splitext(name)[1]
    return inner in (".py", ".pyi") or inner in _NATIVE_SUFFIXES


def _is_private(name: str) -> bool:
    """Whether a name below a nested root is that root's own affair: its tests, or the root as a package."""
    return name.partition(".")[0] in _PRIVATE_FOLDERS
