"""Reads the predicates about what a tree offers to those who use it."""

from __future__ import annotations

from audit.config.fields import Fields
from audit.config.positioned import Mapping, Mistakes, Node
from audit.config.predicate_values import names_of
from audit.model.surface import Option, Route


def read_option(node: Node, mistakes: Mistakes) -> Option:
    """``option``: options of a command, and what they are without being given."""
    if not isinstance(node, Mapping):
        return Option(names=names_of(node, "option", ("names",), mistakes))
    fields = Fields(node, "option", mistakes)
    predicate = Option(names=fields.texts("names", required=True), default=fields.text("default"))
    fields.close()
    return predicate


def read_route(node: Node, mistakes: Mistakes) -> Route:
    """``route``: a path, and the method that it takes."""
    fields = Fields(node, "route", mistakes)
    predicate = Route(path=fields.text("path", required=True), method=fields.text("method").upper())
    fields.close()
    return predicate
