"""Sentences and pairs of code blocks about what a function takes: before and after, added and removed parameters."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from typing import Final

import msgspec

from audit.claims.blocks import Block, Fence
from audit.claims.names import is_quoted
from audit.claims.place import place_of
from audit.model.parsing import parsed
from audit.model.predicates import AnyPredicate, Signature
from audit.model.regex import regex

_CALL: Final = r"`(?P<{0}>[A-Za-z_][\w.]*)\((?P<{0}_args>[^`]*)\)(?:\s*->\s*[^`]+)?`"
_NOW: Final = (
    re.compile(
        _CALL.format("old")
        + r"\s+(?:(?:is|has|was|been)\s+)*(?:now\s+(?:takes|accepts|is|reads|becomes)|becomes|became|"
        r"(?:was\s+)?changed\s+to|→|->|=>)\s*" + _CALL.format("new"),
        re.IGNORECASE,
    ),
    re.compile(
        r"\b(?:changed|updated|simplified|migrated|from|was)\s+(?:the\s+signature\s+(?:of\s+)?)?(?:from\s+)?"
        + _CALL.format("old") + r"\s*,?\s*(?:to|→|->|=>|,?\s*(?:and\s+)?(?:is\s+)?now)\s*:?\s*" + _CALL.format("new"),
        re.IGNORECASE,
    ),
)  # fmt: skip
_PARAMETERS: Final = r"(?P<parameters>`\*{0,2}[A-Za-z_]\w*`(?:\s*(?:,\s*and|,|/|and|&)\s*`\*{0,2}[A-Za-z_]\w*`)*)"
_ARGUMENT: Final = (
    r"(?:\s+(?:keyword|optional|new|required|positional))*\s+(?:parameters?|arguments?|args?|kwargs?|keywords?)"
)
_FUNCTION: Final = r"`(?P<function>[A-Za-z_][\w.]*)(?:\(\))?`"
_HAS: Final = (
    re.compile(
        rf"{_FUNCTION}(?:\s+(?:function|method|constructor|signature))?\s+(?:now\s+)?(?:takes|accepts|requires|receives|has|needs)"
        rf"\s+(?:an?\s+|the\s+|only\s+)?(?:new\s+)?{_PARAMETERS}(?P<noun>{_ARGUMENT})?(?P<rest>.*)$",
        re.IGNORECASE,
    ),
    re.compile(
        rf"\badded\s+(?:an?\s+|the\s+)?(?:new\s+|optional\s+)*{_PARAMETERS}(?P<noun>{_ARGUMENT})\s+to\s+{_FUNCTION}(?P<rest>.*)$",
        re.IGNORECASE,
    ),
)
_LACKS: Final = (
    re.compile(
        rf"{_FUNCTION}(?:\s+(?:function|method|constructor))?\s+no\s+longer\s+(?:takes|accepts|requires|has|needs)"
        rf"\s+(?:an?\s+|the\s+)?{_PARAMETERS}(?P<noun>{_ARGUMENT})?(?P<rest>.*)$",
        re.IGNORECASE,
    ),
    re.compile(
        rf"\b(?:removed|dropped|deleted|eliminated)\s+(?:the\s+)?(?:old\s+|unused\s+|legacy\s+)*{_PARAMETERS}(?P<noun>{_ARGUMENT})"
        rf"\s+(?:from|of)\s+{_FUNCTION}(?P<rest>.*)$",
        re.IGNORECASE,
    ),
)
_COMPLETE: Final = regex(r"\s*(?:directly|instead|now|successfully|\([^()]*\)|[.;,:!—–-].*)?\W*$", re.IGNORECASE)
_BEFORE: Final = regex(r"^\W*(?:the\s+)?(?:before|old|previous(?:ly)?|was|original)\b[^:]{0,40}:?\W*$", re.IGNORECASE)
_AFTER: Final = regex(r"^\W*(?:the\s+)?(?:after|new|now|current(?:ly)?|updated|is)\b[^:]{0,40}:?\W*$", re.IGNORECASE)
_COMMENT_BEFORE: Final = regex(r"^\s*#\s*(?:before|old|previous(?:ly)?|was)\b", re.IGNORECASE)
_COMMENT_AFTER: Final = regex(r"^\s*#\s*(?:after|new|now)\b(?!\s+(?:we|you|let|run|call))", re.IGNORECASE)
_DEF: Final = regex(r"^(?P<indent>\s*)(?:async\s+)?def\s+(?P<name>[A-Za-z_]\w*)\s*\(", re.MULTILINE)


class ShownSignature(msgspec.Struct, frozen=True):
    """A definition that a document shows as the new one: its line of text and what must be so."""

    text: str
    line: int
    fence: Fence
    predicate: Signature


def changed_signature(block: Block) -> tuple[AnyPredicate, ...]:
    """A function that is said to take other parameters than it took, exactly or among others."""
    text = block.text
    for pattern in _NOW:
        match = pattern.search(text)
        if match is not None and not is_quoted(text, match.start()):
            parameters = parameters_of(match["new_args"])
            same = match["old"].rpartition(".")[2] == match["new"].rpartition(".")[2]
            if parameters is not None and same:
                return (_changed(_placed(match["new"], block), parameters_of(match["old_args"]) or (), parameters),)
    for patterns, key in ((_LACKS, "lacks"), (_HAS, "has")):
        for pattern in patterns:
            match = pattern.search(text)
            if match is None or is_quoted(text, match.start()) or not _COMPLETE.match(match["rest"]):
                continue
            names = tuple(re.findall(r"`\*{0,2}(\w+)`", match["parameters"]))
            said = (f"{match['function']}(" in text or match["noun"]) and not names[0][0].isupper()
            if said:
                named = _placed(match["function"], block)
                return (
                    Signature(callable=named, has=names) if key == "has" else Signature(callable=named, lacks=names),
                )
    return ()


def _changed(name: str, old: tuple[str, ...], new: tuple[str, ...]) -> Signature:
    """What a new signature has that is shown, and no longer has of the old one: documents leave parameters out."""
    has, before = (tuple(each.lstrip("*") for each in names) for names in (new, old))
    return Signature(callable=name, has=has, lacks=tuple(each for each in before if each not in has))


def _placed(name: str, block: Block) -> str:
    path, _ = place_of(block)
    return f"{path}::{name}" if path.endswith(".py") else name


def parameters_of(arguments: str) -> tuple[str, ...] | None:
    """The parameter names of what stands in the brackets, stars included; None where some are left out."""
    try:
        (function,) = parsed(f"def f({arguments}): ...").body
    except (SyntaxError, ValueError):
        return None
    return _names_of(function) if isinstance(function, ast.FunctionDef) else None


def _names_of(function: ast.FunctionDef | ast.AsyncFunctionDef) -> tuple[str, ...]:
    taken = function.args
    names = [each.arg for each in (*taken.posonlyargs, *taken.args)]
    if names[:1] in (["self"], ["cls"]):
        names = names[1:]
    names += [f"*{taken.vararg.arg}"] if taken.vararg is not None else []
    names += [each.arg for each in taken.kwonlyargs]
    names += [f"**{taken.kwarg.arg}"] if taken.kwarg is not None else []
    return tuple(names)


def shown_signatures(fences: Sequence[Fence]) -> Iterator[ShownSignature]:
    """Every definition in a code block that is shown as the new one, with an old one of the same name before it."""
    old: dict[str, tuple[str, ...]] = {}
    headings: tuple[str, ...] = ()
    for fence in fences:
        if fence.quoted or fence.language not in ("python", "py", "python3", "diff", ""):
            continue
        if fence.headings != headings:
            old, headings = {}, fence.headings
        for is_new, first, code in _parts(fence):
            found = dict(_definitions(code))
            if not is_new:
                old = {name: parameters for name, (parameters, _) in found.items()}
                continue
            for name, (parameters, line) in found.items():
                if name in old and old[name] != parameters:
                    text = code.splitlines()[line].strip().lstrip("+ ")
                    yield ShownSignature(text, first + line, fence, _changed(name, old[name], parameters))


def _parts(fence: Fence) -> Iterator[tuple[bool, int, str]]:
    """The old and the new part of a block: whether it is the new one, its first line and its code."""
    lines = fence.code.splitlines()
    if fence.language == "diff" or any(line.startswith("+def ") for line in lines):
        for sign in "-+":
            kept = [line[1:] if line.startswith((sign, " ")) else "" for line in lines]
            yield sign == "+", fence.line, "\n".join(kept)
        return
    marks = [
        (number, _COMMENT_AFTER.match(line) is not None)
        for number, line in enumerate(lines)
        if _COMMENT_BEFORE.match(line) or _COMMENT_AFTER.match(line)
    ]
    for position, (number, is_new) in enumerate(marks):
        end = marks[position + 1][0] if position + 1 < len(marks) else len(lines)
        yield is_new, fence.line + number, "\n".join(lines[number:end])
    if not marks and _BEFORE.match(fence.intro):
        yield False, fence.line, fence.code
    elif not marks and _AFTER.match(fence.intro):
        yield True, fence.line, fence.code


def _definitions(code: str) -> Iterator[tuple[str, tuple[tuple[str, ...], int]]]:
    """The functions of some code that can be read, with their parameters and the line, counted from 0."""
    for match in _DEF.finditer(code):
        depth, end = 0, match.end() - 1
        while end < len(code):
            depth += {"(": 1, "[": 1, "{": 1, ")": -1, "]": -1, "}": -1}.get(code[end], 0)
            if depth == 0:
                break
            end += 1
        arguments = code[match.end() : end]
        parameters = parameters_of(arguments) if "..." not in arguments else None
        if parameters is not None:
            yield match["name"], (parameters, code.count("\n", 0, match.start("name")))
