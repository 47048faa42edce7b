"""What the parts of the resolver ask of the tree that they belong to; `audit.resolve.program.Program` answers it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:  # what these modules answer with, and they ask what stands here
    from audit.model.facts import FileFacts, Import
    from audit.resolve.distributions import Distributions
    from audit.resolve.index import ModuleIndex, Node
    from audit.resolve.lookups import Lookups
    from audit.resolve.made import MadeModules
    from audit.resolve.surveys import Survey
    from audit.resolve.symbols import SymbolTable, Target


class ResolvedTree(Protocol):
    """A tree with its modules, and what its files tell."""

    @property
    def index(self) -> ModuleIndex:
        """Its modules."""

    @property
    def base(self) -> ResolvedTree | None:
        """The tree that it is compared with."""

    @property
    def made(self) -> MadeModules:
        """The modules that its code makes."""

    @property
    def symbols(self) -> SymbolTable:
        """What its modules offer."""

    @property
    def distributions(self) -> Distributions:
        """The distributions that it depends on."""

    @property
    def lookups(self) -> Lookups:
        """Where what is asked for is noted."""

    def facts(self, path: str) -> FileFacts:
        """The facts of one Python file."""

    def survey(self, path: str) -> Survey:
        """What one Python file tells of the tree."""

    def local_roots(self, path: str) -> tuple[str, ...]:
        """Roots that hold for one file alone."""

    def import_target(self, path: str, statement: Import) -> Target | None:
        """The module that a from-import in ``path`` names; None when it is not first-party."""

    def children(self, node: Node, name: str) -> bool:
        """Whether ``name`` is a submodule of ``node``."""

    def builds(self, node: Node, name: str) -> bool:
        """Whether a build may make a submodule ``name`` of ``node``."""

    def replaces(self, path: str) -> bool:
        """Whether the module of a file may be replaced by another while it is imported."""
