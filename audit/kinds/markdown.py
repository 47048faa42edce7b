"""Kind of reference: Markdown documents."""

from __future__ import annotations

from collections.abc import Iterator

from audit.kinds.accounts import is_account
from audit.kinds.kind import Example, Source, TextKind
from audit.kinds.markdown_text import markdown_mentions
from audit.kinds.own_files import without_own_files
from audit.model.mentions import Mention


class Markdown(TextKind):
    """Names, paths, links, example code and commands in Markdown."""

    name = "markdown"
    codes = ("REF008",)
    title = "Markdown: inline names and paths, links to files, imports in Python fences, commands in shell fences"
    suffixes = (".md", ".markdown", ".mdx", ".qmd", ".cursorrules", ".mdc")

    def wants(self, path: str) -> bool:
        return path.lower().endswith(self.suffixes)

    def mentions(self, source: Source) -> Iterator[Mention]:
        if is_account(source.name, source.text):
            return iter(())
        return without_own_files(source.text, markdown_mentions(source.text, source.positions, "the document"))

    HOLDS = (
        Example(
            title="trees of other projects, and a file that a tree says is gone",
            before={
                "old.py": "",
                "shop/__init__.py": "",
                "shop/old.py": "",
                "README.md": (
                    "```\nyours/\n├── src/\n│   ├── old.py\n│   └── new.py\n└── README.md\n```\n\n"
                    "```\n.\n├── shop/\n│   ├── __init__.py\n│   └── old.py (removed)\n```\n"
                ),
            },
            gone=("shop/old.py", "old.py"),
        ),
        Example(
            title="a table drawn with long lines, which is no tree",
            before={"old.py": "", "a.md": f"```\n{'-' * 120}\n|{'-' * 120}|\n{'+-' * 60}\nold.txt | 1\n```\n"},
            gone=("old.py",),
        ),
        Example(
            title="files that the commands of the document write, and those of another folder",
            before={
                "old.txt": "",
                "new.txt": "",
                "README.md": (
                    "```console\n$ compile -o old.txt pyproject.toml\n```\n\nThen look at `old.txt`.\n\n"
                    "```console\n$ ls yours\nnew.txt  README\n```\n\nOpen `new.txt`.\n\n"
                    "```console\n$ docker build -f Dockerfile -t shop/old .\n$ docker run -it shop/old\n```\n"
                ),
                "shop/old/a.txt": "",
            },
            gone=("old.txt", "new.txt", "shop/old/a.txt"),
        ),
        Example(
            title="statements of deletion, a heading about deletion, struck text, a URL, quoted output",
            before={
                "shop/__init__.py": "",
                "shop/old.py": "",
                "README.md": (
                    "# Shop\n\n`shop/old.py` was removed.\n\n~~See shop.old~~ https://x.org/shop/old.py\n\n"
                    "## Files deleted\n\n- `shop/old.py`\n\n## Errors\n\n"
                    '```\nTraceback (most recent call last):\n  File "shop/old.py", line 1\n```\n\n'
                    "We renamed these:\n\n- `shop.old`\n"
                ),
                "CHANGELOG.md": "- `shop/old.py` is new\n",
            },
            gone=("shop/old.py",),
        ),
        Example(
            title="accounts of a day, or of work that is done",
            before={
                "shop/__init__.py": "",
                "shop/old.py": "",
                "notes/a.md": "# The store after the merge\n\n**Date**: 2026-01-10\n\nSee `shop/old.py`.\n",
                "notes/b.md": "# Store\n\n> **Status:** ✅ Complete\n\n`shop/old.py` holds it.\n",
                "notes/c.md": "# The store is ready ✅\n\n- `shop/old.py`\n",
                "team/journals/d.md": "`shop/old.py` is too long.\n",
                "_archived_sprints/e.md": "`shop/old.py` is too long.\n",
                "old/f.md": "`shop/old.py` is too long.\n",
                "TODO_store.md": "- [x] Update `shop/old.py`\n",
            },
            gone=("shop/old.py",),
        ),
        Example(
            title="code that a comment calls old",
            before={
                "shop/__init__.py": "",
                "shop/old.py": "",
                "a.md": "```python\n# old\nfrom shop.old import x\n# new\nimport shop\n```\n",
            },
            gone=("shop/old.py",),
        ),
        Example(
            title="a library of the same last name",
            before={"shop/__init__.py": "", "shop/old.py": "", "a.md": "Use `numpy.old` and `old.py` of yours.\n"},
            gone=("shop/old.py",),
        ),
    )
    BREAKS = (
        Example(
            title="texts that are kept up, and that people look things up in, whatever date they bear",
            before={
                "shop/__init__.py": "",
                "shop/old.py": "",
                "docs/store.md": "# Store\n\nDate: 2026-01-10\nLast updated: 2026-02-03\n\nSee `shop/old.py`.\n",
                "docs/store_guide.md": "# Store\n\n**Date:** 2026-01-10\n\nSee `shop/old.py`.\n",
                "docs/a.md": "# Store\n\nStatus: in progress\n\nRelease date: May 2026\n\nSee `shop/old.py`.\n",
            },
            gone=("shop/old.py",),
            finds=(
                ("docs/store.md", 6, "shop/old.py"),
                ("docs/store_guide.md", 5, "shop/old.py"),
                ("docs/a.md", 7, "shop/old.py"),
            ),
        ),
        Example(
            title="what takes the place of something, and should be there",
            before={
                "shop/__init__.py": "",
                "shop/old.py": "",
                "a.md": (
                    "`shop.old.open` replaces `shop.first.open`.\n\n"
                    "The store is replaced by `shop/old.py`, and `shop.old` superseded by `shop`.\n\n"
                    "`shop.first` is superseded by `shop.old`.\n\n"
                    "`shop.old` is replaced by `shop`, which replaces the old `shop.old`.\n\n"
                    "`shop.old` replaces nothing since it was removed.\n\n`shop.old`, since removed, replaces `x`.\n\n"
                    "`shop.old` has been replaced by `shop`.\n"
                ),
            },
            gone=("shop/old.py",),
            finds=(("a.md", 1, "shop.old"), ("a.md", 5, "shop.old")),
        ),
        Example(
            title="a template that the document lies beside",
            before={"shop/talk/chat.jinja": "", "shop/talk/README.md": "Chats are written as in `chat.jinja`.\n"},
            gone=("shop/talk/chat.jinja",),
            finds=(("shop/talk/README.md", 1, "shop/talk/chat.jinja"),),
        ),
        Example(
            title="a name that a package passes on by a star",
            before={
                "shop/__init__.py": "from .old import *\n",
                "shop/old.py": "class Store: ...\nclass Shelf: ...\n",
                "a.md": "Open a `shop.Store`, or a `shop.Shelf`.\n",
            },
            after={"shop/old.py": "class Shelf: ...\n"},
            finds=(("a.md", 1, "shop.Store"),),
        ),
        Example(
            title="directives of MyST, what they hold, and strings of an example",
            before={
                "shop/__init__.py": "",
                "shop/old.py": "class Store: ...\n",
                "docs/a.md": (
                    "```{automodule} shop.old\n```\n\n```{literalinclude} ../shop/old.py\n```\n\n"
                    "```{code-block} python\n:linenos:\n\nimport shop.old\n```\n\n"
                    "```{eval-rst}\n.. currentmodule:: shop\n\n:class:`old.Store`\n```\n\n"
                    '```python\nSTORES = {"old": "shop.old.Store"}\n```\n'
                ),
            },
            gone=("shop/old.py",),
            finds=(
                ("docs/a.md", 1, "shop.old"),
                ("docs/a.md", 4, "shop/old.py"),
                ("docs/a.md", 10, "shop.old"),
                ("docs/a.md", 16, "shop.old"),
                ("docs/a.md", 20, "shop.old"),
            ),
        ),
        Example(
            title="trees of folders, drawn with lines and by indentation",
            before={
                "src/acme_shop/__init__.py": "",
                "run.py": "",
                "setup.py": "",
                "a.md": "```\nacme-shop/\n├── src/\n├── run.py\n└── setup.py\n```\n",
                "b.md": "```\nthe-project/\n├── shop/\n│   └── new.py\n├── README.md\n├── run.py\n└── src/\n```\n",
                "d.md": "```\nyours/\n├── README.md\n├── tests/\n├── src/\n├── setup.py\n└── run.py\n```\n",
                "tests/test_a.py": "",
                "e.md": "```\nyours/\n├── shop/\n│   └── new.py\n├── lib/\n│   └── x.py\n└── run.py\n```\n",
                "c.md": "```\nyours/\n├── app/\n│   └── new.py\n├── README.md\n├── run.py\n└── src/\n```\n",
                "shop/__init__.py": "",
                "shop/old.py": "",
                "shop/new.py": "",
                "README.md": (
                    "```\nshop-repository/\n├── shop/\n│   ├── __init__.py\n│   └── old.py   # the store\n"
                    "└── README.md\n```\n\n"
                    "```text\nshop/\n    __init__.py\n    new.py\n    old.py\n```\n"
                ),
            },
            gone=("run.py", "setup.py", "shop/old.py"),
            finds=(
                ("a.md", 4, "run.py"),
                ("b.md", 6, "run.py"),
                ("README.md", 5, "shop/old.py"),
                ("README.md", 13, "shop/old.py"),
            ),
        ),
        Example(
            title="a tree that is set in, without a fence, and text that is set in",
            before={
                "shop/__init__.py": "",
                "shop/old.py": "",
                "a.md": (
                    "The files:\n\n    shop/\n    ├── __init__.py\n    └── old.py\n\n- A list\n\n"
                    "    that goes on with `shop.old`\n\nThe end.\n"
                ),
            },
            gone=("shop/old.py",),
            finds=(("a.md", 5, "shop/old.py"), ("a.md", 9, "shop.old")),
        ),
        Example(
            title="sections that tell how to remove something with the code, and by what",
            before={
                "shop/__init__.py": "",
                "shop/old.py": "def purge(): ...\n",
                "a.md": (
                    "## Removing an item\n\n`shop.old.purge` does it.\n\n## Before you start\n\nSee `shop.old`.\n\n"
                    "## Migrating data\n\nTo remove a row, run:\n\n- `shop.old.purge`\n\n"
                    "Remove a row with `shop.old.purge`.\n\nRemove `shop.old.purge` from your code.\n\n"
                    "## Removed files\n\n`shop/old.py`\n\n## Phase 2: remove the store\n\n`shop.old`\n"
                ),
            },
            gone=("shop/old.py",),
            finds=(
                ("a.md", 3, "shop.old"),
                ("a.md", 7, "shop.old"),
                ("a.md", 13, "shop.old"),
                ("a.md", 15, "shop.old"),
            ),
        ),
        Example(
            title="documents that a MyST toctree lists and a role leads to, by their names",
            before={
                "docs/a.md": "Read {doc}`guide/old`.\n\n```{toctree}\n:maxdepth: 1\n\nguide/old\nguide/new\n```\n",
                "docs/guide/old.md": "Old\n",
                "docs/guide/new.md": "New\n",
            },
            gone=("docs/guide/old.md",),
            finds=(("docs/a.md", 1, "docs/guide/old.md"), ("docs/a.md", 6, "docs/guide/old.md")),
        ),
        Example(
            title="prose, a link relative to the document, an example and a command that name what is gone",
            before={
                "shop/__init__.py": "",
                "shop/old.py": "class Store: ...\n",
                "docs/a.md": (
                    "Stores are kept by `shop.old.Store`, see\n[the code](../shop/old.py#L3).\n\n"
                    "1. Import it:\n\n   ```python\n   import os\n   from shop.old import Store\n   ```\n\n"
                    "```bash\n$ python -m shop.old --help\n```\n\nOr run `python shop/old.py x`.\n"
                ),
            },
            gone=("shop/old.py",),
            finds=(
                ("docs/a.md", 1, "shop.old"),
                ("docs/a.md", 2, "shop/old.py"),
                ("docs/a.md", 8, "shop.old"),
                ("docs/a.md", 12, "shop.old"),
                ("docs/a.md", 15, "shop/old.py"),
            ),
        ),
        Example(
            title="a terminal session, where only what is typed counts, and a name that ends like a file",
            before={
                "shop/__init__.py": "",
                "shop/old.py": "def go(): ...\n",
                "a.md": "Call `shop.old.go` first.\n\n```console\n$ python -m shop.old\nno shop.old here\n```\n",
            },
            gone=("shop/old.py",),
            finds=(("a.md", 1, "shop.old"), ("a.md", 4, "shop.old")),
        ),
        Example(
            title="an absolute path of somebody's machine, and a doctest",
            before={
                "shop/__init__.py": "",
                "shop/old.py": "",
                "a.md": "Look at /home/u/shop/shop/old.py first.\n\n```pycon\n>>> import shop.old\n```\n",
            },
            gone=("shop/old.py",),
            finds=(("a.md", 1, "shop/old.py"), ("a.md", 4, "shop.old")),
        ),
    )
