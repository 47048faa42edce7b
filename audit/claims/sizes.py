"""Sentences about how long a file is: exactly, about, at least or at most so many lines."""

from __future__ import annotations

import re
from typing import Final

from audit.claims.blocks import Block
from audit.claims.names import PATH, SYMBOL, is_quoted
from audit.claims.place import place_of
from audit.claims.tables import now_of
from audit.model.predicates import AnyPredicate, Bound, Size
from audit.model.regex import regex

TOLERANCE: Final = 0.2
"""How far a number that is said to be about right may be off, as a share of it: "~50 lines" allows 40 to 60."""

_STEPS: Final = tuple(digit * 10**power for power in range(6, 0, -1) for digit in (5, 1))
_SHARE: Final = 5
"""A number is rounded to a fifth of itself at most, so that it is a tenth off at most."""

_ABOUT: Final = r"(?:~|≈|about|around|roughly|approximately|approx\.?|circa|ca\.?|nearly|almost|some)"
_EXACTLY: Final = regex(r"\b(?:exactly|precisely)\b", re.IGNORECASE)
_LEAST: Final = r"(?:at\s+least|over|more\s+than|>=?|≥)"
_MOST: Final = r"(?:at\s+most|under|less\s+than|fewer\s+than|up\s+to|below|within|<=?|≤|maximum)"
_STRICTLY: Final = regex(r"over|(?:more|less|fewer)\s+than|under|below|[<>]", re.IGNORECASE)
_HOW_MANY: Final = (
    rf"(?:(?:now|only|just|exactly|precisely|still|a\s+total\s+of)\s+)*(?:(?P<how>{_ABOUT}|{_LEAST}|{_MOST})\s*)?"
    r"(?P<lines>\d{1,3}(?:,\d{3})+|\d+)(?P<more>\+?)[\s-]+(?:lines?|loc)\b"
)
_BARE: Final = r"(?P<how>~)?(?P<lines>\d{1,3}(?:,\d{3})+|\d+)(?P<more>\+?)(?:\s+lines)?"
"""A number that need not say of what: the sentence has said it."""
_SUBJECT: Final = (
    rf"(?:`(?P<code>[^`]+)`|(?P<path>(?:[\w.@+-]+/)+[\w.-]+\.\w+|[a-z]\w*\.py)|(?P<name>{SYMBOL.pattern}))"
)
_WAS: Final = r"(?:from\s+)?[~\d,]+\s+(?:lines\s+)?(?:(?:down\s+)?to|→|->|=>)\s+"
"""How many lines there were, before how many there are: "467 → 240 lines"."""
_SHORTER: Final = r"(?:reduced|cut|shrunk|shrank|brought|trimmed|simplified|refactored|went|down)"
_OF_WHAT: Final = (
    r"(?!\s+(?:of\b(?!\s+(?:code|python)\b)|removed|deleted|added|changed|saved|eliminated|shorter|longer|less|"
    r"fewer|per|reviewed|read|checked|analy[sz]ed|examined|audited|covered|shown\b))"
)
_FORMS: Final = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"{_SUBJECT}(?:\s+(?:class|file|module))?(?:\s+(?:implemented|created|added))?\s*\({_HOW_MANY}(?:\s+total|\s+of\s+code)?(?P<rest>[^()]*)\)",
        rf"{_SUBJECT}(?:\s+(?:class|file|module))?\s*(?::|=|[—–-]|(?:is|has|contains|counts)\b(?:\s+now)?|now\s+has)\s*{_HOW_MANY}{_OF_WHAT}(?P<rest>[^.;]*)",
        rf"{_SUBJECT}\s*\((?:new(?:\s+(?:file|module|script|test\s+file))?|refactored|rewritten|simplified|updated)\s*[,;:]\s*{_HOW_MANY}(?P<rest>[^()]*)\)",
        rf"{_SUBJECT}(?P<said>[^()`]{{0,80}})\({_WAS}{_HOW_MANY}(?P<rest>[^()]*)\)",
        rf"\b{_SHORTER}\s+{_SUBJECT}\s+(?:{_WAS}|(?:down\s+)?to\s+){_HOW_MANY}(?P<rest>[^.;]*)",
        rf"{_SUBJECT}\s*[:—–-]?\s*(?:(?:was|is|has|been|now)\s+)*{_SHORTER}\s+(?:{_WAS}|(?:down\s+)?to\s+){_HOW_MANY}(?P<rest>[^.;]*)",
        rf"^(?P<code>`[A-Za-z_]\w*\([^`]*\)`)(?P<path>)(?P<name>)\s*[:—–-]\s+(?P<said>[^()`]{{1,80}})\({_HOW_MANY}(?P<rest>)\)\W*$",
        rf"\b(?:reduced|cut|shrunk|shrank|trimmed)\s+{_SUBJECT}\s+by\s+[~\d,]+\s+lines\s*\((?:from\s+)?[~\d,]+\s*(?:lines\s*)?(?:to|→|->)\s*{_BARE}(?P<rest>)\)",
        rf"{_SUBJECT}(?:\s*:|\s+went|\s+down)?\s+from\s+[~\d,]+\s+(?:lines\s+)?(?:down\s+)?to\s+{_HOW_MANY}(?P<rest>[^.;]*)",
    )
)  # fmt: skip
_BRACKETS: Final = (0, 2, 3)
"""The forms in which the number stands in brackets behind the name, and so is said of nothing else."""
_OF_PLACE: Final = regex(
    rf"^(?:now\s+)?{_HOW_MANY}(?:\s+total|\s+of\s+code)?(?P<rest>\s*(?:\([^()]*\))?\W*)$"
    rf"|\({_HOW_MANY.replace('?P<', '?P<b_')}"
    r"(?:,\s*(?:down|up)\s+from\s+[~\d,]+(?:\s+lines)?|,\s*\d[\d,]*\s+[a-z]+)?\)\W*$",
    re.IGNORECASE,
)
_CITING: Final = regex(rf"^`?{PATH.pattern}:\d")
"""A place with its lines: a number of lines behind it is that of the place."""
_NOW: Final = regex(r"^(?:after|now|current(?:ly)?|final)\s*:\s*(?=\W*\d)", re.IGNORECASE)
_LABELLED: Final = regex(
    r"^(?:total\s+)?(?:lines|loc|lines\s+of\s+code|line\s+count|length|size)\s*:\s*(?P<number>[~≈]?\d[\d,]*\+?)(?:\s+(?:lines|loc))?(?=\W*$)",
    re.IGNORECASE,
)
"""A number of lines behind its label, below the file that it is said of."""
_COLUMN: Final = regex(r"^\W*(?:(?:total|#|line)\s+)?(?:lines|loc)(?:\s+of\s+code)?\W*$", re.IGNORECASE)
_STATEMENTS: Final = regex(
    r"\b(?:cov(?:er(?:ed|age)?)?|miss(?:ing|ed)?|stmts?|statements|branch(?:es)?|uncovered)\b", re.IGNORECASE
)
"""Heads of a table of coverage, whose lines are those that can be run."""
_CELL: Final = regex(r"^[~≈]?\d[\d,]*\+?$")
_ROW_LABEL: Final = regex(
    rf"^(?:(?:total|number\s+of)\s+)?(?:lines|loc|size)(?:\s+of\s+code)?\s+(?:in|of)\s+`?(?P<path>{PATH.pattern})`?\W*$"
    rf"|^`?(?P<first>{PATH.pattern})`?\s+\(?(?:lines|loc|size|line\s+count)\)?\W*$",
    re.IGNORECASE,
)
"""What a row is about, where the file and what is counted of it stand in one cell: "Lines in `a.py`"."""
_FUNCTION: Final = regex(r"(?P<call>[A-Za-z_]\w*)\([^()]*\)|(?P<snake>[a-z]+(?:_[a-z0-9]+)+)")
_PART: Final = regex(
    r"\b(?:functions?|methods?|class(?:es)?|loaders?|sections?|blocks?|helpers?|handlers?|parts?|extracted|moved|added|removed|replaced|simplified|rewritten|new)\b",
    re.IGNORECASE,
)
"""Words between a name and its number by which that may be the size of something in it."""
_GONE: Final = regex(
    r"\b(?:deleted?|removed?|eliminated|was|were|before|original\w*|old|replac\w+)\b|→|->", re.IGNORECASE
)
_MADE: Final = regex(r"(?:→|->|=>)\s*(?:implemented|created|added|done|new)\b", re.IGNORECASE)
_OTHER_TITLE: Final = regex(
    r"\b(?:deleted?|removed?|eliminated|before|original\w*|previous\w*|old|target|goal|replaced|duplicat\w*|"
    r"identical\w*|copies|occurrences)\b",
    re.IGNORECASE,
)
"""Titles of lines of another tree, of a wish, or of one piece of code that stands in several files."""
_OTHER_TREE: Final = regex(
    r"\b(?:deleted|removed|removes?|delete|added|was|were|before|original\w*|previous\w*|old|saved|eliminated|target|goal|"
    r"instead|complex|doing|compared|vs\.?|versus|than|replac\w+)\b|→|->|\+|−",
    re.IGNORECASE,
)
"""Words that tell of lines of another tree, of a wish, or of lines that came or went."""


