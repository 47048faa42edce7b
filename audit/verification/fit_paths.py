"""Fits the paths that a document writes to those of the tree, by their longest end."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from audit.model.codebase import Codebase
from audit.model.errors import SourceError, UsageError

_SHORTEST: Final = 2
"""Fewest path components that identify a file by the end of its path."""


class CannotFitError(Exception):
    """A name of a document cannot be fitted to the tree; the message is the reason."""


def fit_path(name: str, codebase: Codebase, *, deleted: bool = False, went: bool = False) -> str:
    """The path of this tree that a document means.

    An absolute path is fitted by its longest end that this tree has or had. A relative one stands as it
    is, or for the only file that ends so: but not where it is said to be deleted, since the file that is
    left may be another one. With ``went`` the only file of the base that ends so and is gone is meant, and any
    commit that deleted it counts, also where there is no base to compare with: what is said to be there is not
    looked for so far back, since its name may be another's by now.
    """
    paths = codebase.paths()
    name = name.removeprefix("./")
    name = name.rstrip("/") or name
    if ".." in name.split("/") or name.startswith("~"):
        raise CannotFitError(f"{name} leads out of the repository")
    if not name.startswith("/"):
        if name in paths or is_folder(name, paths):
            return name
        if codebase.retired(name) is not None:
            return name if deleted else _moved(name, codebase) or name
        if went and (was_folder(name, codebase) or codebase.was_deleted(name)):
            return name
        found = ending(name, paths)
        before = [path for path in ending(name, _paths_before(codebase)) if path not in paths] if went else []
        if len(before) == 1 and not set(found) & set(_paths_before(codebase)):
            return before[0]
        if len(found) == 1 and not deleted:
            return found[0]
        if found:
            raise CannotFitError(f"{found[0]} ends in {name}; whether that one is meant cannot be told")
        folder = name.rpartition("/")[0]
        if folder and is_folder(folder, paths):
            return name
        raise CannotFitError(f"{name} is not a path of this tree, and no commit shows that it was one")
    parts = name.strip("/").split("/")
    for start in range(len(parts) - _SHORTEST + 1):
        end = "/".join(parts[start:])
        if end in paths or is_folder(end, paths) or codebase.retired(end) is not None:
            return end
        if went and codebase.was_deleted(end):
            return end
    raise CannotFitError(f"{name} lies on another machine, and no end of it is or was a path of this tree")


def _moved(name: str, codebase: Codebase) -> str:
    """The only file of a bare name, where it is new since the base: then the one of the root went there."""
    found, before = ending(name, codebase.paths()), _paths_before(codebase)
    return found[0] if "/" not in name and len(found) == 1 and before and found[0] not in before else ""


def fit_folder(name: str, codebase: Codebase) -> str:
    """The folder of this tree that a document means by a name with a slash at its end, which no module is."""
    bare = name.removeprefix("./").rstrip("/")
    paths = codebase.paths()
    if not bare or bare.startswith(("/", "~")) or is_folder(bare, paths):
        return fit_path(bare, codebase)
    found = sorted({each[: each.index(f"/{bare}/")] for each in paths if f"/{bare}/" in each})
    was = was_folder(bare, codebase)
    if len(found) == 1 and not was:
        return f"{found[0]}/{bare}"
    if was and not found:
        return bare
    if found:
        raise CannotFitError(f"{found[0]}/{bare} ends in {bare}; whether that one is meant cannot be told")
    raise CannotFitError(f"{bare} is not a path of this tree, and no commit shows that it was one")


def fitted_path(name: str, codebase: Codebase) -> str | None:
    """The path of this tree, now or before, that a document means; None where it cannot be told."""
    try:
        return fit_path(name, codebase)
    except CannotFitError:
        return None


def is_folder(name: str, paths: Sequence[str]) -> bool:
    """Whether files lie below a path."""
    return any(path.startswith(f"{name}/") for path in paths)


def was_folder(name: str, codebase: Codebase) -> bool:
    """Whether files of the base lie below a path; False without a base."""
    return is_folder(name, _paths_before(codebase))


def _paths_before(codebase: Codebase) -> Sequence[str]:
    """The files of the base; none without one."""
    try:
        return codebase.files_at("").paths()
    except (SourceError, UsageError):
        return ()


def ending(name: str, paths: Sequence[str]) -> list[str]:
    """The files in folders whose path ends in a name."""
    return [path for path in paths if path.endswith(f"/{name}")]
