"""What a file that is no Python module names: dotted names and paths, before anyone asks whether they exist."""

from __future__ import annotations

from typing import Literal

import msgspec

from audit.model.codes import Severity
from audit.model.facts import Span
from audit.model.findings import Retirement, Site

Form = Literal[
    "name",
    "module",
    "path",
    "config",
    "document",
    "file",
    "data",
    "address",
    "program",
    "option",
    "registered",
    "management",
]
"""How a text is to be taken: a dotted name (``pkg.mod.Class`` or ``pkg.mod:attribute``), a module that may have
one component only (``python -m tool``), a file or folder, an entry of a Hydra defaults list, the end of the path of a
data file, the address of a file where the repository is hosted, a command that packaging declares, a program and,
after a blank, an option that is passed to it, a class or function by the name that a decorator made known, or a
management command of Django."""


RELATIVE = "relative"
"""The kind of a name that is relative to a module which the text is about, or else somebody else's: ``Dict``."""

DRAWN = "drawn"
"""The kind of a path whose first part may be the name that a drawn tree gives to the repository itself."""


class Mention(msgspec.Struct, frozen=True, array_like=True):
    """One place that names something, whatever it names. Depends on the file's content alone.

    ``role`` says who names it, as the start of a message: "`_target_`", "the command". ``certain`` means that
    the slot can hold nothing but an importable name, so that a first-party name which does not exist is an
    error even without a base. ``span`` is None in a binary file. In a notebook it is the place in the
    .ipynb file, and ``cell`` and ``cell_line`` (both from 1) are the place a reader of the notebook sees.
    ``beside`` are paths that are drawn in the same tree as this one, or the code that a lone file name is joined to,
    or the folder that a command goes to before, or what else a configuration asks a registry for.
    """

    code: str
    kind: str
    text: str
    form: Form
    role: str
    severity: Severity
    span: Span | None
    certain: bool = False
    cell: int | None = None
    cell_line: int | None = None
    beside: tuple[str, ...] = ()


class CellSite(Site, frozen=True, order=True, kw_only=True):
    """A place in a notebook: the line of the .ipynb file, and the cell and its line, both from 1."""

    cell: int
    cell_line: int


class Gone(msgspec.Struct, frozen=True):
    """What a mention leads to when that does not exist: the missing name or path, and its past where known.

    ``retired`` is false for a first-party name that never existed as far as can be told; ``still_there`` is
    true for one that is declared retired and exists all the same.
    """

    target: str
    module: str
    symbol: str = ""
    retired: bool = True
    retirement: Retirement | None = None
    replacement: str | None = None
    reason: str | None = None
    existed_at_base: bool = False
    still_there: bool = False
