"""Findings of a whole tree -> one planned change a file; what cannot be mended is told with its reason."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from audit.fix.changes import FileChange, FixKey, Left, Mode, Plan, Relocate, appended, fix_keys
from audit.fix.generated import is_generated
from audit.fix.places import NO_REPLACEMENT, respelled_at
from audit.fix.text import CannotFixError, Edit, Lines, apply_edits, decode_text
from audit.fix.titles import redrawn
from audit.model.findings import Finding

Memory = dict[tuple[str, Mode, tuple[tuple[FixKey, str], ...]], tuple[FileChange, tuple[Left, ...]]]
"""What was planned for a file in a mode, some of its fixes refused."""


def plan_fixes(
    findings: Iterable[Finding],
    read: Callable[[str], bytes | None],
    *,
    unsafe: bool = False,
    modes: Mapping[str, Mode] | None = None,
    refused: Mapping[FixKey, str] | None = None,
    relocate: Relocate = appended,
    memory: Memory | None = None,
) -> Plan:
    """Plan the change of every file that a finding stands in.

    ``memory`` keeps what was planned for a file, for another call with the same findings, contents and ``relocate``.
    ``modes`` says for single files whether their own names follow a rename; ``refused`` maps what must
    not be mended to the reason. ``read`` gives the bytes of a file, None where it must not be touched.
    """
    changes: list[FileChange] = []
    left: list[Left] = []
    by_path: dict[str, list[Finding]] = {}
    for finding in findings:
        reason = _hopeless(finding)
        if reason is not None:
            left.append(Left(finding, reason))
        else:
            by_path.setdefault(finding.site.path, []).append(finding)
    for path, here in by_path.items():
        try:
            mode = (modes or {}).get(path, "rename")
            spared = {key: reason for key, reason in (refused or {}).items() if key[0] == path}
            asked = (path, mode, tuple(spared.items()))
            known = memory.get(asked) if memory is not None else None
            change, not_mended = known or _fix_file(
                path, here, read, mode=mode, unsafe=unsafe, refused=spared, relocate=relocate
            )
            if memory is not None:
                memory[asked] = change, not_mended
        except CannotFixError as error:
            left += [Left(finding, str(error)) for finding in here]
            continue
        left += not_mended
        if change.after != change.before:
            changes.append(change)
    return Plan(tuple(changes), tuple(left))


def _hopeless(finding: Finding) -> str | None:
    """Why no edit can mend a finding, whatever its file says; None when one may."""
    if finding.code == "REF010":
        return "a pickle is not edited: load it with the old name and save it again"
    if finding.kind == "fixture":
        return "it is renamed with all that uses it, which needs a person"
    if finding.code == "REF013":
        return "its arguments must be mended by hand"
    if not finding.code.startswith(("REF", "IMP")):
        return "it is no reference to a name"
    if finding.replacement is None and finding.kind != "import":
        return NO_REPLACEMENT
    return None


def _fix_file(
    path: str,
    findings: Sequence[Finding],
    read: Callable[[str], bytes | None],
    *,
    mode: Mode,
    unsafe: bool,
    refused: Mapping[FixKey, str],
    relocate: Relocate,
) -> tuple[FileChange, tuple[Left, ...]]:
    content = read(path)
    if content is None:
        raise CannotFixError("the file cannot be read, or is a link to another one")
    if is_generated(content):
        raise CannotFixError("a generated file: mend what generates it")
    keyed = dict(zip(findings, fix_keys(content, findings), strict=True)) if refused else {}
    spared = tuple(Left(finding, refused[key]) for finding, key in keyed.items() if key in refused)
    findings = [finding for finding in findings if keyed.get(finding) not in refused]
    if not findings:
        return FileChange(path, content, content, ()), spared
    if path.endswith((".py", ".pyi")):
        from audit.fix.python import fix_python  # libcst is loaded only where a Python file is to be changed

        after, fixed, left = fix_python(path, content, findings, mode=mode, unsafe=unsafe, relocate=relocate)
    else:
        after, fixed, left = _fix_text(path, content, findings, relocate)
    return FileChange(path, content, after, fixed), (*spared, *left)


def _fix_text(
    path: str, content: bytes, findings: Sequence[Finding], relocate: Relocate
) -> tuple[bytes, tuple[Finding, ...], tuple[Left, ...]]:
    source = decode_text(content)
    lines = Lines(source.text)
    edits: list[Edit] = []
    fixed: list[Finding] = []
    left: list[Left] = []
    for finding in findings:
        try:
            edit = respelled_at(lines, finding, relocate)
        except CannotFixError as error:
            left.append(Left(finding, str(error)))
            continue
        if any(edit.clashes(other) for other in edits):
            left.append(Left(finding, "another fix touches the same place"))
            continue
        edits.append(edit)
        fixed.append(finding)
    if path.endswith((".rst", ".txt")):
        edits += redrawn(lines, edits)
    return source.encode(apply_edits(source.text, edits)), tuple(fixed), tuple(left)
