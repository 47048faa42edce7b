"""All findings of one Python file -> its new text: imports and their uses by syntax, strings by exact place."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterable, Sequence

import libcst as cst

from audit.fix.attributes import rename_attribute
from audit.fix.changes import Left, Mode, Relocate
from audit.fix.doubled import without_doubled
from audit.fix.imports import ImportFixer, Mended
from audit.fix.places import ACCESSES, NO_REPLACEMENT, last_part_at, respelled_at
from audit.fix.removal import remove_statements, unguard
from audit.fix.syntax import Imported, Syntax
from audit.fix.text import CannotFixError, Edit, apply_edits, decode_python
from audit.model.findings import Finding

_GUARDED = "mending a guarded import changes what runs: say --unsafe"
_IN_PROSE = "REF008"
"""Code in a docstring is text to Python, though a finding there may be of an import or an attribute."""
_CLASH = "another fix touches the same place"


def fix_python(
    path: str, content: bytes, findings: Sequence[Finding], *, mode: Mode, unsafe: bool, relocate: Relocate
) -> tuple[bytes, tuple[Finding, ...], tuple[Left, ...]]:
    """The new content, the findings that it mends, and those left with the reason.

    Raises:
        CannotFixError: the file as a whole cannot be edited.
    """
    source = decode_python(content)
    file = _PythonFile(path, source.text, mode=mode, unsafe=unsafe, relocate=relocate)
    for finding in findings:
        file.sort_in(finding)
    file.mend()
    text = apply_edits(source.text, file.edits)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(source.encode(text))
            after = source.encode(without_doubled(source.text, text, tree))
    except SyntaxError as error:
        raise CannotFixError(f"the edited file would not parse (line {error.lineno})") from None
    return after, tuple(file.fixed), tuple(file.left)


class _PythonFile:
    def __init__(self, path: str, text: str, *, mode: Mode, unsafe: bool, relocate: Relocate) -> None:
        self._package = path.rpartition("/")[2] in ("__init__.py", "__init__.pyi")
        self._mode, self._unsafe, self._relocate = mode, unsafe, relocate
        self._syntax = Syntax(text)
        self._statements: dict[int, tuple[Imported, list[Finding]]] = {}
        self._guards: list[tuple[Imported, Finding]] = []
        self._others: list[Finding] = []
        self.edits: list[Edit] = []
        self.fixed: list[Finding] = []
        self.left: list[Left] = []

    def sort_in(self, finding: Finding) -> None:
        """Note which way of mending a finding needs."""
        if finding.code == "REF011" and not (self._unsafe or self._worked_at_the_base(finding)):
            self.left.append(Left(finding, _GUARDED))
        elif finding.kind != "import" or finding.code == _IN_PROSE:
            self._others.append(finding)
        else:
            try:
                start, _ = self._syntax.lines.span(finding.site)
            except CannotFixError as error:
                self.left.append(Left(finding, str(error)))
                return
            found = self._syntax.import_at(start)
            if found is None:
                self.left.append(Left(finding, "no import stands there"))
            elif finding.code == "REF011" and (finding.replacement is None or _in_handler(self._syntax, found)):
                self._guards.append((found, finding))
            else:
                self._statements.setdefault(found.start, (found, []))[1].append(finding)

    def _worked_at_the_base(self, finding: Finding) -> bool:
        """Whether a guarded import found its name until the name moved: then mending it restores what ran."""
        if not finding.new or finding.replacement is None:
            return False
        found = self._syntax.import_at(self._syntax.lines.span(finding.site)[0])
        return found is not None and not _in_handler(self._syntax, found)

    def mend(self) -> None:
        """Make every edit that does not clash with one made before it."""
        mended = self._mend_imports()
        gone = [found for found, each in mended if each.gone]
        removals = dict(zip((id(found) for found in gone), remove_statements(self._syntax, gone), strict=True))
        for found, each in mended:
            edits = [removals[id(found)]] if each.gone else each.edits
            self._accept(edits, each.fixed)
            self.left += [Left(finding, NO_REPLACEMENT) for finding in each.left]
        for found, finding in self._guards:
            try:
                self._accept([unguard(self._syntax, found)], [finding])
            except CannotFixError as error:
                self.left.append(Left(finding, str(error)))
        for finding in self._others:
            try:
                self._accept(self._edits_of(finding), [finding])
            except CannotFixError as error:
                self.left.append(Left(finding, str(error)))

    def _mend_imports(self) -> list[tuple[Imported, Mended]]:
        """Mend all statements together, anew without those that cannot be: uses depend on what is edited."""
        statements = dict(self._statements)
        while True:
            edited = [found for found, _ in statements.values()]
            fixer = ImportFixer(self._syntax, edited, mode=self._mode, relocate=self._relocate, package=self._package)
            mended = []
            for start, (found, findings) in list(statements.items()):
                try:
                    mended.append((found, fixer.mend(found, findings)))
                except CannotFixError as error:
                    self.left += [Left(finding, str(error)) for finding in findings]
                    del statements[start]
            if len(mended) == len(edited):
                return mended

    def _edits_of(self, finding: Finding) -> Iterable[Edit]:
        if finding.kind in ACCESSES and finding.code != _IN_PROSE and finding.replacement is not None:
            try:
                return rename_attribute(self._syntax, finding, finding.replacement)
            except CannotFixError as error:
                try:
                    return [last_part_at(self._syntax.lines, finding)]
                except CannotFixError:
                    raise error from None  # it says more about what is in the way
        return [respelled_at(self._syntax.lines, finding, self._relocate)]

    def _accept(self, edits: Iterable[Edit], fixed: Iterable[Finding]) -> None:
        """Make a group of edits wholly or not at all."""
        group = list(edits)
        if any(edit.clashes(other) for edit in group for other in self.edits):
            self.left += [Left(finding, _CLASH) for finding in fixed]
            return
        self.edits += group
        self.fixed += fixed


def _in_handler(syntax: Syntax, found: Imported) -> bool:
    node: cst.CSTNode | None = found.node
    while node is not None and not isinstance(node, cst.Try):
        if isinstance(node, cst.ExceptHandler):
            return True
        node = syntax.parent(node)
    return False
