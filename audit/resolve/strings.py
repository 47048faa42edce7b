"""What becomes of a string that names a module or symbol: imported, looked for, or nobody can tell."""

from __future__ import annotations

from typing import Final, Literal

from audit.model.facts import Text

StringUse = Literal["imported", "tolerant", "unknown"]
"""Imported when the call runs; imported by a call that survives its absence; or handed to who knows what."""

_IMPORTING: Final = frozenset(
    {"import_module", "__import__", "resolve_name", "run_module", "import_string", "locate", "get_class"}
    | {"import_from_string", "load_object", "import_object", "symbol_by_name"}
)
_PATCHING: Final = ("patch", "patch.dict", "patch.multiple")
_MONKEYPATCHING: Final = frozenset({"setattr", "delattr"})
_TOLERANT: Final = frozenset({"importorskip", "find_spec", "find_loader"})
_PLACES: Final = frozenset({"sys.modules", "pytest_plugins", "python -m", "class", "()", "_target_"})
_FIRST: Final = frozenset({"0", "target", "name", "modname", "dotted_path", "import_name"})


def use_of(text: Text) -> StringUse:
    """What the callable or place that holds a string does with it."""
    if text.argument not in _FIRST:
        return "unknown"
    leaf = text.callee.rpartition(".")[2]
    if text.callee in _PLACES or leaf in _IMPORTING:
        return "imported"
    if leaf in _TOLERANT:
        return "tolerant"
    if leaf in _MONKEYPATCHING and text.callee not in _MONKEYPATCHING:
        return "imported"
    patching = text.callee in _PATCHING or (
        "mock" in text.callee and any(text.callee.endswith(f".{each}") for each in _PATCHING)
    )
    return "imported" if patching else "unknown"
