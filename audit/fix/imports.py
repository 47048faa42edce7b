"""One import statement and the findings on it -> the edits that mend both the statement and its uses."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial

import libcst as cst
import msgspec
from libcst.metadata import ClassScope, GlobalScope

from audit.fix.bindings import Renamer
from audit.fix.changes import Mode, Relocate
from audit.fix.removal import is_unused
from audit.fix.statements import Change, Removed, Taken, added_after, drop_names, module_edit, rewrite_from
from audit.fix.syntax import Imported, Syntax, bound_name, dotted
from audit.fix.text import CannotFixError, Edit
from audit.model.findings import Finding

_CHANGED = "the import has changed since it was checked"


class Mended(msgspec.Struct, frozen=True):
    """The outcome for one statement. ``gone`` means that the whole statement is to be taken out."""

    fixed: tuple[Finding, ...] = ()
    left: tuple[Finding, ...] = ()
    edits: tuple[Edit, ...] = ()
    gone: bool = False


class ImportFixer:
    """Mends import statements of one file; ``package`` marks an ``__init__`` file, whose names are its interface."""

    def __init__(
        self, syntax: Syntax, edited: Iterable[Imported], *, mode: Mode, relocate: Relocate, package: bool
    ) -> None:
        self._syntax = syntax
        self._renamer = Renamer(syntax, edited)
        self._mode = mode
        self._relocate = relocate
        self._package = package

    def mend(self, found: Imported, findings: Sequence[Finding]) -> Mended:
        """What becomes of one statement.

        Raises:
            CannotFixError: it cannot be mended.
        """
        if isinstance(found.node, cst.Import):
            return self._mend_plain(found, findings)
        own = own_module(found, findings[0], self._package)
        if not found.aliases:
            return self._mend_star(found, own, findings)
        return self._mend_from(found, own, findings)

    def _mend_plain(self, found: Imported, findings: Sequence[Finding]) -> Mended:
        fixed: list[Finding] = []
        left: list[Finding] = []
        edits: list[Edit] = []
        dead: list[int] = []
        for finding in findings:
            index = self._alias(found, finding, "")
            alias = found.aliases[index]
            if finding.replacement is None:
                unused = is_dead(finding) and is_unused(self._syntax, found, alias)
                dead += [index] if unused else []
                (fixed if unused else left).append(finding)
                continue
            uses, besides = self._renamer.follow_module(
                found, alias, finding.replacement, partial(self._relocate, finding)
            )
            edits += [*uses, Edit(*self._syntax.span(alias.name), finding.replacement)]
            edits += added_after(self._syntax, found, [f"import {module}" for module in sorted(besides)])
            fixed.append(finding)
        if len(dead) == len(found.aliases):
            return Mended(tuple(fixed), tuple(left), gone=True)
        if dead and edits:
            # both touch the list of names: the dead ones go in the next round
            fixed = [finding for finding in fixed if finding.replacement is not None]
        elif dead:
            edits = drop_names(self._syntax, found, dead)
        return Mended(tuple(fixed), tuple(left), tuple(edits))

    def _mend_star(self, found: Imported, own: str, findings: Sequence[Finding]) -> Mended:
        finding = findings[0]
        if finding.target != own or finding.replacement is None:
            return Mended(left=tuple(findings))
        edit = module_edit(self._syntax, found, own, finding.replacement, self._folder(finding))
        return Mended(tuple(findings), (), (edit,))

    def _mend_from(self, found: Imported, own: str, findings: Sequence[Finding]) -> Mended:
        fixed: list[Finding] = []
        left: list[Finding] = []
        edits: list[Edit] = []
        changes: dict[int, Change] = {}
        for finding in findings:
            whole = finding.target == own
            indices = range(len(found.aliases)) if whole else [self._alias(found, finding, own)]
            if finding.replacement is not None:
                for index in indices:
                    name = dotted(found.aliases[index].name)
                    home = self._relocate(finding, name) if whole else finding.replacement
                    is_module = not whole and finding.code == "REF001"
                    changes[index] = self._taken(found, index, home, edits, is_module=is_module)
                fixed.append(finding)
            elif is_dead(finding) and all(is_unused(self._syntax, found, found.aliases[index]) for index in indices):
                changes |= dict.fromkeys(indices, Removed())
                fixed.append(finding)
            else:
                left.append(finding)
        if len(changes) == len(found.aliases) and all(isinstance(each, Removed) for each in changes.values()):
            return Mended(tuple(fixed), tuple(left), gone=True)
        if changes:
            edits += rewrite_from(self._syntax, found, own, changes, self._folder(findings[0]))
        return Mended(tuple(fixed), tuple(left), tuple(edits))

    def _folder(self, finding: Finding) -> str:
        """The package whose modules the relative imports of the file name."""
        return finding.referrer if self._package else finding.referrer.rpartition(".")[0]

    def _alias(self, found: Imported, finding: Finding, own: str) -> int:
        """The position of the name that a finding speaks of."""
        prefix = f"{own}." if own else ""
        named = [i for i, alias in enumerate(found.aliases) if f"{prefix}{dotted(alias.name)}" == finding.target]
        start = self._syntax.lines.span(finding.site)[0]
        exact = [index for index in named if self._syntax.span(found.aliases[index])[0] == start]
        if not named:
            raise CannotFixError(_CHANGED)
        return (exact or named)[0]

    def _taken(self, found: Imported, index: int, home: str, edits: list[Edit], *, is_module: bool) -> Taken:
        alias = found.aliases[index]
        bound = bound_name(alias)
        module, _, name = home.rpartition(".")
        if alias.asname is None and name != bound and self._may_rename(found, bound, name, home, is_module=is_module):
            edits += self._renamer.rename(found, bound, name, home)
            edits += [
                Edit(*self._syntax.span(entry), entry.value.replace(bound, name))
                for entry in self._syntax.exported
                if entry.evaluated_value == bound
            ]
            bound = name
        return Taken(module, name, bound)

    def _may_rename(self, found: Imported, bound: str, name: str, home: str, *, is_module: bool) -> bool:
        """Whether the name may change inside the file: not where it is an interface that others rely on."""
        scope = self._syntax.scope(found.node)
        if self._mode == "keep" or isinstance(scope, ClassScope):
            return False
        exported = any(entry.evaluated_value == bound for entry in self._syntax.exported)
        interface = exported or (self._package and isinstance(scope, GlobalScope))
        if interface and not is_module:
            return False
        return self._renamer.can_rename(found, bound, name, home)


def is_dead(finding: Finding) -> bool:
    """Whether an import that a finding is on can be taken out when nothing uses it: what it names was removed."""
    return finding.code in ("REF001", "REF002")


def own_module(found: Imported, finding: Finding, package: bool) -> str:
    """The absolute module that a from-import names, which a relative one tells only through its finding.

    Raises:
        CannotFixError: the statement does not fit the finding.
    """
    if not found.level:
        return found.module
    folder = finding.referrer.split(".")
    folder = folder[: len(folder) - (found.level - 1 if package else found.level)]
    guess = ".".join((*folder, found.module)) if found.module else ".".join(folder)
    names = {dotted(alias.name) for alias in found.aliases}
    if finding.target == guess or any(finding.target == f"{guess}.{name}" for name in names):
        return guess
    parent, _, last = finding.target.rpartition(".")
    if last in names and f".{parent}".endswith(f".{found.module}" if found.module else ""):
        return parent
    if found.module and f".{finding.target}".endswith(f".{found.module}"):
        return finding.target
    raise CannotFixError(_CHANGED)
