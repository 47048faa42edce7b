"""Which path a text means: relative to its document, to the root, or by a unique ending; now or at the base."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Final

from audit.kinds.folders import leads_to
from audit.kinds.forms import CONVENTIONAL, without_location
from audit.kinds.globs import WILD, matcher, names_after_wildcard
from audit.kinds.path_index import PathIndex, alike
from audit.model.archives import archive_of
from audit.model.regex import regex
from audit.model.testdata import is_input_of_tests, is_of_template

_DOCUMENTS: Final = (".rst", ".md", ".ipynb", ".txt")
_MARKDOWN: Final = ("md", "mdx", "markdown")
"""Suffixes of one language: sites take a link to a page by any of them, whichever it has."""
_TEMPLATES: Final = (".in", ".tpl", "-tpl", ".tmpl", ".template", ".j2", ".jinja", ".jinja2")
"""Suffixes of what a build makes a file from."""
_PLACEHOLDERS: Final = frozenset({".gitignore", ".ignore", ".gitkeep", ".keep", ".empty", ".placeholder", ".nomedia"})
"""Files that hold a place for what is written there: a folder of nothing else is no less there without them."""
_SYSTEM: Final = frozenset({"etc", "var", "usr", "share", "Library", "AppData"})
"""Folders of a machine in which programs keep what is theirs, as in hidden ones: ``~/.config/shop/menu.json``."""
_MIN_ENDING: Final = 2
"""Components that an ending must have to identify a path."""
_OF_ANY_PROJECT: Final = frozenset(
    {"src", "tests", "test", "docs", "examples", "scripts", "data", "notebooks", "config", "configs", "LICENSE"}
    | {"Makefile", "Dockerfile", ".github", ".gitignore", "tests/__init__.py", "CHANGELOG.md", "CONTRIBUTING.md"}
)
_MIN_DRAWN: Final = 2
_MOST: Final = 0.8
"""How many telling paths of a drawn tree must be there, and which part of it known, for its top to be the tree's."""
_EXAMPLES: Final = frozenset(
    {"examples", "example", "docs", "doc", "samples", "demos", "demo", "templates", "fixtures", "testdata", "assets"}
    | {"tests", "test", "cookbook", "tutorials", "tutorial", "snippets", "vendor", "_vendor", "third_party", "data"}
)


_OF_CODE: Final = frozenset({"data", "templates", "assets"})
"""Folders of these that code has for itself."""


_COPY: Final = regex(r"(?:^|.*[_-])(?:backups?|bak)(?:[_-].*|$)|(?:.+[-_])?v?\d+\.\d+(?:\.\d+)*", re.IGNORECASE)
"""Folders of backups, and of one release: ``shop-package-v2.0.0``."""


def is_elsewhere(document: str, path: str, worlds: frozenset[str] = _EXAMPLES) -> bool:
    """Whether ``path`` lies in a folder of examples, tests or copies that does not hold the document.

    Such a folder is a world of its own: what it calls ``yourapplication`` is not what a document means by it.
    """
    parts = path.split("/")[:-1]
    for depth, part in enumerate(parts, 1):
        if part in worlds:
            return not document.startswith("/".join(parts[:depth]) + "/")
    return False


def is_example_beside(document: str, root: str) -> bool:
    """Whether a folder, with a slash at its end, lies among examples or documents and does not hold the document."""
    return not _EXAMPLES.isdisjoint(root.split("/")[:-1]) and not document.startswith(root)


def _is_copy(path: str, text: str) -> bool:
    """Whether a path lies in a backup, an archive or a release that a text does not name, and does not mean."""
    named = set(text.split("/"))
    archive = archive_of(path)
    if archive and archive.rpartition("/")[2] not in named:
        return True
    return any(_COPY.fullmatch(part) and part not in named for part in path.split("/")[:-1])


def is_of_its_own(document: str) -> bool:
    """Whether a file is part of a template of other projects, or of the input of tests: it names what lies there."""
    return is_input_of_tests(document) or is_of_template(document)


