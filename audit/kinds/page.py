"""The documentation page of the kinds, written from the kinds themselves and their examples."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from audit.kinds.kind import Example, Kind

_INTRODUCTION = """\
# Kinds of reference

What `audit check` finds outside Python code. Each kind reads one sort of file into mentions: dotted names,
modules, paths. A mention is a finding only when it names something that existed at the base, or at a commit
since, or that `rules/retired.yaml` declares retired, and that is gone now. Where a slot can hold nothing but an
importable name (a Hydra `_target_`, an entry point, `python -m`, a pickled class), a first-party name that does
not exist is a finding without any base.

Nothing is executed, constructed or unpickled. A changelog, release notes, a migration note, an ADR, and a
sentence or heading that says that something is gone are no findings.

A distribution adds a kind with a subclass of `audit.kinds.kind.Kind` and an entry point in the group
`audit.kinds`. The examples below belong to the kinds; the tests run each of them."""


def kinds_page(kinds: Iterable[Kind]) -> str:
    """The whole page, in Markdown."""
    return "\n\n".join([_INTRODUCTION, *(_section(kind) for kind in kinds)]) + "\n"


def _section(kind: Kind) -> str:
    parts = [f"## {kind.name}", f"Codes: {', '.join(kind.codes)}. Reads {kind.title}."]
    for heading, examples in (("Finds", kind.BREAKS), ("Leaves alone", kind.HOLDS)):
        for example in examples:
            parts.append(f"### {heading}: {example.title}")
            parts += _example(kind, example)
    return "\n\n".join(parts)


def _example(kind: Kind, example: Example) -> Iterator[str]:
    if example.gone:
        yield "Gone: " + ", ".join(f"`{path}`" for path in example.gone)
    for path, content in {**example.before, **example.after}.items():
        shown = kind.wants(path) or path in example.after
        if shown and path not in example.gone:
            text = content if isinstance(content, str) else repr(content)
            fence = "`" * (4 if "```" in text else 3)
            yield f"`{path}`:\n\n{fence}text\n{text.rstrip()}\n{fence}"
    if example.finds:
        rows = [f"| {path}{'' if line is None else f':{line}'} | {target} |" for path, line, target in example.finds]
        yield "\n".join(["| Where | Names |", "|---|---|", *rows])
