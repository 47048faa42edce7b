"""An access to a renamed or moved symbol through a module -> the edits that lead it to the new place."""

from __future__ import annotations

import libcst as cst
from libcst.metadata import ImportAssignment

from audit.fix.bindings import Renamer
from audit.fix.places import PLAIN
from audit.fix.statements import added_after
from audit.fix.syntax import Imported, Syntax
from audit.fix.text import CannotFixError, Edit
from audit.model.findings import Finding


def rename_attribute(syntax: Syntax, finding: Finding, replacement: str) -> list[Edit]:
    """The edits for one access: its last part renamed, or the symbol imported from where it is now.

    Raises:
        CannotFixError: no such access stands there, or the symbol's name is taken in this file.
    """
    start, _ = syntax.lines.span(finding.site)
    parts, statement = _access_at(syntax, start)
    if finding.kind in PLAIN:
        return _rename_plain(syntax, parts, replacement, stays=_home(finding.target) == _home(replacement))
    length = _length_of(parts, finding.target)
    home, _, name = replacement.rpartition(".")
    if home == _home(finding.target):
        return [Edit(*syntax.span(parts[length]), name)]
    if statement is None or not Renamer(syntax, ()).is_free(name, replacement):
        raise CannotFixError(f"the name {name} already means something else in this file")
    here = Edit(syntax.span(parts[0])[0], syntax.span(parts[length])[1], name)
    return [here, *added_after(syntax, statement, [f"from {home} import {name}"])]


def _rename_plain(syntax: Syntax, parts: list[cst.Name], replacement: str, *, stays: bool) -> list[Edit]:
    """The edits for a plain name of the file itself, or that a star import brought: where that moved away, it gets an
    import of its own."""
    name = replacement.rpartition(".")[2]
    edits = [Edit(*syntax.span(parts[0]), name)] if name != parts[0].value else []
    if edits and not Renamer(syntax, ()).is_free(name, replacement):
        raise CannotFixError(f"the name {name} already means something else in this file")
    if stays:
        return edits
    stars = [found for found in syntax.imports if not found.aliases]
    if not stars:
        raise CannotFixError("no star import stands there")
    return [*edits, *added_after(syntax, stars[-1], [f"from {_home(replacement)} import {name}"])]


def _home(dotted: str) -> str:
    return dotted.rpartition(".")[0]


def _access_at(syntax: Syntax, start: int) -> tuple[list[cst.Name], Imported | None]:
    """The dotted access that starts at an offset, and the import that binds its first name."""
    for scope in syntax.scopes:
        for access in scope.accesses:
            if isinstance(access.node, cst.SimpleString):
                continue
            parts = syntax.chain(access.node)
            if not parts or syntax.span(parts[0])[0] != start:
                continue
            nodes = [each.node for each in access.referents if isinstance(each, ImportAssignment)]
            return parts, next((found for found in syntax.imports if nodes and found.node is nodes[0]), None)
    raise CannotFixError("no such access stands there")


def _length_of(parts: list[cst.Name], target: str) -> int:
    """Up to which part an access spells the end of a dotted name."""
    for length in range(1, len(parts)):
        written = ".".join(part.value for part in parts[1 : length + 1])
        if f".{target}".endswith(f".{written}"):
            return length
    raise CannotFixError("the text there does not spell the old name")