def size_of_file(block: Block) -> tuple[AnyPredicate, ...]:
    """The number of lines that a file, or the file of a class, is said to have now."""
    if block.kind == "row":
        return _of_row(block)
    if not re.search(r"lines?\b|\bloc\b", block.text, re.IGNORECASE) and not _LABELLED.match(block.text):
        return ()
    context = (block.lead, *(block.headings[-1:]), *block.parents)
    if any(_OTHER_TITLE.search(text) for text in context):
        return ()
    for number, pattern in enumerate(_FORMS):
        for match in pattern.finditer(block.text):
            subject = (match["code"] or match["path"] or match["name"]).strip("`").removeprefix("./")
            around = f"{block.text[: match.start()]} {match['rest']} {_after(block.text, match.end())}"
            if number in _BRACKETS and not _GONE.search(_MADE.sub("", block.text)):
                around = match["rest"]  # what stands in brackets behind a name is said of nothing else
            of_part = _PART.search(match.groupdict().get("said", ""))
            if of_part or is_quoted(block.text, match.start()) or _OTHER_TREE.search(re.sub(r"\(.*?\)", "", around)):
                continue
            lines = _bound(match["how"], match["lines"], match["more"])
            if PATH.fullmatch(subject) or SYMBOL.fullmatch(subject):
                return (_size(subject, match, lines),)
            called = _FUNCTION.fullmatch(subject)
            if called is not None and (called["call"] or number not in _BRACKETS):
                return (_size(place_of(block)[0], match, lines, called["call"] or called["snake"]),)
    return _of_place(block)


