"""Fits the modules that a document names, dotted or as paths: those that are said to import, or to be named no more."""

from __future__ import annotations

from audit.model.codebase import Codebase
from audit.model.predicates import Exists, Imports
from audit.verification.fit_paths import CannotFitError, fit_path, is_folder


def fit_imports(packages: tuple[str, ...], codebase: Codebase) -> Imports | Exists:
    """Modules that are said to import; one that is known to be gone is looked for instead.

    Raises:
        CannotFitError: a name is that of no module, now or before.
    """
    names = tuple(_module(name, codebase) for name in packages)
    gone = [name for name in names if codebase.module_path(name) is None]
    return Exists(names=names) if gone else Imports(packages=names)


def _module(name: str, codebase: Codebase) -> str:
    if "/" in name or name.endswith(".py"):
        path = fit_path(name, codebase)
        found = next((each for each in codebase.modules() if codebase.module_path(each) == path), None)
        if found is None:
            raise CannotFitError(f"{path} is no module of this tree")
        return found
    if codebase.module_path(name) is None and codebase.retired(name) is None:
        raise CannotFitError(f"{name} is no module of this tree, and no commit shows that it was one")
    return name


def gone_module(name: str, codebase: Codebase) -> str:
    """A module, path or dotted symbol that is said to be named no more, as a dotted name that is known to be gone.

    Raises:
        CannotFitError: it is there still, so it may be named; or nothing shows that it ever was.
    """
    bare = name.strip("/")
    if bare in codebase.paths() or is_folder(bare, codebase.paths()):
        raise CannotFitError(f"{bare} is in the tree, so it may be named")
    parts = bare.removesuffix(".py").removesuffix("/__init__").replace("/", ".").split(".")
    for start in range(len(parts)):
        dotted = ".".join(parts[start:])
        if codebase.module_path(dotted) is not None or codebase.locate(dotted) is not None:
            raise CannotFitError(f"{dotted} is in the tree, so it may be named")
        if codebase.retired(dotted) is not None:
            return dotted
    raise CannotFitError(
        f"no commit that was looked at removed {bare}, so whether anything named it cannot be told (--since)"
    )
