"""All kinds of reference: those that are built in, and those that installed distributions add."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from audit.kinds.build_files import BuildFiles
from audit.kinds.configuration import IniValues, JsonValues, TomlValues
from audit.kinds.contained import contained
from audit.kinds.cython import CythonImports
from audit.kinds.data_files import DataFiles
from audit.kinds.docstrings import Docstrings
from audit.kinds.entry_points import EntryPoints
from audit.kinds.gin import GinBindings
from audit.kinds.guarded import guarded
from audit.kinds.kept_code import KeptCode
from audit.kinds.kind import Kind
from audit.kinds.launch import LaunchFiles
from audit.kinds.management_calls import ManagementCalls
from audit.kinds.markdown import Markdown
from audit.kinds.notebooks import Notebooks
from audit.kinds.opened_files import OpenedFiles
from audit.kinds.path_lists import PathLists, PlainLists
from audit.kinds.pickles import Pickles
from audit.kinds.python_commands import BuildScripts, SetupScripts, Subprocesses
from audit.kinds.registrations import Registrations
from audit.kinds.requirements import Requirements
from audit.kinds.rst import ReStructuredText
from audit.kinds.scripts import ExecutableScripts, ShellScripts
from audit.kinds.sphinx_extensions import SphinxExtensions
from audit.kinds.templates import Templates
from audit.kinds.tool_settings import ToolSettings
from audit.kinds.workflows import Workflows
from audit.kinds.yaml_values import YamlValues
from audit.model.errors import UsageError

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

GROUP: Final = "audit.kinds"
_DECLARATIONS: Final = "*-info/entry_points.txt"

BUILT_IN: Final[tuple[type[Kind], ...]] = (
    YamlValues,
    JsonValues,
    TomlValues,
    IniValues,
    GinBindings,
    Registrations,
    EntryPoints,
    ShellScripts,
    ExecutableScripts,
    Workflows,
    LaunchFiles,
    ToolSettings,
    PathLists,
    PlainLists,
    Requirements,
    BuildFiles,
    BuildScripts,
    SphinxExtensions,
    ManagementCalls,
    SetupScripts,
    CythonImports,
    Subprocesses,
    KeptCode,
    OpenedFiles,
    DataFiles,
    Templates,
    Markdown,
    ReStructuredText,
    Docstrings,
    Notebooks,
    Pickles,
)


def all_kinds() -> tuple[Kind, ...]:
    """Every kind, built-in ones first.

    Raises:
        UsageError: an installed plug-in cannot be loaded, is no kind, or takes the name of another.
    """
    kinds = {kind.name: kind() for kind in BUILT_IN}
    for entry in installed_plugins():
        kind = guarded(load_plugin(entry), entry)
        if kind.name in kinds:
            raise UsageError(f"plug-in '{entry.name}' ({entry.value}): a kind named '{kind.name}' exists already")
        kinds[kind.name] = kind
    return tuple(kinds.values())


@cache
def installed_plugins() -> tuple[EntryPoint, ...]:
    """Entry points of installed distributions; the current folder, which may be under audit, is not searched."""
    folders = [folder for folder in sys.path if Path(folder).name in ("site-packages", "dist-packages")]
    declaring = [folder for folder in folders if any(map(_declares_kinds, Path(folder).glob(_DECLARATIONS)))]
    if not declaring:
        return ()
    from importlib.metadata import distributions  # costs more than looking whether there is any plug-in at all

    found = (entry for each in distributions(path=declaring) for entry in each.entry_points)
    return tuple(sorted((entry for entry in found if entry.group == GROUP), key=lambda entry: entry.name))


def _declares_kinds(declarations: Path) -> bool:
    return f"[{GROUP}]".encode() in declarations.read_bytes()


def load_plugin(entry: EntryPoint) -> type[Kind]:
    """The kind that an entry point names.

    Raises:
        UsageError: it cannot be imported, or is no subclass of `Kind`.
    """
    with contained(entry, "cannot be loaded", "mend or uninstall it"), _without_current_folder():
        kind = entry.load()
    if not (isinstance(kind, type) and issubclass(kind, Kind)):
        raise UsageError(f"plug-in '{entry.name}' ({entry.value}) is no subclass of audit.kinds.kind.Kind")
    return kind


@contextmanager
def _without_current_folder() -> Iterator[None]:
    """Keep the folder under audit off the import path: nothing of it may ever run."""
    kept, here = sys.path[:], Path.cwd()
    sys.path[:] = [folder for folder in kept if folder and Path(folder).resolve() != here]
    try:
        yield
    finally:
        sys.path[:] = kept