class GonePaths:
    """Paths that existed at the base, or at some commit since, and do not exist now."""

    def __init__(self, now: Iterable[str], before: Iterable[str]) -> None:
        self._now = PathIndex(now)
        earlier = PathIndex(path for path in before if path.rpartition("/")[2] not in _PLACEHOLDERS)
        self.gone = frozenset(earlier.all - self._now.all)
        self._gone = PathIndex(self.gone)
        self._globbed: dict[tuple[str, str], str | None] = {}

    def is_there(self, path: str) -> bool:
        """Whether a file or folder exists now."""
        return path in self._now.all

    def knows(self, document: str, folder: str) -> bool:
        """Whether a folder that is spelled from beside a document, or from the root, is there or was."""
        return any(path in self._now.all or path in self.gone for path in _candidates(document, folder))

    @cached_property
    def spelt(self) -> dict[str, str]:
        """Each path that is gone, folders with a slash at their end -> the path."""
        folders = {path.rpartition("/")[0] for path in self.gone}
        return {f"{path}/" if path in folders else path: path for path in self.gone}

    def find(self, document: str, text: str) -> str | None:
        """The path that is gone and that ``text``, written in ``document``, means; None when there is no such."""
        if not self.gone:
            return None
        plain = _plain(text)
        if names_after_wildcard(text):
            return self._by_pattern(document, text)
        if plain is None:
            return None
        near = list(_candidates(document, plain))
        if any(self._is_page(path) for path in near):
            return None
        exact = next((path for path in near if path in self.gone), None)
        if exact is not None:
            return exact if exact == near[0] or not is_of_its_own(document) else None
        if is_of_its_own(document):
            return None
        by_ending = self._by_ending(plain)
        if by_ending is None or is_elsewhere(document, by_ending) or _is_copy(by_ending, plain):
            return None
        return by_ending

    def leads(self, document: str, text: str) -> bool:
        """Whether a link of a document leads anywhere, from beside it or from the root."""
        plain = _plain(text)
        return plain is None or any(self._is_page(path) for path in _candidates(document, plain))

    def led(self, document: str, text: str) -> str | None:
        """The file, there or gone, to which a relative link leads from where a document lay."""
        plain = _plain(text)
        if plain is None or plain.startswith(("/", "~")) or "." not in plain.rpartition("/")[2].strip("."):
            return None
        beside = next(_candidates(document, plain), None)
        return beside if beside in self._now.all or beside in self.gone else None

    def _is_page(self, path: str) -> bool:
        """Whether a path is there, or what a site makes it from: a page by any suffix, or by that of its own kind."""
        if path in self._now.all or path in self._made_from:
            return True
        stem, dot, suffix = path.rpartition(".")
        return bool(dot) and suffix in _MARKDOWN and any(f"{stem}.{each}" in self._now.all for each in _MARKDOWN)

    @cached_property
    def _made_from(self) -> frozenset[str]:
        """What is there, each without a suffix of what pages and other files are made from."""
        sources = (*_DOCUMENTS, *_TEMPLATES)
        there = [path for path in self._now.all if path.endswith(sources)]
        return frozenset(path.removesuffix(end) for path in there for end in sources if path.endswith(end))

    def find_drawn(self, document: str, text: str, beside: tuple[str, ...] = ()) -> str | None:
        """The same for a path in a drawn tree whose first part is no folder: the repository, where it bears the name
        of a folder in it, ``acme-shop/`` that of ``src/acme_shop``, or holds what is drawn ``beside``."""
        top, _, below = text.partition("/")
        if below in CONVENTIONAL or any(
            path in self._now.all or path in self.gone for path in _candidates(document, top)
        ):
            return None
        is_repository = alike(top) in self._now.alike or self._holds_most(top, beside)
        return self.find_file(document, below) if below in self.gone and is_repository else None

    def _holds_most(self, top: str, drawn: tuple[str, ...]) -> bool:
        """Whether what a tree shows below its top is what the repository holds, or held."""
        below = [path.removeprefix(f"{top}/") for path in drawn if path.startswith(f"{top}/")]
        there = [path for path in below if path in self._now.all]
        telling = sum(path not in CONVENTIONAL and path not in _OF_ANY_PROJECT for path in there)
        known = len(there) + sum(path in self.gone for path in below)
        return telling >= _MIN_DRAWN and known >= _MOST * len(below)

    def _by_pattern(self, document: str, text: str) -> str | None:
        """The first path that is gone of those that a pattern matched, when it matches none that is there."""
        key = (document.rpartition("/")[0], text)
        if key not in self._globbed:
            pattern = matcher(text)
            own = f"{key[0]}/" if key[0] else ""
            folders = {own} if is_elsewhere("", document) else {"", own}
            matched = (
                path
                for path in sorted(self.gone)
                if pattern and any(path.startswith(each) and pattern.match(f"/{path[len(each) :]}") for each in folders)
            )
            first = next(matched, None)
            anywhere = matcher(f"**/{text.lstrip('!/')}") if first else None
            is_there = anywhere is not None and any(anywhere.match(f"/{path}") for path in self._now.all)
            self._globbed[key] = None if is_there else first
        return self._globbed[key]

    def find_config(self, document: str, text: str) -> str | None:
        """The same for an entry of a Hydra defaults list: below the document's folder or one above it."""
        if not self.gone:
            return None
        folder = document.rpartition("/")[0]
        found = None
        while True:
            for suffix in (".yaml", ".yml", ""):
                path = posixpath.normpath(posixpath.join(folder, text.lstrip("/") + suffix))
                if path in self._now.all:
                    return None
                if found is None and path in self.gone and suffix:
                    found = path
            if not folder:
                return found
            folder = folder.rpartition("/")[0]

    def find_file(self, document: str, text: str) -> str | None:
        """The same for a path that a program opens: from beside the document or from the root, never by its end."""
        near = list(_candidates(document, text))
        if any(path in self._now.all for path in near):
            return None
        return next((path for path in near if path in self.gone and not self._may_be_written(path)), None)

    def find_data(self, document: str, text: str, beside: tuple[str, ...] = ()) -> str | None:
        """The same for the end of a path: of the one file that ended so, which another may not end with now. A lone
        name says too little: what it is put together with, ``beside``, must speak of the folder of the file, or the
        file lie below that of the document."""
        if text in CONVENTIONAL or self._now.ending(text) or self._now.has_template(text):
            return None
        before = [path for path in self._gone.ending(text) if path not in self._folders]
        if (
            len(before) != 1
            or is_elsewhere(document, before[0], _EXAMPLES - _OF_CODE)
            or self._may_be_written(before[0])
            or _is_copy(before[0], text)
            or ("/" not in text and not leads_to(before[0], document, " ".join(beside)))
        ):
            return None
        return before[0]

    @cached_property
    def _folders(self) -> frozenset[str]:
        return frozenset(path.rpartition("/")[0] for path in self.gone)

    def _may_be_written(self, path: str) -> bool:
        """Whether a path lies in a folder with ignore rules of its own: one that is kept for what a build writes."""
        folder = path.rpartition("/")[0]
        return bool(folder) and f"{folder}/.gitignore" in self._now.all

    def find_document(self, document: str, text: str) -> str | None:
        """The same for what Sphinx calls a document: without its suffix, beside the one that names it, or where
        it begins with a slash, below a folder above."""
        folders = [document.rpartition("/")[0]]
        while text.startswith("/") and folders[-1]:
            folders.append(folders[-1].rpartition("/")[0])
        paths = [
            posixpath.normpath(posixpath.join(folder, f"{text.lstrip('/')}{suffix}"))
            for folder in folders
            for suffix in ("", *_DOCUMENTS)
        ]
        if any(f"{path}{suffix}" in self._now.all for path in paths for suffix in ("", *_TEMPLATES)):
            return None
        found = (path for path in paths if path in self.gone and path.endswith(_DOCUMENTS))
        return next((path for path in found if not self._may_be_written(path)), None)

    def _by_ending(self, plain: str) -> str | None:
        parts = [part for part in plain.split("/") if part not in ("", ".", "..", "~")]
        for start in range(len(parts) - _MIN_ENDING + 1):
            tail = "/".join(parts[start:])
            if self._now.ending(tail):
                return None
            matches = self._gone.ending(tail)
            if matches:
                if not _SYSTEM.isdisjoint(parts[:start]) or any(part[0] == "." for part in parts[:start]):
                    return None
                is_whole = parts[-1] not in CONVENTIONAL and matches[0] in (tail, f"src/{tail}")
                return matches[0] if len(matches) == 1 and (start == 0 or is_whole) else None
        return None


def _plain(text: str) -> str | None:
    """The path without what points into the file, up to the first component that is a pattern."""
    path = without_location(text).partition("?")[0].lstrip("!")
    kept: list[str] = []
    for part in path.split("/"):
        if WILD.search(part):
            break
        kept.append(part)
    plain = "/".join(kept).rstrip("/")
    return plain if plain.strip("./~0123456789") else None  # a number is none, whatever was called by it


def _candidates(document: str, plain: str) -> Iterator[str]:
    folder = document.rpartition("/")[0]
    if not plain.startswith("~"):
        beside = posixpath.normpath(posixpath.join(folder, plain.lstrip("/")))  # "/x": from the root of a subproject
        if not beside.startswith(".."):
            yield beside
    from_root = posixpath.normpath(plain.lstrip("/"))
    if not from_root.startswith(".."):
        yield from_root
