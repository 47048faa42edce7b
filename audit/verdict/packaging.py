"""Judges what packaging files declare: version, Python, requirements, commands. They are read, never run."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from audit.model.codebase import Codebase
from audit.model.evidence import Evidence
from audit.model.shapes import Package
from audit.model.verdicts import Judgement
from audit.verdict.judgements import counted, listed, refuted, unverified, verified
from audit.verdict.packaging_files import Declared, declared_by, is_packaging_file, normalised

_CLAUSE: Final = re.compile(r"\s+")


def judge_package(predicate: Package, codebase: Codebase) -> Judgement:
    """The packaging files declare all that is expected; those at the root speak for the tree where none is named."""
    files = _declarations(predicate, codebase)
    if not files:
        return unverified(f"{predicate.path or 'the tree'} has no packaging file that can be read")
    coverage = f"{counted(len(files), 'packaging file')} read"
    shown = tuple(Evidence(summary=each.summary, path=each.path) for each in files)
    wrong, open_ = _compared(predicate, files)
    open_ += _of_the_tree(predicate, codebase)
    if wrong:
        return refuted("; ".join(wrong), coverage=coverage, evidence=shown)
    if open_:
        return unverified("; ".join(open_), coverage=coverage, evidence=shown)
    return verified(str(predicate).replace("`", ""), coverage=coverage, evidence=shown)


def _of_the_tree(predicate: Package, codebase: Codebase) -> list[str]:
    """What is said to be required no longer, and is a class or function of the tree, of which the same is said."""
    names = (name for name in predicate.drops if codebase.defined_before(name) or codebase.locate_by_suffix(name))
    return [f"{name} is a name of this tree, and perhaps no distribution" for name in names]


def _declarations(predicate: Package, codebase: Codebase) -> list[Declared]:
    paths = [path for path in codebase.paths() if is_packaging_file(path)]
    if predicate.path:
        paths = [path for path in codebase.paths() if path == predicate.path]
    elif any("/" not in path for path in paths):
        paths = [path for path in paths if path.count("/") <= path.startswith("requirements/")]
    found = (declared_by(path, text) for path in paths if (text := codebase.read_text(path)) is not None)
    return [each for each in found if each is not None]


def _compared(predicate: Package, files: Sequence[Declared]) -> tuple[list[str], list[str]]:
    """What is otherwise than expected, and what cannot be told."""
    computed = {field for each in files for field in each.dynamic}
    wrong: list[str] = []
    unknown: list[str] = []
    for what, expected, values in (
        ("the version", predicate.version, [each.version for each in files if each.version]),
        ("the Python required", _CLAUSE.sub("", predicate.python), [each.python for each in files if each.python]),
    ):
        if expected and not values:
            is_computed = ("version" if what == "the version" else "python") in computed
            unknown.append(
                f"{what} is computed when the package is built" if is_computed else f"no packaging file declares {what}"
            )
        elif expected and expected not in values:
            wrong.append(f"{what} is {listed(dict.fromkeys(values))}, not {expected}")
    required = {name for each in files for name in each.requires}
    optional = {name for each in files for name in each.optional}
    missing = [name for name in predicate.depends if normalised(name) not in required | optional]
    left = [name for name in predicate.drops if normalised(name) in required]
    if missing:
        # a package may be called otherwise than its distribution, "yaml" of PyYAML
        alike = any(normalised(name) in each for name in missing for each in required | optional)
        (unknown if alike or "requires" in computed else wrong).append(f"{listed(missing)} is not required")
    if left:
        wrong.append(f"{listed(left)} is still required")
    if kept := [name for name in predicate.drops if normalised(name) in optional - required]:
        unknown.append(f"{listed(kept)} is required by an extra or a group")
    if predicate.drops and "requires" in computed:
        unknown.append("what is required is computed when the package is built")
    scripts = {name for each in files for name in each.scripts}
    if lacking := [name for name in predicate.scripts if name not in scripts]:
        (unknown if "scripts" in computed else wrong).append(f"no command {listed(lacking)} is declared")
    return wrong, unknown
