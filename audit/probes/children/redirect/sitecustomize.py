"""Runs at the start of every Python in a probe: imports that would reach the audited tree reach its copy.

An editable install puts the audited tree on ``sys.path``, or maps its packages through a finder. Followed,
it would make a module that the audited commit no longer has importable all the same. Standard library only.
"""

from __future__ import annotations

import os
import sys
from importlib.machinery import PathFinder
from importlib.util import module_from_spec


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
    sys.path[:] = [_redirected(entry, source, copy) if entry else entry for entry in sys.path]
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


def _run_next() -> None:
    """Run the ``sitecustomize`` that this one hides, if the interpreter has one."""
    # pathlib would cost every probed Python its import.
    here = os.path.dirname(__file__)  # noqa: PTH120 - see above
    spec = PathFinder.find_spec("sitecustomize", [entry for entry in sys.path if entry != here])
    if spec is not None and spec.loader is not None:
        spec.loader.exec_module(module_from_spec(spec))


if os.environ.get("AUDIT_REDIRECT_FROM"):
    _redirect(os.path.realpath(os.environ["AUDIT_REDIRECT_FROM"]), os.environ["AUDIT_REDIRECT_TO"])
_run_next()
