"""Reads the predicates about what a tree offers to those who use it."""

from __future__ import annotations

from audit.config.fields import Fields
from audit.config.positioned import Mistakes, Node
from audit.model.surface import Route


def read_route(node: Node, mistakes: Mistakes) -> Route:
    """``route``: a path, and the method that it takes."""
    fields = Fields(node, "route", mistakes)
    predicate = Route(path=fields.text("path", required=True), method=fields.text("method").upper())
    fields.close()
    return predicate
