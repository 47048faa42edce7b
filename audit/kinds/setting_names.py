"""The names that one setting of a tool spells, and how each is to be taken."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from audit.kinds.forms import form_of
from audit.kinds.settings_text import Value
from audit.model.mentions import Form

_PATH_KEYS: Final = frozenset(
    {"source", "testpaths", "include", "exclude", "omit", "src", "packages", "files", "paths", "extraPaths", "root"}
    | {"pythonpath", "mypy_path", "extend-exclude", "norecursedirs", "changedir", "where", "exclude_dirs", "directory"}
    | {"extend_exclude", "extend-include", "force-exclude", "ignore-paths", "templates", "members", "targets"}
    | {"package_dir"}
)
"""Keys whose value may be a bare folder."""
_MODULE_KEYS: Final = frozenset(
    {"module", "modules", "source_pkgs", "py-modules", "py_modules", "packages", "known-first-party", "plugins"}
    | {"known_first_party", "package", "include", "root_package", "root_packages", "module-name"}
)
"""Keys whose value may be a bare module or package."""
_SECTIONS: Final = ("mypy-", "bumpversion:file:")
"""What stands before a name in the head of a section."""
_ENDS_WITH_ATTRIBUTE: Final = frozenset({"version_files", "version_variables", "version_file"})
"""Keys whose value is a file and, after a colon, what stands in it."""
_ARROW: Final = " -> "


def names_within(value: Value) -> Iterator[tuple[str, int]]:
    """The names within one value and where each begins: without what tools add before or behind it."""
    text, start = value.value, value.start
    for prefix in _SECTIONS if not value.keys else ():
        if text.startswith(prefix):
            text, start = text[len(prefix) :], start + len(prefix)
    if value.key == "filterwarnings":
        for part in text.split(":"):
            yield part, start
            start += len(part) + 1
        return
    if value.key == "ignore_imports" and _ARROW in text:
        for part in text.split(_ARROW):
            yield part, start
            start += len(part) + len(_ARROW)
        return
    if value.key == "package_dir":
        package, equals, folder = text.rpartition("=")
        start += len(package) + len(equals) + len(folder) - len(folder.lstrip())
        text = folder.strip()
    elif value.key in _ENDS_WITH_ATTRIBUTE:
        text = text.partition(":")[0]
    elif value.key in ("per-file-ignores", "per_file_ignores"):
        text = text.rstrip(":")
    yield (text.removesuffix("*").removesuffix(".") if "/" not in text else text), start


def form_of_setting(key: str, text: str, *, is_section: bool) -> Form | None:
    """How a name is to be taken that stands under a key, or in the head of a section."""
    form: Form | None = form_of(text)
    if form is not None:
        return form
    if (key in _MODULE_KEYS or is_section) and text.isidentifier():
        return "module"
    return "path" if key in _PATH_KEYS and text.replace("-", "_").isidentifier() else None
