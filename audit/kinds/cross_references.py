"""What Sphinx resolves in reStructuredText: roles, autodoc and object directives, below the current module."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from typing import Final

import msgspec

from audit.kinds.texts import Positions
from audit.model.mentions import RELATIVE, Form, Mention
from audit.model.regex import regex

ROLE: Final = regex(
    r":(?:py:)?(?P<role>mod|class|func|meth|attr|exc|data|obj|const|decorator|paramref):"
    r"`(?:[^`<\n]*<)?[~!.]?(?P<name>[\w.]+)>?[^`\n]*`"
)
_ROLE_BEHIND: Final = regex(
    r"`(?:[^`<\n]{0,200}<)?[~!.]?(?P<name>[\w.]+)>?`:(?:py:)?(?P<role>mod|class|func|meth|attr|exc|data|obj|const):(?!`)"
)
OWN: Final = "."
"""Stands for the module that a docstring is of."""
_MODULE: Final = regex(r"^[ \t]*\.\.[ \t]+(?:py:)?(?:current)?module::[ \t]+(?P<name>[\w.]+)[ \t]*$", re.MULTILINE)
DIRECTIVE: Final = regex(
    r"^[ \t]*\.\.[ \t]+(?:(?P<directive>(?:py:)?currentmodule|(?:py:)?module|auto(?:module|modapi|modsumm)"
    r"|auto(?:class|function|method|data|exception|attribute|decorator|property|enum|typeddict)"
    r"|(?:py:)?(?:class|function|exception|data|decorator|decoratorfunction)))::"
    r"[ \t]+(?P<name>[^\W\d][\w.]*)[ \t]*(?:\([^\n]*)?$",
    re.MULTILINE,
)
_MEMBERS: Final = regex(
    r"(?:[^\n]*\n)(?P<options>(?:[ \t]+:[\w-]+:[^\n]*\n)*?)(?P<key>[ \t]+:members:)(?P<names>[ \t]+[^\n]+)"
)
"""The option of a directive, among others right below it, that lists what of a class or module it documents."""
_MEMBER: Final = regex(r"[^\W\d]\w*")
_SUMMARY: Final = regex(r"^([ \t]*)\.\.[ \t]+autosummary::[^\n]*\n((?:\1[ \t]+[^\n]*(?:\n|$)|[ \t]*\n)*)", re.MULTILINE)
_ENTRY: Final = regex(r"^[ \t]+[~!]?(?P<name>[^\W\d][\w.]*)[ \t]*$", re.MULTILINE)
_OF_CLASSES: Final = frozenset({"automethod", "autoattribute", "autoproperty"})
_OF_MODULES: Final = frozenset({"module", "currentmodule", "automodule", "automodapi", "automodsumm"})


class CurrentModule:
    """The module that names of a document are relative to, from each ``currentmodule`` directive to the next."""

    def __init__(self, text: str, offset: int, default: str = "") -> None:
        self._default = default
        found = list(_MODULE.finditer(text)) if "module::" in text else []
        self._starts = [offset + each.end() for each in found]
        self._names = [each["name"] for each in found]

    def at(self, offset: int) -> str:
        """The name of the module at an offset of the file; where none is set, what holds from the beginning."""
        index = bisect_right(self._starts, offset) - 1
        return self._names[index] if index >= 0 else self._default


def role_mentions(text: str, offset: int, positions: Positions, module: str = "") -> Iterator[Mention]:
    """What the roles of a text refer to: as it is written, or below the current module."""
    for found in (*ROLE.finditer(text), *(_ROLE_BEHIND.finditer(text) if "`:" in text else ())):
        name = found["name"].rstrip(".")
        if found["role"] == "paramref":  # of what is called, which is all that can be told
            name = name.rpartition(".")[0]
        if name:
            is_module = found["role"] == "mod"
            yield from _named(name, offset + found.start("name"), positions, f":{found['role']}:", module, is_module)


def directive_mentions(text: str, offset: int, positions: Positions, current: CurrentModule) -> Iterator[Mention]:
    """What the directives of a text document: modules, and the objects of the current one."""
    owner, depth = "", 0
    for found in DIRECTIVE.finditer(text):
        directive = found["directive"].removeprefix("py:")
        start, is_module = offset + found.start("name"), directive in _OF_MODULES
        module = "" if is_module else current.at(start)
        indent = found.start("directive") - found.start()
        if directive in _OF_CLASSES and "." not in found["name"]:
            if owner and indent > depth:  # written below its class, which it is a member of
                yield from _members(owner, [found], "name", offset, positions, f"`{directive}`", module)
            continue
        name = found["name"].rstrip(".")
        if directive not in _OF_CLASSES:
            owner, depth = name, indent
        yield from _named(name, start, positions, f"`{directive}`", module, is_module)
        members = _MEMBERS.match(text, found.end()) if directive.startswith("auto") else None
        if members is not None:
            listed = _MEMBER.finditer(text, *members.span("names"))
            yield from _members(name, listed, 0, offset, positions, "`:members:`", module, is_module=is_module)
    for summary in _SUMMARY.finditer(text) if "autosummary::" in text else ():
        for entry in _ENTRY.finditer(summary[2]):
            start = offset + summary.start(2) + entry.start("name")
            yield from _named(entry["name"].rstrip("."), start, positions, "`autosummary`", current.at(start), False)


def _members(
    owner: str,
    members: Iterable[re.Match[str]],
    group: int | str,
    offset: int,
    positions: Positions,
    role: str,
    module: str,
    *,
    is_module: bool = False,
) -> Iterator[Mention]:
    """What stands for members of a class or module, at the places where their bare names stand."""
    for member in members:
        start, end = member.span(group)
        span = positions.span(offset + start, offset + end)
        for mention in _named(f"{owner}.{member[group]}", offset + start, positions, role, module, is_module):
            yield msgspec.structs.replace(mention, span=span)


def _named(name: str, start: int, positions: Positions, role: str, module: str, is_module: bool) -> Iterator[Mention]:
    span = positions.span(start, start + len(name))
    if is_module or "." in name:
        form: Form = "name" if "." in name else "module"
        yield Mention("REF008", "name", name, form, role, "warning", span)
    if module and not is_module and not f"{name}.".startswith(f"{module}."):
        below = f".{name}" if module == OWN else f"{module}.{name}"
        yield Mention("REF008", RELATIVE, below, "name", role, "warning", span)
