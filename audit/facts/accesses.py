"""Calls and attribute reads of one file, each with the term of what it calls or reads.

Read on demand, and only for names that matter: they are too many to keep as facts, and few ever do.
"""

from __future__ import annotations

import ast
import bisect
import re
from collections.abc import Collection, Iterable, Iterator
from typing import Final

from audit.facts.bindings import LocalScope, module_scope, read_source
from audit.facts.bodies import FunctionNode
from audit.facts.callables import dotted, handed_on, leaf_of
from audit.facts.excerpts import is_plain, lines_with, named_in_strings, parse_around, renamed_in
from audit.facts.forward_references import names_in
from audit.facts.guards import demanded_failures, is_always, is_never, swallowed_failures
from audit.facts.keys import literal_keys, spelt_keys
from audit.facts.naming_calls import patched_member, replaced_fields
from audit.facts.nodes import parts_of
from audit.facts.spans import Spans
from audit.facts.terms import annotation_text, term_of
from audit.model.calls import Access, CallShape
from audit.model.facts import Context, Definition, Span
from audit.model.terms import declared

_SURVIVED: Final = frozenset({"AttributeError", "NameError", "TypeError"})
_OF_KEYS: Final = frozenset({"KeyError", "LookupError"})
_TYPE_PARAMETERS: Final = re.compile(rb"\b(?:def|class|type)[ \t]+\w+[ \t]*\[([^\]=]*)")
"""Names that a function, class or alias binds for itself."""
_WORD: Final = re.compile(r"\w+")
_POSTPONED: Final = re.compile(rb"^from __future__ import .*\bannotations\b", re.MULTILINE)


def read_accesses(content: bytes, wanted: Collection[str], definitions: Iterable[Definition]) -> tuple[Access, ...]:
    """The calls and attribute reads of a file whose last name is wanted, in reading order.

    Left out are those whose failure is survived or demanded, and names that the file asks for or puts in
    place by a string. A file that does not parse has none. ``definitions`` are those of the file.
    """
    definitions = list(definitions)
    named = named_in_strings(content, wanted, definitions)
    everywhere = (1, content.count(b"\n") + 1)
    names = frozenset(each for each in wanted if everywhere not in named.get(each, ()))
    names -= {name for found in _TYPE_PARAMETERS.findall(content) for name in _WORD.findall(found.decode())}
    names |= renamed_in(content, names) if names else names
    lines = lines_with(content, names) if names else []
    source = read_source(content)
    reader = _Reader(content, names, lines if is_plain(content) else [], named)
    try:
        for tree in parse_around(content, lines, definitions):
            reader.block(tree.body, module_scope(source))
    except (SyntaxError, ValueError, LookupError, RecursionError, MemoryError):
        return ()
    return tuple(sorted(reader.found, key=lambda each: each.span))


