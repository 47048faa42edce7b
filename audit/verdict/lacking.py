"""Judges what the code of a file imports and uses, or no longer does, by its syntax: comments do not count."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import msgspec

from audit.model.codebase import Codebase
from audit.model.evidence import Evidence
from audit.model.parsing import parsed
from audit.model.predicates import Lacks, Uses
from audit.model.verdicts import Judgement
from audit.verdict.judgements import counted, listed, refuted, retirement, unverified, verified


def judge_names(predicate: Lacks | Uses, codebase: Codebase) -> Judgement:
    """What is said of the names in the code of one file holds."""
    return judge_lacks(predicate, codebase) if isinstance(predicate, Lacks) else judge_uses(predicate, codebase)


def judge_lacks(predicate: Lacks, codebase: Codebase) -> Judgement:
    """The file is there, and none of the names is imported or used in it."""
    path = predicate.path
    text = codebase.read_text(path)
    if text is None:
        gone = codebase.retired(path)
        reason = f"{path} is not in the tree, so it cannot be told what it lacks"
        return unverified(reason, evidence=() if gone is None else (retirement(gone, path),))
    try:
        tree = parsed(text)
    except SyntaxError as error:
        return unverified(f"{path} is no Python that can be read: {error}")
    imported = [(line, name) for line, name in _imports(tree) if name in predicate.imports]
    named = {*_imports(tree), *_names(tree), *_chains(tree)}
    used = [(line, name) for line, each in named for name in predicate.names if f".{each}".endswith(f".{name}")]
    found = sorted({*imported, *used})
    if found:
        verb = "imports" if imported else "uses"
        return refuted(
            f"{path} still {verb} {listed(dict.fromkeys(name for _, name in found))}",
            coverage="1 file read",
            evidence=(Evidence(summary=f"{name} stands here", path=path, line=line) for line, name in found),
        )
    leaves = {name.rpartition(".")[2]: name for name in predicate.names if "." in name}
    alike = sorted({(line, name) for line, name in named if name in leaves})
    if alike:
        line, leaf = alike[0]
        return unverified(
            f"{path} names {leaf}, and whether that is {leaves[leaf]} cannot be told",
            evidence=(Evidence(summary=f"{leaf} stands here", path=path, line=line),),
        )
    what = listed((*predicate.imports, *predicate.names))
    verb = "uses" if predicate.names else "imports"
    return verified(f"{path} no longer {verb} {what}", coverage=f"1 file with {counted(_count(tree), 'import')} read")


def judge_uses(predicate: Uses, codebase: Codebase) -> Judgement:
    """The file is there, and each of the names is imported or used in it."""
    path = predicate.path
    text = codebase.read_text(path)
    if text is None:
        gone = codebase.retired(path)
        return refuted(f"{path} is not in the tree", evidence=() if gone is None else (retirement(gone, path),))
    try:
        tree = parsed(text)
    except SyntaxError as error:
        return unverified(f"{path} is no Python that can be read: {error}")
    imported = list(_imports(tree))
    used = [*imported, *_names(tree)]
    found = sorted(
        {each for each in imported if each[1] in predicate.imports}
        | {each for each in used if each[1] in predicate.names}
    )
    missing = sorted({*predicate.imports, *predicate.names} - {name for _, name in found})
    verb = "use" if predicate.names else "import"
    coverage = f"1 file with {counted(_count(tree), 'import')} read"
    if missing:
        return refuted(f"{path} does not {verb} {listed(missing)}", coverage=coverage)
    return verified(
        f"{path} {verb}s {listed(dict.fromkeys(name for _, name in found))}",
        coverage=coverage,
        evidence=(Evidence(summary=f"{name} stands here", path=path, line=line) for line, name in found),
    )


class FoundUses(msgspec.Struct, frozen=True):
    """Where code uses a name, how many Python files were searched, and which that hold the word do not parse."""

    places: tuple[Evidence, ...]
    searched: int
    unread: tuple[str, ...]


def uses_of_name(name: str, codebase: Codebase) -> FoundUses:
    """Every place in the code of the tree that imports, defines or uses a name."""
    word = re.compile(rf"\b{re.escape(name)}\b")
    found: list[Evidence] = []
    unread: list[str] = []
    searched = 0
    for path in codebase.paths():
        text = codebase.read_text(path) if path.endswith((".py", ".pyi")) else None
        if text is None:
            continue
        searched += 1
        if name not in text or word.search(text) is None:
            continue
        try:
            tree = parsed(text)
        except SyntaxError:
            unread.append(path)
            continue
        lines = sorted({line for line, each in (*_imports(tree), *_names(tree)) if each == name})
        found += [Evidence(summary=f"{name} is used here", path=path, line=line) for line in lines]
    return FoundUses(tuple(found), searched, tuple(unread))


def _count(tree: ast.Module) -> int:
    return sum(isinstance(node, ast.Import | ast.ImportFrom) for node in ast.walk(tree))


def _imports(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Every imported name with its line: the last component, and the dotted whole."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            module = f"{node.module}." if isinstance(node, ast.ImportFrom) and node.module else ""
            for alias in node.names:
                yield node.lineno, f"{module}{alias.name}"
                if "." in module + alias.name:
                    yield node.lineno, alias.name.rpartition(".")[2]


def _chains(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Every chain of attributes that begins with a name, as it is spelled."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            parts, head = [node.attr], node.value
            while isinstance(head, ast.Attribute):
                parts.append(head.attr)
                head = head.value
            if isinstance(head, ast.Name):
                yield node.lineno, ".".join(reversed([*parts, head.id]))


def _names(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Every identifier of the code with its line, imports left out."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            yield node.lineno, node.id
        elif isinstance(node, ast.Attribute):
            yield node.lineno, node.attr
        elif isinstance(node, ast.arg):
            yield node.lineno, node.arg
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.lineno, node.name
        elif isinstance(node, ast.keyword) and node.arg is not None:
            yield node.lineno, node.arg
