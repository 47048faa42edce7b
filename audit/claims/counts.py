"""Sentences that count the files or modules of a folder, or the tests that a file holds."""

from __future__ import annotations

import re
from typing import Final

from audit.claims.blocks import Block
from audit.claims.names import is_quoted
from audit.model.predicates import AnyPredicate, Bound, Count
from audit.model.regex import regex

_NUMBER: Final = r"(?<![~≈<>+\d.,/-])(?P<number>\d+)(?![\d.,+%/–-])"
_FOLDER: Final = r"`(?:\./)?(?P<folder>(?:[\w.-]+/)+|[\w.-]+(?:/[\w.-]+)*/)`"
_THINGS: Final = r"\s+(?:python\s+|source\s+)*(?P<what>files|modules)\b"
_BEING: Final = (
    r"\s*(?:(?:folder|directory|package)\s+)?(?::|[—–(-]|(?:now\s+)?(?:has|holds|contains|consists\s+of))"
    r"\s*(?:now\s+|exactly\s+|only\s+)?"
)
_FORMS: Final = tuple(
    re.compile(form, re.IGNORECASE)
    for form in (
        rf"\bthere\s+are\s+(?:now\s+|exactly\s+|only\s+)?{_NUMBER}{_THINGS}\s+(?:left\s+)?(?:in|under|below|of)\s+(?:the\s+)?{_FOLDER}(?P<rest>.*)$",
        rf"^(?:the\s+)?{_FOLDER}{_BEING}{_NUMBER}{_THINGS}(?P<rest>.*)$",
    )
)
_GLOB: Final = regex(
    rf"^`(?:\./)?(?P<glob>(?:[\w.-]+/)+[\w.-]*\*[\w.*-]*)`\s*[—–:(-]\s*(?:exactly\s+)?{_NUMBER}\s+(?:[a-z]+\s+){{0,2}}files\b(?P<rest>.*)$",
    re.IGNORECASE,
)
"""A pattern with the number of files that match it: "`tools/*.sql` - 14 migration files"."""
_TESTS: Final = regex(
    rf"^`?(?P<path>(?:[\w.-]+/)*(?:test_[\w-]+|[\w-]+_test)\.py)`?{_BEING}{_NUMBER}\s+(?:unit\s+|test\s+)?(?:tests|test\s+functions|functions)\b(?P<rest>.*)$",
    re.IGNORECASE,
)
_WITH_TESTS: Final = regex(
    rf"^[^`]*`(?P<path>(?:[\w.-]+/)*(?:test_[\w-]+|[\w-]+_test)\.py)`[^`]{{0,40}}?(?:\bwith\s+|\(|\blines\s*,\s*){_NUMBER}\s+"
    r"(?:unit\s+|integration\s+)?tests\b[^`]*$",
    re.IGNORECASE,
)
_WITH_FILES: Final = regex(
    rf"{_FOLDER}(?:\s+(?:package|folder|directory))?(?:\s+with\s+|[^()`]{{0,80}}\(){_NUMBER}{_THINGS}(?=\s*[:.;,)]|\W*$)",
    re.IGNORECASE,
)
_OF_CLASS: Final = (
    regex(
        rf"^`?(?P<name>Test[A-Z]\w*)`?(?:\s+class)?\s*(?:[:(]|[—–-]\s)\s*{_NUMBER}\s+(?:[a-z-]+\s+){{0,2}}?(?:tests?|methods)\b"
        r"(?P<rest>.*)$"
    ),
    regex(rf"^`?(?P<name>Test[A-Z]\w*)`?\s*[:—–-]\s+[^()`]{{1,80}}\({_NUMBER}\s+tests?(?P<rest>\)\W*)$"),
)
"""A class of tests with their number: "`TestStore`: 5 tests"."""
_COLUMN: Final = regex(r"^\W*(?:(?:#|number\s+of|total)\s+)?tests?(?:\s+count)?\W*$", re.IGNORECASE)
_GONE: Final = regex(r"\b(?:before|previous\w*|old|removed|deleted|planned|missing)\b", re.IGNORECASE)
_AND_TESTS: Final = regex(r"^\s*,\s*(?:~\s*)?(?P<tests>\d+)\s+tests?\s*(?=\)|$)", re.IGNORECASE)
"""Behind the number of files of a folder, that of the tests in them."""
_COMPLETE: Final = regex(
    r"^\s*(?:$|,\s*~?\d[\d,]*\+?\s+(?:loc|lines)\b[^()]*\)\W*$|\([^()]*\)\W*$|[.;)!]\s*$|\)\s*[-–—:]\s|in\s+total\W*$|now\W*$)",
    re.IGNORECASE,
)
_OTHER: Final = regex(
    r"\b(?:was|were|before|originally|previous\w*|from|added|removed|deleted|created|updated|changed|modified|moved|fixed|"
    r"migrated|new|more|fewer|less|of\s+the|other|about|around|over|under|least|most|up\s+to|nearly|almost|some|affected|"
    r"with|that|which)\b|→|->|%",
    re.IGNORECASE,
)
"""Words by which a number is one of another tree, of a change, of a part, or is rounded."""


