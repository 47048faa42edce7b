"""Callables whose signature changed since the base."""

from __future__ import annotations

from collections import Counter
from typing import Final

import msgspec

from audit.model.facts import Definition, Parameter
from audit.resolve.program import Program

_TRANSPARENT: Final = frozenset(
    {"staticmethod", "classmethod", "contextmanager", "asynccontextmanager", "cache", "lru_cache", "abstractmethod"}
    | {"override", "final", "no_grad", "inference_mode", "deprecated", "torch.no_grad", "profile"}
)
"""Decorators that leave the signature as it is written."""


class Changed(msgspec.Struct, frozen=True):
    """One callable before and after, as its callers see it through an instance or by name.

    ``bound`` says that its first parameter is not the caller's to give; ``unique`` that nothing else in
    either tree has its last name, so that a method call on anything must mean it.
    """

    qualified: str
    path: str
    name: str
    before: tuple[Parameter, ...]
    after: tuple[Parameter, ...]
    bound: bool
    unique: bool


def changed_signatures(program: Program, base: Program) -> dict[tuple[str, str], Changed]:
    """Changed callables by (path, name in the file). Only what both trees define exactly once counts."""
    names_now, names_before = _leaf_counts(program), _leaf_counts(base)
    changed: dict[tuple[str, str], Changed] = {}
    for path, module in program.index.names.items():
        if path not in base.index.names or not path.endswith(".py"):
            continue
        if program.facts(path) is base.facts(path):
            continue
        before = base.symbols.definitions(path)
        for name, definition in program.symbols.definitions(path).items():
            old = before.get(name)
            if old is None or not (_is_plain(definition) and _is_plain(old)):
                continue
            if _shape(definition) == _shape(old) or is_static(definition) != is_static(old):
                continue
            leaf = name.rpartition(".")[2]
            changed[path, name] = Changed(
                qualified=f"{module}.{name}",
                path=path,
                name=name,
                before=old.parameters or (),
                after=definition.parameters or (),
                bound="." in name and not is_static(definition),
                unique="." in name and names_now[leaf] == 1 and names_before[leaf] == 1 and not leaf.startswith("__"),
            )
    return changed


def is_static(definition: Definition) -> bool:
    """Whether a method takes no instance."""
    return any(decorator.rpartition(".")[2] == "staticmethod" for decorator in definition.decorators)


def is_class_method(definition: Definition) -> bool:
    """Whether a method takes its class."""
    return any(decorator.rpartition(".")[2] == "classmethod" for decorator in definition.decorators)


def _is_plain(definition: Definition) -> bool:
    """Whether a definition's written signature is the one that callers meet."""
    if definition.kind != "function" or definition.parameters is None or definition.bindings != 1:
        return False
    leaves = {decorator.partition("(")[0].rpartition(".")[2] for decorator in definition.decorators}
    return leaves <= _TRANSPARENT


def _shape(definition: Definition) -> tuple[tuple[str, str, bool], ...]:
    return tuple((each.name, each.kind, each.required) for each in definition.parameters or ())


def _leaf_counts(program: Program) -> Counter[str]:
    return Counter(
        definition.name.rpartition(".")[2]
        for path in program.index.names
        if path.endswith(".py")
        for definition in program.facts(path).definitions
        if definition.kind != "import"
    )