class _Reader:
    def __init__(
        self, content: bytes, wanted: frozenset[str], lines: list[int], named: dict[str, list[tuple[int, int]]]
    ) -> None:
        self._named = named
        self.found: list[Access] = []
        self._spans = Spans(content)
        self._wanted = wanted
        self._lines = lines
        self._context: Context = "eager"
        self._postponed = _POSTPONED.search(content) is not None
        self._ignoring = False
        self._keys_may_miss = False
        self._returns: ast.expr | None = None

    def block(self, statements: list[ast.stmt], scope: LocalScope) -> None:
        for statement in statements:
            if self._may_hold(statement):
                self._statement(statement, scope)

    def _may_hold(self, node: ast.stmt | ast.expr) -> bool:
        """Whether a wanted name stands somewhere in a statement or an expression."""
        if not self._lines:
            return True
        decorators = getattr(node, "decorator_list", ())
        first = min((each.lineno for each in decorators), default=node.lineno)
        position = bisect.bisect_left(self._lines, first)
        return position < len(self._lines) and self._lines[position] <= (node.end_lineno or node.lineno)

    def _statement(self, node: ast.stmt, scope: LocalScope) -> None:
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                self._function(node, scope)
            case ast.ClassDef(body=body):
                self._expressions((*node.decorator_list, *node.bases, *(each.value for each in node.keywords)), scope)
                self.block(body, scope.enter_class(node))
            case ast.AnnAssign(annotation=kind, value=ast.Dict() as literal):
                self._literal(literal, kind)
                self._children(node, scope)
            case ast.Return(value=ast.Dict() as literal) if self._returns is not None:
                self._literal(literal, self._returns)
                self._children(node, scope)
            case ast.If(test=test, body=body, orelse=other) if is_never(test) or is_always(test):
                self.block(other if is_never(test) else body, scope)
            case ast.Try() | ast.TryStar():
                kinds = [each.type for each in node.handlers]
                keys_may_miss = any(_survives(each, _OF_KEYS) for each in kinds)
                self._quietly(any(map(_survives, kinds)), node.body, scope, keys_may_miss=keys_may_miss)
                for handler in node.handlers:
                    self._children(handler, scope)
                self.block([*node.orelse, *node.finalbody], scope)
            case ast.With() | ast.AsyncWith():
                self._expressions([item.context_expr for item in node.items], scope)
                is_survived = "attribute" in demanded_failures(node) | swallowed_failures(node) or any(
                    _survives_in(item.context_expr) for item in node.items
                )
                keys_may_miss = any(_survives_in(item.context_expr, _OF_KEYS) for item in node.items)
                self._quietly(is_survived, node.body, scope, keys_may_miss=keys_may_miss)
            case _:
                self._children(node, scope)

    def _quietly(self, quiet: bool, body: list[ast.stmt], scope: LocalScope, *, keys_may_miss: bool) -> None:
        outer = self._ignoring, self._keys_may_miss
        self._ignoring, self._keys_may_miss = outer[0] or quiet, outer[1] or keys_may_miss
        self.block(body, scope)
        self._ignoring, self._keys_may_miss = outer

    def _function(self, node: FunctionNode, scope: LocalScope) -> None:
        arguments = node.args
        defaults = [each for each in (*arguments.defaults, *arguments.kw_defaults) if each is not None]
        self._expressions((*node.decorator_list, *defaults), scope)
        for each in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, arguments.vararg, arguments.kwarg):
            self._annotation(each.annotation if each is not None else None, scope)
        self._annotation(node.returns, scope)
        outer = (self._context, self._ignoring, self._keys_may_miss, self._returns)
        # it runs outside of what guards its definition
        self._context, self._ignoring, self._keys_may_miss, self._returns = "lazy", False, False, node.returns
        self.block(node.body, scope.enter(node))
        self._context, self._ignoring, self._keys_may_miss, self._returns = outer

    def _children(self, node: ast.AST, scope: LocalScope) -> None:
        """The statements and expressions of a node that has no scope of its own."""
        for name, value in ast.iter_fields(node):
            if name == "annotation":
                self._annotation(value, scope)
                continue
            for part in value if isinstance(value, list) else (value,):
                if isinstance(part, ast.stmt):
                    self.block([part], scope)
                elif isinstance(part, ast.expr):
                    self._expressions((part,), scope)
                elif isinstance(part, ast.AST):
                    self._children(part, scope)

    def _annotation(self, node: ast.expr | None, scope: LocalScope) -> None:
        """Plain names alone: what an annotation reads of a module or class is known from the facts of the file."""
        outer, self._context = self._context, "typing" if self._postponed else self._context
        for place, name, is_string in names_in(node) if node is not None else ():
            within, self._context = self._context, "typing" if is_string else self._context
            self._note(place, name, None, scope)
            self._context = within
        self._context = outer

    def _expressions(self, nodes: Collection[ast.expr], scope: LocalScope) -> None:
        stack: list[tuple[ast.AST, LocalScope]] = [(node, scope) for node in nodes]
        while stack:
            node, within = stack.pop()
            if isinstance(node, ast.expr) and node.lineno != node.end_lineno and not self._may_hold(node):
                continue
            for owner, key, place in spelt_keys(node):
                if key in self._wanted and not within.narrows(owner):
                    self._key(key, term_of(owner, within.term), place, is_item=isinstance(node, ast.Subscript))
            if isinstance(node, (ast.Attribute, ast.Name)):
                if isinstance(node.ctx, ast.Load):
                    self._note(node, node, None, within)
                if isinstance(node, ast.Attribute):
                    stack.append((node.value, within))
            elif isinstance(node, ast.Call):
                self._call(node, within)
                if isinstance(node.func, ast.Attribute):
                    stack.append((node.func.value, within))
                elif not isinstance(node.func, ast.Name):
                    stack.append((node.func, within))
                stack += [(part, within) for part in (*node.args, *node.keywords)]
            elif isinstance(node, ast.Lambda):
                stack += [(each, within) for each in (*node.args.defaults, *node.args.kw_defaults) if each is not None]
                stack.append((node.body, within.enter(node)))
            elif not isinstance(node, ast.Constant):
                if isinstance(node, (ast.ListComp, ast.SetComp, ast.GeneratorExp, ast.DictComp)):
                    within = within.enter(node)
                stack += [(part, within) for part in parts_of(node)]

    def _literal(self, literal: ast.Dict, declared_as: ast.expr) -> None:
        """Note the keys of a dictionary of which is declared what it is."""
        for key, place in literal_keys(literal):
            if key in self._wanted:
                self._key(key, declared(annotation_text(declared_as)), place)

    def _key(self, key: str, term: str, place: ast.expr | ast.keyword, *, is_item: bool = False) -> None:
        if term and not self._ignoring and not self._keys_may_miss:
            span = self._spans.of(place)
            self.found.append(Access(key, term, None, span, self._context, is_key=True, is_item=is_item))

    def _call(self, node: ast.Call, scope: LocalScope) -> None:
        self._patch(node, scope)
        if (copied := replaced_fields(node)) is not None:
            for field in copied[1]:
                self._member(copied[0], field.arg or "", self._spans.of(field), scope)
        if leaf_of(node.func) in self._wanted:
            self._note(node, node.func, _shape(node), scope)
        for function in handed_on(node):
            if leaf_of(function) in self._wanted and (shape := _handed_shape(node)) is not None:
                self._note(node, function, shape, scope)

    def _patch(self, node: ast.Call, scope: LocalScope) -> None:
        """Note the attribute that a patch replaces: it must be there, whatever the code around does with it."""
        owner, name = patched_member(node) or (None, None)
        if owner is not None and name is not None:
            self._member(owner, str(name.value), self._spans.of(name), scope)

    def _member(self, owner: ast.expr, leaf: str, span: Span, scope: LocalScope) -> None:
        """Note a member that a call names, by a string or a keyword, and that must be there."""
        if self._ignoring or leaf not in self._wanted or scope.narrows(owner):
            return
        if term := term_of(owner, scope.term):
            self.found.append(Access(leaf, f"{term}.{leaf}", None, span, self._context, _last_name(owner)))

    def _note(self, node: ast.expr, callee: ast.expr, shape: CallShape | None, scope: LocalScope) -> None:
        leaf = leaf_of(callee)
        if self._ignoring or leaf not in self._wanted:
            return
        if any(first <= node.lineno <= last for first, last in self._named.get(leaf, ())):
            return
        term = term_of(callee, scope.term) if not scope.narrows(callee) else ""
        if term or isinstance(callee, ast.Attribute):
            receiver = _last_name(callee.value) if isinstance(callee, ast.Attribute) else ""
            self.found.append(Access(leaf, term, shape, self._spans.of(node), self._context, receiver))