def tests_of_file(block: Block) -> tuple[AnyPredicate, ...]:
    """How many tests a sentence says that the one file of tests has which it tells of: "Created `test_a.py` with 6
    tests"."""
    match = _WITH_TESTS.search(block.text)
    if match is None:
        return ()
    return (Count(tests=match["path"], expected=Bound(int(match["number"]), int(match["number"]))),)


def files_of_folder(block: Block) -> tuple[AnyPredicate, ...]:
    """How many files a sentence says that the one folder has which it tells of: "Created `store/` with 3 modules"."""
    found = [*_WITH_FILES.finditer(block.text)]
    if len(found) != 1:
        return ()
    suffix = "*" if found[0]["what"].lower() == "files" else "*.py"
    number = Bound(int(found[0]["number"]), int(found[0]["number"]))
    return (Count(files=f"{found[0]['folder']}{suffix}", expected=number),)


def counted_things(block: Block) -> tuple[AnyPredicate, ...]:
    """A number of files or modules in one folder, or of tests in one file, said of all of them and of now."""
    bare = re.sub(r"`[^`]*`", "", block.text)
    of_class = next((match for form in _OF_CLASS if (match := form.match(block.text)) is not None), None)
    if of_class is not None and not any(map(_GONE.search, (bare, block.lead, *block.parents, *block.headings[-1:]))):
        return (Count(tests=of_class["name"], expected=Bound(int(of_class["number"]), int(of_class["number"]))),)
    around = (block.lead, *block.parents, *block.headings[-1:])
    held = _TESTS.search(block.text) or _tests_of_row(block)
    if held is not None and _COMPLETE.match(held["rest"]) and not any(map(_GONE.search, (bare, *around))):
        return (Count(tests=held["path"], expected=Bound(int(held["number"]), int(held["number"]))),)
    if _OTHER.search(re.sub(r"\bunder\b(?=\s+(?:the\s+)?\W*$)", "", bare)) or any(map(_OTHER.search, around)):
        return ()
    shown = _GLOB.match(block.text)
    if shown is not None and _COMPLETE.match(shown["rest"]):
        return (Count(files=shown["glob"], expected=Bound(int(shown["number"]), int(shown["number"]))),)
    for form in _FORMS:
        match = form.search(block.text)
        tests = _AND_TESTS.match(match["rest"]) if match is not None else None
        rest = match["rest"][tests.end() if tests is not None else 0 :] if match is not None else ""
        if match is not None and _COMPLETE.match(rest) and not is_quoted(block.text, match.start()):
            number = Bound(int(match["number"]), int(match["number"]))
            suffix = "*" if match["what"].lower() == "files" else "*.py"
            return (Count(files=f"{match['folder']}{suffix}", expected=number),)
    return ()


def _tests_of_row(block: Block) -> re.Match[str] | None:
    """A row with a test file and a column for the number of its tests, as the sentence that it stands for."""
    files = [cell.strip("* ") for _, cell in block.cells if cell.strip("`* ").endswith(".py")]
    numbers = [cell.strip("* ") for head, cell in block.cells if _COLUMN.match(head)]
    if len(files) != 1 or len(numbers) != 1:
        return None
    return _TESTS.search(f"`{files[0].strip('`')}` ({numbers[0]} tests)")
