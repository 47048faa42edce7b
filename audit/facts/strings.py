"""Strings of one file that name modules or symbols, each with the callable or the place that uses it."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from audit.facts.announced import given_names
from audit.facts.callables import leaf_of
from audit.facts.composed import PACKAGE
from audit.facts.naming_calls import absolute, is_tolerant, may_start_python, named_within
from audit.facts.scopes import Scope
from audit.facts.system_modules import below_own_name, is_own_module, is_own_name, is_sys_modules
from audit.facts.translated import translated_by, translated_in
from audit.model.facts import FRAMEWORK_SETTINGS, GIVEN, TRANSLATED, WITH_MODULE, Context, Span
from audit.model.regex import regex

if TYPE_CHECKING:
    from audit.facts.collector import Collector

_DOTTED: Final = regex(r"\.{0,3}[^\W\d]\w*(?:\.[^\W\d]\w*)*(?::[^\W\d][\w.]*)?")
_MAX_TEXT: Final = 256
_NAMING_CALLS: Final = frozenset(
    {"import_module", "__import__", "importorskip", "resolve_name", "find_spec", "run_module", "reload"}
    | {"sys.modules", "pytest_plugins", "python -m", "INSTALLED_APPS", "files", "get_data", "PackageLoader"}
)
"""Callables (and places) whose string names a module even without a dot."""
_OF_GROUPS: Final = frozenset({"entry_points", "iter_entry_points"})
"""Calls that take the name of a group of entry points, which is no module's."""
_CLASS_KEYS: Final = frozenset({"class", "()", "_target_"})
"""Keys under which configuration dictionaries hold the dotted name of what is imported for them."""
_EXTERNAL: Final = "ext://"
"""What begins a value of a logging configuration that is the name of an object."""
_NAME: Final = regex(r"[^\W\d]\w*")
_NAMING_WITHIN: Final = frozenset({"filterwarnings", "make"})
"""Last names of the calls whose string holds a name beside other things."""
SPELLING: Final = _NAMING_WITHIN | {"attach", "import_module", "multiple"}
"""Last names of the calls that spell names in several parts, or beside other things; whatever is called may be patched
by keyword besides."""

COMPOSED: Final = frozenset(
    {"import_module", "__import__", "resolve_name", "run_module", "import_string", "find_spec", "importorskip"}
    | {"patch", "setattr", "delattr", "dict"}
)
"""Last names of the calls that find what they name by a string, however it is put together."""
TOGETHER: Final = frozenset({ast.JoinedStr, ast.BinOp, ast.Call})
"""How a string may be put together."""

RELATIVE: Final = "relative"
"""The argument of a name that is relative to the package of its own file."""

ANNOTATION: Final = "annotation"
"""The argument of a name that is part of an annotation: one that an import binds is known by its chain."""

_WARNINGS: Final = frozenset({"DeprecationWarning", "PendingDeprecationWarning", "FutureWarning"})

_ANY_MODULE: Final = "*"
"""Stands among the injected modules for those whose names are computed."""

String = tuple[Scope, str, Span, str, str, Context]
"""Scope, value, span, callee, argument, context."""


