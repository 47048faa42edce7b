"""One resolved tree: given a file and a dotted name as that file writes it, what in the tree is meant.

An answer is *found*, *missing* (first-party, and not there) or *foreign* (somebody else's, or not to be
known). Only what is certain is called missing: a name is first-party when a regular package of the tree,
or a namespace that the tree's own imports use, should hold it, or when the base held it.
"""

from __future__ import annotations

import posixpath
import sys
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property

from audit.model.facts import FileFacts, Import
from audit.resolve.closed import is_closed
from audit.resolve.distributions import Distributions
from audit.resolve.generated import Builds
from audit.resolve.index import ModuleIndex, Node
from audit.resolve.layout import Layout
from audit.resolve.left_stubs import without_left_stubs
from audit.resolve.lookups import Kept, Lookups
from audit.resolve.loose import is_loose
from audit.resolve.made import MadeModules
from audit.resolve.nearer import Nearer
from audit.resolve.resolution import Resolution
from audit.resolve.surveys import Survey, shared_namespaces, survey
from audit.resolve.symbols import SymbolTable, Target
from audit.resolve.views import Views, above


class Program:
    """A tree with its module index and symbol table. ``base`` is the same for the tree compared with; ``elsewhere``
    are folders that other repositories fill; ``content_ids`` tells which files say the same."""

    def __init__(
        self,
        paths: Iterable[str],
        layout: Layout,
        facts: Callable[[str], FileFacts],
        base: Program | None = None,
        generated: Callable[[str], bool] = lambda _path: False,
        elsewhere: tuple[str, ...] = (),
        content_ids: Mapping[str, str] | None = None,
    ) -> None:
        self.lookups: Lookups = base.lookups if base is not None else Lookups()
        self._builds = Builds(layout, generated)
        self.may_build = self._builds.makes
        """Whether a build may make the module at a path without suffix."""
        kept = paths if base is None else without_left_stubs(paths, base.index.names, self.may_build)
        self.index: ModuleIndex = ModuleIndex(kept, layout, elsewhere, self.lookups)
        self.layout = layout
        self.base = base
        self._facts = facts
        self.content_ids = content_ids or {}
        self.surveys: dict[str, Survey] = {}
        """What files tell of the tree, as far as it is known."""
        self.outcomes: dict[str, object] = {}
        """What the references of files come to, as far as it is known (see `audit.resolve.outcomes`)."""
        self.made = MadeModules(self, base)
        self.symbols: SymbolTable = SymbolTable(self)
        self.kept: dict[str, object] = {}
        """What readers of this tree keep by path."""
        self.distributions = Distributions(layout.dependencies)
        self.hidden: dict[tuple[str, str], Kept[bool]] = {}
        """By package file and name, whether a star in it hides the module of that name (see `ChainWalker.child`)."""
        self._absolute: dict[tuple[object, ...], Kept[Resolution]] = {}
        self._nearer = Nearer(self.index)
        self._views: Views = Views(self.index, self.facts, base._views if base is not None else None)

    def facts(self, path: str) -> FileFacts:
        """The facts of one Python file."""
        self.lookups.files.add(path)
        return self._facts(path)

    def survey(self, path: str) -> Survey:
        """What one Python file tells of the tree."""
        found = self.surveys.get(path)
        if found is None:
            found = self.surveys[path] = survey(self, path)
        return found

    def children(self, node: Node, name: str) -> bool:
        """Whether ``name`` is a module below ``node``."""
        if node.kind in ("module", "opaque"):
            return False
        return self.index.node(node.stem, (name,)) is not None

    def builds(self, node: Node, name: str) -> bool:
        """Whether a build may make a module ``name`` below a package: ignored, or named in a build file."""
        return self.may_build(f"{node.stem}/{name}")

    def replaces(self, path: str) -> bool:
        """Whether the module of a file may be replaced by another while it is imported."""
        return self.made.replaces(path)

    def local_roots(self, path: str) -> tuple[str, ...]:
        """Roots that hold for this file alone."""
        return self._views.local_roots(path)

    def relative(self, path: str, level: int, module: str) -> Resolution:
        """What ``from ...module import`` in ``path`` names: judged by folders, then by package portions."""
        folder = path.rpartition("/")[0]
        for _ in range(level - 1):
            if not folder:
                return Resolution("foreign", module)
            folder = folder.rpartition("/")[0]
        parts = tuple(module.split(".")) if module else ()
        package = self._dotted_folder(folder) or self._dotted_package(path, folder)
        dotted = ".".join((package, *parts)) if package else ".".join(parts)
        node = self.index.node(folder, parts) if folder or parts else Node("namespace", "")
        others: list[Node] = []
        if package:
            others = [each for each in self.index.nodes(self.index.roots, tuple(dotted.split("."))) if each != node]
        nodes = ([node] if node is not None else []) + others
        if nodes:
            return Resolution("found", dotted, tuple(nodes))
        is_bare = bool(parts) and posixpath.join(folder, *parts) in self.index.every_folder
        stood = self.base is not None and self.base.relative(path, level, module).status == "found"
        if (
            self.index.is_opaque(folder, parts)
            or self._builds.may_make(self.index, (folder, *parts), stood=stood)
            or (not stood and (is_bare or is_loose(self, path, folder, self._dotted_folder(folder))))
        ):
            return Resolution("foreign", dotted)
        return Resolution("missing", dotted)

    def _dotted_folder(self, folder: str) -> str:
        for root in self.index.roots:
            if root and folder == root:
                return ""
            if not root or folder.startswith(f"{root}/"):
                inner = folder[len(root) + 1 :] if root else folder
                if all(part.isidentifier() for part in inner.split("/")):
                    return inner.replace("/", ".")
        return ""

    def _dotted_package(self, path: str, folder: str) -> str:
        """The name of a package that lies under no known root, from the first folder up that is no package;
        stubs in ``name-stubs`` speak for ``name``."""
        root = self.index.implied_root(path)
        if not folder.startswith(root):
            return ""
        stubbed, is_stubs, _ = root.rpartition("/")[2].partition("-stubs")
        inner = folder[len(root) :].strip("/").replace("/", ".")
        return ".".join(filter(None, (stubbed if is_stubs else "", inner)))

    def absolute(self, path: str, dotted: str) -> Resolution:
        """What an absolute dotted name means to the file ``path``."""
        parts = tuple(dotted.split("."))
        if not self._may_hold(parts[0]):
            return Resolution("foreign", dotted)
        view = self._views.view(path)
        if view.pins(parts[0]):
            return Resolution("foreign", dotted)
        key = (parts, *view.of(parts[0]))
        found = self.lookups.once(self._absolute, key, lambda: self._resolve(path, view.local, parts))
        return self._nearer.weighed(path, found, parts[0])

    def _may_hold(self, top: str) -> bool:
        """Whether the tree or its base has anything at all of a name: most of what is imported is a library's."""
        return self.index.holds(top) or (self.base is not None and self.base._may_hold(top))

    def _resolve(self, path: str, local: tuple[str, ...], parts: tuple[str, ...]) -> Resolution:
        dotted = ".".join(parts)
        roots = (*local, *self.index.roots)
        if self._is_itself(path, roots, parts):
            return Resolution("foreign", dotted)
        nodes = self.index.nodes(roots, parts)
        if nodes:
            # a program may as well start in a folder above the file: what is missing is missing from both
            outer = self.index.nodes((each for each in above(local) if each not in roots), parts)
            nodes += [node for node in outer if node.kind in ("module", "package")]
            # which of the two is meant depends on the order of sys.path, or on the folder that a program starts in
            weak = self.distributions.has(parts[0]) or (
                parts[0] in self.outside_names() and all(self._under(node, local, parts) for node in nodes)
            )
            return self._shadowed(path, nodes, local, parts) or Resolution("found", dotted, tuple(nodes), weak)
        stood = self._stood(path, dotted)
        implied = [] if stood or self.distributions.may_provide(parts[0]) else self.index.implied_roots(parts)
        implied += [] if stood else [each for each in above(local) if self.index.node(each, parts) is not None]
        if implied:  # of several packages of one name, which one is meant depends on where the program starts
            return Resolution("found", dotted, tuple(self.index.nodes(implied, parts)), weak=True)
        depth = self.index.depth(roots, parts)
        known = self.index.nodes(roots, parts[:depth]) if depth else []
        if any(self.made.adds(node.files, ".".join(parts[: depth + 1])) for node in known):
            return Resolution("foreign", dotted)
        if depth and is_closed(self, path, roots, parts, depth):
            unknown = self._builds.may_make(self.index, parts, stood=stood) or (
                not stood and self._is_bare_folder(roots, parts)
            )
            return Resolution("foreign" if unknown else "missing", dotted)
        before = self.base.distributions if self.base is not None else None
        is_lost = (
            (stood or (not depth and self._was_missing(path, parts)))
            and not self.distributions.took_over(parts[0], before)
            and not self._builds.may_make(self.index, parts, stood=stood)
        )
        return Resolution("missing" if is_lost and not self._stands(path, dotted) else "foreign", dotted)

    def has_lost(self, path: str, dotted: str) -> bool:
        """Whether the base held a module that this tree lacks, as a file sees it."""
        if self.base is None or self.base.absolute(path, dotted).status != "found":
            return False
        return dotted not in self.made.names and self.absolute(path, dotted).status == "missing"

    def _stood(self, path: str, dotted: str) -> bool:
        """Whether the base held what a file means by a name."""
        if self.base is None:
            return False
        before = self.base.absolute(path, dotted)
        return before.status == "found" and not before.weak and _is_own(self.base, before)

    def _was_missing(self, path: str, parts: tuple[str, ...]) -> bool:
        """Whether the base held the package at the top of a name, and not the rest: made and removed since, or never
        there."""
        if self.base is None or len(parts) == 1 or not self._stood(path, parts[0]):
            return False
        return self.base.absolute(path, ".".join(parts)).status == "missing"

    def _was_a_package(self, path: str, top: str) -> bool:
        """Whether what is a bare folder was a package of its own at the base, which no distribution took over since."""
        if self.base is None or self.distributions.took_over(top, self.base.distributions):
            return False
        return any(node.kind == "package" for node in self.base.absolute(path, top).nodes)

    def _stands(self, path: str, dotted: str) -> bool:
        """Whether all files that the base held under a name are there still: by which name depends on where a program
        starts once another folder has become a package."""
        nodes = self.base.absolute(path, dotted).nodes if self.base is not None else ()
        files = [file for node in nodes for file in node.files]
        return bool(files) and all(file in self.index.names for file in files)

    def _is_itself(self, path: str, roots: tuple[str, ...], parts: tuple[str, ...]) -> bool:
        """Whether the only module of that name is the file that asks: then it means a namesake elsewhere."""
        found = self.index.nodes(roots, parts[:1])
        return bool(found) and all(node.kind == "module" and path in node.files for node in found)

    def _is_bare_folder(self, roots: tuple[str, ...], parts: tuple[str, ...]) -> bool:
        """Whether a folder without any Python lies where the name leads: it imports, as an empty namespace."""
        below = "/".join(parts)
        return any((f"{root}/{below}" if root else below) in self.index.every_folder for root in roots)

    def _shadowed(
        self, path: str, nodes: list[Node], local: tuple[str, ...], parts: tuple[str, ...]
    ) -> Resolution | None:
        """A bare folder that merely shares the name of an installed distribution is not what is imported."""
        is_bare = all(node.kind == "namespace" for node in nodes) and self.distributions.may_provide(parts[0])
        if is_bare and not self._was_a_package(path, parts[0]):
            tops = self.index.nodes((*local, *self.index.roots), parts[:1])
            if all(self.facts(file).namespace for node in tops for file in node.files):
                return Resolution("foreign", ".".join(parts))
        if parts[0] in sys.stdlib_module_names:
            # A root that is a package itself is hardly on the path, and so hides no module of Python.
            packages = (root for root in self.index.roots if root and f"{root}/__init__.py" in self.index.names)
            aside = (*local, *above(local), *packages)
            if all(self._under(node, aside, parts) for node in nodes):
                return Resolution("foreign", ".".join(parts))
        return None

    def _under(self, node: Node, roots: Iterable[str], parts: tuple[str, ...]) -> bool:
        return node.stem[: -len("/".join(parts))].rstrip("/") in roots

    def used_names(self) -> set[str]:
        """First components of absolute imports that lead into the tree: names its own code relies on."""
        return self._tops[0]

    def outside_names(self) -> set[str]:
        """First components of absolute imports that mean nothing in the tree to some file that uses them."""
        return self._tops[1]

    @cached_property
    def _tops(self) -> tuple[set[str], set[str]]:
        surveys = [self.survey(path) for path in self.index.names]
        return {top for each in surveys for top in each.inside}, {top for each in surveys for top in each.outside}

    @cached_property
    def shared_namespaces(self) -> frozenset[str]:
        """The namespaces of which the tree holds but a share."""
        return shared_namespaces(self.index.paths, map(self.survey, self.index.names))

    def import_target(self, path: str, statement: Import) -> Target | None:
        """The module that a from-import names; None when it is not first-party."""
        if statement.level:
            found = self.relative(path, statement.level, statement.module)
        else:
            found = self.absolute(path, statement.module)
        if found.status == "foreign":
            return None
        return Target(found.dotted, found.nodes if found.status == "found" else None, found.weak)


def _is_own(program: Program, found: Resolution) -> bool:
    """Whether a match is more than a bare folder, or stubs of what others hold."""
    files, top = [file for node in found.nodes for file in node.files], found.dotted.partition(".")[0]
    if files and all(file.endswith(".pyi") for file in files) and top not in program.index.with_code:
        return False
    return any(node.kind != "namespace" for node in found.nodes) or top in program.used_names()
