"""What becomes of a string that names a module or symbol: imported, looked for, or nobody can tell."""

from __future__ import annotations

import builtins
from typing import Final, Literal

from audit.model.facts import FRAMEWORK_SETTINGS, LAZY_TABLE, WITH_MODULE, Text
from audit.model.testdata import is_test
from audit.resolve.chains import ChainWalker, Missing
from audit.resolve.program import Program

StringUse = Literal["imported", "tolerant", "unknown"]
"""Imported when the call runs; imported by a call that survives its absence; or handed to who knows what."""

_IMPORTING: Final = frozenset(
    {"import_module", "__import__", "resolve_name", "run_module", "import_string", "locate", "get_class"}
    | {"import_from_string", "load_object", "import_object", "symbol_by_name"}
)
_PATCHING: Final = ("patch", "patch.dict", "patch.multiple")
_BUILTINS: Final = frozenset(dir(builtins))
_MONKEYPATCHING: Final = frozenset({"setattr", "delattr"})
_TOLERANT: Final = frozenset({"importorskip", "find_spec", "find_loader"})
_PACKAGES: Final = frozenset(
    {"importlib.resources.files", "importlib_resources.files", "pkgutil.get_data", "jinja2.PackageLoader"}
)
_KEYS: Final = frozenset({"class", "()", "_target_"})
"""Keys under which dictionaries hold the name of a class that is imported for them."""
_PLACES: Final = (
    _PACKAGES
    | _KEYS
    | FRAMEWORK_SETTINGS
    | frozenset({"sys.modules", "python -m", "ext://", "lazy_loader.attach", LAZY_TABLE})
)
_SUFFIXES: Final = frozenset(
    {
        "json",
        "csv",
        "xml",
        "html",
        "yaml",
        "yml",
        "toml",
        "txt",
        "md",
        "rst",
        "log",
        "pickle",
        "sqlite3",
        "sh",
        "ini",
        "cfg",
    }
    | {"png", "svg", "zip", "gz"}
)
_NAMED_WITHIN: Final = ("mark.filterwarnings", "gym.make", "gymnasium.make", "gym.vector.make", "gymnasium.vector.make")
"""Callables that import what one part of their string names."""
_FIRST: Final = frozenset({"0", "relative", "target", "name", "modname", "dotted_path", "import_name"})


def use_of(text: Text) -> StringUse:
    """What the callable or place that holds a string does with it."""
    if text.argument not in _FIRST:
        return "unknown"
    leaf = text.callee.rpartition(".")[2]
    if text.callee in _PLACES or leaf in _IMPORTING or text.callee.endswith(_NAMED_WITHIN):
        return "imported"
    if leaf in _TOLERANT:
        return "tolerant"
    if leaf in _MONKEYPATCHING and text.callee not in _MONKEYPATCHING:
        return "imported"
    return "imported" if _is_patch(text.callee) else "unknown"


def may_be_made_up(text: Text, path: str) -> bool:
    """Whether a test writes a configuration as its input: what no tree ever held may be held by none."""
    return text.callee in _KEYS and is_test(path)


def imports_modules(text: Text) -> bool:
    """Whether a callable takes modules alone, never an attribute of one."""
    taken = text.callee in _PACKAGES or text.callee.rpartition(".")[2] == "import_module"
    return taken and text.argument in _FIRST


def replaces(callee: str) -> bool:
    """Whether a callable puts something else in place of what it is told the name of, where others look it up."""
    return _is_patch(callee) or callee.rpartition(".")[2] in _MONKEYPATCHING


def _is_patch(callee: str) -> bool:
    return callee in _PATCHING or ("mock" in callee and any(callee.endswith(f".{each}") for each in _PATCHING))


def is_no_loss(text: Text, lost: Missing) -> bool:
    """Whether what is lost is put in place, or told already: a table of lazy names names a module besides its names."""
    is_listed = text.callee == LAZY_TABLE or text.argument == WITH_MODULE
    is_told = is_listed and not ".".join(lost).rstrip(".").endswith(text.value)
    return is_told or puts_in_place(text, lost)


def puts_in_place(text: Text, lost: Missing) -> bool:
    """Whether a patch makes up what is lost: a module may lack a builtin, and it can be patched all the same."""
    return lost[1] in _BUILTINS and text.value == ".".join(lost) and _is_patch(text.callee)


class StringNames:
    """Looks up the dotted names of strings in one program."""

    def __init__(self, program: Program, chains: ChainWalker) -> None:
        self.program = program
        self.chains = chains

    def lost(self, path: str, parts: list[str]) -> Missing | None:
        """The module and symbol that a name lacks as seen from a file ("" for no file in particular), or None."""
        program = self.program
        for length in range(len(parts), 0, -1):
            head = program.absolute(path, ".".join(parts[:length]))
            if head.status != "found":
                continue
            if head.weak:
                return None
            if all(node.kind == "namespace" for node in head.nodes):
                break
            lost = self.chains.missing(head.dotted, head.nodes, tuple(parts[length:]))
            if lost is None or program.base is None or length + 1 == len(parts):
                return lost
            # where a package went with all that it held, what became of the very module can be told
            gone = self._gone_module(path, parts)
            is_below = gone is not None and gone.startswith(f"{'.'.join(lost)}.")
            return (gone, "") if gone is not None and is_below and not self.is_made(path, gone) else lost
        gone = self._gone_module(path, parts)
        return None if gone is None or self.is_made(path, gone) else (gone, "")

    def is_made(self, path: str, dotted: str) -> bool:
        """Whether something puts a module in place that the tree lacks. The stub of a test says nothing to other code
        that means what the base held."""
        base = self.program.base
        held = base is not None and not is_test(path) and base.absolute(path, dotted).status == "found"
        return self.program.made.covers(dotted, but_stubs=held)

    def lost_module(self, path: str, parts: list[str]) -> Missing | None:
        """The module that a name is, which the base held, although its package would serve any attribute."""
        whole = ".".join(parts)
        return (whole, "") if self.program.has_lost(path, whole) else None

    def _gone_module(self, path: str, parts: list[str]) -> str | None:
        """The module that a name needs and the tree lacks: the longest that the base held, else all of it."""
        program = self.program
        for length in range(len(parts), 0, -1):
            dotted = ".".join(parts[:length])
            if program.base is not None and program.base.absolute(path, dotted).status == "found":
                return dotted if program.absolute(path, dotted).status == "missing" else None
        whole = ".".join(parts)
        return whole if program.absolute(path, whole).status == "missing" else None

    def only_looks_like_one(self, path: str, parts: list[str], lost: Missing) -> bool:
        """Whether the base held what is lost, and yet the whole of the name never meant anything: then it is a
        file name, a host name or the name of an event, and no reference."""
        base, missing = self.program.base, ".".join(part for part in lost if part).split(".")
        if parts[-1] in _SUFFIXES and base is not None and base.absolute(path, ".".join(parts)).status != "found":
            return True  # a module may well import json, and still ``pricing.json`` is a file
        return self.stood(path, missing) and not self.stood(path, parts)

    def stood(self, path: str, parts: list[str]) -> bool:
        """Whether the base held what a name means to a file."""
        base = self.program.base
        if base is None:
            return False
        for length in range(len(parts), 0, -1):
            head = base.absolute(path, ".".join(parts[:length]))
            if head.status == "found":
                rest = tuple(parts[length:])
                if rest and all(node.kind == "namespace" for node in head.nodes):
                    return False
                return not rest or ChainWalker(base).missing(head.dotted, head.nodes, rest) is None
        return False
