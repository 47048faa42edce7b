"""What the pass over one file has collected -> `FileFacts`."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from audit.facts.accessed_chains import attributes_of, texts_of
from audit.facts.lazy_tables import note_lazy_tables
from audit.facts.system_modules import finds_below
from audit.model.facts import FileFacts

if TYPE_CHECKING:
    from audit.facts.collector import Collector


def facts_of(collector: Collector, tree: ast.Module) -> FileFacts:
    """The facts of a file, once every statement of its ``tree`` was visited."""
    found, imports, expressions = collector.definitions, collector.imports.found, collector.expressions
    exports, definitions = found.exports.names, found.remaining()
    note_lazy_tables(expressions.strings, definitions, tree, collector.module)
    remakes_itself = expressions.strings.places_modules and bool(expressions.handed_to)
    # a module that defines nothing and names another to what it calls takes its names from there
    is_moved = collector.names_module and all(each.kind == "import" for each in definitions)
    return FileFacts(
        imports=tuple(imports),
        definitions=definitions,
        attributes=attributes_of(expressions.chains, imports, expressions.probed, collector.spans),
        texts=texts_of(expressions.strings.distinct(), imports),
        exports=None if exports is None else tuple(exports),
        export_spans=() if exports is None else tuple(exports.values()),
        open=found.open or expressions.open or is_moved or remakes_itself,
        namespace=found.namespace or expressions.namespace,
        sys_path=tuple(dict.fromkeys(expressions.sys_path)),
        tests=found.tests,
        has_main=collector.has_main,
        open_classes=tuple(sorted(found.open_classes | found.keyed_classes)),
        keyed_classes=tuple(sorted(found.keyed_classes - found.open_classes)),
        lines=collector.lines,
        called=tuple(sorted(expressions.called - {""})),
        accessed=" ".join(sorted(expressions.accessed)),
        stored=" ".join(sorted(found.stored)),
        metaclassed=tuple(sorted(found.metaclassed)),
        dynamic_exports=found.exports.dynamic,
        injected=expressions.strings.made(tree),
        handed_to=tuple(sorted(expressions.handed_to)),
        lengthened=found.lengthened or (expressions.strings.finds_modules and finds_below(tree)),
        options=" ".join(sorted(expressions.options.names(tree))),
        announced=tuple(sorted(collector.announced)),
    )
