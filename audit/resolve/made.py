"""Modules that the code of a tree makes at run time, and those that it replaces by others."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property

from audit.model.facts import FileFacts
from audit.resolve.lookups import Kept
from audit.resolve.resolved_tree import ResolvedTree


class MadeModules:
    """The modules that one tree makes.

    A module that hands its own name to code which puts modules in place under computed names may be replaced,
    and then what it offers is not what its file says: ``recreate_module(__name__, ...)``.
    """

    def __init__(self, tree: ResolvedTree, base: ResolvedTree | None = None) -> None:
        self._tree = tree
        self._base = base
        self._makers: dict[str, Kept[tuple[FileFacts, ...]]] = {}

    @cached_property
    def names(self) -> frozenset[str]:
        """Modules that files put into ``sys.modules`` under a plain name, or have a build compile, and names that
        decorators give to things."""
        return frozenset(name for path in self._tree.index.names for name in self._tree.survey(path).made)

    @cached_property
    def replaced(self) -> frozenset[str]:
        """Those that files other than tests put there: whatever the tree holds under the name, they may be another."""
        return frozenset(name for path in self._tree.index.names for name in self._tree.survey(path).replaced)

    @cached_property
    def stubs(self) -> frozenset[str]:
        """Those that tests put there, for as long as they run."""
        return frozenset(name for path in self._tree.index.names for name in self._tree.survey(path).stubs)

    @cached_property
    def _given(self) -> frozenset[str]:
        """Those that nothing but a decorator gives to a thing."""
        surveys = [self._tree.survey(path) for path in self._tree.index.names]
        made = {name for each in surveys for name in each.made if name not in each.given}
        return frozenset(name for each in surveys for name in each.given if name not in made)

    def holds(self, dotted: str) -> bool:
        """Whether a name is made, and by more than a decorator that gave it when the base defined it besides."""
        return dotted in self.names and not (dotted in self._given and self._was_stated(dotted))

    def _was_stated(self, dotted: str) -> bool:
        """Whether a statement of a module of the base bound a name at its top."""
        module, _, name = dotted.rpartition(".")
        files = self._base.index.paths_of.get(module, []) if self._base is not None else []
        return self._base is not None and any(
            each.name == name for file in files for each in self._base.facts(file).definitions
        )

    def covers(self, dotted: str, *, but_stubs: bool = False) -> bool:
        """Whether a module that the tree lacks is made, or lies below one that is made: who knows what that holds.
        ``but_stubs``: what tests alone put in place does not count."""
        if self.holds(dotted) and not (but_stubs and dotted in self.stubs and dotted not in self.replaced):
            return True
        parts = dotted.split(".")
        above = (".".join(parts[:end]) for end in range(len(parts) - 1, 1, -1))
        return any(each in self.replaced and not self._tree.index.paths_of.get(each) for each in above)

    def below(self, parts: tuple[str, ...]) -> bool:
        """Whether some module is made below another."""
        prefix = f"{'.'.join(parts)}."
        return any(name.startswith(prefix) for name in self.names)

    def replaces(self, path: str) -> bool:
        """Whether the module of a file may be replaced while it is imported."""
        return self._tree.index.names.get(path) in self.replaced or bool(self._makers_for(path))

    def adds(self, paths: Iterable[str], dotted: str) -> bool:
        """Whether the code that may replace a package, by its files, knows a module of that name to put below it, or is
        told it. A word that it knew already while the base had code of its own in the module is not what makes it."""
        word = f"*.{dotted.rpartition('.')[2]}"
        return any(self.knows(path, word) and not self._was_written(path, word, dotted) for path in paths)

    def knows(self, path: str, word: str) -> bool:
        """Whether the code that may replace the module of a file writes a word down, or is told it there."""
        return any(word in (*each.injected, *self._tree.facts(path).injected) for each in self._makers_for(path))

    def _was_written(self, path: str, word: str, dotted: str) -> bool:
        base = self._base
        if base is None or path not in base.index.names or not base.made.knows(path, word):
            return False
        return any(base.facts(file).definitions for file in base.index.paths_of.get(dotted, ()))

    def _makers_for(self, path: str) -> tuple[FileFacts, ...]:
        return self._tree.lookups.once(self._makers, path, lambda: self._find_makers(path))

    def _find_makers(self, path: str) -> tuple[FileFacts, ...]:
        handed = {callee.partition(".")[0] for callee in self._tree.facts(path).handed_to}
        files = dict.fromkeys(file for name in sorted(handed) for file in self._bringing(path, name))
        facts = (self._tree.facts(file) for file in files)
        return tuple(each for each in facts if "*" in each.injected)

    def _bringing(self, path: str, bound: str) -> Iterable[str]:
        """The files that an imported name may come from: the module itself, or the one it is taken from."""
        for statement in self._tree.facts(path).imports:
            for name in statement.names if statement.is_from else ():
                target = self._tree.import_target(path, statement) if name.bound == bound else None
                for node in (target.nodes if target else None) or ():
                    yield from node.files
                    inner = self._tree.index.node(node.stem, (name.name,)) if node.kind != "module" else None
                    yield from inner.files if inner is not None else ()
