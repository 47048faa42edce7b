"""Reads a Markdown document into statements: every sentence, judged or not, with its line."""

from __future__ import annotations

from audit.claims.blocks import Block, read_blocks
from audit.claims.extract import extract
from audit.claims.tense import tense_of
from audit.model.claims import Dossier, Statement
from audit.model.errors import UsageError


def read_document(path: str, content: bytes, *, may_run: bool, prefix: str = "") -> Dossier:
    """The statements of a document. Sentences with a predicate are core: the document stands by them.

    An id is ``L`` and the line, after ``prefix``; a second sentence on a line has a number behind it.
    Bytes that are no UTF-8 are replaced, so that one damaged character does not hide a document.

    Raises:
        UsageError: the file is no text.
    """
    if b"\0" in content:
        raise UsageError(f"{path} is no text, so it holds no claim; give a Markdown document")
    blocks = read_blocks(content.decode("utf-8-sig", errors="replace"))
    taken: dict[str, int] = {}
    statements = (_statement(block, path, may_run, prefix, taken) for block in blocks)
    return Dossier(path=path, document=path, statements=tuple(each for each in statements if each is not None))


def _statement(block: Block, path: str, may_run: bool, prefix: str, taken: dict[str, int]) -> Statement | None:
    """The statement of a block; None for a lead-in that claims nothing itself: it is the title of its list."""
    tense = tense_of(block)
    predicates, obstacle = extract(block) if tense == "claim" else ((), "")
    if block.kind == "lead" and not predicates:
        return None
    name = f"{prefix}L{block.line}"
    taken[name] = taken.get(name, 0) + 1
    return Statement(
        id=name if taken[name] == 1 else f"{name}.{taken[name]}",
        text=block.text,
        path=path,
        line=block.line,
        end_line=block.end_line,
        tense=tense,
        predicates=predicates,
        obstacle=obstacle,
        weight="core" if predicates else "supporting",
        may_run=may_run,
        context=(*block.headings, *([block.lead] if block.lead else ())),
    )
