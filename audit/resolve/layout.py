"""Where a tree's modules are imported from, read from its packaging and tool configuration.

Source roots are found, never required: every tool that must import the project already says where it
lies. Nothing here is executed; ``setup.py`` is read as text for literal hints only.
"""

from __future__ import annotations

import configparser
import posixpath
from collections.abc import Callable, Collection, Iterable, Iterator
from typing import Final

import msgspec

from audit.resolve.packaging import BUILD_NAMES, read_configuration
from audit.resolve.reading import EntryPoint, Reading

_PACKAGING: Final = frozenset({"pyproject.toml", "setup.py", "setup.cfg"})
_CONFIG_NAMES: Final = _PACKAGING | {
    "pyrightconfig.json",
    "pytest.ini",
    "tox.ini",
    "mypy.ini",
    ".ruff.toml",
    "ruff.toml",
    "ty.toml",
    "pyrefly.toml",
}
_TEST_FOLDERS: Final = frozenset({"tests", "test"})
_NOT_SHIPPED: Final = frozenset({"setup", "conftest", "noxfile", "tasks", "fabfile", "manage", "dodo"})


class Layout(msgspec.Struct, frozen=True):
    """What configuration says of a tree.

    ``roots`` are folders that go on ``sys.path`` ("" is the tree itself), ``declared`` those of them that
    some configuration names outright. ``dependencies`` are normalised names of distributions that the
    project installs from elsewhere, ``built`` names that occur in build files, which may produce modules
    that no file in the tree shows: those of ``extensions`` below the folder that goes with them.
    ``build_folders`` are the folders of these files, ``homes`` the addresses that the project gives for itself.
    """

    roots: tuple[str, ...]
    declared: frozenset[str]
    dependencies: frozenset[str]
    built: frozenset[str]
    extensions: frozenset[tuple[str, str]]
    build_folders: frozenset[str]
    entry_points: tuple[EntryPoint, ...]
    mistakes: tuple[tuple[str, str], ...] = ()
    homes: tuple[str, ...] = ()


def wanted_files(paths: Iterable[str]) -> list[str]:
    """The configuration files that `read_layout` wants to see, out of all paths."""
    return [
        path
        for path in paths
        if (name := path.rpartition("/")[2]) in _CONFIG_NAMES
        or name in BUILD_NAMES
        or (name.startswith("requirements") and name.endswith((".txt", ".in")))
    ]


def read_layout(paths: Iterable[str], read: Callable[[str], bytes | None], configured: Iterable[str] = ()) -> Layout:
    """The layout of a tree; ``configured`` adds the user's own source roots. Unreadable files are noted."""
    every = tuple(paths)
    folders = _folders_with_python(every)
    packages = {path.rpartition("/")[0] for path in every if path.endswith(("/__init__.py", "/__init__.pyi"))}
    reading = Reading()
    roots: set[str] = set()
    mistakes: list[tuple[str, str]] = []
    projects: list[str] = []
    for path in configured:
        reading.root("", path)
    for path in wanted_files(every):
        folder, _, name = path.rpartition("/")
        content = read(path)
        if content is None or (name in _PACKAGING and _is_test_input(folder)):
            continue
        text = content.decode("utf-8", errors="replace")
        try:
            read_configuration(reading, folder, name, path, text)
        except (ValueError, configparser.Error, RecursionError) as error:
            mistakes.append((path, f"cannot be read as configuration: {str(error).splitlines()[0]}"))
        if name in _PACKAGING and folder not in packages:
            projects.append(folder)
    for folder in projects:
        roots.update(_beside_packaging(folder, folders, every, reading.distributions))
    roots.update(
        folder
        for folder in folders
        if folder.rpartition("/")[2] == "src" and folder not in packages and not _is_test_input(folder)
    )
    declared = {folder for folder in reading.declared if folder in folders or folder == ""}
    declared -= {folder for folder in reading.sorted_by & packages if folder}
    declared -= set(_stub_folders(declared, every))
    return Layout(
        roots=tuple(sorted({"", *roots, *declared})),
        declared=frozenset(declared),
        dependencies=frozenset(reading.dependencies - reading.distributions - _own(reading, packages)),
        built=frozenset(reading.built),
        extensions=frozenset(reading.extensions),
        build_folders=frozenset(reading.build_folders),
        entry_points=tuple(reading.entry_points),
        mistakes=tuple(mistakes),
        homes=tuple(sorted(reading.homes)),
    )


def _stub_folders(folders: Iterable[str], paths: Iterable[str]) -> Iterator[str]:
    """Folders of stubs, which a type checker is pointed to: they describe modules of others, and hardly all of them."""
    python = [path for path in paths if path.endswith((".py", ".pyi"))]
    if not any(path.endswith(".pyi") for path in python):
        return
    for folder in filter(None, folders):
        suffixes = [path[-1] for path in python if path.startswith(f"{folder}/")]
        if suffixes.count("i") > suffixes.count("y"):
            yield folder


def _is_test_input(folder: str) -> bool:
    """Whether a project lies below a folder of tests: it is the input of one, and nobody imports it from outside."""
    return bool(_TEST_FOLDERS & set(folder.split("/")[:-1]))


def _own(reading: Reading, packages: set[str]) -> set[str]:
    """What the projects of the tree ship, except a namesake that a requirements file asks for where each project says
    that it is called otherwise."""
    shipped = _shipped(reading.shipping, packages)
    return shipped - (reading.required - _shipped(reading.nameless, packages))


def _shipped(folders: set[str], packages: set[str]) -> set[str]:
    """The packages beside a ``setup.py``: it ships them, in whatever way it computes its own name and lists."""
    beside = {package for package in packages if package.rpartition("/")[0] in folders}
    source = {posixpath.join(folder, "src") for folder in folders}
    beside |= {package for package in packages if package.rpartition("/")[0] in source}
    return {package.rpartition("/")[2].replace("_", "-").lower() for package in beside}


def _folders_with_python(paths: Iterable[str]) -> set[str]:
    folders: set[str] = set()
    for path in paths:
        if path.endswith((".py", ".pyi")):
            folder = path.rpartition("/")[0]
            while folder and folder not in folders:
                folders.add(folder)
                folder = folder.rpartition("/")[0]
    return folders


def _beside_packaging(
    folder: str, folders: set[str], paths: tuple[str, ...], distributions: Collection[str]
) -> Iterator[str]:
    """The roots that a folder with packaging files implies: its ``src``, else itself when it holds code, be it a
    share of a namespace that the names of the tree's ``distributions`` begin with."""
    source = posixpath.join(folder, "src")
    if source in folders:
        yield source
        return
    prefix = f"{folder}/" if folder else ""
    names = {name.replace("-", "_") for full in distributions for name in (full, full.partition("-")[0])}
    for path in paths:
        if path.startswith(prefix) and path.endswith(".py"):
            first, slash, _ = path[len(prefix) :].partition("/")
            if slash and path == f"{prefix}{first}/__init__.py":
                yield folder
                return
            if first.lower() in names if slash else first[:-3] not in _NOT_SHIPPED:
                yield folder
                return
