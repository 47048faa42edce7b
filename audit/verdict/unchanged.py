"""Judges whether files and definitions are what they were at another commit, and how many lines changed."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Final

from audit.model.codebase import Codebase, Files
from audit.model.comparisons import LinesChanged, Mode, Unchanged
from audit.model.errors import AuditError
from audit.model.evidence import Evidence
from audit.model.parsing import parsed
from audit.model.verdicts import Judgement
from audit.verdict.globs import matching
from audit.verdict.judgements import counted, listed, refuted, unverified, verified, without_base
from audit.verdict.syntax import code_of, find_definition, signatures_of

_COMPARED: Final[dict[Mode, str]] = {"bytes": "byte for byte", "code": "by their code", "signature": "by signature"}


def judge_unchanged(predicate: Unchanged, codebase: Codebase) -> Judgement:
    """Every path and every symbol is at the base what it is now; nothing matched is never a pass."""
    try:
        base = codebase.files_at(predicate.base)
        changes = codebase.line_changes(predicate.base)
    except AuditError as error:
        return without_base(predicate.base, error)
    both = {*base.paths()} & {*codebase.paths()}
    evidence: list[Evidence] = []
    problems: list[str] = []
    examined = 0
    for pattern in predicate.paths:
        paths = sorted({path for tree in (base, codebase) for path in matching(pattern, tree.paths(), folders=True)})
        if not paths:
            problems.append(f"nothing matches {pattern}, neither now nor at the base")
        examined += len(paths)
        for path in (path for path in paths if path in changes or path not in both):
            try:
                evidence += _changed_file(path, predicate.mode, base, codebase)
            except SyntaxError as error:
                problems.append(f"{path} is no Python that can be read ({error.msg})")
    for symbol in predicate.symbols:
        try:
            found = _changed_symbol(symbol, predicate.mode, base, codebase)
        except LookupError as error:
            problems.append(str(error.args[0]))
            continue
        except SyntaxError as error:
            problems.append(f"the file of {symbol} is no Python that can be read ({error.msg})")
            continue
        examined += 1
        evidence += found
    coverage = f"{counted(examined, 'thing')} compared with {_short(base)} {_COMPARED[predicate.mode]}"
    if evidence:
        return refuted(
            f"changed since {_short(base)}: {listed((each.summary for each in evidence), 3)}",
            coverage=coverage,
            evidence=evidence,
        )
    if problems or not examined:
        return unverified("; ".join(problems) or "nothing was compared", coverage=coverage)
    return verified(f"{counted(examined, 'thing')} as at {_short(base)}", coverage=coverage)


def judge_lines_changed(predicate: LinesChanged, codebase: Codebase) -> Judgement:
    """So many lines came and went, in the files that match or everywhere."""
    try:
        changes = codebase.line_changes(predicate.base)
        base = codebase.files_at(predicate.base)
    except AuditError as error:
        return without_base(predicate.base, error)
    known = {*changes, *codebase.paths()}
    chosen = set(known)
    if predicate.paths:
        chosen = {path for pattern in predicate.paths for path in matching(pattern, known, folders=True)}
    if not chosen:
        return unverified(f"nothing matches {listed(predicate.paths)}, neither now nor at the base")
    touched = {path: change for path, change in sorted(changes.items()) if path in chosen}
    added, removed = (sum(getattr(each, name) for each in touched.values()) for name in ("added", "removed"))
    reason = f"{counted(added, 'line')} added and {removed} removed since {_short(base)}"
    coverage = f"{counted(len(touched), 'changed file')} of {len(chosen)} counted"
    evidence = [
        Evidence(summary=f"{path}: +{change.added} -{change.removed}", path=path)
        for path, change in sorted(touched.items(), key=lambda item: -item[1].added - item[1].removed)
    ]
    wrong = [
        f"not {bound} {name}"
        for name, bound, number in (("added", predicate.added, added), ("removed", predicate.removed, removed))
        if bound is not None and not bound.admits(number)
    ]
    if wrong:
        return refuted(f"{reason}, {' and '.join(wrong)}", coverage=coverage, evidence=evidence)
    return verified(reason, coverage=coverage, evidence=evidence)


def _changed_file(path: str, mode: Mode, base: Files, now: Files) -> list[Evidence]:
    """How a file differs, or nothing.

    Raises:
        SyntaxError: its code is to be compared, and it is no Python.
    """
    before, after = base.read_bytes(path), now.read_bytes(path)
    if before is None or after is None:
        return [Evidence(summary=f"{path} is {'new' if before is None else 'gone'}", path=path)]
    if before == after:
        return []
    if mode == "bytes":
        return [Evidence(summary=f"{path} has other bytes", path=path)]
    old, new = parsed(before), parsed(after)
    if mode == "code":
        return [] if code_of(old) == code_of(new) else [Evidence(summary=f"{path} has other code", path=path)]
    olds, news = signatures_of(old), signatures_of(new)
    return [
        Evidence(summary=f"{name}: {_shown(olds, name)} -> {_shown(news, name)}", path=path, line=_line(news, name))
        for name in dict.fromkeys((*olds, *news))
        if _shown(olds, name) != _shown(news, name)
    ]


def _shown(signatures: dict[str, tuple[str, int]], name: str) -> str:
    return signatures[name][0] if name in signatures else "nothing"


def _line(signatures: dict[str, tuple[str, int]], name: str) -> int | None:
    return signatures[name][1] if name in signatures else None


def _changed_symbol(symbol: str, mode: Mode, base: Files, codebase: Codebase) -> list[Evidence]:
    """How a definition differs, or nothing. It is looked for where it is now, and else by its module's path.

    Raises:
        LookupError: it is in neither tree.
        SyntaxError: a file that should hold it is no Python.
    """
    located = codebase.locate(symbol)
    if located is None and len(alike := codebase.locate_by_suffix(symbol)) == 1:
        located = alike[0]
    name = located.definition.name if located is not None else ""
    path = located.path if located is not None else ""
    if located is None:
        path, name = _by_module(symbol, base)
    view: Callable[[ast.stmt], str] = code_of if mode == "code" else _signatures
    new = find_definition(codebase.read_bytes(path), name) if located is not None else None
    old = find_definition(base.read_bytes(path), name) if path else None
    if new is None and old is None:
        raise LookupError(f"{symbol} is neither in the tree nor at the base")
    if new is None or old is None:
        what = "is new" if old is None else "is gone"
        return [Evidence(summary=f"{symbol} {what}", path=path, line=new.lineno if new is not None else None)]
    before, after = view(old), view(new)
    if before == after:
        return []
    how = "has other code" if mode == "code" else f"{before} -> {after}"
    return [Evidence(summary=f"{symbol} {how}", path=path, line=new.lineno)]


def _signatures(node: ast.stmt) -> str:
    found = signatures_of(ast.Module([node], []))
    if not found:
        raise LookupError(f"line {node.lineno} defines no function and no class, so it has no signature")
    return "; ".join(f"{name}{text}" for name, (text, _) in found.items())


def _by_module(symbol: str, base: Files) -> tuple[str, str]:
    """The path and name of a symbol that only the base may have."""
    parts = symbol.split(".")
    paths = set(base.paths())
    for cut in range(len(parts) - 1, 0, -1):
        stem = "/".join(parts[:cut])
        endings = (f"{stem}.py", f"{stem}/__init__.py")
        exact = [path for path in paths if path in endings or path.endswith(tuple(f"/{end}" for end in endings))]
        if exact:
            return min(exact, key=lambda path: (len(path), path)), ".".join(parts[cut:])
    return "", ""


def _short(base: Files) -> str:
    return (base.commit or "the base")[:10]
