"""Kind of reference: bindings of gin."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from audit.kinds.kind import Example, Source, TextKind
from audit.model.mentions import Mention
from audit.model.regex import regex

_IMPORT: Final = regex(r"^import[ \t]+([\w.]+)", re.MULTILINE)
_INCLUDE: Final = regex(r"^include[ \t]+[\"']([^\"'\n]+)[\"']", re.MULTILINE)
_BOUND: Final = regex(r"^(?:\w+/)*(\w+(?:\.\w+)*)\.\w+[ \t]*=", re.MULTILINE)
_TAKEN: Final = regex(r"^[^#\n]*?@(?:\w+/)*(\w+(?:\.\w+)*)", re.MULTILINE)


class GinBindings(TextKind):
    """Modules that gin imports, files that it includes, and what it configures by name."""

    name = "gin"
    codes = ("REF004", "REF005", "REF007")
    title = "modules that gin files import, files that they include, classes and functions that they configure"
    suffixes = (".gin",)
    slots = frozenset({"import"})

    def wants(self, path: str) -> bool:
        return path.endswith(self.suffixes)

    def mentions(self, source: Source) -> Iterator[Mention]:
        for found in _IMPORT.finditer(source.text):
            span = source.positions.span(*found.span(1))
            yield Mention("REF005", "import", found[1], "module", "`import`", "error", span, certain=True)
        for found in _INCLUDE.finditer(source.text):
            span = source.positions.span(*found.span(1))
            yield Mention("REF007", "path", found[1], "path", "`include`", "error", span)
        for pattern in (_BOUND, _TAKEN):
            for found in pattern.finditer(source.text):
                span = source.positions.span(*found.span(1))
                yield Mention("REF005", "name", found[1], "registered", "the binding", "error", span)

    HOLDS = (
        Example(
            title="what is configured still, wherever it moved, and what belongs to libraries",
            before={
                "shop/__init__.py": "",
                "shop/old.py": "import gin\n\n\n@gin.configurable\nclass Store: ...\n\n\ndef plain(): ...\n",
                "a.gin": "import gin.tf\nStore.size = 3\nrun.store = @Store()\nold.Store.size = 3\nplain.x = 1\n",
            },
            gone=("shop/old.py",),
            after={"shop/new.py": "import gin\n\n\n@gin.configurable\nclass Store: ...\n"},
        ),
    )
    BREAKS = (
        Example(
            title="a module, a file, a class and a function that are gone",
            before={
                "shop/__init__.py": "",
                "shop/old.py": "import gin\n\n\n@gin.configurable\nclass Store: ...\n",
                "shop/run.py": "import gin\n\n\n@gin.configurable('go')\ndef start(): ...\n\n\n"
                "@gin.configurable\ndef stop(): ...\n",
                "base.gin": "",
                "a.gin": "import shop.old\ninclude 'base.gin'\n\nStore.size = 3\nrun/shop.old.Store.size = 4\n"
                "main.store = @Store()\n# @Store\nstop.now = True\nother.Store.size = 1\n",
            },
            gone=("shop/old.py", "base.gin"),
            after={"shop/run.py": "import gin\n"},
            finds=(
                ("a.gin", 1, "shop.old"),
                ("a.gin", 2, "base.gin"),
                ("a.gin", 4, "shop.old.Store"),
                ("a.gin", 5, "shop.old.Store"),
                ("a.gin", 6, "shop.old.Store"),
                ("a.gin", 8, "shop.run.stop"),
            ),
        ),
    )
