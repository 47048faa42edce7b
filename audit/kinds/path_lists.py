"""Kind of reference: files that list paths, one a line, such as CODEOWNERS and MANIFEST.in."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from audit.kinds.kind import Example, Source, TextKind
from audit.model.mentions import Mention
from audit.model.regex import regex

_NAMES: Final = frozenset({"CODEOWNERS", "MANIFEST.in", ".gitattributes", "CODENOTIFY", "OWNERS"})
_VERBS: Final = frozenset({"include", "exclude", "recursive-include", "recursive-exclude", "graft", "prune"})
_WORD: Final = regex(r"\S+")


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
