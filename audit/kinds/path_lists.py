"""Kinds of reference: files that list paths, one a line, such as CODEOWNERS, MANIFEST.in and plain lists."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from audit.kinds.deletion import lists_what_is_gone
from audit.kinds.forms import form_of
from audit.kinds.kind import Example, Source, TextKind
from audit.kinds.texts import UnreadableError
from audit.model.mentions import Mention
from audit.model.regex import regex

_NAMES: Final = frozenset({"CODEOWNERS", "MANIFEST.in", ".gitattributes", "CODENOTIFY", "OWNERS"})
_VERBS: Final = frozenset({"include", "exclude", "recursive-include", "recursive-exclude", "graft", "prune"})
_WORD: Final = regex(r"\S+")


_PATH: Final = regex(r"(?:\./)?[\w.@+-]+(?:/[\w.@+-]+)*")
_NO_LIST: Final = regex(
    r"requirements|constraints|licen[cs]e|cmakelists|robots|sources|top_level|entry_points|version|dependency_links"
)
"""Beginnings of the names of text files that are something else, or that a build writes."""
_MAX_LINES: Final = 400
"""A longer list is data."""


class PlainLists(TextKind):
    """Files in plain text that list paths and nothing else, for a script or a tool to go through."""

    name = "plain-lists"
    codes = ("REF007",)
    title = "plain text files that list paths, one a line"
    suffixes = (".txt",)

    def wants(self, path: str) -> bool:
        name = path.rpartition("/")[2].lower()
        return name.endswith(self.suffixes) and _NO_LIST.match(name) is None and not lists_what_is_gone(path)

    def read(self, path: str, content: bytes) -> tuple[Mention, ...]:
        """Every path of a list; none where a file of that name is data, or of another encoding."""
        try:
            return super().read(path, content)
        except UnreadableError:
            return ()

    def mentions(self, source: Source) -> Iterator[Mention]:
        lines = [(number, line.strip()) for number, line in enumerate(source.text.split("\n"), 1)]
        paths = [(number, line) for number, line in lines if line and not line.startswith("#")]
        is_list = 1 < len(paths) <= _MAX_LINES and all(_PATH.fullmatch(path) for _, path in paths)
        if not is_list or not all(form_of(path) == "path" for _, path in paths):
            return
        for number, path in paths:
            start = source.text.index(path, source.positions.offset(number))
            span = source.positions.span(start, start + len(path))
            yield Mention("REF007", "path", path, "file", source.name, "warning", span)

    HOLDS = (
        Example(
            title="a text, a list of what is gone, and of what stands elsewhere",
            before={
                "shop/old.py": "",
                "shop/new.py": "",
                "notes.txt": "We sell from\nshop/old.py\n",
                "removed.txt": "shop/old.py\nshop/new.py\n",
                "other.txt": "old.py\nother/old.py\n",
                "one.txt": "shop/old.py\n",
                "words.txt": "shop\nold\n",
            },
            gone=("shop/old.py",),
        ),
    )
    BREAKS = (
        Example(
            title="paths from the root, and from beside the list",
            before={
                "shop/old.py": "",
                "shop/new.py": "",
                "ci/files.txt": "# slow\n./shop/old.py\nshop/new.py\n\n",
                "shop/strict.txt": "new.py\nold.py\n",
            },
            gone=("shop/old.py",),
            finds=(("ci/files.txt", 2, "shop/old.py"), ("shop/strict.txt", 2, "shop/old.py")),
        ),
    )


class PathLists(TextKind):
    """Paths in CODEOWNERS, MANIFEST.in and .gitattributes."""

    name = "path-lists"
    codes = ("REF007",)
    title = "paths in CODEOWNERS, MANIFEST.in, .gitattributes"

    def wants(self, path: str) -> bool:
        return path.rpartition("/")[2] in _NAMES

    def mentions(self, source: Source) -> Iterator[Mention]:
        name, positions = source.name, source.positions
        for number, line in enumerate(source.text.split("\n"), 1):
            words = list(_WORD.finditer(line.partition("#")[0]))
            if words and words[0][0] in _VERBS:
                words = words[1:]
            elif name != "MANIFEST.in":
                words = words[:1]
            for word in words:
                if "@" not in word[0] and len(word[0]) > 1:
                    start = positions.offset(number, word.start())
                    span = positions.span(start, start + len(word[0]))
                    yield Mention("REF007", "path", word[0], "path", name, "warning", span)

    HOLDS = (
        Example(
            title="a folder that held nothing but its place",
            before={"docs/_build/.gitignore": "*\n", "MANIFEST.in": "prune docs/_build\n"},
            gone=("docs/_build/.gitignore",),
        ),
        Example(
            title="patterns at any depth for what is at the top, and for tests that no folder holds",
            before={
                "old/shop/a.py": "",
                "shop/a.py": "",
                "app/__tests__/a.js": "",
                "CODEOWNERS": "**/shop/*.py @a\n**/__tests__/** @b\n",
                "vendor/other/.gitattributes": "**/app/**/*.js text\n",
            },
            gone=("old/shop/a.py", "app/__tests__/a.js"),
        ),
        Example(
            title="a pattern for every file, an owner, a comment",
            before={"shop/old.py": "", "shop/new.py": "", "CODEOWNERS": "* @shop/old\n/shop/ @a\n# shop/old.py\n"},
            gone=("shop/old.py",),
        ),
    )
    BREAKS = (
        Example(
            title="patterns that lead with a wildcard and match nothing any more",
            before={
                "shop/old/a.py": "",
                "shop/new/a.py": "",
                "tests/unit/test_old.py": "",
                "data/site-packages/a.py": "",
                "CODEOWNERS": "**/old/** @a\n**/new/ @b\ntests/*/test_old.py @c\n*.py @d\n"
                "**/{old,new}/a.py @e\n*/site-packages/ @f\n",
            },
            gone=("shop/old/a.py", "tests/unit/test_old.py", "data/site-packages/a.py"),
            finds=(("CODEOWNERS", 1, "shop/old"), ("CODEOWNERS", 3, "tests/unit/test_old.py")),
        ),
        Example(
            title="an owned file and an owned folder that are gone, and a file to package",
            before={
                "shop/old.py": "",
                "legacy/a.py": "",
                "data/x.txt": "",
                "CODEOWNERS": "/shop/old.py @a\n/legacy/ @b\nlegacy/** @c\n",
                "MANIFEST.in": "include data/x.txt\n",
            },
            gone=("shop/old.py", "legacy/a.py", "data/x.txt"),
            finds=(
                ("CODEOWNERS", 1, "shop/old.py"),
                ("CODEOWNERS", 2, "legacy"),
                ("CODEOWNERS", 3, "legacy"),
                ("MANIFEST.in", 1, "data/x.txt"),
            ),
        ),
    )
