"""Runs at the start of every Python in a probe: imports of what the audited tree holds reach its copy.

An editable install puts the audited tree on ``sys.path``, or maps its packages through a finder. Followed,
it would make a module that the audited commit no longer has importable all the same. A tree that nobody has
installed, or that lies under another release of itself, must speak for itself too. Standard library only.
"""

from __future__ import annotations

import os
import sys
from importlib.machinery import ModuleSpec, PathFinder
from importlib.util import module_from_spec

# pathlib would cost every probed Python its import.
_HERE = os.path.dirname(__file__)  # noqa: PTH120 - see above


def _redirected(path: str, source: str, copy: str) -> str:
    """``path`` moved from the audited tree into the copy; installed packages stay where they are."""
    real = os.path.realpath(path)
    inside = real == source or real.startswith(source + os.sep)
    if not inside or any(real.startswith(os.path.realpath(prefix) + os.sep) for prefix in _installations()):
        return path
    return copy + real[len(source) :]


def _installations() -> set[str]:
    return {sys.prefix, sys.exec_prefix, sys.base_prefix}


def _redirect(source: str, copy: str) -> None:
    # This folder stays: where the audit audits itself, the copy holds another one, which would run as well.
    kept = {"", _HERE}
    sys.path[:] = [entry if entry in kept else _redirected(entry, source, copy) for entry in sys.path]
    for finder in sys.meta_path:
        editable = sys.modules.get(getattr(finder, "__module__", ""))
        if not getattr(editable, "__name__", "").startswith("__editable__"):
            continue
        for table in (getattr(editable, "MAPPING", {}), getattr(editable, "NAMESPACES", {})):
            for name, target in table.items():
                if isinstance(target, str):
                    table[name] = _redirected(target, source, copy)
                else:
                    table[name] = [_redirected(entry, source, copy) for entry in target]


class _TreeFinder:
    """Finds the packages of the tree's source roots where nothing else does, or something installed would.

    The tree itself adds nothing: a program that is started beside a package does not find it there.
    """

    def __init__(self, copy: str, roots: list[str]) -> None:
        self._inside = os.path.realpath(copy) + os.sep
        self._roots = roots
        self._added = [root for root in roots if root != copy]

    def find_spec(self, name: str, path: object = None, _target: object = None) -> ModuleSpec | None:
        if path is not None or "." in name or name in sys.stdlib_module_names:
            return None
        found = self._by_others(name)
        if found is None:
            return PathFinder.find_spec(name, self._added)
        if found.origin is None and found.submodule_search_locations is not None:
            # A folder without __init__.py: a source root may hold the package itself, or another part of it.
            return PathFinder.find_spec(name, [*sys.path, *self._added])
        if not found.has_location or os.path.realpath(found.origin or "").startswith(self._inside):
            return found
        ours = PathFinder.find_spec(name, self._roots)
        is_package = ours is not None and ours.submodule_search_locations is not None and ours.origin is not None
        return ours if is_package else found

    def _by_others(self, name: str) -> ModuleSpec | None:
        finders = (each for each in sys.meta_path if each is not self and hasattr(each, "find_spec"))
        return next((spec for each in finders if (spec := each.find_spec(name, None)) is not None), None)


def _run_next() -> None:
    """Run the ``sitecustomize`` that this one hides, if the interpreter has one."""
    spec = PathFinder.find_spec("sitecustomize", [entry for entry in sys.path if entry != _HERE])
    if spec is not None and spec.loader is not None:
        spec.loader.exec_module(module_from_spec(spec))


if os.environ.get("AUDIT_REDIRECT_FROM"):
    _redirect(os.path.realpath(os.environ["AUDIT_REDIRECT_FROM"]), os.environ["AUDIT_REDIRECT_TO"])
_run_next()
if os.environ.get("AUDIT_SOURCE_ROOTS"):
    _roots = os.environ["AUDIT_SOURCE_ROOTS"].split(os.pathsep)
    sys.meta_path.insert(0, _TreeFinder(os.environ["AUDIT_REDIRECT_TO"], _roots))
