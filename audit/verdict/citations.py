"""Judges citations: the file is there, has the lines, and they say what the document says that they say."""

from __future__ import annotations

import re

from audit.model.codebase import Codebase
from audit.model.evidence import Evidence
from audit.model.predicates import Cited
from audit.model.verdicts import Judgement
from audit.verdict.absence import absence, roots_of_path
from audit.verdict.judgements import counted, listed, partly, refuted, unverified, verified


def judge_citation(predicate: Cited, codebase: Codebase) -> Judgement:
    """A citation holds when its lines are there and say it; it holds partly when other lines of the file do."""
    path, first = predicate.path, predicate.first
    if path not in codebase.paths():
        evidence = absence(path, codebase, says=predicate.says)
        return refuted(f"{path} is not in the tree", evidence=evidence, roots=roots_of_path(path, codebase))
    if first is None and predicate.says:
        return _anywhere(predicate, codebase)
    if first is None:
        return verified(
            f"{path} is in the tree; no line was compared",
            evidence=(Evidence(summary=f"{path} is in the tree", path=path),),
        )
    text = codebase.read_text(path)
    if text is None:
        return unverified(f"{path} is not text, so it has no lines")
    lines = text.splitlines()
    last = max(first, predicate.last or first)
    if last > len(lines):
        return refuted(f"{path} has {counted(len(lines), 'line')}, so no line {last}", coverage="1 file read")
    cited = lines[first - 1 : last]
    shown = Evidence(summary=f"line {first} of {path} says: {cited[0].strip()[:200]}", path=path, line=first)
    if not predicate.says:
        return verified(
            f"{path} has line {last}; what it says was not compared", coverage="1 file read", evidence=(shown,)
        )
    said = _squeezed(predicate.says)
    if said in _squeezed(" ".join(cited)) or said in _squeezed(without_comments("\n".join(cited))):
        return verified(f"line {first} of {path} says so", coverage="1 file read", evidence=(shown,))
    others = [number for number, line in enumerate(lines, start=1) if said in _squeezed(line)]
    if others or said in _squeezed(text):
        where = f"line {others[0]} does" if others else "other lines do"
        return partly(f"line {first} of {path} does not say so, {where}", coverage="1 file read", evidence=(shown,))
    return refuted(f"no line of {path} says so", coverage="1 file read", evidence=(shown,))


def without_comments(text: str) -> str:
    """Code as documents quote it: lines that are comments, and comments behind code, are mostly left out."""
    lines = (re.sub(r"\s+#\s.*$", "", line) for line in text.splitlines())
    return "\n".join(line for line in lines if not line.lstrip().startswith("#"))


def _anywhere(predicate: Cited, codebase: Codebase) -> Judgement:
    """Whether a file says something on any line; a single name must stand there as a whole word."""
    path, says = predicate.path, predicate.says
    text = codebase.read_text(path)
    if text is None:
        return unverified(f"{path} is not text, so it says nothing that can be compared")
    lines = text.splitlines()
    if says.isidentifier():
        word = re.compile(rf"(?<!\w){re.escape(says)}(?!\w)")
        found = [number for number, line in enumerate(lines, start=1) if word.search(line)]
    else:
        said = _squeezed(says)
        found = [number for number, line in enumerate(lines, start=1) if said in _squeezed(line)]
        found = found or ([_line_of(said, lines)] if said in _squeezed(text) else [])
    if not found:
        return refuted(f"no line of {path} says {says}", coverage="1 file read")
    places = (Evidence(summary=f"line {number} says so", path=path, line=number) for number in found)
    shown = listed([str(number) for number in found])
    return verified(f"{path} says so on line {shown}", coverage="1 file read", evidence=places)


def _line_of(said: str, lines: list[str]) -> int:
    """The line on which a text that spans several begins."""
    position = _squeezed("".join(lines)).index(said)
    for number, line in enumerate(lines, start=1):
        position -= len(_squeezed(line))
        if position < 0:
            return number
    return len(lines)


def _squeezed(text: str) -> str:
    """Code without white space and with one kind of quotation mark: neither changes what it says."""
    return "".join(text.split()).replace('"', "'")
