"""Tells a broken tree from an environment that lacks something: only the first refutes a claim."""

from __future__ import annotations

import re
import sys
from typing import Final

from audit.model.codebase import Codebase
from audit.model.evidence import ImportAttempt
from audit.model.findings import Root
from audit.model.regex import regex
from audit.verdict.judgements import first_party

_NOT_FOUND: Final = regex(r"^(?:E +)?ModuleNotFoundError: No module named '([^']+)'", re.MULTILINE)
_NO_METADATA: Final = regex(
    r"PackageNotFoundError: No package metadata was found for (\S+)|DistributionNotFound: The '([^']+)' distribution"
)
_LACKS: Final = regex(
    r"AttributeError: (?:partially initialized )?module '(?P<module>[\w.]+)' has no attribute '(?P<name>\w+)'"
    r"|ImportError: cannot import name '(?P<imported>\w+)' from '(?P<source>[\w.]+)'"
)
_TROUBLE: Final = regex(
    r"Could not resolve host|Temporary failure in name resolution|Name or service not known|dns error"
    r"|Network is unreachable|No space left on device|Cannot allocate memory|CUDA out of memory",
    re.IGNORECASE,
)
_ENDED_FROM_OUTSIDE: Final = frozenset({"signal SIGKILL", "signal SIGTERM", "signal SIGXCPU"})


def missing_module_excuse(name: str, codebase: Codebase) -> str:
    """Why a module that was not found does not prove the tree broken; empty when it does.

    Only a name that the static check or history knows to be gone proves it: any other may be installed,
    compiled or generated elsewhere.
    """
    if not first_party(codebase, name):
        return f"{name} is not installed"
    path = codebase.module_path(name)
    if path is not None and path.endswith(".pyi"):
        return f"{name} is compiled, and it is not built here"
    if path is not None:
        return f"{name} is in the tree ({path}), but not on the path that was tried"
    if codebase.retired(name) is not None:
        return ""
    for finding in codebase.check.findings:
        if finding.target == name or name.startswith(f"{finding.target}."):
            return ""
    return f"{name} is not in the tree, but nothing shows that it was ever written by hand"


def import_excuse(attempt: ImportAttempt, codebase: Codebase) -> str:
    """Why a failed import does not prove the tree broken; empty when it does."""
    if attempt.outcome == "hung":
        return "the import did not end in time"
    if attempt.outcome == "died":
        return f"the process was ended by {attempt.message}" if attempt.message in _ENDED_FROM_OUTSIDE else ""
    if attempt.not_found:
        return missing_module_excuse(attempt.missing, codebase)
    if attempt.missing:
        return "" if first_party(codebase, attempt.missing) else f"{attempt.missing}: {attempt.message}"
    if attempt.error in ("SystemExit", "KeyboardInterrupt", "MemoryError"):
        return f"importing it raises {attempt.error}"
    if attempt.variable:
        return f"the environment variable {attempt.variable} is not set"
    if attempt.os_error:
        return f"{attempt.error}: {attempt.message}"
    raised_at = attempt.frames[-1].path if attempt.frames else ""
    if "site-packages" in raised_at:
        return f"an installed package raises {attempt.error}: {attempt.message}"
    return ""


def missing_module(text: str) -> str:
    """The last module that a traceback, also one shown by pytest, says it could not find; empty if none."""
    names = _NOT_FOUND.findall(text)
    return names[-1] if names else ""


def output_excuse(text: str, codebase: Codebase) -> str:
    """Why a program that failed with this output does not prove the tree broken; empty when it may.

    The last module that Python says it could not find decides; without one, a package of others that is of
    another version, or trouble that no tree is to blame for: no network, no disk, no memory.
    """
    name = missing_module(text)
    if name:
        return missing_module_excuse(name, codebase)
    version = version_excuse(text, codebase)
    if version:
        return version
    trouble = _TROUBLE.search(text)
    return trouble[0] if trouble else ""


def version_excuse(text: str, codebase: Codebase) -> str:
    """Why what is installed may be to blame: a package without metadata, or one of others that lacks a name.

    What the standard library lacks is the tree's own mistake.
    """
    unknown = _NO_METADATA.search(text)
    if unknown is not None:
        return f"the version of {unknown[1] or unknown[2]} is asked for, and it is not installed"
    for match in _LACKS.finditer(text):
        module, name = match["module"] or match["source"], match["name"] or match["imported"]
        if module.partition(".")[0] not in sys.stdlib_module_names and not first_party(codebase, module):
            return f"the installed {module} has no {name}"
    return ""


def roots_of(modules: set[str], codebase: Codebase) -> tuple[Root, ...]:
    """The root causes that kill any of the modules."""
    return tuple(root for root in codebase.check.roots if modules.intersection(root.killed))


def chain_text(root: Root) -> str:
    """A root's chain with the place of each import: ``a (a.py:3) -> b``."""
    if not root.links:
        return " -> ".join(root.chain)
    steps = [f"{link.importer} ({link.site})" for link in root.links]
    return " -> ".join([*steps, root.links[-1].imported])
