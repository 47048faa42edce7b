"""Judges whether paths, modules and symbols are there, gone, and no longer named."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal

from audit.model.codebase import Codebase
from audit.model.evidence import Evidence
from audit.model.predicates import Absent, Exists, Unreferenced
from audit.model.regex import regex
from audit.model.verdicts import Judgement
from audit.verdict.absence import absence, roots_of_path
from audit.verdict.judgements import (
    counted,
    fingerprints,
    first_party,
    found,
    listed,
    located,
    partly,
    refuted,
    retirement,
    unverified,
    verified,
)
from audit.verdict.lacking import uses_of_name
from audit.verdict.last_size import with_last_size

Presence = Literal["there", "gone", "unknown"]

_NAME: Final = regex(r"[A-Z]\w*")
_DOTTED: Final = regex(r"[^\W\d]\w*(\.[^\W\d]\w*)*")


def judge_exists(predicate: Exists, codebase: Codebase) -> Judgement:
    """Every name is in the tree."""
    return _judge(predicate.names, codebase, wanted="there")


def judge_absent(predicate: Absent, codebase: Codebase) -> Judgement:
    """No name is in the tree; the file that went had as many lines as it is said to have had."""
    judgement = _judge(predicate.names, codebase, wanted="gone")
    if predicate.lines is None or judgement.verdict != "verified":
        return judgement
    return with_last_size(predicate.names[0], predicate.lines, judgement, codebase)


def _judge(names: tuple[str, ...], codebase: Codebase, wanted: Presence) -> Judgement:
    looked = [(name, *look_up(name, codebase)) for name in names]
    evidence = tuple(each for _, _, found_at in looked for each in found_at)
    coverage = f"{counted(len(names), 'name')} looked up"
    right = [name for name, presence, _ in looked if presence == wanted]
    unknown = [name for name, presence, _ in looked if presence == "unknown"]
    wrong = [name for name, presence, _ in looked if presence not in (wanted, "unknown")]
    if wrong and right:
        reason = f"{len(right)} of {len(names)} hold; {_standing(wrong, wanted == 'gone')}"
        return partly(reason, coverage=coverage, evidence=evidence)
    if wrong:
        roots = tuple(root for name in wrong for root in roots_of_path(name, codebase)) if wanted == "there" else ()
        return refuted(_standing(wrong, wanted == "gone"), coverage=coverage, evidence=evidence, roots=roots)
    if unknown:
        return unverified(
            f"{listed(unknown)} cannot be told: {evidence[-1].summary}", coverage=coverage, evidence=evidence
        )
    return verified(_standing(right, wanted == "there"), coverage=coverage, evidence=evidence)


def _judge_unused(names: tuple[str, ...], codebase: Codebase) -> Judgement:
    """Bare class and function names, which belong to no module: the code of the whole tree is searched for them."""
    uses = {name: uses_of_name(name, codebase) for name in names}
    searched = min(each.searched for each in uses.values())
    coverage = f"the code of {counted(searched, 'Python file')} searched"
    used = [name for name, each in uses.items() if each.places]
    if used:
        places = [place for name in used for place in uses[name].places]
        files = len({place.path for place in places})
        subject = f"{listed(used)} {'is' if len(used) == 1 else 'are'}"
        reason = f"{subject} still used in {counted(len(places), 'place')} of {counted(files, 'file')}"
        return refuted(reason, coverage=coverage, evidence=places)
    unread = sorted({path for each in uses.values() for path in each.unread})
    if unread or not searched:
        why = f"{listed(unread)} does not parse" if unread else "no Python file was searched"
        return unverified(f"no use was found, but {why}", coverage=coverage)
    return verified(f"no code names {listed(names)}", coverage=coverage)


def _standing(names: Sequence[str], there: bool) -> str:
    """That names are in the tree, or are not."""
    return f"{listed(names)} {'is' if len(names) == 1 else 'are'} {'' if there else 'not '}in the tree"


def look_up(name: str, codebase: Codebase) -> tuple[Presence, tuple[Evidence, ...]]:
    """Where a path, module or symbol stands in the tree, or what became of it."""
    path, _, symbol = name.partition("::")
    if symbol:
        return _look_up_in(path, symbol, codebase)
    paths = codebase.paths()
    if name == ".":
        return "there", (Evidence(summary=f"the tree holds {counted(len(paths), 'file')}"),)
    if name in paths:
        return "there", (Evidence(summary=f"{name} is in the tree", path=name),)
    folder = name.rstrip("/")
    inside = sum(path.startswith(f"{folder}/") for path in paths)
    if inside:
        return "there", (Evidence(summary=f"{folder}/ holds {counted(inside, 'file')}", path=folder),)
    if not _DOTTED.fullmatch(name):
        return "gone", absence(folder, codebase)
    module = codebase.module_path(name)
    if module is not None:
        return "there", (Evidence(summary=f"module {name}", path=module),)
    definition = codebase.locate(name)
    if definition is not None:
        return "there", (located(definition, f"{name} is defined as {definition.qualified}"),)
    return _look_up_loosely(name, codebase)


def _look_up_in(path: str, symbol: str, codebase: Codebase) -> tuple[Presence, tuple[Evidence, ...]]:
    """What a file itself defines under a name; what it imports under that name is defined elsewhere."""
    alike = [each for each in codebase.locate_by_suffix(symbol) if each.path == path]
    if alike:
        return "there", (located(alike[0], f"{path} defines {symbol}"),)
    return "gone", _gone(path, codebase) if path not in codebase.paths() else ()


def _look_up_loosely(name: str, codebase: Codebase) -> tuple[Presence, tuple[Evidence, ...]]:
    """A dotted name that leads nowhere may be the end of a qualified name, or none of the tree's names."""
    alike = codebase.locate_by_suffix(name)
    if len(alike) == 1:
        return "there", (located(alike[0], f"{name} is {alike[0].qualified}"),)
    if alike:
        several = tuple(located(each, f"{name} may be {each.qualified}") for each in alike)
        return "unknown", (*several, Evidence(summary=f"{len(alike)} definitions end in {name}; say which"))
    gone = _gone(name, codebase)
    if "." in name and not first_party(codebase, name):
        top = name.partition(".")[0]
        return "unknown", (Evidence(summary=f"no module of the tree is called {top}; it belongs to others"),)
    return "gone", gone


