"""What the names of a module stand for: what it defines, imports, or takes from elsewhere by a star."""

from __future__ import annotations

import builtins
from collections.abc import Callable

from audit.model.facts import Definition
from audit.resolve.locating import locate
from audit.resolve.program import Program
from audit.resolve.values import ClassObject, Foreign, Module, Value

Defined = Callable[[str, Definition], Value | None]


class Naming:
    """Resolves names in one program. ``defined`` says what a definition of a file is."""

    def __init__(self, program: Program, defined: Defined) -> None:
        self._program = program
        self._defined = defined
        self._asked: set[tuple[str, str]] = set()

    def name(self, path: str, name: str) -> Value | None:
        """What a name of a module stands for; None when nobody can tell, or when modules take it from each other."""
        if (path, name) in self._asked:
            return None
        self._asked.add((path, name))
        try:
            return self._named(path, name)
        finally:
            self._asked.discard((path, name))

    def _named(self, path: str, name: str) -> Value | None:
        definition = self._program.symbols.definitions(path).get(name)
        if definition is None:
            if any(each.name == "*" for statement in self._program.facts(path).imports for each in statement.names):
                origin = self._program.symbols.origin(path, name)
                return self._dotted(path, origin) if origin is not None else None
            return Foreign(f"builtins.{name}") if hasattr(builtins, name) else None
        if definition.kind != "import":
            is_one = definition.bindings == 1 or definition.kind == "variable"
            return self._defined(path, definition) if is_one else None
        return self._bound_by_import(path, definition)

    def _bound_by_import(self, path: str, definition: Definition) -> Value | None:
        """What an import at the top of a module binds; ``import a.b`` and ``import a.c`` bind the same ``a``."""
        found: set[tuple[int, str, str]] = set()
        count = 0
        for statement in self._program.facts(path).imports:
            for each in statement.names:
                if each.bound != definition.name or not statement.at_module_scope or statement.context == "fallback":
                    continue
                count += 1
                if statement.is_from:
                    found.add((statement.level, statement.module, each.name))
                else:
                    is_whole = each.bound != each.name.partition(".")[0]
                    found.add((0, each.name if is_whole else each.bound, ""))
        return self.imported(path, *found.pop()) if len(found) == 1 and count == definition.bindings else None

    def imported(self, path: str, level: int, module: str, name: str) -> Value | None:
        """What an import statement of a file binds; ``name`` is empty for ``import module``."""
        found = self._program.relative(path, level, module) if level else self._program.absolute(path, module)
        if found.status == "foreign":
            return Foreign(f"{found.dotted or module}.{name}" if name else found.dotted or module)
        if found.status != "found" or found.weak:
            return None
        whole = Module(found.dotted, found.nodes)
        return self.in_module(whole, name, path) if name else whole

    def in_module(self, module: Module, name: str, importer: str = "") -> Value | None:
        """What a module offers by a name; ``importer`` is the file that asks, which may be of the module itself."""
        found = self._program.symbols.find(module.nodes, name)
        if found is None or (found[0] == importer and found[1].kind == "import"):
            file = next((file for node in module.nodes for file in node.files), importer)
            below = self._program.absolute(file, f"{module.dotted}.{name}")
            if below.status == "found" and not below.weak:
                return Module(below.dotted, below.nodes)
            return self._dotted(file, f"{module.dotted}.{name}") if found is None else None
        value = self.name(found[0], name)
        return ClassObject(value.place, plain=True) if isinstance(value, ClassObject) else value

    def _dotted(self, path: str, dotted: str) -> Value | None:
        place = locate(self._program, dotted, path)
        return self._defined(*place) if place is not None and place[1].bindings == 1 else None
