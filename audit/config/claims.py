"""Reads ``rules/claims/*.yaml`` into statements; every mistake of every file is reported at once."""

from __future__ import annotations

from collections.abc import Iterable
from graphlib import CycleError, TopologicalSorter

from audit.config.fields import Fields
from audit.config.positioned import Listing, Mistake, Mistakes, Node, describe, read_yaml
from audit.config.predicate_values import in_tree
from audit.config.predicates import read_expectation
from audit.config.waivers import read_waivers, waiver_mistakes
from audit.model.claims import Citation, Dossier, Statement, Weight
from audit.model.errors import ConfigError
from audit.model.regex import regex
from audit.model.suggest import did_you_mean

_CITATION = regex(r"(?P<path>.+?)(?::(?P<line>\d+))?")


def load_claims(files: Iterable[tuple[str, bytes]], *, may_run: bool) -> tuple[Dossier, ...]:
    """The statements of claims files, given as (path for messages, content).

    ``may_run`` says whether their predicates may run code of the repository. An id is unique, and may be
    needed, across all the files.

    Raises:
        ConfigError: all mistakes of all files: syntax, unknown keys and predicates, wrong types, an id
            given twice, a need that is unknown or goes round in a circle, a waiver without a reason or of nothing,
            a file without claims.
    """
    collectors: list[Mistakes] = []
    dossiers: list[Dossier] = []
    for path, content in files:
        mistakes = Mistakes(path)
        collectors.append(mistakes)
        dossiers.append(_dossier(path, content, mistakes, may_run))
    found = [mistake for mistakes in collectors for mistake in mistakes.all()]
    statements = [statement for dossier in dossiers for statement in dossier.statements]
    found += _identity_mistakes(statements)
    waivers = [waiver for dossier in dossiers for waiver in dossier.waivers]
    found += waiver_mistakes(waivers, [statement.id for statement in statements])
    if found:
        raise ConfigError([str(mistake) for mistake in sorted(set(found))])
    return tuple(dossiers)


def _dossier(path: str, content: bytes, mistakes: Mistakes, may_run: bool) -> Dossier:
    root = read_yaml(content, mistakes)
    if root is None:
        if not mistakes:
            mistakes.add(1, "the file is empty: write 'claims:' and at least one claim")
        return Dossier(path=path, document=path, statements=())
    fields = Fields(root, "a claims file", mistakes)
    document, given = fields.text("document"), fields.node("waivers")
    in_tree((document,), root, mistakes)
    listing = fields.node("claims", required=given is None)
    waivers = read_waivers(given, path, mistakes)
    fields.close()
    statements: list[Statement] = []
    if listing is not None and not isinstance(listing, Listing):
        mistakes.add(listing.line, f"'claims' must be a list, not {describe(listing)}")
    elif listing is not None and not listing.items:
        mistakes.add(listing.line, "'claims' is empty: nothing would be judged, which is never a pass")
    elif listing is not None:
        statements = [_statement(item, path, mistakes, may_run) for item in listing.items]
    return Dossier(path=path, document=document or path, statements=tuple(statements), waivers=waivers)


def _statement(node: Node, path: str, mistakes: Mistakes, may_run: bool) -> Statement:
    fields = Fields(node, "a claim", mistakes)
    expect = fields.node("expect", required=True)
    weight: Weight = "core"
    if fields.choice("weight", ("core", "supporting"), "core") == "supporting":
        weight = "supporting"
    statement = Statement(
        id=_identity(fields),
        text=" ".join(fields.text("text", required=True).split()),
        path=path,
        line=node.line,
        end_line=node.line,
        predicates=() if expect is None else read_expectation(expect, mistakes),
        weight=weight,
        needs=fields.texts("needs") if _given(fields.node("needs")) else (),
        cite=_citation(fields),
        may_run=may_run,
        exclusive=fields.boolean("exclusive") is True,
    )
    fields.close()
    return statement


def _identity(fields: Fields) -> str:
    """The id, which is typed after ``--only`` and printed at the head of a line."""
    identity = fields.text("id", required=True)
    if len(identity.splitlines()) > 1:
        fields.mistakes.add(fields.line, f"the id {identity!r} must be one line")
    return identity


def _given(node: Node | None) -> bool:
    """Whether a list was given with something in it: ``needs: []`` says that nothing is needed."""
    return node is not None and not (isinstance(node, Listing) and not node.items)


def _citation(fields: Fields) -> Citation | None:
    text = fields.text("cite")
    match = _CITATION.fullmatch(text.strip())
    if match is None:
        return None
    node = fields.node("cite")
    if node is not None:
        in_tree((match["path"],), node, fields.mistakes)
        if match["line"] and not int(match["line"]):
            fields.mistakes.add(node.line, "'cite' names line 0; the first line is 1")
    return Citation(match["path"], int(match["line"]) if match["line"] else None)


def _identity_mistakes(statements: list[Statement]) -> list[Mistake]:
    """An id given twice, a need that no claim has, and needs that form a circle."""
    first: dict[str, Statement] = {}
    found: list[Mistake] = []
    for statement in statements:
        if statement.id in first and statement.id:
            other = first[statement.id]
            message = f"the id '{statement.id}' is taken (by {other.path}:{other.line}); choose another"
            found.append(Mistake(statement.path, statement.line, message))
        first.setdefault(statement.id, statement)
    for statement in statements:
        for need in statement.needs:
            if need not in first:
                message = f"'{statement.id}' needs '{need}', which no claim has{did_you_mean(need, first)}"
                found.append(Mistake(statement.path, statement.line, message))
    try:
        TopologicalSorter({identity: statement.needs for identity, statement in first.items()}).prepare()
    except CycleError as error:
        circle = [str(step) for step in reversed(error.args[1])]
        start = first[circle[0]]
        found.append(Mistake(start.path, start.line, f"needs go round in a circle: {' -> '.join(circle)}"))
    return found
