"""Kinds of reference in configuration: values of JSON, TOML and INI files that name classes or files."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from audit.kinds.accounts import is_written_down
from audit.kinds.json_scan import JsonString, json_strings
from audit.kinds.kind import Example, Source, TextKind
from audit.kinds.roles import is_launch_json, is_tool_settings
from audit.kinds.settings_text import ini_values, toml_values
from audit.kinds.value_commands import is_command, value_commands
from audit.kinds.values import CLASS_KEYS, value_mention
from audit.model.hosting import repository_at
from audit.model.mentions import Mention
from audit.model.regex import regex

_FOLDER_KEYS: Final = frozenset({"script_location", "version_locations"})
_JSON: Final = regex(r"(?!(?:.*[/_.-])?(?:reports?|results?|coverage)(?:[_.-][^/]*)?\.json$).*\.json[c5]?")
"""JSON but what a program wrote of the tree of its day."""


def _of_other_repositories(strings: list[JsonString]) -> frozenset[tuple[str | int, ...]]:
    """The objects of an index of several repositories that each tell of one: their paths are paths in that one. What
    the whole file tells is of its own."""
    told = {
        string.path[:-1]: repository
        for string in strings
        if "://" in string.raw and len(string.path) > 1 and (repository := repository_at(string.value))
    }
    return frozenset(told) if len(set(told.values())) > 1 else frozenset()


class JsonValues(TextKind):
    """Class paths, dotted names and file paths in JSON configuration."""

    name = "json"
    codes = ("REF005", "REF007")
    title = "JSON values and keys: class paths, dotted names, paths, commands"
    suffixes = (".json", ".jsonc", ".json5")
    slots = CLASS_KEYS - {"()"}
    max_bytes = 262_144  # a larger one is data that a program wrote

    def wants(self, path: str) -> bool:
        return _JSON.fullmatch(path) is not None and not is_launch_json(path) and not is_tool_settings(path)

    def mentions(self, source: Source) -> Iterator[Mention]:
        is_past = is_written_down(source.text)
        strings = list(json_strings(source.text))
        elsewhere = _of_other_repositories(strings)
        for string in strings:
            if elsewhere and not elsewhere.isdisjoint(string.path[:end] for end in range(len(string.path))):
                continue
            if (
                not string.is_key
                and not is_past
                and string.raw == string.value
                and is_command(string.key, string.value)
            ):
                yield from value_commands(source.text, string.start + 1, string.end - 1, source.positions)
                continue
            span = source.positions.span(string.start + 1, string.end - 1)
            found = value_mention("" if string.is_key else string.key, string.value, span)
            if found is not None and (found.certain or not is_past):
                yield found

    HOLDS = (
        Example(
            title="a word that is also a module's last name, and a file that exists",
            before={
                "shop/__init__.py": "",
                "shop/old.py": "",
                "shop/new.py": "",
                "a.json": '{"old": "old", "file": "shop/new.py", "url": "https://x.org/shop/old.py"}\n',
            },
            gone=("shop/old.py",),
        ),
        Example(
            title="an index of the plug-ins of several repositories",
            before={
                "shop/__init__.py": "",
                "shop/old.py": "",
                "plugins.json": '[\n  {"repo": "https://github.com/acme/shop", "path": "shop/old.py"},\n'
                '  {"repo": "https://github.com/other/shop", "paths": ["shop/old.py"]}\n]\n',
            },
            gone=("shop/old.py",),
        ),
        Example(
            title="what a program wrote down at some time",
            before={
                "shop/old.py": "",
                "state.json": '{"at": "2026-01-10T12:30:01Z", "changed": ["shop/old.py"]}\n',
                "task.json": '{"id": "7f74850b-93b4-472f-b4e2-c0c2eaaaf2f3", "input": "shop/old.py"}\n',
                "quick.json": '{"document": "shop/old.py", "timestamp": "2026-01-10"}\n',
            },
            gone=("shop/old.py",),
        ),
    )
    BREAKS = (
        Example(
            title="the command of a service",
            before={
                "shop/__init__.py": "",
                "shop/old.py": "",
                "railway.json": '{\n"deploy": {\n"startCommand": "uvicorn --factory shop.old:create"}}\n',
            },
            gone=("shop/old.py",),
            finds=(("railway.json", 3, "shop.old"),),
        ),
        Example(
            title="a class that is imported for what was written down",
            before={
                "shop/__init__.py": "",
                "shop/old.py": "class Store: ...\n",
                "a.json": '{"saved_at": "2026-01-10T12:30:01Z", "_target_": "shop.old.Store"}\n',
            },
            gone=("shop/old.py",),
            finds=(("a.json", 1, "shop.old"),),
        ),
        Example(
            title="a class path, and a path, both gone",
            before={
                "shop/__init__.py": "",
                "shop/old.py": "class Store: ...\n",
                "a.json": '{\n  "store": {"class": "shop.old.Store"},\n  "file": "shop/old.py"\n}\n',
                "own.json": '{"repository": "https://github.com/acme/shop", "main": "shop/old.py"}\n',
            },
            gone=("shop/old.py",),
            finds=(("a.json", 2, "shop.old"), ("a.json", 3, "shop/old.py"), ("own.json", 1, "shop/old.py")),
        ),
    )


class TomlValues(TextKind):
    """Class paths, dotted names and file paths in TOML that belongs to no tool."""

    name = "toml"
    codes = ("REF005", "REF007")
    title = "TOML values: class paths, dotted names, paths, commands"
    suffixes = (".toml",)
    slots = CLASS_KEYS - {"()"}

    def wants(self, path: str) -> bool:
        return path.endswith(self.suffixes) and not is_tool_settings(path)

    def mentions(self, source: Source) -> Iterator[Mention]:
        for each in toml_values(source.text):
            if is_command(each.key, each.value):
                yield from value_commands(source.text, each.start, each.end, source.positions)
            elif found := value_mention(each.key, each.value, source.positions.span(each.start, each.end)):
                yield found

    HOLDS = (
        Example(
            title="a value that resolves",
            before={
                "shop/__init__.py": "",
                "shop/old.py": "",
                "shop/new.py": "class Store: ...\n",
                "app.toml": 'store = "shop.new.Store"\nold = "old"\n',
            },
            gone=("shop/old.py",),
        ),
        Example(
            title="a sentence that begins with the name of a language, and what says how to run something",
            before={
                "shop/old.py": "",
                "app.toml": 'about = "python runs shop/old.py"\nhelp = "see: python shop/old.py"\n',
            },
            after={"app.toml": 'about = "python runs it"\nhelp = "see: python -m"\n'},
            gone=("shop/old.py",),
        ),
    )
    BREAKS = (
        Example(
            title="what a host of applications, and a runner of tasks, is told to run",
            before={
                "shop/__init__.py": "",
                "shop/old.py": "",
                "fly.toml": "[processes]\nweb = \"gunicorn 'shop.old:create()' -w 2\"\n",
                "mise.toml": (
                    '[tasks.a]\nrun = ["cd x", "cat shop/old.py"]\n[tasks.b]\nwhat = "uv run python -m shop.old"\n'
                ),
            },
            gone=("shop/old.py",),
            finds=(
                ("fly.toml", 2, "shop.old"),
                ("mise.toml", 2, "shop/old.py"),
                ("mise.toml", 4, "shop.old"),
            ),
        ),
        Example(
            title="a class that its module no longer defines, inside an array",
            before={
                "shop/__init__.py": "",
                "shop/store.py": "class Store: ...\nclass Cache: ...\n",
                "app.toml": '[plugins]\nlist = [\n  "shop.store.Store",\n  "shop.store:Cache",\n]\n',
            },
            after={"shop/store.py": "class Store: ...\n"},
            finds=(("app.toml", 4, "shop.store.Cache"),),
        ),
    )


class IniValues(TextKind):
    """Class paths, dotted names and file paths in INI files that belong to no tool."""

    name = "ini"
    codes = ("REF005",)
    title = "INI values: class paths, dotted names, paths"
    suffixes = (".ini", ".cfg", ".conf", ".properties", ".env")

    def wants(self, path: str) -> bool:
        return path.endswith(self.suffixes) and not is_tool_settings(path)

    def mentions(self, source: Source) -> Iterator[Mention]:
        for each in ini_values(source.text):
            if each.key in _FOLDER_KEYS and each.value.isidentifier():
                span = source.positions.span(each.start, each.end)
                yield Mention("REF005", "path", each.value, "path", f"`{each.key}`", "error", span)
            elif found := value_mention(each.key, each.value, source.positions.span(each.start, each.end)):
                yield found

    HOLDS = (
        Example(
            title="a comment that names what is gone",
            before={"shop/__init__.py": "", "shop/old.py": "", "app.ini": "; shop.old\n[a]\nb = 1\n"},
            gone=("shop/old.py",),
        ),
    )
    BREAKS = (
        Example(
            title="the environment of a program that a supervisor starts",
            before={
                "shop/__init__.py": "",
                "shop/old.py": "",
                "supervisord.conf": '[program:a]\nenvironment=SETTINGS="shop.old",PORT="80"\n',
            },
            gone=("shop/old.py",),
            finds=(("supervisord.conf", 2, "shop.old"),),
        ),
        Example(
            title="a handler class of a logging configuration",
            before={
                "shop/__init__.py": "",
                "shop/old.py": "class Handler: ...\n",
                "logging.ini": "[handler_a]\nlevel = INFO\nclass = shop.old.Handler\n",
            },
            gone=("shop/old.py",),
            finds=(("logging.ini", 3, "shop.old"),),
        ),
    )