def _last_name(node: ast.expr) -> str:
    """The last name of a receiver, of a call that gives it, or of what holds it."""
    while isinstance(node, ast.Call | ast.Subscript | ast.Await):
        node = node.func if isinstance(node, ast.Call) else node.value
    return leaf_of(node)


def _survives(kind: ast.expr | None, errors: frozenset[str] = _SURVIVED) -> bool:
    """Whether a handler is there for such errors: unless told otherwise, for calls and attributes that do not fit."""
    kinds = kind.elts if isinstance(kind, ast.Tuple) else [kind] if kind is not None else []
    return any(leaf_of(each) in errors for each in kinds)


def _survives_in(manager: ast.expr, errors: frozenset[str] = _SURVIVED) -> bool:
    """Whether a with statement demands or swallows such a failure, of any kind or of just this one."""
    if not isinstance(manager, ast.Call) or leaf_of(manager.func) not in ("raises", "suppress", "assertRaises"):
        return False
    return any(
        _survives(argument, errors) or leaf_of(argument) in ("Exception", "BaseException") for argument in manager.args
    )


def _shape(node: ast.Call) -> CallShape:
    return CallShape(
        positional=sum(not isinstance(argument, ast.Starred) for argument in node.args),
        keywords=tuple(keyword.arg for keyword in node.keywords if keyword.arg is not None),
        starred=any(isinstance(argument, ast.Starred) for argument in node.args),
        double_starred=any(keyword.arg is None for keyword in node.keywords),
        spelled=tuple(leaf_of(each) for each in node.args if not isinstance(each, ast.Starred)),
    )


def _handed_shape(node: ast.Call) -> CallShape | None:
    """What a callable will be given that is handed on: a partial may get more later, a thread gets just this."""
    if leaf_of(node.func) == "partial":
        given = _shape(node)
        return CallShape(given.positional - 1, given.keywords, starred=True, double_starred=True)
    if dotted(node.func).rpartition(".")[2] not in ("Thread", "Process", "Timer"):
        return None
    named = {keyword.arg: keyword.value for keyword in node.keywords}
    arguments, keywords = named.get("args", ast.Tuple(elts=[])), named.get("kwargs", ast.Dict(keys=[], values=[]))
    if not isinstance(arguments, ast.Tuple | ast.List) or not isinstance(keywords, ast.Dict):
        return None
    return CallShape(
        positional=sum(not isinstance(each, ast.Starred) for each in arguments.elts),
        keywords=tuple(_texts(keywords.keys)),
        starred=any(isinstance(each, ast.Starred) for each in arguments.elts),
        double_starred=len(list(_texts(keywords.keys))) < len(keywords.keys),
    )


def _texts(keys: list[ast.expr | None]) -> Iterator[str]:
    for key in keys:
        if isinstance(key, ast.Constant) and isinstance(key.value, str):
            yield key.value
