"""Kind of reference: names by which registries are asked for classes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from audit.kinds.kind import Example, Source, TextKind
from audit.model.mentions import Mention
from audit.model.regex import regex

_ASKED: Final = regex(
    r"(?<![\w.])(?:type|NAME|META_ARCHITECTURE|[\"'](?:type|NAME|META_ARCHITECTURE)[\"'])[ \t]*[:=][ \t]*"
    r"[\"']((?:\w+\.)?[A-Za-z_]\w+)[\"']"
)
_PLAIN: Final = regex(
    r"^[ \t]*(?:-[ \t]+)?(?:type|NAME|META_ARCHITECTURE):[ \t]+((?:\w+\.)?[A-Za-z_]\w+)[ \t]*(?:#|$)", re.MULTILINE
)
"""The same in YAML, without quotes."""


class Registrations(TextKind):
    """Classes that configuration asks a registry for: ``dict(type="Store")``."""

    name = "registrations"
    codes = ("REF004",)
    title = "names under `type` by which configuration, in Python or YAML, asks a registry for a class"
    suffixes = (".py", ".yaml", ".yml")
    marks = (b"type", b"NAME", b"META_ARCHITECTURE")

    def wants(self, path: str) -> bool:
        return path.endswith(self.suffixes)

    def mentions(self, source: Source) -> Iterator[Mention]:
        patterns = (_ASKED,) if source.name.endswith(".py") else (_ASKED, _PLAIN)
        asked = [found for pattern in patterns for found in pattern.finditer(source.text)]
        names = sorted({found[1].rpartition(".")[2] for found in asked})
        for found in asked:
            span = source.positions.span(*found.span(1))
            others = tuple(each for each in names if each != found[1].rpartition(".")[2])
            yield Mention("REF004", "string", found[1], "registered", "`type`", "warning", span, beside=others)

    HOLDS = (
        Example(
            title="a class that moved, one that nothing registered, one that is made known by the name, another's",
            before={
                "shop/__init__.py": "",
                "shop/old.py": "@MODELS.register_module()\nclass Store: ...\n\n\nclass Plain: ...\n\n\n"
                "@MODELS.register_module()\nclass Shelf: ...\n\n\n@MODELS.register_module()\nclass Crate: ...\n",
                "conf/a.py": "a = [dict(type='Store'), dict(type='Plain'), dict(type='Shelf')]\n"
                "b = Store(type='lib.Crate', kind='Crate')\n",
                "conf/lib.py": "a = [dict(type='Crate'), dict(type='Box'), dict(type='Lid'), dict(type='Nail')]\n",
                "shop/read.py": "@MODELS.register_module()\nclass Reader: ...\n",
                "conf/b.py": "a = dict(type='Reader')\n",
            },
            gone=("shop/old.py",),
            after={
                "shop/new.py": "@MODELS.register_module()\nclass Store: ...\n\n\n"
                "@MODELS.register_module(name=['Shelf', 'Rack'])\nclass Rack: ...\n",
                "shop/read.py": "class Reader\n",
            },
        ),
    )
    BREAKS = (
        Example(
            title="classes that were renamed, or went with their module",
            before={
                "shop/__init__.py": "from .old import Store\n",
                "shop/old.py": "@MODELS.register_module()\nclass Store: ...\n",
                "shop/parts.py": "@HEADS_REGISTRY.register()\nclass Head: ...\n",
                "conf/a.py": "model = dict(\n    type='Store',\n    more={'type': 'shop.Store'},\n)\n",
                "conf/b.yaml": "MODEL:\n  HEAD:\n    NAME: Head\n  store: {type: 'Store'}\n",
            },
            gone=("shop/old.py",),
            after={
                "shop/__init__.py": "",
                "shop/parts.py": "@HEADS_REGISTRY.register()\nclass NewHead: ...\n",
            },
            finds=(
                ("conf/a.py", 2, "shop.old.Store"),
                ("conf/a.py", 3, "shop.old.Store"),
                ("conf/b.yaml", 3, "shop.parts.Head"),
                ("conf/b.yaml", 4, "shop.old.Store"),
            ),
        ),
    )
