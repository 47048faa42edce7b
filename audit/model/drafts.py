"""First rules for a repository, before they are judged and written."""

from __future__ import annotations

from typing import Any, Literal

import msgspec


class Packages(msgspec.Struct, frozen=True, kw_only=True):
    """The top packages of a repository: those that it is there for, and those that hold its tests."""

    products: tuple[str, ...]
    tests: tuple[str, ...]


class ContractDraft(msgspec.Struct, frozen=True, kw_only=True):
    """An import contract that may hold today: ``options`` as import-linter takes them, ``why`` for its reader."""

    name: str
    type: Literal["layers", "forbidden", "independence"]
    why: str
    options: tuple[tuple[str, tuple[str, ...]], ...]


class ContractDrafts(msgspec.Struct, frozen=True, kw_only=True):
    """The contracts to try, and why some that a reader may look for are not among them."""

    drafts: tuple[ContractDraft, ...]
    notes: tuple[str, ...] = ()


class ClaimDraft(msgspec.Struct, frozen=True, kw_only=True):
    """A claim that may hold today. ``runs`` tells that only running code can show it."""

    id: str
    text: str
    why: str
    expect: dict[str, Any]
    weight: Literal["core", "supporting"] = "core"
    runs: bool = False


class JudgedClaim(msgspec.Struct, frozen=True, kw_only=True):
    """A drafted claim; ``obstacle`` says why it is only written as a comment, empty where it holds."""

    draft: ClaimDraft
    obstacle: str = ""


class RetiredDraft(msgspec.Struct, frozen=True, kw_only=True):
    """A module that history deleted. ``mention`` is where its name still stands, empty where it stands nowhere."""

    name: str
    commit: str
    date: str
    subject: str
    mention: str = ""


class TestCommand(msgspec.Struct, frozen=True, kw_only=True):
    """How a repository's tests are started, and the file that says so, if one does.

    ``nodes`` are what pytest is given; empty for a command that is not pytest's.
    """

    __test__ = False

    run: tuple[str, ...]
    said_by: str
    nodes: tuple[str, ...] = ()


class RulesJudged(msgspec.Struct, frozen=True, kw_only=True):
    """What the audit says of a repository with its first rules.

    ``standing`` are the findings that fail the check, each as ``path:line code target``; ``unchecked`` what could not
    be read and why; ``accepted`` how many findings a baseline accepts; ``not_verified`` the claims that do not hold.
    """

    modules: int
    standing: tuple[str, ...]
    unchecked: tuple[str, ...]
    accepted: int
    claims: int
    not_verified: tuple[str, ...]