_NOTE: Final = regex(
    rf"^(?:#\s*|[—–-]+\s*|:\s*)?(?:new\s*[,;:-]\s*)?\(?{_HOW_MANY}{_OF_WHAT}(?:\)|\s*$|\s*[,;:—–-]\s|\s+(?:total|of\s+code)\b)",
    re.IGNORECASE,
)
"""What stands behind a file in a drawn tree: "(38 lines)", "# 350 lines - the views"."""


def size_of_drawn_file(path: str, note: str) -> tuple[Size, ...]:
    """The number of lines that a drawn tree tells of a file."""
    match = _NOTE.match(note.strip())
    if match is None or _OTHER_TREE.search(_after(note.strip(), match.end())):
        return ()
    return (_size(path, match, _bound(match["how"], match["lines"], match["more"])),)


def _of_row(block: Block) -> tuple[AnyPredicate, ...]:
    """A row about one file, with a column for its lines; or with one for its lines before and one for now."""
    subjects = [cell.strip("`* ") for _, cell in block.cells if PATH.fullmatch(cell.strip("`* "))]
    labels = [label for _, cell in block.cells[:1] if (label := _ROW_LABEL.match(cell.strip("* ")))]
    subjects = subjects or [label["path"] or label["first"] for label in labels]
    sizes = [cell.strip("* ") for head, cell in block.cells if _COLUMN.match(head)]
    around = " ".join((block.lead, *block.headings[-1:], *(head for head, _ in block.cells)))
    if any(_STATEMENTS.search(head) for head, _ in block.cells):
        return ()
    now = now_of(block)
    if now and (labels or re.search(r"\b(?:lines|loc)\b", around, re.IGNORECASE)):
        sizes = [now.rpartition(": ")[2].removesuffix(" lines").strip()]
    elif _OTHER_TITLE.search(around):
        return ()
    if len(subjects) != 1 or len(sizes) != 1 or not _CELL.match(sizes[0]):
        return ()
    how, more = ("~" if sizes[0][0] in "~≈" else None), sizes[0].endswith("+")
    return (_size(subjects[0], None, _bound(how, sizes[0].strip("~≈+"), "+" if more else "")),)


def _of_place(block: Block) -> tuple[AnyPredicate, ...]:
    """A number of lines alone, or in brackets at the end, said of the file that the sentence is about."""
    path, text = place_of(block)
    text = _NOW.sub("", _LABELLED.sub(lambda found: f"{found['number']} lines", text))
    match = _OF_PLACE.search(text) if path and not _CITING.match(block.text) else None
    if match is None or _OTHER_TREE.search(text):
        return ()
    how, lines, more = (match[name] or match[f"b_{name}"] for name in ("how", "lines", "more"))
    return (_size(path, match, _bound(how, lines, more)),)


def _after(text: str, position: int) -> str:
    """The rest of a sentence up to where it turns to something else."""
    return re.split(r"[.;,]|\bbut\b", text[position:])[0]


def precision(number: int) -> int:
    """What people round a number to that is written without ``about``: 450 to the nearest 50, 461 to the nearest 1."""
    return next((step for step in _STEPS if number % step == 0 and step * _SHARE <= number), 1)


def _nearest(number: int) -> int | None:
    return step if (step := precision(number)) > 1 else None


def _size(path: str, match: re.Match[str] | None, lines: Bound, symbol: str = "") -> Size:
    exact = lines.least == lines.most and not (match is not None and _EXACTLY.search(match[0]))
    return Size(path=path, symbol=symbol, lines=lines, nearest=_nearest(lines.least or 0) if exact else None)


def _bound(how: str | None, lines: str, more: str | None) -> Bound:
    number = int(lines.replace(",", ""))
    strictly = _STRICTLY.fullmatch(how or "") is not None
    if more or (how and re.fullmatch(_LEAST, how, re.IGNORECASE)):
        return Bound(least=number + strictly)
    if how and re.fullmatch(_MOST, how, re.IGNORECASE):
        return Bound(most=number - strictly)
    if how:
        return Bound(least=int(number * (1 - TOLERANCE)), most=round(number * (1 + TOLERANCE)))
    return Bound(number, number)
