"""Stubs whose modules went: type checkers still find these there, and nothing imports them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable


def without_left_stubs(
    paths: Iterable[str], before: Collection[str], may_build: Callable[[str], bool]
) -> tuple[str, ...]:
    """The paths of a tree but for stubs that stood beside a module ``before``, and stand alone now. What a build makes
    has a stub alone by right."""
    every = tuple(paths)
    sources = {path for path in every if path.endswith(".py")}
    return tuple(
        path
        for path in every
        if not path.endswith(".pyi")
        or (source := path.removesuffix("i")) in sources
        or source not in before
        or may_build(source.removesuffix(".py").removesuffix("/__init__"))
    )
