"""The same rename in every way in which a name is written: dotted, ``module:attribute``, path, bare last part."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from typing import Final

from audit.model.regex import regex

_FORMATTED: Final = regex(r"[a-zA-Z]*[fF][a-zA-Z]*['\"]")
_ESCAPED: Final = r"\_"
_DOCUMENTS: Final = (".rst", ".md", ".txt")
_PART: Final = regex(r"(['\"])([\w.-]+)\1")
_MIN_PARTS: Final = 2
_LINK: Final = regex(r"[\w./~+-]+")
_LITERAL: Final = regex(r"([a-zA-Z]{0,2})('''|\"\"\"|'|\")(.*)\2", re.DOTALL)


def is_formatted(literal: str) -> bool:
    """Whether a string literal is an f-string, whose text exists only when it runs."""
    return _FORMATTED.match(literal) is not None


def respell(written: str, target: str, replacement: str) -> str | None:
    """``written`` with ``target`` renamed to ``replacement``, in the form in which it is written there.

    ``written`` may be quoted and may go on after the name. None when it does not spell the target: a name
    that is put together at run time, or escaped otherwise than as a title of reStructuredText.
    """
    if _ESCAPED in written:
        plain = respell(written.replace(_ESCAPED, "_"), target, replacement)
        return plain.replace("_", _ESCAPED) if plain is not None else None
    if "/" in target or target.endswith((".py", ".pyi")):
        tails = _tails(target, replacement)
        whole = _substituted(written, *tails, after=r"(?![\w.-]*\w)")
        if whole is None:
            whole = _substituted(written, *(each.replace(".", r"\.") for each in tails))  # within a regular expression
        whole = whole or _as_document(written, *tails) or _as_parts(written, target, replacement)
        if whole is not None or not target.endswith(".py"):
            return whole
        # a handler: the path without its suffix, and a name in it
        return _substituted(written, *(each.removesuffix(".py") for each in tails), after=r"(?=\.\w+['\"]?$)")
    if "/" in replacement:  # a folder or file at the top
        return _substituted(written, target, replacement, before=r"(?<![\w-])(?<!\w[./])", after=r"(?![\w-]|\.\w)")
    for old, new in _dotted_forms(target, replacement):
        if "." in target or _stands_alone(written, old):
            found = _substituted(written, old, new, before=r"(?<![\w.])")
            if found is not None:
                return found
    for old, new in _path_forms(target, replacement):
        found = _substituted(written, old, new)
        if found is not None:
            return found
    return _as_import(written, target, replacement) or _as_last_part(written, target, replacement)


def _substituted(
    written: str, old: str, new: str, *, before: str = r"(?<![\w-])", after: str = r"(?!\w)"
) -> str | None:
    found, count = re.subn(f"{before}{re.escape(old)}{after}", lambda _match: new, written)
    return found if count else None


def _stands_alone(written: str, old: str) -> bool:
    """Whether a text begins with a name of one part, which within a text could be any word."""
    return re.match(rf"(?:[a-zA-Z]{{0,2}}['\"]{{1,3}})?{re.escape(old)}(?:[.:'\"]|$)", written) is not None


def respell_link(written: str, folder: str, target: str, replacement: str) -> str | None:
    """A link or an entry of a list of documents, relative to the ``folder`` in which it stands, as it leads to the new
    place from there; None when it does not lead to the old one."""
    link = _LINK.match(written)
    suffix = next((each for each in _DOCUMENTS if target.endswith(each) and replacement.endswith(each)), "")
    if link is None or link[0].startswith("/"):
        return None
    meant = posixpath.normpath(posixpath.join(folder, link[0]))
    shown = "" if meant == target else suffix
    if meant not in (target, target.removesuffix(suffix)) or is_placed_alike(target, replacement):
        return None
    new = posixpath.relpath(replacement.removesuffix(shown) if shown else replacement, folder or ".")
    return f"{'./' if link[0].startswith('./') and not new.startswith('.') else ''}{new}{written[link.end() :]}"


def is_placed_alike(target: str, replacement: str) -> bool:
    """Whether two paths lie in the same folder."""
    return posixpath.dirname(target) == posixpath.dirname(replacement)


def _as_document(written: str, old: str, new: str) -> str | None:
    """A document named without its suffix, as a toctree lists it."""
    suffix = next((each for each in _DOCUMENTS if old.endswith(each) and new.endswith(each)), None)
    if suffix is None:
        return None
    return _substituted(written, old.removesuffix(suffix), new.removesuffix(suffix), after=r"(?=>?$)")


def _as_parts(written: str, target: str, replacement: str) -> str | None:
    """A path that code joins from its parts, each a string of its own, where as many parts lead to the new place."""
    places = list(_PART.finditer(written))
    shown = "/".join(place[2] for place in places)
    above = target.removesuffix(shown)
    if len(places) < _MIN_PARTS or above == target or not (above.endswith("/") or not above):
        return None
    parts = replacement.removeprefix(above).split("/")
    if not replacement.startswith(above) or len(parts) != len(places):
        return None
    for place, part in zip(reversed(places), reversed(parts), strict=True):
        written = f"{written[: place.start(2)]}{part}{written[place.end(2) :]}"
    return written


def _dotted_forms(target: str, replacement: str) -> Iterator[tuple[str, str]]:
    yield target, replacement
    old, new = target.split("."), replacement.split(".")
    for length in range(1, min(len(old), len(new))):
        yield (
            f"{'.'.join(old[:-length])}:{'.'.join(old[-length:])}",
            f"{'.'.join(new[:-length])}:{'.'.join(new[-length:])}",
        )


def _path_forms(target: str, replacement: str) -> Iterator[tuple[str, str]]:
    old, new = target.replace(".", "/"), replacement.replace(".", "/")
    for end in (".py", ".pyi", ".ipynb", "/__init__.py"):
        yield _tails(f"{old}{end}", f"{new}{end}")
    if "/" in old:
        yield old, new


def _tails(old: str, new: str) -> tuple[str, str]:
    """Both paths without the folders that they share, so that relative links and source roots fit too."""
    first, second = old.split("/"), new.split("/")
    while len(first) > 1 and len(second) > 1 and first[0] == second[0]:
        first, second = first[1:], second[1:]
    if first[-1] == second[-1] == "__init__.py" and len(first) == len(second) == 1:
        return old, new
    return "/".join(first), "/".join(second)


def _as_import(written: str, target: str, replacement: str) -> str | None:
    module, _, name = target.rpartition(".")
    if not re.fullmatch(rf"from\s+{re.escape(module)}\s+import\s+{re.escape(name)}", written):
        return None
    new_module, _, new_name = replacement.rpartition(".")
    renamed = "" if new_name == name else f" as {name}"
    return f"from {new_module} import {new_name}{renamed}" if new_module else None


def _as_last_part(written: str, target: str, replacement: str) -> str | None:
    """An entry of ``__all__`` or an attribute's name: the last part alone, where only that has changed."""
    parent, _, name = target.rpartition(".")
    new_parent, _, new_name = replacement.rpartition(".")
    if parent != new_parent:
        return None
    if written == name:
        return new_name
    literal = _LITERAL.fullmatch(written)
    if literal is None or literal[3].lstrip(".") != name:
        return None
    return f"{literal[1]}{literal[2]}{literal[3].removesuffix(name)}{new_name}{literal[2]}"
