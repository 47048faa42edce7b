"""What calls make of the strings that name modules: how they find them, and whether they bear that they are gone."""

from __future__ import annotations

import ast
import builtins
from typing import Final

from audit.facts.callables import dotted
from audit.model.regex import regex

DYNAMIC: Final = frozenset(
    {"hasattr", "getattr", "setattr", "delattr", "object", "spy", "__setattr__", "globals", "exec", "vars"}
    | {"locals", "dict", "setitem", "setdefault", "update", "extend", "append", "load_module", "load_source"}
)
"""Last names of what reads, makes or asks for names given as strings."""
_MAKERS: Final = frozenset({"gym.make", "gymnasium.make", "gym.vector.make", "gymnasium.vector.make"})
"""Calls that import the module before the colon in the id of an environment."""
_BUILTINS: Final = frozenset(dir(builtins))
"""What ``patch.object`` puts in place where a module lacks it."""
_TOLERANT: Final = {"create": True, "raising": False}
"""Keywords with which a patch makes the name that it finds missing."""
_RUNS_MODULES: Final = regex(r"python|pypy|(?:^|/)(?:coverage|torchrun|kernprof|scalene|viztracer|py|pdb|ipdb)$")


def absolute(relative: str, package: str) -> str:
    """The absolute name of a relative one, as ``importlib`` resolves it."""
    name = relative.lstrip(".")
    above = package.split(".")
    kept = above[: len(above) - (len(relative) - len(name) - 1)]
    return ".".join((*kept, name)) if name else ".".join(kept)


def named_within(value: str, callee: str) -> str:
    """The name that a mark of pytest (``action:message:category``) or the id of an environment holds, or nothing."""
    if callee.endswith("mark.filterwarnings"):
        return value.split(":")[2].strip() if value.count(":") > 1 else ""
    return value.partition(":")[0] if callee in _MAKERS and ":" in value else ""


def is_tolerant(node: ast.Call) -> bool:
    """Whether a patch accepts that its target is not there."""
    for keyword in node.keywords:
        value = keyword.value
        if keyword.arg in _TOLERANT and isinstance(value, ast.Constant) and value.value is _TOLERANT[keyword.arg]:
            return True
    return False


def patched_member(node: ast.Call) -> tuple[ast.expr, ast.Constant] | None:
    """What a call patches, or gets, by a name that must be there, and the name: ``patch.object(store, "name")``."""
    if len(node.args) < 2 or not isinstance(node.args[1], ast.Constant) or is_tolerant(node):
        return None
    callee, name = dotted(node.func), node.args[1]
    if callee == "getattr" and len(node.args) == 2 and isinstance(name.value, str):
        return node.args[0], name
    leaf = callee.rpartition(".")[2]
    is_patch = callee.endswith(("patch.object", "mocker.spy")) or (
        leaf in ("setattr", "delattr") and "monkeypatch" in callee
    )
    return (node.args[0], name) if is_patch and not (leaf == "object" and name.value in _BUILTINS) else None


def replaced_fields(node: ast.Call) -> tuple[ast.expr, list[ast.keyword]] | None:
    """The object that a call copies with other values, and the members of it that it names: ``replace(store, size=3)``,
    ``store._replace(size=3)``."""
    keywords = [each for each in node.keywords if each.arg is not None]
    match node.func:
        case ast.Attribute(value=owner, attr="_replace") if not node.args:
            return owner, keywords
        case ast.Name(id="replace" | "evolve") | ast.Attribute(attr="replace" | "evolve") if len(node.args) == 1:
            return node.args[0], keywords
    return None


def may_start_python(before: list[ast.expr]) -> bool:
    """Whether what stands before ``-m`` can be a Python, or a program that runs modules as it does."""
    words = [each.value for each in before if isinstance(each, ast.Constant) and isinstance(each.value, str)]
    return len(words) < len(before) or not words or any(_RUNS_MODULES.search(word) for word in words)
