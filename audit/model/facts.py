"""What one Python file says, independent of where it lies: the unit that is cached by content.

Nothing here is resolved: a relative import keeps its level, an attribute chain keeps the index of the
import that binds its first name. That is what lets one blob serve every commit and path it occurs in.
"""

from __future__ import annotations

from typing import Literal

import msgspec

Span = tuple[int, int, int, int]
"""line, column, end line, end column: lines from 1, columns from 1, end column exclusive."""

Context = Literal["eager", "lazy", "typing", "guarded", "fallback", "expected"]
"""When an import runs: at import of the module; when a function runs; never (TYPE_CHECKING); under a handler
that survives its failure; in such a handler, that is only when the guarded import failed; or in a test that
demands its failure."""


LAZY_TABLE = "_import_structure"
"""The variable in which a package in the way of transformers names the modules and names that it imports lazily."""
WITH_MODULE = "with module"
"""The argument of a name that a dictionary holds as a key, with its module as the value."""
FRAMEWORK_SETTINGS = frozenset(
    {"pytest_plugins", "INSTALLED_APPS", "MIDDLEWARE", "AUTHENTICATION_BACKENDS", "DATABASE_ROUTERS", "ROOT_URLCONF"}
    | {"WSGI_APPLICATION", "ASGI_APPLICATION", "TEST_RUNNER", "PASSWORD_HASHERS", "FILE_UPLOAD_HANDLERS"}
    | {"STATICFILES_FINDERS", "SESSION_ENGINE", "DEFAULT_EXCEPTION_REPORTER", "SPIDER_MODULES", "NEWSPIDER_MODULE"}
)
"""Variables of a module whose strings a framework imports when it starts."""

GIVEN = "@"
"""Begins a name that a decorator gives to a thing, among the modules that a file makes."""

TRANSLATED = ">"
"""Begins a name that a file translates to another, among the modules that it makes."""

ANY = "*"
"""Ends a chain of names that is assigned to where nobody can tell which name it is."""

LOCAL = "~"
"""Begins the digest of a definition that is too short to be recognised outside of the file that it stood in."""


class ImportedName(msgspec.Struct, frozen=True, array_like=True):
    """One alias of an import statement; ``name`` is ``*`` for a star import, ``bound`` what it binds here."""

    name: str
    bound: str
    span: Span

    @property
    def binds_package(self) -> bool:
        """Whether it is the ``a.b`` of ``import a.b``, which binds ``a``: that may be there without the module."""
        return self.bound != self.name and self.name.startswith(f"{self.bound}.")


class Import(msgspec.Struct, frozen=True, array_like=True):
    """One import statement. For ``import a.b`` ``is_from`` is false and each name is a dotted module."""

    module: str
    level: int
    is_from: bool
    names: tuple[ImportedName, ...]
    context: Context
    at_module_scope: bool
    span: Span
    fallback_for: int = -1
    """For a fallback: the index of the first import that it stands in for, or -1."""
    condition: str = ""
    """The flags that it runs under, which a run alone can tell."""


class Parameter(msgspec.Struct, frozen=True, array_like=True):
    """One parameter of a callable. ``kind`` is one of: positional, normal, variadic, keyword, keywords."""

    name: str
    kind: str
    required: bool
    annotation: str = ""


class Definition(msgspec.Struct, frozen=True, array_like=True):
    """A name bound at module scope or in a class body (then ``name`` is dotted: ``Class.member``).

    ``kind`` is function, class, variable or import; ``digest`` identifies the body regardless of its
    name, so that a moved or renamed definition can be recognised.
    """

    name: str
    kind: str
    span: Span
    parameters: tuple[Parameter, ...] | None = None
    bases: tuple[str, ...] = ()
    digest: str = ""
    decorators: tuple[str, ...] = ()
    lines: int = 0
    bindings: int = 1
    """How many statements bind the name: only one tells what the name means."""
    annotation: str = ""
    """The declared type of a variable, or of what a function returns, as written; ``?`` where they differ."""
    value: str = ""
    """The term (see `audit.model.terms`) of what a variable is given or a function returns; ``?`` where nobody
    can tell, ``None`` where nothing else is."""
    asynchronous: bool = False
    field: str = ""
    """For a name that a class body annotates: the term of its default, ``?`` where it says nothing, ``-`` for none."""
    code: str = ""
    """For a function or class that is documented: the digest of all but its name and its docstring."""
    keeps: str = ""
    """For a function that decorates others and leaves their parameters as they are: ``plain``, or ``made`` for one that
    makes such a decorator when it is called."""


