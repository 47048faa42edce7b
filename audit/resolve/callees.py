"""What a call in one file calls: by name, by the type of its receiver, or not to be known.

Read on demand, and only from files in which a changed callable's name occurs: calls are too many to keep
as facts, and few ever matter. Types come from annotations and from plain constructor assignments; a name
that is bound in any other way has no type.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

import msgspec

from audit.model.calls import CallShape
from audit.model.facts import Context


class Receiver(msgspec.Struct, frozen=True):
    """How a callee is written, as far as it can be traced.

    ``dotted`` is a name that module scope or an import binds, with what follows it; ``owner`` the text of the
    class whose instance (or class object) the method ``leaf`` is called on. Both empty: only ``leaf`` is known.
    """

    leaf: str
    dotted: str = ""
    owner: str = ""


class Call(msgspec.Struct, frozen=True):
    """One call: its receiver, its shape, its place (node) and when it runs."""

    receiver: Receiver
    shape: CallShape
    node: ast.Call
    context: Context


_Block = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


class _Scope:
    def __init__(self, parent: _Scope | None, owner: str = "") -> None:
        self.parent = parent
        self.owner = owner
        self.types: dict[str, set[str]] = {}

    def note(self, name: str, kind: str) -> None:
        self.types.setdefault(name, set()).add(kind)

    def kind(self, name: str) -> str:
        """The only thing that binds a name: ``@`` for module scope or an import, a class text, or empty."""
        scope: _Scope | None = self
        while scope is not None:
            if name in scope.types:
                found = scope.types[name]
                return next(iter(found)) if len(found) == 1 else ""
            scope = scope.parent
        return ""


class CallReader:
    """Reads the calls of one file to callables whose last name is wanted."""

    def __init__(self, wanted: frozenset[str]) -> None:
        self._wanted = wanted
        self._classes: dict[str, ast.ClassDef] = {}
        self._scopes: dict[int, _Scope] = {}

    def calls(self, tree: ast.Module) -> Iterator[Call]:
        """Every wanted call in reading order; only the scopes around one are looked at."""
        hits: list[ast.Call] = []
        blocks: list[_Block] = []
        for node in ast.walk(tree):
            if isinstance(node, ast.Call):
                if _leaf(node.func) in self._wanted:
                    hits.append(node)
            elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                blocks.append(node)
                if isinstance(node, ast.ClassDef):
                    self._classes[node.name] = node
        if not hits:
            return
        module = _Scope(None)
        self._bind(tree.body, module)
        for hit in sorted(hits, key=lambda node: (node.lineno, node.col_offset)):
            scope, context = module, "eager"
            for block in sorted((each for each in blocks if _holds(each, hit)), key=lambda each: each.lineno):
                scope = self._enter(block, scope)
                context = context if isinstance(block, ast.ClassDef) else "lazy"
            receiver = self._receiver(hit.func, scope)
            if receiver is not None:
                yield Call(receiver, _shape(hit), hit, "lazy" if context == "lazy" else "eager")

    def _enter(self, block: _Block, outer: _Scope) -> _Scope:
        """The scope of a class or function body inside ``outer``; a function does not see a class around it."""
        found = self._scopes.get(id(block))
        if found is None:
            found = _Scope(outer, owner=block.name) if isinstance(block, ast.ClassDef) else self._function(block, outer)
            self._scopes[id(block)] = found
        return found

    def _bind(self, body: list[ast.stmt], scope: _Scope) -> None:
        """Note what the statements of one scope bind, nested functions and classes by name only."""
        stack: list[ast.AST] = list(reversed(body))
        at_module = scope.parent is None
        while stack:
            node = stack.pop()
            match node:
                case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                    scope.note(name, "@" if at_module else "")
                    continue
                case ast.Import(names=names):
                    for alias in names:
                        scope.note(alias.asname or alias.name.partition(".")[0], "@" if at_module else "")
                case ast.ImportFrom(names=names):
                    for alias in names:
                        scope.note(alias.asname or alias.name, "@" if at_module else "")
                case ast.Assign(targets=[ast.Name(id=name)], value=ast.Call(func=function)):
                    scope.note(name, _dotted(function))
                case ast.AnnAssign(target=ast.Name(id=name), annotation=annotation):
                    scope.note(name, _annotated(annotation))
                case ast.Name(id=name, ctx=ast.Store() | ast.Del()):
                    scope.note(name, "")
                    continue
                case ast.ExceptHandler(name=str(name)):
                    scope.note(name, "")
                case ast.Lambda():
                    continue
            if isinstance(node, ast.Assign | ast.AnnAssign) and _is_simple(node):
                stack.append(node.value) if node.value is not None else None
            else:
                stack.extend(reversed(list(ast.iter_child_nodes(node))))

    def _function(self, node: ast.FunctionDef | ast.AsyncFunctionDef, outer: _Scope) -> _Scope:
        arguments = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
        is_static = any(_dotted(each).endswith("staticmethod") for each in node.decorator_list)
        is_method = bool(outer.owner) and not is_static
        parent = outer.parent if outer.owner and outer.parent is not None else outer
        inner = _Scope(parent)
        for argument in arguments:
            inner.note(argument.arg, _annotated(argument.annotation))
        for extra in (node.args.vararg, node.args.kwarg):
            if extra is not None:
                inner.note(extra.arg, "")
        if is_method and arguments:
            inner.types[arguments[0].arg] = {outer.owner}
        self._bind(node.body, inner)
        return inner

    def _receiver(self, function: ast.expr, scope: _Scope) -> Receiver | None:
        if isinstance(function, ast.Name):
            kind = scope.kind(function.id)
            return Receiver(function.id.rpartition(".")[2], dotted=function.id) if kind == "@" else None
        if not isinstance(function, ast.Attribute):
            return None
        leaf, value = function.attr, function.value
        chain = _dotted(value)
        if chain:
            first, _, rest = chain.partition(".")
            kind = scope.kind(first)
            if kind == "@":
                return Receiver(leaf, dotted=f"{chain}.{leaf}")
            if kind and not rest:
                return Receiver(leaf, owner=kind)
            if kind and "." not in rest:
                block = self._classes.get(kind)
                members = _member_types(block).get(rest, set()) if block is not None else set()
                owner = next(iter(members)) if len(members) == 1 else ""
                return Receiver(leaf, owner=owner)
        elif isinstance(value, ast.Call):
            made = _dotted(value.func)
            if made and scope.kind(made.partition(".")[0]) == "@":
                return Receiver(leaf, owner=made)
        return Receiver(leaf)


def _leaf(function: ast.expr) -> str:
    match function:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""


def _holds(block: _Block, node: ast.Call) -> bool:
    """Whether a call stands in the body of a block: decorators and defaults run outside it."""
    first, last = block.body[0], block.end_lineno or block.lineno
    return (first.lineno, first.col_offset) <= (node.lineno, node.col_offset) and node.lineno <= last


def _shape(node: ast.Call) -> CallShape:
    return CallShape(
        positional=sum(not isinstance(argument, ast.Starred) for argument in node.args),
        keywords=tuple(keyword.arg for keyword in node.keywords if keyword.arg is not None),
        starred=any(isinstance(argument, ast.Starred) for argument in node.args),
        double_starred=any(keyword.arg is None for keyword in node.keywords),
    )


def _member_types(node: ast.ClassDef) -> dict[str, set[str]]:
    """The class texts that ``self.name`` is given in the methods of a class, and annotations in its body."""
    found: dict[str, set[str]] = {}
    for statement in node.body:
        if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
            found.setdefault(statement.target.id, set()).add(_annotated(statement.annotation))
        if not isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef) or not statement.args.args:
            continue
        own = statement.args.args[0].arg
        given = {argument.arg: _annotated(argument.annotation) for argument in statement.args.args}
        for part in ast.walk(statement):
            match part:
                case ast.Assign(targets=[ast.Attribute(value=ast.Name(id=name), attr=member)], value=value) if (
                    name == own
                ):
                    match value:
                        case ast.Call(func=function):
                            found.setdefault(member, set()).add(_dotted(function))
                        case ast.Name(id=source):
                            found.setdefault(member, set()).add(given.get(source, ""))
                        case _:
                            found.setdefault(member, set()).add("")
                case ast.AnnAssign(target=ast.Attribute(value=ast.Name(id=name), attr=member)) if name == own:
                    found.setdefault(member, set()).add(_annotated(part.annotation))
    return found


def _is_simple(node: ast.Assign | ast.AnnAssign) -> bool:
    match node:
        case ast.Assign(targets=[ast.Name()], value=ast.Call()) | ast.AnnAssign(target=ast.Name()):
            return True
    return False


def _annotated(annotation: ast.expr | None) -> str:
    """The class text of an annotation; ``X | None`` and ``Optional[X]`` mean X."""
    match annotation:
        case ast.Name() | ast.Attribute():
            return _dotted(annotation)
        case ast.Constant(value=str(text)):
            return text if all(part.isidentifier() for part in text.split(".")) else ""
        case ast.BinOp(left=left, op=ast.BitOr(), right=ast.Constant(value=None)):
            return _annotated(left)
        case ast.Subscript(value=ast.Name(id="Optional") | ast.Attribute(attr="Optional"), slice=inner):
            return _annotated(inner)
    return ""


def _dotted(node: ast.expr) -> str:
    names: list[str] = []
    while isinstance(node, ast.Attribute):
        names.append(node.attr)
        node = node.value
    return ".".join((node.id, *reversed(names))) if isinstance(node, ast.Name) else ""
