"""Judges imports that are said to follow one another: each link, and where the chain breaks."""

from __future__ import annotations

import ast
from itertools import pairwise

from audit.model.codebase import Codebase
from audit.model.evidence import Evidence
from audit.model.findings import Retirement
from audit.model.parsing import parsed
from audit.model.shapes import Chain
from audit.model.verdicts import Judgement
from audit.verdict.judgements import counted, refuted, retirement, unverified, verified


def judge_chain(predicate: Chain, codebase: Codebase) -> Judgement:
    """Every module imports the next one: by a statement of its own, or through others when it is imported."""
    links = list(pairwise(predicate.links))
    coverage = f"{counted(len(links), 'link')} looked up"
    evidence: list[Evidence] = []
    for source, target in links:
        path = codebase.module_path(source)
        if path is None:
            gone = codebase.retired(source)
            return refuted(
                f"the chain breaks at {source}, which is not in the tree",
                coverage=coverage,
                evidence=(*evidence, *_why_gone(gone, source)),
            )
        found = link_between(source, target, codebase)
        if not found:
            if _tree_of(path, codebase) is None:
                return unverified(f"{path} cannot be read, so what it imports is open", coverage=coverage)
            return refuted(
                f"the chain breaks at {source}: it does not import {target}, nor anything that does",
                coverage=coverage,
                evidence=(*evidence, Evidence(summary=f"{source} is {path}", path=path)),
            )
        evidence += found
    places = ", ".join(f"{each.path}:{each.line}" for each in evidence)
    last = predicate.links[-1]
    if codebase.module_path(last) is None and codebase.locate(last) is None:
        reason = f"every link holds ({places}), and the last import fails: there is no {last}"
        return verified(reason, coverage=coverage, evidence=(*evidence, *_why_gone(codebase.retired(last), last)))
    return verified(
        f"every link holds: {' -> '.join(predicate.links)} ({places})", coverage=coverage, evidence=evidence
    )


def link_between(source: str, target: str, codebase: Codebase) -> list[Evidence]:
    """How a module imports another, itself or through others; nothing where it does not."""
    path = codebase.module_path(source)
    return [] if path is None else _direct(path, target, codebase) or _through(source, target, codebase)


def _why_gone(gone: Retirement | None, name: str) -> tuple[Evidence, ...]:
    return () if gone is None else (retirement(gone, name),)


def _direct(path: str, target: str, codebase: Codebase) -> list[Evidence]:
    """The statement of a file that imports a module, or a name of it, in whatever function it stands."""
    tree = _tree_of(path, codebase)
    if tree is None:
        return []
    package = path.removesuffix("/__init__.py").removesuffix(".py").split("/")
    above = package if path.endswith("/__init__.py") else package[:-1]
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif not isinstance(node, ast.ImportFrom):
            continue
        else:
            start = ".".join(above[: len(above) - node.level + 1]) if node.level else ""
            module = ".".join(filter(None, (start, node.module)))
            names = [module, *(f"{module}.{alias.name}" for alias in node.names)]
        if any(
            _is_within(name, target, relative=isinstance(node, ast.ImportFrom) and node.level > 0) for name in names
        ):
            said = ast.unparse(node)
            return [Evidence(summary=f"{said[:120]}", path=path, line=node.lineno)]
    return []


def _tree_of(path: str, codebase: Codebase) -> ast.Module | None:
    text = codebase.read_text(path)
    try:
        return parsed(text) if text is not None else None
    except SyntaxError:
        return None


def _is_within(name: str, target: str, *, relative: bool) -> bool:
    """Whether an imported name is a module or lies in it; a relative one is spelled from the root of the tree."""
    if f"{name}.".startswith(f"{target}."):
        return True
    return relative and f".{name}.".find(f".{target}.") >= 0


def _through(source: str, target: str, codebase: Codebase) -> list[Evidence]:
    return [
        Evidence(summary=f"{link.importer} imports {link.imported}", path=link.site.path, line=link.site.line)
        for link in codebase.why(source, target)
    ]
