"""Kind of reference: reStructuredText documents."""

from __future__ import annotations

from collections.abc import Iterable

from audit.kinds.kind import Example, Source, TextKind
from audit.kinds.own_files import without_own_files
from audit.kinds.rst_text import rst_mentions
from audit.model.mentions import Mention


class ReStructuredText(TextKind):
    """Names, roles, automodule directives, paths, example code and commands in RST."""

    name = "rst"
    codes = ("REF008",)
    title = "RST: automodule and autoclass targets, toctrees, roles, names, paths, code blocks, doctests"
    suffixes = (".rst", ".rest", ".doctest")

    def wants(self, path: str) -> bool:
        return path.lower().endswith(self.suffixes)

    def mentions(self, source: Source) -> Iterable[Mention]:
        return without_own_files(source.text, rst_mentions(source.text, source.positions))

    HOLDS = (
        Example(
            title="a document that a build fills in from its template",
            before={"docs/index.rst": ".. toctree::\n\n   old\n\nSee old.rst.\n", "docs/old.rst": "Old\n===\n"},
            gone=("docs/old.rst",),
            after={"docs/old.rst.tpl": "Old\n===\n"},
        ),
        Example(
            title="a document that took the place of a folder, credits, an announcement",
            before={
                "shop/__init__.py": "",
                "shop/old.py": "",
                "docs/build/index.rst": "Build\n=====\n",
                "docs/a.rst": "See :doc:`build`, or :doc:`the builds <../docs/build>`.\n",
                "AUTHORS.rst": "* A. Nonymous -- ``shop.old``\n",
                "docs/2.0-announcement.rst": "It comes with ``shop.old``.\n",
            },
            gone=("shop/old.py", "docs/build/index.rst"),
            after={"docs/build.rst": "Build\n=====\n"},
        ),
        Example(
            title="titles of sections about what was",
            before={
                "shop/__init__.py": "",
                "shop/old.py": "",
                "a.rst": "=========\nMigration\n=========\n\nFrom shop.old on.\n",
            },
            gone=("shop/old.py",),
        ),
        Example(
            title="a toctree of documents that a build has written since they were removed",
            before={
                "docs/index.rst": "Shop\n====\n\n.. toctree::\n\n   pkg/shop\n",
                "docs/pkg/shop.rst": "",
            },
            gone=("docs/pkg/shop.rst",),
            after={"docs/pkg/.gitignore": "*\n!.gitignore\n"},
        ),
        Example(
            title="routes, a path from elsewhere, a drawn project of anybody's, notes on a release",
            before={
                "shop/__init__.py": "",
                "shop/old.py": "",
                "tests/__init__.py": "",
                "metrics/squad/squad.py": "",
                "doc/api/shop.rst": "Shop\n====\n",
                "doc/index.rst": (
                    "Calls to ``/api/<method>`` and ``/api/`` are answered. Put yours in ``./data/squad/squad.py``.\n"
                    "It may as well be ``mine/squad/squad.py``, or::\n\n    look\n    ├── look\n    │   └── app.py\n"
                    "    └── tests\n        ├── __init__.py\n        └── test_app.py\n"
                ),
                "doc/relnotes/0.9.rst": "* :class:`shop.old.Store` now takes a context.\n",
            },
            gone=("shop/old.py", "tests/__init__.py", "metrics/squad/squad.py", "doc/api/shop.rst"),
        ),
        Example(
            title="the old names in a table of old and new ones",
            before={
                "shop/__init__.py": "",
                "shop/old.py": "class Store: ...\n",
                "shop/new.py": "class Store: ...\n",
                "a.rst": (
                    ".. list-table::\n   :header-rows: 1\n\n   * - Old name\n     - New name\n\n"
                    "   * - :py:class:`shop.old.Store`\n       (private)\n     - :py:class:`shop.new.Store`\n\n"
                    "   * - ``shop.old``\n     - ``shop.new``\n"
                ),
            },
            gone=("shop/old.py",),
        ),
        Example(
            title="a module of an example project, of which other documents speak in general",
            before={
                "shop/__init__.py": "",
                "docs/narr/MyProject/setup.py": "from setuptools import setup\n\nsetup(name='MyProject')\n",
                "docs/narr/MyProject/myproject/__init__.py": "",
                "docs/narr/MyProject/myproject/resources.py": "class Hello: ...\n",
                "docs/narr/views.rst": "Say ``context='myproject.resources.Hello'``.\n",
            },
            gone=("docs/narr/MyProject/myproject/resources.py",),
        ),
        Example(
            title="roles that resolve, a removal that is stated, a comment, a note of a version",
            before={
                "shop/__init__.py": "",
                "shop/old.py": "",
                "shop/new.py": "class Store: ...\n",
                "a.rst": (
                    "Shop\n====\n\n:class:`shop.new.Store` and :mod:`shop`.\n``shop.old`` was removed.\n\n"
                    ".. shop.old in a comment\n\n.. versionchanged:: 2.0\n   It lay in shop.old once.\n\n"
                    "Migration\n---------\n\nFrom shop.old to shop.new.\n"
                ),
            },
            gone=("shop/old.py",),
        ),
        Example(
            title="a method, written below its class, that is called like a module which is gone",
            before={
                "shop/__init__.py": "class Store:\n    def old(self): ...\n",
                "shop/old.py": "",
                "a.rst": (".. currentmodule:: shop\n\n.. autoclass:: Store\n\n    .. automethod:: old\n"),
            },
            gone=("shop/old.py",),
        ),
    )
    BREAKS = (
        Example(
            title="a method, and an attribute, written below their class",
            before={
                "shop/__init__.py": "",
                "shop/store.py": "class Store:\n    size = 1\n    def put(self): ...\n    def get(self): ...\n",
                "a.rst": (
                    ".. currentmodule:: shop.store\n\n.. autoclass:: Store\n\n    .. automethod:: put\n"
                    "    .. automethod:: get\n    .. autoattribute:: size\n"
                ),
            },
            after={"shop/store.py": "class Store:\n    def get(self): ...\n"},
            finds=(("a.rst", 5, "shop.store.Store.put"), ("a.rst", 7, "shop.store.Store.size")),
        ),
        Example(
            title="members that a directive lists of a class, and of a module",
            before={
                "shop/__init__.py": "",
                "shop/store.py": "class Store:\n    def get(self): ...\n    def put(self): ...\ndef close(): ...\n",
                "a.rst": (
                    ".. currentmodule:: shop.store\n\n.. autoclass:: Store\n   :noindex:\n   :members: get, put\n\n"
                    ".. automodule:: shop.store\n   :members: Store, close\n\n"
                    ".. autoclass:: shop.store.Store\n   :members:\n   :exclude-members: put\n"
                ),
            },
            after={"shop/store.py": "class Store:\n    def get(self): ...\n"},
            finds=(("a.rst", 5, "shop.store.Store.put"), ("a.rst", 8, "shop.store.close")),
        ),
        Example(
            title="the new names in a table of old and new ones, and what follows it",
            before={
                "shop/__init__.py": "",
                "shop/old.py": "class Store: ...\n",
                "a.rst": (
                    ".. list-table::\n\n   * - Old name\n     - New name\n   * - ``shop.o``\n     - ``shop.old``\n\n"
                    "* - ``shop.old``\n\n"
                    ".. list-table::\n\n   * - Name\n     - Use\n   * - ``shop.old``\n     - sells\n"
                ),
            },
            gone=("shop/old.py",),
            finds=(("a.rst", 6, "shop.old"), ("a.rst", 8, "shop.old"), ("a.rst", 14, "shop.old")),
        ),
        Example(
            title="examples of one document, which share what they import",
            before={
                "shop/__init__.py": "",
                "shop/store.py": "def sell(): ...\ndef keep(): ...\n",
                "a.rst": (
                    "First:\n\n>>> import shop.store, shop.store as s\n\nThen, after some words:\n\n"
                    ">>> shop.store.sell()\n1\n>>> s.sell()\n\nAt last:\n\n>>> s.keep()\n>>> shop.store.keep()\n"
                ),
                "b.rst": (
                    "First:\n\n>>> import shop.store as s\n\nNow it is another:\n\n>>> s = open()\n\nSo that:\n\n"
                    ">>> s.sell()\n"
                ),
            },
            after={"shop/store.py": "def keep(): ...\n"},
            finds=(("a.rst", 7, "shop.store.sell"), ("a.rst", 9, "shop.store.sell")),
        ),
        Example(
            title="Python below two colons, or in a block that does not say its language",
            before={
                "shop/__init__.py": "",
                "shop/store.py": "LIMIT = 1\n\ndef sell(): ...\n",
                "a.rst": (
                    "Use it::\n\n    from shop.store import sell\n\n    sell()\n\n"
                    ".. code::\n\n    from shop import store\n    print(store.LIMIT)\n\n"
                    "It was renamed; before::\n\n    from shop.store import LIMIT\n\n"
                    "What it prints::\n\n    sold: import LIMIT of shop\n"
                ),
            },
            after={"shop/store.py": "RANGE = 2\n\ndef close(): ...\n"},
            finds=(("a.rst", 3, "shop.store.sell"), ("a.rst", 10, "shop.store.LIMIT")),
        ),
        Example(
            title="a document that tests itself, a path on another machine, the documents of an example project",
            before={
                "shop/__init__.py": "",
                "shop/old.py": "",
                "shop/test/words.doctest": "Words\n=====\n\n>>> from shop.old import *  # all of it\n",
                "docs/a.rst": "The parts are in ``/opt/checkout/shop/old.py``.\n",
                "docs/mine/setup.py": "from setuptools import setup\n\nsetup(name='mine')\n",
                "docs/mine/myproject/__init__.py": "",
                "docs/mine/myproject/resources.py": "class Hello: ...\n",
                "docs/mine/views.rst": "See :class:`myproject.resources.Hello`.\n",
            },
            gone=("shop/old.py", "docs/mine/myproject/resources.py"),
            finds=(
                ("docs/a.rst", 1, "shop/old.py"),
                ("docs/mine/views.rst", 1, "myproject.resources"),
                ("shop/test/words.doctest", 4, "shop.old"),
            ),
        ),
        Example(
            title="names that the current package passed on by a star",
            before={
                "shop/__init__.py": "from .store import *\n",
                "shop/store.py": "class Old: ...\nclass Store: ...\n",
                "a.rst": ".. currentmodule:: shop\n\n.. autosummary::\n\n   Old\n   Store\n   Other\n",
            },
            after={"shop/store.py": "class Store: ...\n"},
            finds=(("a.rst", 5, "shop.Old"),),
        ),
        Example(
            title="titles, names below the current module, a summary, and a condition that deletes nothing",
            before={
                "shop/__init__.py": "",
                "shop/new.py": "class Store: ...\n",
                "shop/old.py": "class Store:\n    def close(self): ...\n\ndef sell(): ...\n",
                "a.rst": (
                    "API\n===\n\n.. currentmodule:: shop.old\n\nshop.old.sell()\n---------------\n\n"
                    ".. autofunction:: sell\n.. class:: Store(path)\n\nSee :meth:`Store.close` and :class:`int`.\n\n"
                    ".. autosummary::\n   :toctree:\n\n   ~Store\n\n.. currentmodule:: shop.new\n\n:class:`Store`\n\n"
                    "Raises ``shop.old.Store`` if the path does not exist.\n"
                ),
            },
            gone=("shop/old.py",),
            finds=(
                ("a.rst", 4, "shop.old"),
                ("a.rst", 6, "shop.old"),
                ("a.rst", 9, "shop.old"),
                ("a.rst", 10, "shop.old"),
                ("a.rst", 12, "shop.old"),
                ("a.rst", 17, "shop.old"),
                ("a.rst", 23, "shop.old"),
            ),
        ),
        Example(
            title="documents that a toctree lists and a role leads to, by their names",
            before={
                "docs/index.rst": (
                    "Shop\n====\n\n.. toctree::\n   :maxdepth: 2\n\n   start\n   guide/old\n   The old <guide/old>\n"
                    "   self\n   https://example.org/guide/old\n\n"
                    "See :doc:`the guide <guide/old>` and :doc:`/guide/old`.\n"
                ),
                "docs/start.rst": "Start\n=====\n",
                "docs/guide/old.rst": "Old\n===\n",
            },
            gone=("docs/guide/old.rst",),
            finds=(
                ("docs/index.rst", 8, "docs/guide/old.rst"),
                ("docs/index.rst", 9, "docs/guide/old.rst"),
                ("docs/index.rst", 13, "docs/guide/old.rst"),
                ("docs/index.rst", 13, "docs/guide/old.rst"),
            ),
        ),
        Example(
            title="automodule, a role with a title, a tilde, a code block and a doctest",
            before={
                "shop/__init__.py": "",
                "shop/old.py": "class Store: ...\n",
                "a.rst": (
                    ".. automodule:: shop.old\n   :members:\n\nA :class:`store <shop.old.Store>`,\n"
                    ":py:class:`~shop.old.Store`.\n\n.. code-block:: python\n\n   from shop.old import Store\n\n"
                    ">>> import shop.old\n"
                ),
            },
            gone=("shop/old.py",),
            finds=(
                ("a.rst", 1, "shop.old"),
                ("a.rst", 4, "shop.old"),
                ("a.rst", 5, "shop.old"),
                ("a.rst", 9, "shop.old"),
                ("a.rst", 11, "shop.old"),
            ),
        ),
    )
