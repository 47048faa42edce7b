"""Kind of reference: imports of Cython sources, which no parser of Python can read."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from audit.kinds.kind import Example, Source, TextKind
from audit.kinds.texts import blanked
from audit.model.mentions import Form, Mention
from audit.model.regex import regex

_IMPORT: Final = regex(
    r"^(?P<indent>[ \t]*)(?:from[ \t]+(?P<module>[^\W\d]\w*(?:\.[^\W\d]\w*)*)[ \t]+)?(?P<how>c?import)\b[ \t]*"
    r"(?P<names>\([^()]*\)|(?:[^\n#;()\\]|\\\r?\n)+)",
    re.MULTILINE,
)
_NAME: Final = regex(r"(?P<name>[^\W\d]\w*(?:\.[^\W\d]\w*)*|\*)(?:\s+as\s+[^\W\d]\w*)?\s*(?:,|\)|$)")
_COMMENT: Final = regex(r"#[^\n]*")
_STRINGS: Final = regex(r'"""(?:[^"\\]|\\.|"(?!""))*"""|\'\'\'(?:[^\'\\]|\\.|\'(?!\'\'))*\'\'\'', re.DOTALL)
_INCLUDE: Final = regex(r"^include[ \t]+([\"'])(?P<path>[^\"'\n]+)\1", re.MULTILINE)


class CythonImports(TextKind):
    """Absolute imports and cimports of Cython sources, and the files that they include."""

    name = "cython"
    codes = ("REF001", "REF007")
    title = "imports, cimports and includes of Cython sources"
    suffixes = (".pyx", ".pxd", ".pxi")

    def wants(self, path: str) -> bool:
        return path.endswith(self.suffixes)

    def mentions(self, source: Source) -> Iterator[Mention]:
        text = _STRINGS.sub(blanked, source.text)
        for statement in _IMPORT.finditer(text):
            names, start = _COMMENT.sub(blanked, statement["names"].replace("\\", " ")), statement.start("names")
            module = statement["module"]
            found = list(_NAME.finditer(names))
            for each in found:
                name = each["name"]
                begin, end = start + each.start("name"), start + each.end("name")
                if module is not None:
                    name = module if name == "*" else f"{module}.{name}"
                    if len(found) == 1:
                        begin = statement.start() + len(statement["indent"])
                form: Form = "name" if "." in name else "module"
                # under an indentation it may be tried, or left out by a condition of the compiler
                certain = statement["how"] == "import" and not statement["indent"]
                place = source.positions.span(begin, end)
                yield Mention("REF001", "import", name, form, "the Cython source", "error", place, certain)
        for included in _INCLUDE.finditer(text):
            place = source.positions.span(included.start("path"), included.end("path"))
            yield Mention("REF007", "path", included["path"], "file", "`include`", "error", place)

    HOLDS = (
        Example(
            title="a docstring and a comment, what exists, C headers and other distributions, imports from beside",
            before={
                "shop/__init__.py": "",
                "shop/old.py": "",
                "shop/new.py": "def load(): ...\n",
                "shop/_fast.pxd": "cdef int a\n",
                "shop/_fast.pyx": (
                    '"""\nimport shop.old\n"""\n# import shop.old\nfrom libc.stdlib cimport malloc\n'
                    "cimport numpy as np\nfrom shop._fast cimport a\nfrom shop.new import load\nfrom . cimport _fast\n"
                ),
            },
            gone=("shop/old.py",),
        ),
    )
    BREAKS = (
        Example(
            title="a module, a name, a declaration beside its module, and a part of the source",
            before={
                "shop/__init__.py": "",
                "shop/old.py": "",
                "shop/new.py": "def load(): ...\ndef save(): ...\n",
                "shop/decl.py": "a = 1\n",
                "shop/decl.pxd": "cdef int a\n",
                "shop/_more.pxi": "",
                "shop/_fast.pyx": (
                    "import os, shop.old as old\nfrom shop.new import (  # all\n    load,\n    save,\n)\n"
                    'from shop.decl cimport a\ninclude "_more.pxi"\nfrom shop.nix import b\n'
                ),
            },
            gone=("shop/old.py", "shop/decl.py", "shop/decl.pxd", "shop/_more.pxi"),
            after={"shop/new.py": "def load(): ...\n"},
            finds=(
                ("shop/_fast.pyx", 1, "shop.old"),
                ("shop/_fast.pyx", 4, "shop.new.save"),
                ("shop/_fast.pyx", 6, "shop.decl"),
                ("shop/_fast.pyx", 7, "shop/_more.pxi"),
                ("shop/_fast.pyx", 8, "shop.nix"),
            ),
        ),
    )
