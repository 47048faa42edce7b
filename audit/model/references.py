"""A reference that leads nowhere, before any judgement of how grave that is."""

from __future__ import annotations

from typing import Literal

import msgspec

from audit.model.facts import Context
from audit.model.findings import Site

ReferenceKind = Literal["import", "attribute", "string", "export", "star", "name", "fixture"]
"""``star`` is a plain name that a star import no longer brings, ``name`` one that the file itself no longer binds,
``fixture`` what a test asks pytest for by the name of a parameter or in a string."""


class Dangling(msgspec.Struct, frozen=True, kw_only=True):
    """A first-party name that a site uses and the tree does not hold.

    ``module`` is the module part of ``target`` and ``symbol`` the rest: empty when the module itself is
    missing. ``name`` is the name as imported, for a message. ``context`` says when the site runs;
    ``dead_fallback`` marks a handler's import whose guarded import does resolve. ``callee`` is the callable
    that a string is handed to, ``condition`` the flags that an import runs under. ``leads_on`` marks a string that
    goes on behind what is missing, and means something that this holds.
    """

    kind: ReferenceKind
    site: Site
    referrer: str
    module: str
    symbol: str
    context: Context
    dead_fallback: bool = False
    callee: str = ""
    condition: str = ""
    leads_on: bool = False

    @property
    def target(self) -> str:
        """The full dotted name that is missing."""
        return ".".join(part for part in (self.module, self.symbol) if part)

    @property
    def breaks_import(self) -> bool:
        """Whether importing the referrer fails because of it."""
        is_loaded = self.kind in ("import", "attribute", "star", "name") and not self.site.path.endswith(".pyi")
        return is_loaded and self.context == "eager"