def _gone(name: str, codebase: Codebase) -> tuple[Evidence, ...]:
    gone = codebase.retired(name)
    return () if gone is None else (retirement(gone, name),)


def judge_unreferenced(predicate: Unreferenced, codebase: Codebase) -> Judgement:
    """Nothing names any of the names: no import, string, configuration value, command or document."""
    if all(_NAME.fullmatch(name) for name in predicate.names):
        return _judge_unused(predicate.names, codebase)
    references = [finding for name in predicate.names for finding in codebase.references_to(name)]
    examined = codebase.check.coverage
    files = examined.python_files + examined.other_files
    coverage = f"{counted(examined.modules, 'module')} in {counted(files, 'file')} searched"
    if references:
        named = [name for name in predicate.names if codebase.references_to(name)]
        places = {str(finding.site) for finding in references}
        return refuted(
            f"{listed(named)} is still named in {counted(len(places), 'place')}",
            coverage=coverage,
            evidence=tuple(found(finding) for finding in references),
            findings=fingerprints(references),
        )
    unread = [skipped for skipped in examined.skipped if skipped.incomplete]
    if unread or not files:
        why = f"{counted(len(unread), 'file')} could not be read" if unread else "nothing was searched"
        return unverified(
            f"no reference was found, but {why}",
            coverage=coverage,
            evidence=tuple(Evidence(summary=each.reason, path=each.path) for each in unread),
        )
    return verified(f"nothing names {listed(predicate.names)}", coverage=coverage)