class Attribute(msgspec.Struct, frozen=True, array_like=True):
    """A dotted access whose first name is bound by ``imports[import_index].names[name_index]``.

    ``chain`` is what follows the bound name, `ANY` for a name that is computed; ``store`` marks assignment to it.
    """

    import_index: int
    name_index: int
    chain: tuple[str, ...]
    span: Span
    store: bool
    context: Context


class Text(msgspec.Struct, frozen=True, array_like=True):
    """A string that looks like a dotted name. ``callee`` is the dotted callable it is an argument of, with
    its first name expanded through the imports where possible; ``argument`` is the position or keyword."""

    value: str
    span: Span
    callee: str = ""
    argument: str = ""
    context: Context = "eager"


class Suppression(msgspec.Struct, frozen=True, array_like=True):
    """A comment that accepts findings of ``codes`` on ``line``; it stands itself on line ``at``."""

    line: int
    codes: tuple[str, ...]
    reason: str
    at: int


class UsedNames(msgspec.Struct, frozen=True, array_like=True):
    """The names that one Python file uses, and what each import and each name of it binds, by line and column.

    ``handled`` are the lines of imports that stand in an ``except`` clause.
    """

    used: frozenset[str] = frozenset()
    bound: dict[tuple[int, int], frozenset[str]] = {}
    handled: frozenset[int] = frozenset()


class FileFacts(msgspec.Struct, frozen=True, array_like=True):
    """Everything known of one Python file. ``error`` is set, and all else empty, when it does not parse.

    ``open`` means that names may be defined dynamically, so that a missing name proves nothing.
    ``sys_path`` holds literal additions to ``sys.path``, relative to the file's folder; ``injected`` the
    modules that the file puts into ``sys.modules`` itself: ``*`` where it computes their names, and then
    ``*.part`` for each part that it may compute them of; besides, after ``@``, the names that decorators give to
    things and, after ``>``, those that it translates to others. ``export_spans`` goes with ``exports``;
    ``dynamic_exports`` means that ``__all__`` holds more than these.
    """

    error: str = ""
    imports: tuple[Import, ...] = ()
    definitions: tuple[Definition, ...] = ()
    attributes: tuple[Attribute, ...] = ()
    texts: tuple[Text, ...] = ()
    exports: tuple[str, ...] | None = None
    open: bool = False
    namespace: bool = False
    sys_path: tuple[str, ...] = ()
    tests: int = 0
    has_main: bool = False
    open_classes: tuple[str, ...] = ()
    lines: int = 0
    export_spans: tuple[Span, ...] = ()
    injected: tuple[str, ...] = ()
    dynamic_exports: bool = False
    called: tuple[str, ...] = ()
    """The last names of all that the file calls, sorted: what tells whether a call is worth looking at."""
    suppressions: tuple[Suppression, ...] = ()
    metaclassed: tuple[str, ...] = ()
    """Classes with a metaclass or other keywords, which may rule what calling them takes."""
    accessed: str = ""
    """The attribute names that the file reads, joined by blanks: as one text they cost little to keep."""
    stored: str = ""
    """The attribute names that the file gives to objects from outside of their class, joined by blanks."""
    handed_to: tuple[str, ...] = ()
    """The callables to which the module hands its own ``__name__`` while it is imported, as written, sorted."""
    announced: tuple[str, ...] = ()
    """The names that the module hands as strings to calls whose result it drops: they may define them in it."""
    lengthened: bool = False
    """Whether the module adds to its ``__path__``: modules below it may lie in any folder."""
    pinned: tuple[str, ...] = ()
    """Distributions of which a script asks for other releases than the one at hand, by their normalised names."""
    options: str = ""
    """The long options that the file gives to programs, with their dashes, joined by blanks; `ANY` among them where
    it computes what some are called."""
    keyed_classes: tuple[str, ...] = ()
    """Of the open classes those that look unknown attributes up among keys and in no other object, sorted."""
