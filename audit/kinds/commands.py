"""Command lines, as shells, build files and workflows hold them -> the modules, names and files that they name.

Nothing is expanded or run: a word that a shell would have to compute is taken as it stands, or not at all.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator
from typing import Final, Protocol

import msgspec

from audit.kinds.command_words import OPTION, TRANSPARENT, Word, commands, needed
from audit.kinds.forms import form_of, without_call
from audit.kinds.here_documents import here_documents, without_lines
from audit.kinds.places import Place, cloned_folders
from audit.kinds.program_calls import program_mentions
from audit.kinds.python_code import read_code
from audit.kinds.tested_files import is_tested, tested_files, without_tested_lists
from audit.kinds.texts import Positions
from audit.model.codes import Severity
from audit.model.hosting import hosted_file
from audit.model.mentions import Form, Mention
from audit.model.regex import regex

_ASSIGNMENT: Final = regex(r"[A-Za-z_]\w*=")
_PYTHON: Final = regex(r"(?:.*/)?(?:python|pypy)[\d.]*(?:\.exe)?|[$%{]+\w*(?:PYTHON|python)\w*[}%]*")
_MODULE: Final = regex(r"[^\W\d]\w*(?:\.[^\W\d]\w*)*")
_JOINED: Final = regex(r"-m([^\W\d]\w*(?:\.[^\W\d]\w*)*)")
_SAYS_ONLY: Final = frozenset(
    {"echo", "printf", "rm", "rmdir", "mkdir", "touch", "test", "[", "[[", "tee", "true", ":"}
    | {"Write-Output", "Write-Host", "Write-Error", "Write-Warning", "Write-Verbose"}
    | {"say", "log", "info", "warn", "warning", "error", "err", "die", "fail", "fatal", "debug", "success", "usage"}
)
"""Commands whose operands need not exist, or are only text."""
_SAYS: Final = regex(
    r"(?:print|log|echo|say|msg|show|info|warn|warning|error|success|fail|debug)_\w+|Write-\w+"
    r"|\w+_(?:log|echo|msg|message|info|warn|warning|error|success)"
)
"""Functions of a script that say something, by their names."""
_SERVERS: Final = frozenset({"uvicorn", "gunicorn", "hypercorn", "daphne", "granian", "uwsgi", "waitress-serve"})
_APP_OPTIONS: Final = {"celery": ("-A", "--app"), "flask": ("-A", "--app"), "dramatiq": (), "arq": ()}
_RUNS_MODULES: Final = frozenset({"torchrun", "coverage", "kernprof", "scalene", "viztracer", "debugpy", "pdb"})
"""Programs that, like Python itself, run the module that follows ``-m``."""
_TAKES_PATHS: Final = frozenset(
    {"cd", "pushd", "mypy", "ruff", "black", "flake8", "isort", "pylint", "pyright", "basedpyright", "ty", "pytest"}
    | {"py.test", "bandit", "vulture", "pyflakes", "pydocstyle", "interrogate", "radon", "ls", "cat", "cp", "mv"}
    | {"source", ".", "autopep8", "yapf", "codespell", "pyupgrade", "pytype", "pyrefly", "lint-imports", "tar", "zip"}
    | {"COPY", "ADD"}
)
"""Programs whose operands are files and folders, even one without a slash or a suffix."""
_PATH_OPTIONS: Final = frozenset(
    {"--cov", "--source", "--ignore", "--rootdir", "--package", "--app-dir", "--exclude", "--omit", "--include"}
    | {"--pyargs", "--doctest-modules", "--directory", "--project", "--cov-config", "--working-directory"}
)
"""Options whose value is a file, a folder or a package, even one without a slash or a dot."""
_LEAVING_OUT: Final = regex(r"--(?:[\w-]*-)?(?:exclude|ignore|omit|skip|deselect)(?:[-_][\w-]*)?")
"""Options that take things out: that what they name is not there changes nothing."""
_SEARCH_PATHS: Final = regex(r"\w*(?:PATHS?|DIRS?|SRCS?|SOURCES?|FOLDERS?|PACKAGES?|MODULES?|FILES?|TESTS?)")
"""Variables that hold files, folders or packages."""
_BLANK: Final = regex(r"\s")
_ASSIGNS: Final = frozenset({"=", ":=", "::=", "?=", "+="})
_FOLDER: Final = regex(r"[A-Za-z_][\w-]*/?")
_SETTINGS: Final = ("DJANGO_SETTINGS_MODULE", "FLASK_APP", "CELERY_APP")
_SILENCED: Final = frozenset({"2>/dev/null", "&>/dev/null"})
"""What throws away that a command complains: it may well fail."""
_MAX_NESTING: Final = 3
_PROSE: Final = regex(r"[A-Z][a-z]+[,:]?|[-*•]+")
"""What quoted text begins with that says something, and is no command."""

COMMAND_WORDS: Final = frozenset({"python", "python3", "celery", "flask", "DJANGO_SETTINGS_MODULE"} | _SERVERS)
"""Words beside which a module name is certain."""


class _Make(Protocol):
    def __call__(self, word: Word, text: str, form: Form, kind: str, *, certain: bool = False) -> Mention:
        """A mention of ``text``, which stands in ``word``."""


class Caller(msgspec.Struct, frozen=True):
    """Who gives the commands: what their mentions say of themselves. ``judges_slots`` is false in prose."""

    code: str
    role: str
    severity: Severity
    judges_slots: bool = True


def command_mentions(
    source: str,
    offset: int,
    positions: Positions,
    caller: Caller,
    depth: int = 0,
    cloned: frozenset[str] = frozenset(),
) -> Iterator[Mention]:
    """The mentions in ``source``, a stretch of shell that begins at ``offset`` of the file. Paths count from the root
    or from beside the file, unless the commands have gone to a folder of their own below ``/tmp``, or to what they have
    ``cloned``. What they test for may be missing."""
    if "<<" in source and depth == 0:
        documents = list(here_documents(source))
        for each in documents:
            if each.reader == "python":
                yield from fed_code(source[each.start : each.end], offset + each.start, positions, caller)
        source = without_lines([each for each in documents if each.reader != "shell"], source)
    source = without_tested_lists(source)
    tested = tested_files(source)
    if "clone" in source:
        cloned = cloned.union(cloned_folders(source))
    place = Place(cloned)
    for command in commands(source, offset):
        if depth and _PROSE.fullmatch(command[0].text):
            continue
        if command[0].text in ("cd", "pushd", "popd") and place.goes(command[1].text if len(command) > 1 else "-"):
            if caller.code != "REF007":
                place.is_away = False  # what a document has its readers clone is the repository
            continue
        is_tolerant = any(word.text in _SILENCED for word in command)
        by = msgspec.structs.replace(caller, severity="warning") if is_tolerant else caller
        found = [*_mentions(command, source, offset, positions, by, depth, cloned)]
        words = [(word.text, word.start) for word in command]
        found += program_mentions(words, positions, by.code, by.role, by.severity)
        for named in found:
            if named.form != "path":
                yield named
            elif not (place.is_away or is_tested(named.text, tested)):
                yield msgspec.structs.replace(named, beside=(place.folder,)) if place.folder else named


def fed_code(code: str, offset: int, positions: Positions, caller: Caller) -> Iterator[Mention]:
    """What Python imports that is fed the lines of ``code``, which begins at ``offset`` of the file."""
    first = positions.line(offset)
    for name in read_code(textwrap.dedent(code)) or ():
        if name.kind == "import":
            line, column, end_line, end_column = name.span
            span = (first + line - 1, column, first + end_line - 1, end_column)
            form: Form = "module" if name.bare else "name"
            yield Mention(
                caller.code, "import", name.name, form, caller.role, caller.severity, span, caller.judges_slots
            )


def _mentions(
    words: list[Word],
    source: str,
    offset: int,
    positions: Positions,
    caller: Caller,
    depth: int,
    cloned: frozenset[str],
) -> Iterator[Mention]:
    severity = caller.severity  # of the word at hand

    def mention(word: Word, text: str, form: Form, kind: str, *, certain: bool = False) -> Mention:
        start = word.start + max(word.text.rfind(text), 0) if word.end - word.start == len(word.text) else word.start
        span = positions.span(start, start + len(text) if start != word.start or text == word.text else word.end)
        certain = certain and caller.judges_slots
        return Mention(caller.code, kind, text, form, caller.role, severity, span, certain)

    program, python, before, takes_paths, leaves_out = "", False, "", False, False
    for index, word in enumerate(needed(words)):
        text, severity = word.text.lstrip("@") if not program else word.text, caller.severity
        if not program and text in TRANSPARENT:
            continue
        if index == 1 and text in _ASSIGNS:
            takes_paths = _SEARCH_PATHS.fullmatch(program.upper()) is not None
            continue
        if not program and _ASSIGNMENT.match(text):
            yield from _assigned(word, text, mention)
            continue
        if not program or text.rpartition("/")[2] in _SERVERS or text in _APP_OPTIONS:
            program = text.rpartition("/")[2]
            if program in _SAYS_ONLY or _SAYS.fullmatch(program):
                return
        takes_paths = takes_paths or text.rpartition("/")[2] in _TAKES_PATHS
        if python and before == "-m" and _MODULE.fullmatch(text):
            yield mention(word, text, "module", "command", certain=True)
            python = False
        elif python and (joined := _JOINED.fullmatch(text)) and (before[:1] == "-" or _PYTHON.fullmatch(before)):
            yield mention(word, joined[1], "module", "command", certain=True)
            python = False
        elif python and before == "-c":
            yield from _inline_code(word, text, positions, caller)
            python = False
        elif before in _APP_OPTIONS.get(program, ()) and _MODULE.fullmatch(text.replace(":", ".")):
            yield mention(word, text, "module", "command", certain=True)
        elif _BLANK.search(text):
            if depth < _MAX_NESTING:
                inner = source[word.start - offset : word.end - offset]
                yield from command_mentions(inner, word.start, positions, caller, depth + 1, cloned)
        else:
            option = OPTION.match(text) if "=" in text else None
            named = (option[0] if option else before).rstrip("=")
            takes = named in _PATH_OPTIONS or (takes_paths and option is None and not before.startswith("-"))
            leaves_out = bool(_LEAVING_OUT.fullmatch(named)) or (leaves_out and option is None and before[-1:] == ",")
            severity = "warning" if leaves_out else severity
            yield from _plain(word, text[option.end() :] if option else text, program, mention, is_path=takes)
        python = python or bool(_PYTHON.fullmatch(text)) or text.rpartition("/")[2] in _RUNS_MODULES
        before = text


def _assigned(word: Word, text: str, mention: _Make) -> Iterator[Mention]:
    """The value of a variable: a setting that names a module, folders of a search path, a name or a path."""
    name, _, value = text.partition("=")
    if name in _SETTINGS and _MODULE.fullmatch(value) and not value.endswith(".py"):
        yield mention(word, value, "name", "command", certain=True)
        return
    for part in value.split(":") if _SEARCH_PATHS.fullmatch(name) else (value,):
        if form := form_of(part):
            yield mention(word, part, form, "path" if form == "path" else "command")


def _plain(word: Word, text: str, program: str, mention: _Make, *, is_path: bool) -> Iterator[Mention]:
    """A word that no rule of a program explains: an option's value, a path or a dotted name."""
    value = without_call(text.rstrip(":,"))
    form = form_of(value)
    if "://" in value and hosted_file(value) is not None:
        yield mention(word, value, "address", "link")
        return
    if form is not None:
        yield mention(word, value, form, "path" if form == "path" else "command", certain=program in _SERVERS)
    elif is_path:
        yield from (mention(word, each, "path", "path") for each in value.split(",") if _FOLDER.fullmatch(each))


def _inline_code(word: Word, text: str, positions: Positions, caller: Caller) -> Iterable[Mention]:
    span = positions.span(word.start, word.end)
    for name in read_code(text) or ():
        if name.kind == "import":
            form: Form = "module" if name.bare else "name"
            yield Mention(
                caller.code, "import", name.name, form, caller.role, caller.severity, span, caller.judges_slots
            )
