"""Expressions of one file: chains over imported names, strings that look like names, dynamic tricks."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from audit.facts.accessed_chains import Chain
from audit.facts.callables import dotted, handed_on, leaf_of
from audit.facts.fields import fields_of, push_parts
from audit.facts.forward_references import chains_in
from audit.facts.handed import handed_members
from audit.facts.naming_calls import DYNAMIC, is_tolerant, patched_member, replaced_fields
from audit.facts.nested_scopes import inside_comprehension, inside_lambda
from audit.facts.nodes import nodes_of
from audit.facts.only_read import OnlyRead
from audit.facts.program_options import FLAGS, TELLING, ProgramOptions
from audit.facts.scopes import Scope
from audit.facts.strings import COMPOSED, SPELLING, TOGETHER, Strings
from audit.facts.syspath import added_folders, is_search_path, path_of, put_together
from audit.facts.system_modules import handed_children, hands_own_name, is_own_module, is_own_name, is_sys_modules
from audit.model.facts import ANY, Context

if TYPE_CHECKING:
    from audit.facts.collector import Collector

_COMPREHENSIONS: Final = frozenset({ast.ListComp, ast.SetComp, ast.GeneratorExp, ast.DictComp})

_SILENT: Final = frozenset({ast.Constant, ast.Name})
"""What says no more among the arguments of a call than was noted of it."""
_CASTS: Final = frozenset({"cast", "typing.cast", "t.cast", "typing_extensions.cast", "te.cast"})
"""Calls whose first argument is a type, which may be written as a string."""

_COPYING: Final = frozenset({"replace", "_replace", "evolve"})
_ENTERED_LATER: Final = frozenset(
    f"{owner}patch{kind}" for owner in ("", "mock.", "unittest.mock.") for kind in ("", ".multiple")
)
"""Calls that look nothing up before what they give is entered: alone in a statement they never do."""
_PATHS: Final = ("sys.path.", "sys.meta_path.", "__path__.")


class Expressions:
    """Collects from expressions; names are resolved only at the end, when every binding is known."""

    def __init__(self, collector: Collector) -> None:
        self.collector = collector
        self.open = False
        self.namespace = False
        self.sys_path: list[str] = []
        self.paths: dict[str, str | None] = {}
        """By variable, the folder that was last assigned to it, as far as that is literal."""
        self.chains: list[Chain] = []
        self.strings = Strings(collector)
        self.probed: set[tuple[str, str]] = set()
        self.called: set[str] = set()
        self.accessed: set[str] = set()
        self.handed_to: set[str] = set()
        self.discarded: ast.expr | None = None
        self.only_read = OnlyRead()
        self.options = ProgramOptions()

    def children(self, node: ast.stmt | ast.excepthandler) -> None:
        """Visit the expressions of a statement (its blocks apart) that has no meaning of its own here."""
        for name in fields_of(node.__class__):
            value = getattr(node, name)
            if isinstance(value, ast.expr) and value.__class__ is not ast.Name:
                self.visit(value)
            elif isinstance(value, list):
                for part in value:
                    if isinstance(part, ast.expr):
                        self.visit(part)

    def visit(self, root: ast.expr) -> None:
        """Visit one expression and all below it, without recursion: generated code nests deeply."""
        if root.__class__ is ast.Name:
            return
        stack: list[Any] = [root]
        scope = self.collector.scope
        inner: list[tuple[list[Any], Scope]] = []
        while True:
            while stack:
                node = stack.pop()
                kind = node.__class__
                if kind is ast.Constant:
                    if node.value.__class__ is str and "." in node.value:
                        self.strings.named(node.value, node, scope)
                elif kind is ast.Call:
                    self._call(node, scope, stack)
                elif kind is ast.Attribute:
                    self._attribute(node, scope, stack)
                elif kind is ast.Lambda:
                    inner.append(inside_lambda(node, scope, stack))
                elif kind in _COMPREHENSIONS:
                    inner.append(inside_comprehension(node, scope))
                elif kind is not ast.Name:
                    look = _LOOKS.get(kind)
                    if look is not None:
                        look(self, node, scope)
                    push_parts(node, stack)
            if not inner:
                return
            stack, scope = inner.pop()

    def _attribute(self, node: ast.Attribute, scope: Scope, stack: list[Any]) -> str:
        """Note a chain of attributes; the dotted name that it spells, or nothing."""
        names: tuple[str, ...] = (node.attr,)
        base: Any = node.value
        while base.__class__ is ast.Attribute:
            names = (base.attr, *names)
            base = base.value
        self.accessed.update(names)
        if base.__class__ is not ast.Name:
            self.only_read.attribute_of(base, names[-1])
            stack.append(base)
            return ""
        first: str = base.id
        store = node.ctx.__class__ is ast.Store
        if names[0] == "__dict__" and (names[-1] == "update" or store):
            self.collector.definitions.opens_self(first)
        if first not in ("self", "cls"):
            self._chain(scope, first, names, node, store=store)
            is_made_here = scope.is_own(first) and first in scope.bindings and scope.lookup(first) is None
            if store and names[-1] in ("__path__", "meta_path") and not is_made_here:
                self._finds(names[-1])
        return ".".join((first, *names))

    def _chain(self, scope: Scope, first: str, chain: tuple[str, ...], node: ast.expr, *, store: bool) -> None:
        collector = self.collector
        running = collector.unguarded if collector.context == "guarded" else collector.context
        context: Context = "guarded" if collector.attributes_guarded else running
        self.chains.append((scope, first, chain, node, store, context))

    def annotation(self, node: ast.expr) -> None:
        """Visit an annotation, and what is written in it as a string."""
        if node.__class__ is ast.Name:
            return  # most are, and a name says nothing
        self.visit(node)
        for part in nodes_of(node) if node.__class__ is not ast.Attribute else ():
            if part.__class__ is ast.Constant and isinstance(part.value, str) and "." in part.value:
                self.forward_reference(part, self.collector.scope)

    def forward_reference(self, node: ast.Constant, scope: Scope) -> None:
        """Note the chains of an annotation that is written as a string; it is read by type checkers alone."""
        for part, name, is_part in chains_in(str(node.value)):
            first, *rest = name.split(".")
            self.chains.append((scope, first, tuple(rest), node, False, "typing"))
            if is_part:
                self.strings.annotated(name, node, part, scope)

    def _call(self, node: ast.Call, scope: Scope, stack: list[Any]) -> None:
        function, keywords = node.func, node.keywords
        arguments: list[Any] = node.args
        callee = leaf = ""
        if isinstance(function, ast.Attribute):
            callee, leaf = self._attribute(function, scope, stack), function.attr
        elif isinstance(function, ast.Name):
            callee = leaf = function.id
        else:
            stack.append(function)
        self.called.add(leaf)
        if leaf in TELLING or leaf.startswith(FLAGS):
            self.options.defined_by(node, leaf)
        self.namespace |= leaf == "declare_namespace"
        tolerant = bool(keywords) and is_tolerant(node)
        if callee:
            self._named_call(node, callee, leaf, scope, tolerant=tolerant)
        hands_on = leaf == "partial"
        self.only_read.handed_to(callee, arguments)
        self.collector.definitions.stored.update(handed_members(arguments))
        if node is self.discarded and callee in _ENTERED_LATER:
            callee = ""
        for index, argument in enumerate(arguments):
            kind = argument.__class__
            if kind is ast.Constant and not tolerant and argument.value.__class__ is str:
                self.strings.constant(argument, scope, callee, str(index))
            elif kind not in _SILENT:
                stack.append(argument)
        for keyword in keywords:
            value: Any = keyword.value
            kind = value.__class__
            if kind is ast.Constant and value.value.__class__ is str:
                self.strings.constant(value, scope, callee, keyword.arg or "")
            elif kind not in _SILENT:
                stack.append(value)
            hands_on = hands_on or keyword.arg == "target"
        if hands_on:
            self.called.update(map(leaf_of, handed_on(node)))

    def _named_call(self, node: ast.Call, callee: str, leaf: str, scope: Scope, *, tolerant: bool) -> None:
        """Calls whose callable means something here."""
        if leaf in _COPYING and (copied := replaced_fields(node)) is not None:
            self.accessed.update(each.arg or "" for each in copied[1])
        if leaf in DYNAMIC or callee.startswith(_PATHS):
            self._dynamic(node, callee, scope)
        elif leaf == "warn":
            self.strings.warns(node)
        elif leaf == "cast" and callee in _CASTS and node.args and isinstance(node.args[0], ast.Constant):
            self.forward_reference(node.args[0], scope)
        if leaf in SPELLING or tolerant or (leaf in COMPOSED and node.args and node.args[0].__class__ in TOGETHER):
            self.strings.called(node, callee, leaf, scope)
        if not self.collector.scope.is_function and hands_own_name(node):
            self.handed_to.add(callee)
            self.strings.injected.update(handed_children(node))
        if len(node.args) > 1 and isinstance(node.args[1], ast.Constant) and leaf not in DYNAMIC:
            self.probed.add((dotted(node.args[0]), str(node.args[1].value)))  # it may be put there
            self.strings.translates(leaf, node)

    def _dynamic(self, node: ast.Call, callee: str, scope: Scope) -> None:
        """Calls that read, make or ask for names given as strings."""
        leaf = callee.rpartition(".")[2]
        match leaf:
            case "hasattr" | "getattr" | "setattr" | "delattr" | "object" | "spy" | "__setattr__":
                self._named_attribute(node, callee, leaf, scope)
            case "globals" | "exec" | "vars" if node not in self.only_read:
                self.open |= callee == leaf and (leaf == "globals" or not self.collector.scope.is_function)
            case "load_module" | "load_source":
                self.open |= any(map(is_own_name, node.args[:1]))  # another takes the place of this one
            case "locals" if callee == leaf:
                self.collector.definitions.opens(scope)
            case "dict" | "setitem" | "setdefault" | "update":
                self.strings.injecting(node, leaf)
        if callee in ("__all__.extend", "__all__.append") and node.args:
            value = node.args[0] if leaf == "extend" else ast.List(elts=[node.args[0]], ctx=ast.Load())
            self.collector.definitions.exports.add(value, more=True)
        elif callee.startswith("sys.path."):
            self.sys_path += added_folders(node, self.paths)
        elif callee.startswith(("__path__.", "sys.meta_path.")):
            self._finds(callee.rpartition(".")[0].rpartition(".")[2])

    def _finds(self, way: str) -> None:
        """Note that the file changes where modules are looked for: all of them, or those below its package."""
        self.namespace |= way == "__path__"
        self.collector.definitions.lengthened |= way == "__path__"
        self.strings.finds_modules |= way == "meta_path"

    def _named_attribute(self, node: ast.Call, callee: str, leaf: str, scope: Scope) -> None:
        """``getattr(module, "name")`` without a default, and patches of it, need the chain ``module.name``."""
        if len(node.args) < 2:
            return
        owner, name = node.args[0], node.args[1]
        first, *rest = dotted(owner).split(".")
        if callee == "setattr" and not isinstance(name, ast.Constant):
            self._chain(scope, first, (*rest, ANY), owner, store=True)
        if leaf == "__setattr__" or leaf == callee == "setattr":
            self.open |= is_own_module(owner)
            if isinstance(owner, ast.Subscript) and dotted(owner.value) == "sys.modules":
                self.strings.computed(owner.slice)
            self.collector.definitions.sets(owner, name)
        if not (isinstance(name, ast.Constant) and isinstance(name.value, str)) or not name.value.isidentifier():
            return
        if leaf == "hasattr":
            self.probed.add((dotted(owner), name.value))
            return
        is_patch = patched_member(node) is not None
        if is_patch:
            self.accessed.add(name.value)
        if is_patch or callee == "setattr":
            self._chain(scope, first, (*rest, name.value), node, store=callee == "setattr")

    def subscript(self, node: ast.Subscript, scope: Scope) -> None:
        """Note what a subscript looks up or puts in place."""
        self.only_read.subscript(node)
        owner = "sys.modules" if is_sys_modules(node.value) else dotted(node.value)
        if owner.endswith(".__dict__") and isinstance(node.ctx, ast.Store):
            self.collector.definitions.opens_self(owner.partition(".")[0])
        self.open |= self.strings.placed(node, owner)
        self.strings.looked_up(node, scope, owner)

    def walrus(self, node: ast.NamedExpr, scope: Scope) -> None:
        """``name := ...`` binds in the function, class or module around a comprehension, not in it."""
        target = node.target
        while scope.is_comprehension and scope.parent is not None:
            scope = scope.parent
        scope.bind(target.id)
        self.collector.definitions.name(scope.owner(target.id), self.collector.module, target)

    def path_assigned(self, target: ast.expr, value: ast.expr) -> None:
        """Note the folder that a variable holds, for a later ``sys.path.insert(0, variable)``, and the folders
        of ``sys.path = [...]``, ``sys.path[:0] = [...]`` and ``sys.path += [...]``."""
        if isinstance(target, ast.Name):
            try:
                self.paths[target.id] = path_of(value, self.paths)
            except RecursionError:  # a long sum of strings, no path
                self.paths[target.id] = None
        elif is_search_path(target.value if isinstance(target, ast.Subscript) else target):
            self.sys_path += put_together(value, self.paths)


_LOOKS: Final[dict[type[ast.expr], Callable[[Expressions, Any, Scope], None]]] = {
    ast.NamedExpr: Expressions.walrus,
    ast.Subscript: Expressions.subscript,
    ast.Compare: lambda expressions, node, _scope: expressions.only_read.compared(node),
    ast.List: lambda expressions, node, scope: expressions.strings.sequence(node, scope),
    ast.Tuple: lambda expressions, node, scope: expressions.strings.sequence(node, scope),
    ast.Dict: lambda expressions, node, scope: expressions.strings.mapping(node, scope),
    ast.Yield: lambda expressions, node, _scope: expressions.collector.definitions.yields(node.value),
    ast.YieldFrom: lambda expressions, _node, _scope: expressions.collector.definitions.yields(None),
}
