"""Statements: what a document or a rules file says of a tree, and whether it says it as a fact."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from audit.model.documents import DocumentFinding, FileMention, QuotedTraceback
from audit.model.predicates import AnyPredicate
from audit.model.waivers import Waiver

Tense = Literal["claim", "plan", "admission", "quotation"]
"""A fact asserted, work still to do, a defect admitted, or somebody else's words."""

Weight = Literal["core", "supporting"]


class Citation(msgspec.Struct, frozen=True):
    """Where a claim was made: a path of the tree and, where given, a line counted from 1."""

    path: str
    line: int | None = None

    def __str__(self) -> str:
        return self.path if self.line is None else f"{self.path}:{self.line}"


class Statement(msgspec.Struct, frozen=True, kw_only=True):
    """One sentence that may be held against the tree.

    All ``predicates`` must hold for it to be verified. Where there is none, ``obstacle`` says why the
    sentence could not be turned into one: it is then reported as unverified, never dropped.
    ``may_run`` is whether its predicates may run code of the repository, and ``exclusive`` whether nothing else may
    run beside them; ``context`` are the headings that
    it stands under, outermost first, and the sentence that introduces its list; ``coverage`` is how much what it
    rests on examines, where that is known without judging it.
    """

    id: str
    text: str
    path: str
    line: int
    end_line: int
    tense: Tense = "claim"
    predicates: tuple[AnyPredicate, ...] = ()
    obstacle: str = ""
    weight: Weight = "core"
    needs: tuple[str, ...] = ()
    cite: Citation | None = None
    may_run: bool = False
    exclusive: bool = False
    context: tuple[str, ...] = ()
    coverage: str = ""

    @property
    def kind(self) -> str:
        """The names of its predicates, joined by ``+``; ``none`` where there is none."""
        return "+".join(dict.fromkeys(predicate.kind for predicate in self.predicates)) or "none"

    @property
    def predicate(self) -> dict[str, Any]:
        """Its predicates as JSON values, each under its name; several of one name are a list."""
        named: dict[str, list[dict[str, Any]]] = {}
        for predicate in self.predicates:
            named.setdefault(predicate.kind, []).append(predicate.plain())
        return {kind: plain[0] if len(plain) == 1 else plain for kind, plain in named.items()}


class Dossier(msgspec.Struct, frozen=True, kw_only=True):
    """All statements of one file; ``document`` is the engineering document that they are about, if any.

    Of a document it also holds what it quotes and speaks of, what was found wrong with it by reading it alone,
    and notes on what of it could not be read as it was meant.
    """

    path: str
    document: str
    statements: tuple[Statement, ...]
    tracebacks: tuple[QuotedTraceback, ...] = ()
    mentions: tuple[FileMention, ...] = ()
    findings: tuple[DocumentFinding, ...] = ()
    notes: tuple[str, ...] = ()
    waivers: tuple[Waiver, ...] = ()
