"""The outcome of one import contract together with where it is declared."""

from __future__ import annotations

from audit.model.findings import ContractResult, Site


class JudgedContract(ContractResult, frozen=True, kw_only=True):
    """A result and its ``site`` in the configuration.

    ``undeclared`` holds the modules that an exhaustive contract does not place: they break it without any
    import chain.
    """

    site: Site
    undeclared: tuple[str, ...] = ()
