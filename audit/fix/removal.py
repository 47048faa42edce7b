"""Takes out imports that nothing uses, and guards that no longer guard anything; no block is left empty."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import libcst as cst
from libcst.metadata import ClassScope

from audit.fix.syntax import Imported, Syntax, bound_name
from audit.fix.text import CannotFixError, Edit

_FAILED_IMPORT = frozenset({"ImportError", "ModuleNotFoundError"})


def is_unused(syntax: Syntax, found: Imported, alias: cst.ImportAlias) -> bool:
    """Whether nothing in the file uses what an alias binds, ``__all__`` and attributes of a class included."""
    name = bound_name(alias)
    if isinstance(syntax.scope(found.node), ClassScope) or name in syntax.declared_outer:
        return False
    if any(entry.evaluated_value == name for entry in syntax.exported):
        return False
    while name:
        for assignment in syntax.assignments(found.node, name):
            if len(assignment.references) > 0:
                return False
        name = name.rpartition(".")[0]
    return True


def remove_statements(syntax: Syntax, statements: Iterable[Imported]) -> list[Edit]:
    """The edits that take whole import statements out, each with its line; ``pass`` where it was the last one."""
    chosen = list(statements)
    removed = {id(syntax.parent(found.node)) for found in chosen if syntax.has_own_line(found)}
    kept_open: set[int] = set()
    edits = []
    for found in chosen:
        line = syntax.parent(found.node)
        block = syntax.parent(line) if line is not None else None
        if not syntax.has_own_line(found):
            edits.append(Edit(found.start, found.end, "pass"))
            continue
        emptied = isinstance(block, cst.IndentedBlock) and all(id(each) in removed for each in block.body)
        if emptied and id(block) not in kept_open:
            kept_open.add(id(block))
            edits.append(Edit(found.start, found.end, "pass"))
        else:
            lines = syntax.lines
            edits.append(Edit(lines.line_start(found.start), lines.next_line(found.end), ""))
    return edits


def unguard(syntax: Syntax, found: Imported) -> Edit:
    """The edit that puts in place of a ``try`` statement the branch that really runs.

    An import in the handler is a dead fallback: the guarded branch runs. One in the guarded branch fails: the
    handler runs.

    Raises:
        CannotFixError: the statement does more than guard one import.
    """
    inner: cst.CSTNode | None = found.node
    handler: cst.ExceptHandler | None = None
    while inner is not None and not isinstance(inner, cst.Try):
        if isinstance(inner, cst.ExceptHandler):
            handler = inner
        inner = syntax.parent(inner)
    if inner is None or len(inner.handlers) != 1 or inner.finalbody is not None:
        raise CannotFixError("its guard does more than catch a failed import")
    only = inner.handlers[0]
    caught = only.type
    if not isinstance(caught, cst.Name) or caught.value not in _FAILED_IMPORT or only.name is not None:
        raise CannotFixError("its guard does more than catch a failed import")
    if handler is None and not _is_first(inner.body, found.node):
        raise CannotFixError("something runs before the guarded import")
    branches: list[cst.BaseSuite] = [inner.body] if handler is not None else [only.body]
    if handler is not None and inner.orelse is not None:
        branches.append(inner.orelse.body)
    start, end = syntax.span(inner)
    indentation = syntax.lines.indentation(start)
    if indentation is None:
        raise CannotFixError("its guard shares a line with another statement")
    newline = syntax.lines.newline(start)
    text = newline.join(_outdented(syntax, branch, indentation, newline) for branch in branches)
    return Edit(start, end, text.removeprefix(indentation))


def _is_first(body: cst.BaseSuite, statement: cst.CSTNode) -> bool:
    first = body.body[0] if body.body else None
    if isinstance(first, cst.SimpleStatementLine):
        first = first.body[0]
    return first is statement


def _outdented(syntax: Syntax, branch: cst.BaseSuite, indentation: str, newline: str) -> str:
    """The lines of a branch at another indentation."""
    if not isinstance(branch, cst.IndentedBlock):
        return indentation + "; ".join(syntax.source(each) for each in branch.body)
    lines, first = syntax.lines, branch.body[0]
    own = lines.indentation(syntax.span(first)[0]) or ""
    start = lines.line_start(syntax.span(first)[0])
    for _ in getattr(first, "leading_lines", ()):  # comments above the first statement
        start = lines.line_start(start - 1)
    end = lines.line_end(syntax.span(branch.body[-1])[1])
    moved = []
    for line in _without_strings_over_lines(syntax, branch.body, start, end):
        if line.strip() and not line.startswith(own):
            raise CannotFixError("its guard holds lines that cannot be moved to the left")
        moved.append(indentation + line[len(own) :] if line.strip() else line.strip())
    return newline.join(moved)


def _without_strings_over_lines(syntax: Syntax, body: Sequence[cst.BaseStatement], start: int, end: int) -> list[str]:
    stack: list[cst.CSTNode] = list(body)
    while stack:
        node = stack.pop()
        if isinstance(node, cst.SimpleString | cst.FormattedString) and "\n" in syntax.source(node):
            raise CannotFixError("its guard holds a string over several lines")
        stack += node.children
    return syntax.text[start:end].splitlines()
