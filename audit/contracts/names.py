"""Which modules a contract names: those that must exist, and those that it examines.

import-linter aborts on the first missing module, and lets a pattern that matches nothing hold vacuously.
A contract is asked here first, so that every missing name is told and nothing examined is never a pass.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import grimp
import msgspec
from importlinter import Contract
from importlinter.application.contract_utils import AlertLevel
from importlinter.contracts.acyclic_siblings import AcyclicSiblingsContract
from importlinter.contracts.forbidden import ForbiddenContract
from importlinter.contracts.layers import LayersContract
from importlinter.contracts.protected import ProtectedContract

from audit.contracts.graph import is_within


class NamedModules(msgspec.Struct, frozen=True):
    """``missing`` names that do not exist, ``unmatched`` patterns, and how many modules are examined."""

    missing: tuple[str, ...]
    unmatched: tuple[str, ...]
    examined: int


def named_modules(contract: Contract, imports: grimp.ImportGraph, roots: tuple[str, ...]) -> NamedModules:
    """What a contract names, held against the modules of the graph. ``roots`` are the root packages."""
    # Contract fields are set from class attributes at run time, so no type describes an instance.
    fields: Any = contract
    if isinstance(contract, LayersContract):
        containers = _texts(fields.containers)
        named, examined = _layers(fields, imports, containers)
        patterns = containers
    elif isinstance(contract, ForbiddenContract):
        patterns = examined = _texts(fields.source_modules)
        named = [*examined, *(name for name in _texts(fields.forbidden_modules) if is_within(name, roots))]
    elif isinstance(contract, ProtectedContract):
        patterns = examined = _texts(fields.protected_modules)
        named = [*examined, *_texts(fields.allowed_importers)]
    elif isinstance(contract, AcyclicSiblingsContract):
        patterns = examined = _texts(fields.ancestors)
        named = [*examined, *_texts(fields.skip_descendants)]
    else:
        patterns = examined = named = _texts(fields.modules)
    if fields.unmatched_ignore_imports_alerting is AlertLevel.ERROR:
        sides = (side for item in fields.ignore_imports or () for side in (item.importer, item.imported))
        named = [*named, *(name for name in _texts(sides) if is_within(name, roots))]
    return NamedModules(
        missing=tuple(sorted({name for name in named if "*" not in name and name not in imports.modules})),
        unmatched=tuple(name for name in sorted(set(patterns)) if "*" in name and not _matches(imports, [name])),
        examined=len(_with_descendants(imports, _matches(imports, examined))),
    )


def _layers(fields: Any, imports: grimp.ImportGraph, containers: list[str]) -> tuple[list[str], list[str]]:
    """The names that a layers contract needs, and all that it would look at."""
    tails = [tail for layer in fields.layers for tail in layer.module_tails]
    above = [f"{container}." for container in _matches(imports, containers)] if containers else [""]
    required = [f"{prefix}{tail.name}" for prefix in above for tail in tails if not tail.is_optional]
    return [*containers, *required], [f"{prefix}{tail.name}" for prefix in above for tail in tails]


def _texts(expressions: Iterable[object] | None) -> list[str]:
    return [str(expression) for expression in expressions or ()]


def _matches(imports: grimp.ImportGraph, expressions: Iterable[str]) -> set[str]:
    found: set[str] = set()
    for expression in expressions:
        if "*" in expression:
            found |= imports.find_matching_modules(expression)
        elif expression in imports.modules:
            found.add(expression)
    return found


def _with_descendants(imports: grimp.ImportGraph, modules: Iterable[str]) -> set[str]:
    found = set(modules)
    for module in tuple(found):
        if not imports.is_module_squashed(module):
            found |= imports.find_descendants(module)
    return found
