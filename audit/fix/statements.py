"""One import statement rewritten as text: names taken from elsewhere, split, shortened or removed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

import libcst as cst
import msgspec

from audit.fix.syntax import Imported, Syntax, bound_name, dotted
from audit.fix.text import CannotFixError, Edit


class Taken(msgspec.Struct, frozen=True):
    """What a name of a from-import becomes: ``name`` of ``module``, bound as ``bound``. No module: a plain import."""

    module: str
    name: str
    bound: str

    @property
    def text(self) -> str:
        """The alias as it is written."""
        return self.name if self.bound == self.name else f"{self.name} as {self.bound}"


class Removed(msgspec.Struct, frozen=True):
    """The name is no longer imported."""


Change = Taken | Removed


def rewrite_from(
    syntax: Syntax, found: Imported, own: str, changes: Mapping[int, Change], package: str = ""
) -> list[Edit]:
    """The edits that make a from-import take each changed name from where it is now.

    ``own`` is the absolute module that the statement names. A statement whose names all move is changed in place for
    the module that most of them move to; the other names that move are taken out, and statements of their own follow.
    ``package`` is the one whose modules the relative imports of the file name.
    """
    node = found.node
    if not isinstance(node, cst.ImportFrom):
        raise CannotFixError("the import has changed since it was checked")
    stays = {index: change for index, change in changes.items() if isinstance(change, Taken) and change.module == own}
    moves = {index: change for index, change in changes.items() if isinstance(change, Taken) and index not in stays}
    kept = [index for index in range(len(found.aliases)) if index not in changes or index in stays]
    here: list[Edit] = []
    homes = Counter(change.module for change in moves.values() if change.module)
    if homes and not kept:
        home = homes.most_common(1)[0][0]
        here = [module_edit(syntax, found, own, home, package)]
        stays = {index: change for index, change in moves.items() if change.module == home}
        moves = {index: change for index, change in moves.items() if index not in stays}
        kept = list(stays)
    texts = {index: _written(syntax, found, index, stays.get(index)) for index in kept}
    statements = [
        _statement(module_text(found, own, module, package), taken)
        + "".join(f"  {_comment(syntax, found, index)}" for index in taken if _comment(syntax, found, index))
        for module in dict.fromkeys(change.module for change in moves.values())
        for taken in [{index: change for index, change in moves.items() if change.module == module}]
    ]
    if kept:
        shortened = [] if len(kept) == len(found.aliases) else [_list_edit(syntax, found, kept, texts)]
        in_place = [edit for index, change in stays.items() for edit in _alias_edits(syntax, found, index, change)]
        return [*here, *(shortened or in_place), *added_after(syntax, found, statements)]
    if not statements:
        return []
    return [Edit(found.start, found.end, statements[0]), *added_after(syntax, found, statements[1:])]


def drop_names(syntax: Syntax, found: Imported, dropped: Sequence[int]) -> list[Edit]:
    """The edits that take some, not all, names out of a plain import or a from-import."""
    kept = [index for index in range(len(found.aliases)) if index not in dropped]
    texts = {index: _written(syntax, found, index, None) for index in kept}
    return [_list_edit(syntax, found, kept, texts)]


def module_edit(syntax: Syntax, found: Imported, own: str, module: str, package: str = "") -> Edit:
    """The edit of the module part alone; a relative import stays relative where the new module allows it."""
    node = found.node
    if not isinstance(node, cst.ImportFrom):
        raise CannotFixError("the import has changed since it was checked")
    named: list[cst.CSTNode] = [*node.relative] + ([node.module] if node.module is not None else [])
    return Edit(syntax.span(named[0])[0], syntax.span(named[-1])[1], module_text(found, own, module, package))


def module_text(found: Imported, own: str, module: str, package: str) -> str:
    """How a from-import that named ``own`` names ``module``: relative where it was and can be."""
    if not found.level or not module:
        return module
    base = own[: -len(found.module)].rstrip(".") if found.module else own
    dots = found.level
    if not base:  # it has climbed out of every package
        base, dots = package, 1
    while base:
        if module == base:
            return "." * dots
        if module.startswith(f"{base}."):
            return "." * dots + module[len(base) + 1 :]
        base, dots = base.rpartition(".")[0], dots + 1
    return module


def added_after(syntax: Syntax, found: Imported, statements: Sequence[str]) -> list[Edit]:
    """Insert statements behind an import: on lines of their own, or after a semicolon where it shares its line."""
    if not statements:
        return []
    lines = syntax.lines
    line = syntax.parent(found.node)
    indentation = lines.indentation(found.start)
    own_line = isinstance(line, cst.SimpleStatementLine) and len(line.body) == 1 and indentation is not None
    if not own_line:
        return [Edit(found.end, found.end, "".join(f"; {each}" for each in statements))]
    end = lines.line_end(found.end)
    newline = lines.newline(found.end)
    return [Edit(end, end, "".join(f"{newline}{indentation}{each}" for each in statements))]


def _statement(module: str, taken: Mapping[int, Taken]) -> str:
    if not module:
        return "; ".join(f"import {each.text}" for each in taken.values())
    return f"from {module} import {', '.join(each.text for each in taken.values())}"


def _comment(syntax: Syntax, found: Imported, index: int) -> str:
    """The comment beside a name that stands last on its line within parentheses."""
    start = syntax.span(found.aliases[index])[1]
    beside = syntax.text[start : min(syntax.lines.line_end(start), found.end)].lstrip(", \t")
    return beside.rstrip() if beside.startswith("#") else ""


def _written(syntax: Syntax, found: Imported, index: int, change: Taken | None) -> str:
    return change.text if change is not None else syntax.source(found.aliases[index])


def _alias_edits(syntax: Syntax, found: Imported, index: int, change: Taken) -> list[Edit]:
    alias = found.aliases[index]
    if dotted(alias.name) == change.name and bound_name(alias) == change.bound:
        return []
    if alias.asname is not None and bound_name(alias) == change.bound != change.name:
        return [Edit(*syntax.span(alias.name), change.name)]
    return [Edit(*syntax.span(alias), change.text)]


def _list_edit(syntax: Syntax, found: Imported, kept: Sequence[int], texts: Mapping[int, str]) -> Edit:
    """The list of names without those that are not kept; comments stay with the names they stand beside."""
    text = syntax.text
    spans = [syntax.span(alias) for alias in found.aliases]
    closed = isinstance(found.node, cst.ImportFrom) and found.node.rpar is not None
    end = found.end - 1 if closed else spans[-1][1]
    tail = text[spans[-1][1] : end]
    parts: list[str] = []
    for index, (_, stop) in enumerate(spans):
        last = index == len(spans) - 1
        following = text[stop : end if last else spans[index + 1][0]]
        if index in kept:
            parts.append(texts[index])
            if index != kept[-1]:
                parts.append(following)
            elif last:
                parts.append(tail)
            elif "\n" in following or "\r" in following:
                parts.append(following.rstrip(" \t") + tail.rpartition("\n")[2].lstrip(",") if closed else "")
            else:
                parts.append(tail)
        elif index < kept[-1] and "#" in (below := following.partition("\n")[2]):
            parts.append(below.lstrip(" \t"))
    return Edit(spans[0][0], end, "".join(parts))
