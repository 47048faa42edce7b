"""Reads a Markdown document into statements: every sentence, judged or not, with its line."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

import msgspec

from audit.claims.admitted import admitted
from audit.claims.arithmetic import miscounts
from audit.claims.blocks import Block, Fence, Outline, read_blocks
from audit.claims.citations import find_citations, mentioned_paths
from audit.claims.commands import find_commands
from audit.claims.commits import find_commits
from audit.claims.contradictions import contradictions
from audit.claims.decoding import decoded
from audit.claims.extract import extract, of_another_tree, of_release
from audit.claims.import_chains import shown_chains
from audit.claims.named import described, mention
from audit.claims.names import PATH
from audit.claims.outcomes import shown_outcomes, test_runs, tests_above
from audit.claims.shown_imports import ShownImport, shown_imports
from audit.claims.signatures import ShownSignature, shown_signatures
from audit.claims.snippets import ShownPlace, shown_places
from audit.claims.tense import tense_of
from audit.claims.tracebacks import find_tracebacks
from audit.model.claims import Dossier, Statement, Tense
from audit.model.documents import FileMention
from audit.model.predicates import Absent, AnyPredicate, Entry
from audit.model.regex import regex

LONGEST: Final = 5000
"""Most characters of a sentence: what is longer is data on one line."""

_CLAUSE: Final = regex(
    r"(?:,|;)\s+(?:and\s+)?(?=(?:removed|deleted|eliminated|simplified|updated|migrated|renamed|moved|added|created|replaced)\b)"
)
_ONLY_A_PLACE: Final = regex(
    r"\W*(?:(?:file|location|path|source|module|script|branch|commit|see)s?\W+)?", re.IGNORECASE
)
"""What is left of a sentence that does nothing but cite."""
_PLACE: Final = regex(rf"^`?{PATH.pattern}(?::[\d,-]+)?`?\s*[:–—-]\s+")


def read_document(path: str, content: bytes, *, may_run: bool, prefix: str = "") -> Dossier:
    """The statements of a document. Sentences with a predicate are core: the document stands by them.

    Its citations and the commands that it shows are statements of their own, which support it. An id is ``L``
    and the line, after ``prefix``; a second statement on a line has a number behind it.

    Raises:
        UsageError: the file is no text, or too large to be a document.
    """
    source, damaged = decoded(path, content)
    outline = read_blocks(source)
    citations, commits = [*_citations(outline), *_described(outline)], [*_commits(outline)]
    statements = sorted(
        [
            *_besides(_sentences(outline), [*citations, *commits]),
            *citations,
            *_commands(outline, source),
            *_outcomes(outline),
            *commits,
            *_shown(outline),
        ],
        key=lambda each: each.line,
    )
    notes = []
    if damaged:
        notes.append(f"characters damaged by a wrong encoding were repaired on {_listed(damaged)}")
    if outline.unclosed:
        notes.append(
            f"a code block opens on {_listed(outline.unclosed)} and is never closed: what follows was read as code"
        )
    return Dossier(
        path=path,
        document=path,
        statements=tuple(_named(statements, path, may_run, prefix)),
        tracebacks=tuple(find_tracebacks(outline.fences)),
        mentions=tuple(_mentions(outline)),
        findings=(*miscounts(outline, path), *contradictions(statements, path)),
        notes=tuple(notes),
    )


def _listed(lines: tuple[int, ...]) -> str:
    more = f" and {len(lines) - 5} more" if len(lines) > 5 else ""
    return f"line{'s' if len(lines) > 1 else ''} {', '.join(map(str, lines[:5]))}{more}"


def _sentences(outline: Outline) -> Iterator[Statement]:
    """A statement a sentence; none for a lead-in that claims nothing itself, which is the title of its list."""
    runs = test_runs(outline.fences)
    for block in outline.blocks:
        if not _is_sentence(block):
            yield _statement(block, "claim", (), f"it has more than {LONGEST} characters, so it is no sentence")
            continue
        tense = tense_of(block)
        block = msgspec.structs.replace(block, tested=tests_above(block, runs))
        for clause in _clauses(block):
            predicates, obstacle = extract(clause) if tense == "claim" else ((), "")
            if tense == "admission":
                predicates = admitted(clause)
            if block.kind not in ("lead", "title") or predicates:
                core = tense == "claim" and predicates != mention(clause)
                yield _statement(clause, tense, predicates, obstacle, weight=core)


def _besides(sentences: Iterable[Statement], citations: Sequence[Statement]) -> Iterator[Statement]:
    """The sentences without those that are nothing but a citation, which is a statement of its own."""
    cited: dict[int, list[str]] = defaultdict(list)
    for each in citations:
        cited[each.line].append(each.text)
    for sentence in sentences:
        rest = sentence.text
        for text in cited.get(sentence.line, ()):
            rest = rest.replace(text, "")
        if sentence.predicates or rest == sentence.text or not _ONLY_A_PLACE.fullmatch(rest):
            yield sentence


def _is_sentence(block: Block) -> bool:
    return len(block.text) <= LONGEST


def _clauses(block: Block) -> Iterator[Block]:
    """The parts of a sentence that says several things done, each with the file that the sentence is about."""
    place = _PLACE.match(block.text)
    for number, clause in enumerate(_CLAUSE.split(block.text)):
        text = f"{place[0]}{clause}" if place is not None and number else clause
        yield msgspec.structs.replace(block, text=text)


def _citations(outline: Outline) -> Iterator[Statement]:
    for cited in find_citations([block for block in outline.blocks if _is_sentence(block)]):
        block = cited.block
        gone = any(isinstance(each, Absent) for clause in _clauses(block) for each in extract(clause)[0])
        if not gone:
            tense: Tense = "plan" if tense_of(block) == "plan" else "claim"
            predicates = cited.predicates if tense == "claim" else ()
            yield _statement(msgspec.structs.replace(block, text=cited.text), tense, predicates, "", weight=False)


def _described(outline: Outline) -> Iterator[Statement]:
    """The files, classes and functions that sentences describe, where nothing more can be told of them."""
    for block in outline.blocks:
        if _is_sentence(block) and not (block.quoted or block.struck or block.kind == "html" or of_another_tree(block)):
            named = described(block)
            cited = any(named.text in each.text for each in find_citations([block])) if named else False
            if named is not None and not cited and tense_of(block) == "claim" and not extract(block)[0]:
                yield _statement(
                    msgspec.structs.replace(block, text=named.text), "claim", (named.predicate,), "", weight=False
                )


def _commands(outline: Outline, source: str) -> Iterator[Statement]:
    """The commands that a document shows; what it proposes to run next need not exist yet."""
    for command in find_commands(outline.fences, source):
        block = _block_of(command.fence, command.text, command.line)
        tense: Tense = "plan" if tense_of(block) == "plan" else "claim"
        yield _statement(block, tense, (Entry(run=command.run),) if tense == "claim" else (), "", weight=False)


def _outcomes(outline: Outline) -> Iterator[Statement]:
    """The commands that a document shows together with what they printed."""
    for shown in shown_outcomes(outline.fences):
        block = _block_of(shown.fence, shown.text, shown.line)
        tense = _tense_of_block(block)
        yield _statement(block, tense, shown.predicates if tense == "claim" else (), "")


def _commits(outline: Outline) -> Iterator[Statement]:
    """The commits and branches that sentences name; what a release is said to hold is about another tree."""
    for named in find_commits([block for block in outline.blocks if _is_sentence(block)]):
        if tense_of(named.block) == "claim" and not of_release(named.block):
            block = msgspec.structs.replace(named.block, text=named.text)
            yield _statement(block, "claim", (named.predicate,), "", weight=False)


def _shown(outline: Outline) -> Iterator[Statement]:
    """What code blocks show of the tree: new signatures, quoted code, places and file trees."""
    found: list[ShownSignature | ShownPlace | ShownImport] = [
        *shown_signatures(outline.fences),
        *shown_places(outline.fences),
        *shown_imports(outline.fences),
        *shown_chains(outline.fences),
    ]
    for shown in found:
        predicates = (shown.predicate,) if isinstance(shown, ShownSignature) else shown.predicates
        block = _block_of(shown.fence, shown.text, shown.line)
        tense = _tense_of_block(block)
        core = isinstance(shown, ShownSignature)
        yield _statement(block, tense, predicates if tense == "claim" else (), "", weight=core)


def _tense_of_block(block: Block) -> Tense:
    """Of code only the headings and the words before it tell; the code itself is no sentence."""
    return "plan" if tense_of(msgspec.structs.replace(block, text="This is the code.")) == "plan" else "claim"


def _block_of(fence: Fence, text: str, line: int) -> Block:
    return Block(
        kind="sentence",
        text=text,
        line=line,
        end_line=line,
        headings=fence.headings,
        titled=fence.titled,
        lead=fence.intro,
        parents=fence.parents,
    )


def _statement(
    block: Block, tense: Tense, predicates: tuple[AnyPredicate, ...], obstacle: str, *, weight: bool = True
) -> Statement:
    return Statement(
        id="",
        text=block.text,
        path="",
        line=block.line,
        end_line=block.end_line,
        tense=tense,
        predicates=predicates,
        obstacle=obstacle,
        weight="core" if predicates and weight else "supporting",
        context=(*block.headings, *([block.lead] if block.lead else ())),
    )


def _named(statements: list[Statement], path: str, may_run: bool, prefix: str) -> Iterator[Statement]:
    taken: dict[str, int] = {}
    for each in statements:
        name = f"{prefix}L{each.line}"
        taken[name] = taken.get(name, 0) + 1
        number = name if taken[name] == 1 else f"{name}.{taken[name]}"
        yield msgspec.structs.replace(each, id=number, path=path, may_run=may_run)


def _mentions(outline: Outline) -> Iterator[FileMention]:
    for block in outline.blocks:
        if _is_sentence(block) and tense_of(block) in ("claim", "admission"):
            yield from (FileMention(path=path, at=block.line) for path in mentioned_paths(block))
