"""How a tree looks from one of its files: by which roots, and as part of which package, it imports."""

from __future__ import annotations

import posixpath
from collections.abc import Callable, Iterable

import msgspec

from audit.model.archives import is_of_release
from audit.model.facts import FileFacts, Import
from audit.resolve.distributions import normal
from audit.resolve.index import ModuleIndex
from audit.resolve.lookups import Kept


class View(msgspec.Struct, frozen=True):
    """All by which what a name means to one file may differ from what it means to another: the roots that are its
    own, the first component of its module's name, the name of the file, the same in the base, distributions of which
    it asks for other releases, and whether it belongs to another release itself."""

    path: str
    local: tuple[str, ...]
    top: str
    stem: str
    base: View | None
    pinned: tuple[str, ...] = ()
    is_past: bool = False

    def pins(self, name: str) -> bool:
        """Whether the file asks for another release of a package than the one at hand, or is part of another."""
        return self.is_past or (bool(self.pinned) and normal(name) in self.pinned)

    def of(self, name: str) -> tuple[object, ...]:
        """What of it matters for names that begin with ``name``."""
        own = (self.local, self.top == name, self.path if self.stem == name else "")
        return own if self.base is None else (*own, *self.base.of(name))


class Views:
    """The views from the files of one tree; ``base`` are those of the tree compared with."""

    def __init__(self, index: ModuleIndex, facts: Callable[[str], FileFacts], base: Views | None) -> None:
        self._index = index
        self._facts = facts
        self._base = base
        self._local: dict[str, Kept[tuple[str, ...]]] = {}
        self._views: dict[str, Kept[View]] = {}

    def view(self, path: str) -> View:
        """The view from a file, be it of this tree or of the other."""
        return self._index.lookups.once(self._views, path, lambda: self._find_view(path))

    def _find_view(self, path: str) -> View:
        return View(
            path,
            self.local_roots(path),
            self._index.names.get(path, "").partition(".")[0],
            posixpath.splitext(path)[0].rpartition("/")[2],
            self._base.view(path) if self._base is not None else None,
            self._facts(path).pinned if path in self._index.names else (),
            is_of_release(path),
        )

    def local_roots(self, path: str) -> tuple[str, ...]:
        """Roots that hold for one file alone: its folder, pytest's, and its own ``sys.path`` edits."""
        return self._index.lookups.once(self._local, path, lambda: self._find_local_roots(path))

    def _find_local_roots(self, path: str) -> tuple[str, ...]:
        self._index.lookups.names.update((*posixpath.splitext(path)[0].split("/"), "conftest"))
        roots = [each for each in (self._index.implied_root(path),) if not self._is_within_namespace(path, each)]
        if path in self._index.names and (path.endswith("/__main__.py") or self._facts(path).has_main):
            roots.append(path.rpartition("/")[0])  # a script finds its neighbours even inside a package
        conftests = self._index.conftest_roots(path)
        roots += conftests
        for source in (path, *(posixpath.join(root, "conftest.py") for root in conftests)):
            if source in self._index.names:
                folder = source.rpartition("/")[0]
                joined = (posixpath.normpath(posixpath.join(folder, each)) for each in self._facts(source).sys_path)
                roots += ["" if each == "." else each for each in joined if not each.startswith("..")]
        known = set(self._index.layout.roots)
        return tuple(dict.fromkeys(root for root in roots if root not in known))

    def _is_within_namespace(self, path: str, folder: str) -> bool:
        """Whether a folder is a namespace below some root, by whose full name its packages are imported: other shares
        of it lie elsewhere, or the file itself says so. What such a package is called may be a library's name."""
        for root in self._index.roots:
            if root and folder.startswith(f"{root}/"):
                top = folder[len(root) + 1 :].partition("/")[0]
                own = self._facts(path).imports if path in self._index.names else ()
                is_shared = len(self._index.nodes(self._index.roots, (top,))) > 1
                return is_shared or any(top == name for each in own for name in _tops(each))
        return False


def _tops(statement: Import) -> tuple[str, ...]:
    """The first components of the modules that an absolute import names."""
    if statement.level:
        return ()
    names = (statement.module,) if statement.is_from else tuple(each.name for each in statement.names)
    return tuple(name.partition(".")[0] for name in names)


def above(folders: Iterable[str]) -> dict[str, None]:
    """The folders above some others, each once, the root of the tree left out."""
    found: dict[str, None] = {}
    for folder in folders:
        while folder := folder.rpartition("/")[0]:
            found[folder] = None
    return found
