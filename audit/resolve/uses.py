"""Every reference of a tree to a given name, whether the name still exists or not."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from audit.model.facts import Context
from audit.model.findings import Site
from audit.resolve.program import Program
from audit.resolve.references import references_in, site_of


class Use(msgspec.Struct, frozen=True):
    """One place that names ``target``, the full dotted name as far as the site spells it. ``symbol`` marks an
    import of something in a module rather than of the module."""

    site: Site
    referrer: str
    kind: str
    target: str
    context: Context
    symbol: bool = False


def uses_of(program: Program, name: str) -> Iterator[Use]:
    """The places that name ``name`` or something below it, in reading order; its own file left out."""
    own = {path for path, module in program.index.names.items() if module == name}
    below = f"{name}."
    leaf = name.rpartition(".")[2]
    for path in sorted(program.index.names):
        if path in own:
            continue
        seen: set[tuple[int | None, str]] = set()
        for use in _uses_in(program, path, leaf):
            if (use.target == name or use.target.startswith(below)) and (use.site.line, use.kind) not in seen:
                seen.add((use.site.line, use.kind))
                yield use


def _uses_in(program: Program, path: str, leaf: str) -> Iterator[Use]:
    file = references_in(program, path)
    referrer = program.index.names[path]
    for index, statement in enumerate(file.facts.imports):
        for name, module in file.targets(index, statement):
            target = f"{module.dotted}.{name.name}" if statement.is_from and name.name != "*" else module.dotted
            symbol = target != module.dotted and not file.chains.child(module.nodes, name.name)
            yield Use(site_of(path, name.span), referrer, "import", target, statement.context, symbol)
    for attribute in file.facts.attributes:
        if leaf in attribute.chain:
            module, chain = file.chain_of(attribute)
            target = ".".join((module.dotted, *chain))
            yield Use(site_of(path, attribute.span), referrer, "attribute", target, attribute.context)
    for text in file.facts.texts:
        if leaf in text.value:
            yield Use(site_of(path, text.span), referrer, "string", text.value.replace(":", ".", 1), "lazy")
