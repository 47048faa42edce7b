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

Nothing is executed, constructed or unpickled. A changelog, release notes, a migration note, an ADR, the account of a
piece of work (`IMPLEMENTATION_SUMMARY.md`, what is archived, what is dated by its name or by its head; `audit verify`
judges those), data that bear the moment at which a program wrote them, and a sentence or heading that says that
something is gone are no findings.

The examples below belong to the kinds; the tests run each of them.

## A kind of your own

A distribution adds a kind with one class and an entry point in the group `audit.kinds`. For a text file derive from
`audit.kinds.kind.TextKind`, which decodes it within limits; for a binary one from `Kind`. `acme_kinds.py`:

{example}

and in its `pyproject.toml`:

```toml
[project.entry-points."audit.kinds"]
terraform = "acme_kinds:Terraform"
```

- A `Mention` is `(code, kind, text, form, role, severity, span, certain)`. `form` says how the text is to be taken:
  `"name"` (dotted), `"module"`, `"path"` or `"config"` (an entry of a Hydra defaults list). `certain` is true only
  where nothing but an importable name can stand: then a first-party name that never existed is a finding too.
- `wants` sees the path alone; `read` (or `mentions`) the content and the last part of the path, because what it gives
  is kept by content. It must execute nothing of the file. What is not of its kind it refuses with
  `audit.kinds.texts.UnreadableError(reason)`, and the file is listed as skipped.
- `suffixes`, where it can name them all, spares a kind to be asked about every other file. `slots`, `marks` and
  `always` say which files are worth reading; without them a file is read when a word of something retired occurs in it.
- `BREAKS` holds little migrations and all that must be found after each, `HOLDS` those after which nothing must be.
  One without both proves nothing, and fails. In the tests of your distribution,
  `from audit.testing import check_examples` and `check_examples(Terraform())`: it raises an `AssertionError` that
  tells every difference, one a line. The built-in kinds are held to theirs by the same function.
- A plug-in that fails, gives what is no mention, would end the process or takes more than a minute for one file is told
  by its name with exit code 2, and nothing is reported."""

EXAMPLE = '''\
from collections.abc import Iterator

from audit.kinds.kind import Example, Source, TextKind
from audit.model.mentions import Mention


class Terraform(TextKind):
    """Handlers of functions in Terraform files."""

    name = "terraform"
    codes = ("REF005",)
    title = "handlers of functions in Terraform"

    def wants(self, path: str) -> bool:
        return path.endswith(".tf")

    def mentions(self, source: Source) -> Iterator[Mention]:
        for number, line in enumerate(source.text.split("\\n"), 1):
            key, _, value = line.partition(" = ")
            if key.strip() == "handler":
                name, column = value.strip('"'), line.index('"') + 2
                span = (number, column, number, column + len(name))
                yield Mention("REF005", "value", name, "name", "`handler`", "error", span, certain=True)

    HOLDS = (Example(title="a handler that exists", before={"shop/__init__.py": "", "a.tf": 'handler = "shop"\\n'}),)
    BREAKS = (
        Example(
            title="a handler in a module that was removed",
            before={"shop/__init__.py": "", "shop/old.py": "", "a.tf": 'x = 1\\nhandler = "shop.old"\\n'},
            gone=("shop/old.py",),
            finds=(("a.tf", 2, "shop.old"),),
        ),
    )
'''
"""The plug-in that the page shows; the tests install it and run it."""


def kinds_page(kinds: Iterable[Kind]) -> str:
    """The whole page, in Markdown."""
    introduction = _INTRODUCTION.replace("{example}", f"```python\n{EXAMPLE}```")
    return "\n\n".join([introduction, *(_section(kind) for kind in kinds)]) + "\n"


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