class Strings:
    """Collects the strings that look like dotted names."""

    def __init__(self, collector: Collector) -> None:
        self.collector = collector
        self.found: list[String] = []
        self.injected: set[str] = set()
        self.given: set[str] = set()
        """Names that decorators give to what they decorate."""
        self.giving: set[Span] = set()
        """Where they do, and where tables translate old names: no references to what is there already."""
        self.warning: list[Scope] = []
        """The functions that warn of what is or will be gone."""
        self.places_modules = False
        """Whether a function puts modules in place whose names are computed."""
        self.finds_modules = False
        """Whether the file changes how modules are found: those that it names may be found only thereby."""

    def constant(self, node: ast.Constant, scope: Scope, callee: str = "", argument: str = "") -> None:
        """Note a string, if it may be a name."""
        if not isinstance(node.value, str):
            return
        if argument == "group" or callee.rpartition(".")[2] in _OF_GROUPS:
            return
        if "." in node.value or callee in _NAMING_CALLS or callee.rpartition(".")[2] in _NAMING_CALLS:
            self.named(node.value, node, scope, callee, argument)

    def named(
        self, value: str, node: ast.expr | ast.keyword, scope: Scope, callee: str = "", argument: str = ""
    ) -> None:
        """Note a name that ``node`` stands for, if it may be one."""
        if len(value) <= _MAX_TEXT and _DOTTED.fullmatch(value):
            expected = self.collector.failure_demanded or value in self.collector.mocked
            context: Context = "expected" if expected else self.collector.context
            self.found.append((scope, value, self.collector.spans.of(node), callee, argument, context))
        elif value.startswith(_EXTERNAL):
            self.named(value.removeprefix(_EXTERNAL), node, scope, _EXTERNAL, "0")

    def annotated(self, value: str, node: ast.Constant, part: ast.expr, scope: Scope) -> None:
        """Note a name that is part of an annotation written as a string: no import need bind it."""
        line, column, last, end = self.collector.spans.of(node)
        if line == last and end - column == len(str(node.value)) + 2:  # neither escapes nor a prefix
            column, end = column + 1 + part.col_offset, column + 1 + (part.end_col_offset or 0)
        self.found.append((scope, value, (line, column, last, end), "", ANNOTATION, "typing"))

    def called(self, node: ast.Call, callee: str, leaf: str, scope: Scope) -> None:
        """Note the names that a call spells in several parts: relative to a package, or patched by keyword."""
        if leaf == "attach" and "lazy" in callee:
            self._lazy(node, scope, callee)
        if not node.args:
            return
        first = node.args[0]
        value = self.collector.constants.text(first) if not isinstance(first, ast.Name) else None
        if value is None:
            return
        is_composed = not isinstance(first, ast.Constant)
        if leaf == "import_module" and value.startswith("."):
            package = node.args[1] if len(node.args) > 1 else _keyword(node, "package")
            within = self.collector.constants.text(package) if package is not None else None
            if within == PACKAGE or (isinstance(package, ast.Name) and package.id == "__name__"):
                self.named(value, first, scope, callee, RELATIVE)
            elif within is not None:
                self.named(absolute(value, within), first, scope, callee, "0")
        elif leaf == "multiple" and callee.endswith("patch.multiple"):
            for keyword in () if is_tolerant(node) else node.keywords:
                if keyword.arg and keyword.arg not in _PATCH_OPTIONS:
                    self.named(f"{value}.{keyword.arg}", keyword, scope, callee, "0")
        elif leaf in _NAMING_WITHIN:
            self.named(named_within(value, callee), first, scope, callee, "0")
        elif is_tolerant(node) and "." in value:
            self.named(value.rpartition(".")[0], first, scope, callee, "0")  # its owner must be there
        elif is_composed and value.startswith(PACKAGE):
            self.named(value.removeprefix(PACKAGE), first, scope, callee, RELATIVE)
        elif is_composed:
            self.named(value, first, scope, callee, "0")

    def _lazy(self, node: ast.Call, scope: Scope, callee: str) -> None:
        """Note the submodules, and the names in each, that ``lazy_loader.attach(__name__, ...)`` makes available."""
        modules = _keyword(node, "submodules") or (node.args[1] if len(node.args) > 1 else None)
        names = _keyword(node, "submod_attrs") or (node.args[2] if len(node.args) > 2 else None)
        for each in modules.elts if isinstance(modules, (ast.List, ast.Tuple, ast.Set)) else ():
            if isinstance(each, ast.Constant) and isinstance(each.value, str):
                self.named(f".{each.value}", each, scope, callee, RELATIVE)
        pairs = zip(names.keys, names.values, strict=True) if isinstance(names, ast.Dict) else ()
        for module, listed in pairs:
            for each in listed.elts if isinstance(listed, (ast.List, ast.Tuple)) else ():
                parts = [part.value if isinstance(part, ast.Constant) else None for part in (module, each)]
                if isinstance(parts[0], str) and isinstance(parts[1], str):
                    self.named(f".{parts[0]}.{parts[1]}", each, scope, callee, RELATIVE)

    def gives(self, decorators: list[ast.expr], name: str) -> None:
        """Note the names under which decorators make a thing known."""
        for node in given_names(decorators, name):
            self.given.add(str(node.value))
            self.giving.add(self.collector.spans.of(node))

    def distinct(self) -> Iterable[String]:
        """Each string once, as the place that says most about it has noted it."""
        best: dict[Span, String] = {}
        for string in self.found:
            if string[2] in self.giving or (not string[3] and self._is_warned_of(string[0])):
                continue
            known = best.get(string[2])
            if known is None or not known[3]:
                best[string[2]] = string
        return best.values()

    def warns(self, node: ast.Call) -> None:
        """Note that a function warns of what is or will be gone, ``warnings.warn("...", DeprecationWarning)``: what it
        compares with what it is given may be old names."""
        given = (*node.args[1:], *(keyword.value for keyword in node.keywords))
        if self.collector.scope.is_function and any(leaf_of(each) in _WARNINGS for each in given):
            self.warning.append(self.collector.scope)

    def _is_warned_of(self, scope: Scope) -> bool:
        while scope.is_comprehension and scope.parent is not None:
            scope = scope.parent
        return any(each is scope for each in self.warning)

    def sequence(self, node: ast.List | ast.Tuple, scope: Scope) -> None:
        """Note the module of ``[python, "-m", "module"]``, and the name of a pair ``("module", "name")``."""
        if isinstance(node, ast.Tuple) and len(node.elts) == 2:
            listed = node.elts[1].elts if isinstance(node.elts[1], ast.List) else [node.elts[1]]
            for each in listed:
                self._pair(node.elts[0], each, scope)
        for place, (flag, module) in enumerate(zip(node.elts, node.elts[1:], strict=False)):
            is_flag = isinstance(flag, ast.Constant) and flag.value == "-m"
            if is_flag and isinstance(module, ast.Constant) and may_start_python(node.elts[:place]):
                self.constant(module, scope, "python -m", "0")

    def mapping(self, node: ast.Dict, scope: Scope) -> None:
        """Note the class names of a configuration dictionary, and the names that a lazy table lists by module, or with
        the module of each. Old names that a table translates to new ones may be gone."""
        self._translated(translated_in(node))
        for key, value in zip(node.keys, node.values, strict=True):
            if isinstance(key, ast.Constant) and key.value in _CLASS_KEYS and isinstance(value, ast.Constant):
                self.constant(value, scope, str(key.value), "0")
            elif key is not None and isinstance(value, (ast.List, ast.Tuple, ast.Set)):
                for each in value.elts:
                    self._pair(key, each, scope)
            elif key is not None:
                self._pair(value, key, scope, WITH_MODULE)

    def translates(self, name: str, given: ast.expr | None) -> None:
        """Note the old names that a table, or a call, of that name translates to new ones: it may make the old ones be
        there where it runs whenever they are imported."""
        self.injected.update(f"{TRANSLATED}{old}" for old in self._translated(translated_by(name, given)))

    def _translated(self, names: Iterable[ast.Constant]) -> list[str]:
        found = list(names)
        self.giving.update(map(self.collector.spans.of, found))
        return [str(each.value) for each in found]

    def _pair(self, module: ast.expr, name: ast.expr, scope: Scope, argument: str = "") -> None:
        parts = [each.value if isinstance(each, ast.Constant) else None for each in (module, name)]
        if not isinstance(parts[0], str) or not isinstance(parts[1], str):
            return
        if "." in parts[0] and ":" not in parts[0] and _NAME.fullmatch(parts[1]):
            self.named(f"{parts[0]}.{parts[1]}", name, scope, "", argument)

    def assigned(self, name: str, value: ast.expr | None, scope: Scope) -> None:
        """Note the modules that a framework imports because a variable of the module lists them, and old names."""
        self.translates(name, value)
        if name not in FRAMEWORK_SETTINGS or scope.parent is not None:
            return
        parts = value.elts if isinstance(value, (ast.List, ast.Tuple, ast.Set)) else [value]
        for part in parts:
            if isinstance(part, ast.Constant):
                self.constant(part, scope, name, "0")

    def looked_up(self, node: ast.Subscript, scope: Scope, owner: str) -> None:
        """Note ``sys.modules["name"]``: read, it must be there; assigned, it is put there."""
        if owner == "sys.modules" and isinstance(node.slice, ast.Constant) and isinstance(node.slice.value, str):
            if isinstance(node.ctx, ast.Store):
                self.injected.add(node.slice.value)
            elif isinstance(node.ctx, ast.Load):
                self.constant(node.slice, scope, owner, "0")
        elif owner == "sys.modules" and isinstance(node.ctx, ast.Store) and (below := below_own_name(node.slice)):
            self.injected.add(str(below.value))
            self.giving.add(self.collector.spans.of(below))

    def placed(self, node: ast.Subscript, owner: str) -> bool:
        """Note what ``sys.modules[...] = ...`` puts in place; whether that, or what is asked for, may be the file's own
        module. A function puts it there that is given its name."""
        is_own, puts = is_own_module(node), isinstance(node.ctx, ast.Store)
        if not is_own and not (puts and owner == "sys.modules"):
            return False
        if puts:
            self.computed(node.slice)
        if isinstance(node.slice, ast.Constant):
            return False
        within = not is_own and self.collector.scope.is_function
        self.places_modules |= within
        return not within

    def computed(self, key: ast.expr) -> None:
        """Note that a module is put in place, or changed, whose name another file may have handed over."""
        if not isinstance(key, ast.Constant) and not is_own_name(key):
            self.injected.add(_ANY_MODULE)

    def made(self, tree: ast.Module) -> tuple[str, ...]:
        """The modules that the file makes; where it computes their names, each plain string may be part of one."""
        if _ANY_MODULE in self.injected:
            strings = (each.value for each in ast.walk(tree) if isinstance(each, ast.Constant))
            parts = (each for each in strings if isinstance(each, str) and each.isidentifier())
            self.injected.update(f"{_ANY_MODULE}.{each}" for each in parts)
        if self.finds_modules:
            self.injected.update(string[1] for string in self.found if "." in string[1])
        return tuple(sorted(self.injected | {f"{GIVEN}{name}" for name in self.given - self.injected}))

    def injecting(self, node: ast.Call, leaf: str) -> None:
        """Note the modules that ``patch.dict(sys.modules, {...})`` and the like make up."""
        if not node.args or not is_sys_modules(node.args[0]):
            return
        named: Iterable[tuple[ast.expr | None, ast.expr]] = ()
        if leaf in ("setitem", "setdefault"):
            named = zip(node.args[1:2], node.args[2:3], strict=False)
        elif len(node.args) > 1 and isinstance(node.args[1], ast.Dict):
            named = zip(node.args[1].keys, node.args[1].values, strict=True)
        self.injected |= {
            name.value
            for name, module in named
            if isinstance(name, ast.Constant) and isinstance(name.value, str) and not _is_none(module)
        }


_PATCH_OPTIONS: Final = frozenset({"target", "spec", "spec_set", "autospec", "new_callable", "create"})


def _is_none(node: ast.expr) -> bool:
    """Whether a module is put in place that makes its import fail."""
    return isinstance(node, ast.Constant) and node.value is None


def _keyword(node: ast.Call, name: str) -> ast.expr | None:
    return next((keyword.value for keyword in node.keywords if keyword.arg == name), None)
