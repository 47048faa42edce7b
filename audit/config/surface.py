"""Reads the predicates about what a tree offers to those who use it."""

from __future__ import annotations

from audit.config.fields import Fields
from audit.config.positioned import Mapping, Mistakes, Node
from audit.config.predicate_values import in_tree, names_of
from audit.model.parsing import literal
from audit.model.surface import Constant, Option, Route


def read_constant(node: Node, mistakes: Mistakes) -> Constant:
    """``constant``: a name with its value, as Python writes it."""
    fields = Fields(node, "constant", mistakes)
    value = fields.text("value", required=True)
    path = "".join(in_tree((fields.text("path"),), node, mistakes))
    predicate = Constant(name=fields.text("name", required=True), value=value, path=path)
    fields.close()
    try:
        literal(value or "None")
    except ValueError:
        mistakes.add(fields.line, "'value' must be a number, a text or another literal, as Python writes it")
    return predicate


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
