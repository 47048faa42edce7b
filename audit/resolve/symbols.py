"""What a module offers: its own names, re-exports, what a star import brings; or that none can tell."""

from __future__ import annotations

from types import ModuleType
from typing import Final, Literal

import msgspec

from audit.model.facts import Definition, Import
from audit.resolve.index import Node
from audit.resolve.lookups import Kept
from audit.resolve.resolved_tree import ResolvedTree

Answer = Literal["yes", "no", "unknown"]

_ALWAYS: Final = frozenset(
    {"__file__", "__path__", "__dict__", "__all__", "__cached__", "__builtins__", "__annotations__", "__version__"}
    | {"__warningregistry__"}
    | {*dir(ModuleType("any")), *dir(ModuleType)}
)


_STATED: Final = "__version__"
"""A name among these that a build may write, unless the module itself stated it at the base."""


class Target(msgspec.Struct, frozen=True):
    """Where an import statement leads: the nodes of its module, or None when it is not in the tree."""

    dotted: str
    nodes: tuple[Node, ...] | None
    weak: bool = False


class SymbolTable:
    """Answers whether a module defines a name; "unknown" where names may be made at run time."""

    def __init__(self, tree: ResolvedTree) -> None:
        self._tree = tree
        self._definitions: dict[str, dict[str, Definition]] = {}
        self._only_own: dict[tuple[str, str], Kept[bool]] = {}
        self._stars: dict[str, tuple[Import, ...]] = {}
        self._brought: dict[tuple[str, str], Kept[Answer]] = {}
        self._origins: dict[tuple[str, str], Kept[str | None]] = {}

    def definitions(self, path: str) -> dict[str, Definition]:
        """The definitions of one file by name; members as ``Class.member``."""
        found = self._definitions.get(path)
        if found is None:
            found = {definition.name: definition for definition in self._tree.facts(path).definitions}
            self._definitions[path] = found
        else:
            self._tree.lookups.files.add(path)
        return found

    def defines(self, nodes: tuple[Node, ...], name: str) -> Answer:
        """Whether some portion of a module offers ``name``, as a symbol or a submodule."""
        return self._defines(nodes, name, set())

    def offers(self, path: str, name: str) -> Answer:
        """Whether the module of one file has ``name``: its own, imported, or brought by a star."""
        return self._file_defines(path, name, set())

    def _defines(self, nodes: tuple[Node, ...], name: str, seen: set[tuple[str, str]]) -> Answer:
        is_always = name in _ALWAYS and not (name == _STATED and self._was_stated(nodes))
        if is_always or any(self._tree.children(node, name) for node in nodes):
            return "yes"
        answer: Answer = "no"
        for node in nodes:
            for path in node.files:
                if path.endswith(".pyi") and self._is_left_in_stub(path, name):
                    continue
                offered = self._file_defines(path, name, seen)
                if offered == "yes":
                    return "yes"
                if offered == "unknown":
                    answer = "unknown"
        made = any(
            node.kind == "opaque" or (node.kind == "package" and self._tree.builds(node, name)) for node in nodes
        )
        return "unknown" if made else answer

    def _file_defines(self, path: str, name: str, seen: set[tuple[str, str]]) -> Answer:
        if (path, name) in seen:
            return "no"
        is_asked_first = not seen
        seen.add((path, name))
        facts = self._tree.facts(path)
        if facts.error:
            return "unknown"
        if name in self.definitions(path) and not self.only_from_itself(path, name):
            return "yes"
        is_announced = name in facts.announced and not self._announced_before(path, name)
        is_open = facts.open or facts.lengthened or is_announced or self._tree.replaces(path)
        is_open = is_open or (facts.namespace and self._may_be_of_another_share(path, name))
        answer: Answer = "unknown" if is_open else "no"
        if not self.stars(path):
            return answer
        if is_asked_first or (path, name) in self._brought:  # on the way back from elsewhere the answer is but a part
            key = (path, name)
            brought = self._tree.lookups.once(self._brought, key, lambda: self._bring(path, name, seen))
        else:
            brought = self._bring(path, name, seen)
        return answer if brought == "no" else brought

    def _was_stated(self, nodes: tuple[Node, ...]) -> bool:
        """Whether a file of a module that is there still bound its version at the base."""
        base = self._tree.base
        files = [file for node in nodes for file in node.files]
        return base is not None and any(
            file in base.index.names and _STATED in base.symbols.definitions(file) for file in files
        )

    def _may_be_of_another_share(self, path: str, name: str) -> bool:
        """Whether a package that spreads over several distributions may have a name from one that this tree depends on,
        and did not hold it at the base."""
        module, base = self._tree.index.names.get(path, ""), self._tree.base
        if not self._tree.distributions.may_provide(module.partition(".")[0]):
            return False
        nodes = base.index.nodes(base.index.roots, tuple(module.split("."))) if base is not None else []
        return base is None or base.symbols.defines(tuple(nodes), name) != "yes"

    def stars(self, path: str) -> tuple[Import, ...]:
        """The star imports at the top of a file."""
        found = self._stars.get(path)
        if found is None:
            statements = (each for each in self._tree.facts(path).imports if each.at_module_scope)
            found = self._stars[path] = tuple(s for s in statements if any(each.name == "*" for each in s.names))
        return found

    def _bring(self, path: str, name: str, seen: set[tuple[str, str]]) -> Answer:
        """Whether the star imports of a file bring a name."""
        answer: Answer = "no"
        for statement in self.stars(path):
            target = self._tree.import_target(path, statement)
            if target is None or target.nodes is None:
                answer = "unknown"
                continue
            offered = self._star_offers(target.nodes, name, seen)
            if offered == "yes":
                return "yes"
            if offered == "unknown":
                answer = "unknown"
        return answer

    def _announced_before(self, path: str, name: str) -> bool:
        """Whether a file of the base announced a name that it defined itself: then that is not what defines it."""
        base = self._tree.base
        if base is None or path not in base.index.names or name not in base.symbols.definitions(path):
            return False
        return name in base.facts(path).announced

    def _is_left_in_stub(self, stub: str, name: str) -> bool:
        """Whether a stub still declares a name that the module beside it had at the base and has not now."""
        source, base = stub.removesuffix("i"), self._tree.base
        if base is None or source not in base.index.names or source not in self._tree.index.names:
            return False
        return name in base.symbols.definitions(source) and name not in self.definitions(source)

    def only_from_itself(self, path: str, name: str) -> bool:
        """Whether all that binds ``name`` in a package's own file is its import from that very package."""
        if not path.endswith(("/__init__.py", "/__init__.pyi")):
            return False
        definition = self.definitions(path).get(name)
        if definition is None or definition.kind != "import":
            return False
        return self._tree.lookups.once(self._only_own, (path, name), lambda: self._is_from_itself(path, name))

    def _is_from_itself(self, path: str, name: str) -> bool:
        if self._has_namesake(path, name):
            return False
        for statement in self._tree.facts(path).imports:
            for each in statement.names:
                if each.bound != name or not statement.at_module_scope:
                    continue
                target = self._tree.import_target(path, statement) if statement.is_from else None
                own = target is not None and any(path in node.files for node in target.nodes or ())
                if not own or each.name != name:
                    return False
        return True

    def _has_namesake(self, path: str, name: str) -> bool:
        """Whether a package holds a module that is called like itself and defines a name, or is not read: in Python 2
        an import from the package, within that, means this module; what is written for Python 3 has no such import."""
        folder = path.rpartition("/")[0]
        inner = self._tree.index.node(folder, (folder.rpartition("/")[2],))
        files = inner.files if inner is not None else ()
        return any(self._tree.facts(file).error or name in self.definitions(file) for file in files)

    def star_offers(self, nodes: tuple[Node, ...], name: str) -> Answer:
        """Whether importing ``*`` from a module brings ``name``."""
        return self._star_offers(nodes, name, set())

    def _star_offers(self, nodes: tuple[Node, ...], name: str, seen: set[tuple[str, str]]) -> Answer:
        for node in nodes:
            for path in node.files:
                facts = self._tree.facts(path)
                if facts.exports is not None and name in facts.exports:
                    return "yes"
                if facts.dynamic_exports:
                    return self._defines(nodes, name, seen)
                if facts.exports is not None:
                    return "no"
        return "no" if name.startswith("_") else self._defines(nodes, name, seen)

    def find(self, nodes: tuple[Node, ...], name: str) -> tuple[str, Definition] | None:
        """The file and definition of a module's own name, sources before stubs."""
        for node in nodes:
            for path in sorted(node.files, key=lambda each: each.endswith(".pyi")):
                definition = self.definitions(path).get(name)
                if definition is not None:
                    return path, definition
        return None

    def origin(self, path: str, name: str) -> str | None:
        """The dotted name that a module-level import of ``path`` binds ``name`` to, within the tree."""
        return self._tree.lookups.once(self._origins, (path, name), lambda: self._find_origin(path, name))

    def _find_origin(self, path: str, name: str) -> str | None:
        for statement in self._tree.facts(path).imports:
            if not statement.at_module_scope or not statement.is_from:
                continue
            for each in statement.names:
                if each.bound == name or each.name == "*":
                    target = self._tree.import_target(path, statement)
                    if target is None or target.nodes is None:
                        continue
                    leaf = name if each.name == "*" else each.name
                    if each.name != "*" or self.defines(target.nodes, leaf) == "yes":
                        return f"{target.dotted}.{leaf}"
        return None
