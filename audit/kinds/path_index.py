"""Files and folders of one tree, by path and by last component."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from functools import cached_property


class PathIndex:
    """Files and folders of one tree, by path and by last component."""

    def __init__(self, files: Iterable[str]) -> None:
        self.all: set[str] = set()
        self._by_name: dict[str, list[str]] = defaultdict(list)
        for file in files:
            path = file
            while path and path not in self.all:
                self.all.add(path)
                self._by_name[path.rpartition("/")[2]].append(path)
                path = path.rpartition("/")[0]

    @cached_property
    def alike(self) -> frozenset[str]:
        """The last parts of all paths, as `alike` makes them."""
        return frozenset(map(alike, self._by_name))

    def has_template(self, tail: str) -> bool:
        """Whether a template loader finds one by ``tail``, whose first part is the theme or the application, wherever
        below that the folder of its templates lies: ``themes/admin/templates/menu.html`` by ``admin/menu.html``."""
        named = self._by_name.get(tail.rpartition("/")[2], ())
        return any(
            "/".join(part for part in path.split("/") if part != "templates").endswith(f"/{tail}")
            for path in named
            if "/templates/" in path
        )

    def ending(self, tail: str) -> list[str]:
        """The paths that are ``tail`` or end with it, whole components compared."""
        return [
            path for path in self._by_name.get(tail.rpartition("/")[2], ()) if path == tail or path.endswith(f"/{tail}")
        ]


def alike(name: str) -> str:
    """What a distribution, its repository and its package have in common by their names."""
    return name.lower().replace("-", "_").replace(".", "_")
