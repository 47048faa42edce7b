"""Which texts look like a dotted name or like a path: the grammar that every kind shares."""

from __future__ import annotations

import re
from typing import Final

from audit.model.mentions import Form
from audit.model.regex import regex

_SUFFIXES: Final = (
    r"(?:py|pyi|pyx|ipynb|ya?ml|toml|jsonc?|cfg|ini|conf|sh|bash|zsh|md|rst|txt|csv|sql|proto|html?|css|js|tsx?"
    r"|cc?|cpp|h|hpp|rs|go|lock|env|xml|svg|png|jpe?g|gif|pdf|ckpt|pth?|pkl|pickle|joblib|j2|tmpl|tf|mk"
    r"|jinja2?|mako|scss|sass|jsx|mjs|graphql|jsonl|tsv|parquet|npy|npz|onnx|safetensors|webp|woff2?|ttf|otf|xlsx|ps1"
    r"|plist|qml|qss)"
)
_DOTTED: Final = regex(r"[^\W\d]\w*(?:\.[^\W\d]\w*)+(?::[^\W\d]\w*(?:\.[^\W\d]\w*)*)?")
_OBJECT: Final = regex(r"[^\W\d]\w*(?:\.[^\W\d]\w*)*:[^\W\d]\w*(?:\.[^\W\d]\w*)*")
_FILE_NAME: Final = regex(rf"[\w.@+-]*\w\.{_SUFFIXES}", re.IGNORECASE)
_PATH: Final = regex(r"[\w.@+*?\[\]{}!,~-]*(?:/[\w.@+*?\[\]{}!,~-]*)+")
_URL: Final = regex(r"[a-zA-Z][\w+.-]*://|//|mailto:|data:|git@|www\.")
_LOCATION: Final = regex(r"(?:::[^\s]*|:\d[\d:,-]*|#[^\s]*|(?<=\.py):[^\W\d][\w.]*)$")

_CALLED: Final = regex(r"([^\W\d]\w*(?:\.[^\W\d]\w*)*:[^\W\d]\w*)\([^()]*\)")
"""A function of a module that a server calls for its application."""

CONVENTIONAL: Final = frozenset(
    {"setup.py", "setup.cfg", "__init__.py", "__main__.py", "conftest.py", "tox.ini", "requirements.txt", "main.py"}
    | {"pyproject.toml", "pytest.ini", "manage.py", "app.py", "config.yaml", "config.yml", "config.json", "config.toml"}
    | {
        "test.py",
        "script.py",
        "example.py",
        "foo.py",
        "README.md",
        "README.rst",
        "README.txt",
        "conf.py",
        "index.md",
        "index.rst",
        "settings.py",
        "models.py",
    }
    | {"CLAUDE.md", "claude.md", "AGENTS.md", "GEMINI.md", "SKILL.md", "TODO.md", "progress.md", "notes.md"}
    | {".github/CONTRIBUTING.md", ".github/PULL_REQUEST_TEMPLATE.md", ".github/ISSUE_TEMPLATE"}
    | {"CMakeLists.txt", "Cargo.toml", "go.mod", "pom.xml", "build.gradle", "tsconfig.json", "package.xml"}
    | {"package.json", "mypy.ini", "ruff.toml", "utils.py", "views.py", "urls.py", "docker-compose.yml", "index.html"}
)
"""File names that prose uses for any project's file of that name."""

IN_TEXT: Final = regex(
    rf"""(?<![\w./:@$\\{{}}<%-])(?:
        [\w.@+~-]*(?:/[\w.@+*-]+)+/?                                   # a path of several components
      | [\w-]+\.{_SUFFIXES}(?![\w.])                                   # a file name
      | (?<=[`*])[A-Za-z_][\w.-]*/(?=[`*])                             # a folder, set off by its slash and marks
      | [^\W\d]\w*(?:\.[^\W\d]\w*)+(?::[^\W\d]\w*(?:\.[^\W\d]\w*)*)?   # a dotted name
    )""",
    re.VERBOSE,
)
"""Finds names and paths within a line of prose or code."""


def form_of(text: str) -> Form | None:
    """How a whole text would have to be taken: "path", "name", or None for anything else. URLs are neither."""
    if not text or len(text) > 400 or text[0] in "-$%<@&|=" or _URL.match(text):
        return None
    bare = without_location(text)
    if _FILE_NAME.fullmatch(bare):
        return "path"
    if _DOTTED.fullmatch(text) or _OBJECT.fullmatch(text):
        return "name"
    if "/" in bare and _PATH.fullmatch(bare):
        return "path"
    return None


def without_call(text: str) -> str:
    """``shop.app:create`` of ``shop.app:create()``; any other text as it is."""
    called = _CALLED.fullmatch(text) if text.endswith(")") else None
    return called[1] if called is not None else text


def without_location(text: str) -> str:
    """A path without what points into the file: ``:12``, ``::test_name``, ``:main``, ``#heading``."""
    return _LOCATION.sub("", text) if ":" in text or "#" in text else text
