"""What readers of packaging and tool configuration note: source roots, names, dependencies, entry points."""

from __future__ import annotations

import posixpath
import re
from typing import Final

import msgspec

from audit.model.hosting import hosted_file
from audit.model.regex import regex

_REQUIREMENT: Final = regex(r"\s*([A-Za-z0-9][A-Za-z0-9._-]*)")


class EntryPoint(msgspec.Struct, frozen=True):
    """A command or plug-in that packaging declares: its name and the ``module:attribute`` it starts."""

    name: str
    target: str
    path: str
    line: int
    is_command: bool = False


class Reading:
    """What has been read so far, over all configuration files."""

    def __init__(self) -> None:
        self.declared: set[str] = set()
        self.sorted_by: set[str] = set()
        self.shipping: set[str] = set()
        self.nameless: set[str] = set()
        self.dependencies: set[str] = set()
        self.required: set[str] = set()
        self.distributions: set[str] = set()
        self.built: set[str] = set()
        self.extensions: set[tuple[str, str]] = set()
        self.build_folders: set[str] = set()
        self.entry_points: list[EntryPoint] = []
        self.homes: set[str] = set()

    def root(self, folder: str, path: object) -> None:
        """Note a folder that ``path``, relative to the configuration's own folder, declares as a root."""
        joined = _inside(folder, path)
        if joined is not None:
            self.declared.add(joined)

    def package_folder(self, folder: str, package: object, path: object) -> None:
        """Note the root that holds ``package``, which a build takes from ``path``: the folder above its name in it.
        A package that is called otherwise than its folder is found below no root."""
        if isinstance(package, str) and package and isinstance(path, str):
            name, stem = package.replace(".", "/"), path.rstrip("/")
            if stem != name and not stem.endswith(f"/{name}"):
                return
            path = stem.removesuffix(name) or "."
        self.root(folder, path)

    def named(self, folder: str, names: set[str]) -> None:
        """Note what a project calls itself: none where it computes that."""
        self.distributions.update(names)
        if not names:
            self.nameless.add(folder)

    def home(self, folder: str, *addresses: object) -> None:
        """Note addresses that the project at the top gives for itself: those of other projects in the tree may be
        of copies, unless they lead to the very folder."""
        for each in addresses:
            if isinstance(each, str):
                place = hosted_file(each) if folder else None
                if not folder or (place is not None and place.path == folder):
                    self.homes.add(each)

    def first_party(self, folder: str, paths: object) -> None:
        """Note folders that an import sorter calls first-party: roots, unless they are packages themselves."""
        for path in [paths] if isinstance(paths, str) else strings(paths):
            joined = _inside(folder, path)
            if joined is not None and joined not in self.declared:
                self.declared.add(joined)
                self.sorted_by.add(joined)


def _inside(folder: str, path: object) -> str | None:
    """A configured path relative to the tree, "" for the tree itself; None when it lies outside or is no path."""
    if not isinstance(path, str) or path.startswith(("/", "~", "$")):
        return None
    joined = posixpath.normpath(posixpath.join(folder, path.replace("${workspaceFolder}", ".")))
    return None if joined.startswith("..") else "" if joined == "." else joined


def note_dependency(into: Reading | set[str], requirement: object) -> None:
    """Note the distribution that a requirement names; what is no requirement is passed over."""
    if isinstance(requirement, str) and (match := _REQUIREMENT.match(requirement)):
        names = into.dependencies if isinstance(into, Reading) else into
        names.add(re.sub(r"[-_.]+", "-", match[1]).lower())


def note_requirements(reading: Reading, text: str) -> None:
    """Note the distributions that the lines of a requirements file ask for."""
    for line in text.splitlines():
        note_dependency(reading, line)
        note_dependency(reading.required, line)


def strings(value: object) -> list[str]:
    """The strings of a list; none of anything else."""
    return [part for part in value if isinstance(part, str)] if isinstance(value, list) else []
