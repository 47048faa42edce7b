"""Reads the predicates about how a tree is put together: bases of a class, chains of imports, packaging."""

from __future__ import annotations

from audit.config.fields import Fields
from audit.config.positioned import Mistakes, Node
from audit.config.predicate_values import in_tree, names_of
from audit.model.shapes import Chain, Inherits, Package


def read_inherits(node: Node, mistakes: Mistakes) -> Inherits:
    """``inherits``: a class and its bases."""
    fields = Fields(node, "inherits", mistakes)
    name, bases = fields.text("name", required=True), fields.texts("bases", required=True)
    predicate = Inherits(name=name, bases=bases, wide=fields.boolean("wide"))
    fields.close()
    return predicate


def read_chain(node: Node, mistakes: Mistakes) -> Chain:
    """``chain``: two modules or more, each of which imports the next."""
    links = names_of(node, "chain", ("links",), mistakes)
    if len(links) == 1:
        mistakes.add(node.line, "'chain' needs two modules or more, each of which imports the next")
    return Chain(links=links)


def read_package(node: Node, mistakes: Mistakes) -> Package:
    """``package``: what packaging files declare."""
    fields = Fields(node, "package", mistakes)
    predicate = Package(
        path="".join(in_tree((fields.text("path"),), node, mistakes)),
        version=fields.text("version"),
        python=fields.text("python"),
        depends=fields.texts("depends"),
        drops=fields.texts("drops"),
        scripts=fields.texts("scripts"),
    )
    fields.close()
    if not any((predicate.version, predicate.python, predicate.depends, predicate.drops, predicate.scripts)):
        mistakes.add(fields.line, "package needs 'version', 'python', 'depends', 'drops' or 'scripts'")
    return predicate
