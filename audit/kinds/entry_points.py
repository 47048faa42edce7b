"""Kind of reference: commands and plug-ins that packaging declares, as ``module:attribute``."""

from __future__ import annotations

import configparser
from collections.abc import Iterator
from typing import Final

from audit.kinds.kind import Example, Source, TextKind
from audit.kinds.texts import UnreadableError
from audit.model.mentions import Mention
from audit.resolve.packaging import read_configuration
from audit.resolve.reading import Reading

_FILES: Final = ("pyproject.toml", "setup.cfg", "setup.py")


class EntryPoints(TextKind):
    """Entry points of pyproject.toml (standard and Poetry's), setup.cfg and setup.py."""

    name = "entry-points"
    codes = ("REF006",)
    title = "entry points: [project.scripts], gui-scripts, entry-points, Poetry scripts, setup.cfg, setup.py literals"
    suffixes = (".toml", ".cfg", ".py")
    slots = frozenset({"scripts", "entry_points", "console_scripts", "entry"})

    def wants(self, path: str) -> bool:
        return path.rpartition("/")[2] in _FILES

    def mentions(self, source: Source) -> Iterator[Mention]:
        text, name, positions = source.text, source.name, source.positions
        reading = Reading()
        try:
            read_configuration(reading, "", name, name, text)
        except (ValueError, configparser.Error, RecursionError, MemoryError) as error:
            reason = (str(error) or "nested too deeply").splitlines()[0]
            raise UnreadableError(f"cannot be read as configuration: {reason}") from None
        for entry in reading.entry_points:
            target = entry.target.partition("[")[0].strip()
            line_start = positions.offset(entry.line)
            column = text.find(target, line_start)
            start = column if column >= 0 else line_start
            span = positions.span(start, start + len(target))
            role = f"entry point `{entry.name}`"
            yield Mention("REF006", "entry_point", target, "module", role, "error", span, certain=True)

    HOLDS = (
        Example(
            title="a command that resolves, through a re-export, with an extra",
            before={
                "shop/__init__.py": "from shop.main import run\n",
                "shop/main.py": "def run(): ...\n",
                "shop/old.py": "",
                "pyproject.toml": '[project.scripts]\nshop = "shop:run"\nother = "shop.main:run [extra]"\n',
            },
            gone=("shop/old.py",),
        ),
    )
    BREAKS = (
        Example(
            title="commands whose module, and whose function, are gone",
            before={
                "shop/__init__.py": "",
                "shop/main.py": "def run(): ...\ndef serve(): ...\n",
                "shop/old.py": "def main(): ...\n",
                "pyproject.toml": (
                    '[project.scripts]\na = "shop.main:run"\nb = "shop.main:serve"\n'
                    '[project.entry-points."shop.plugins"]\nc = "shop.old:main"\n'
                ),
            },
            gone=("shop/old.py",),
            after={"shop/main.py": "def run(): ...\n"},
            finds=(("pyproject.toml", 3, "shop.main.serve"), ("pyproject.toml", 5, "shop.old")),
        ),
        Example(
            title="commands of Poetry that say more than what they start",
            before={
                "shop/__init__.py": "",
                "shop/old.py": "def main(): ...\n",
                "pyproject.toml": (
                    '[tool.poetry.scripts]\na = { callable = "shop.old:main", extras = ["x"] }\n'
                    'b = { reference = "shop.old:main", type = "console" }\n'
                    'c = { reference = "shop/old.sh", type = "file" }\n'
                ),
            },
            gone=("shop/old.py",),
            finds=(("pyproject.toml", 2, "shop.old"), ("pyproject.toml", 3, "shop.old")),
        ),
        Example(
            title="a command that never worked: an error without any base",
            before={
                "shop/__init__.py": "",
                "setup.cfg": "[options.entry_points]\nconsole_scripts =\n    a = shop.nix:main\n",
                "setup.py": 'setup(entry_points={"console_scripts": ["b=shop.nix:main"]})\n',
            },
            finds=(("setup.cfg", 3, "shop.nix"), ("setup.py", 1, "shop.nix")),
        ),
    )
