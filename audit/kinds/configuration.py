"""Kinds of reference in configuration: values of YAML, JSON, TOML and INI files that name classes or files."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from typing import Final

from audit.kinds.accounts import is_written_down
from audit.kinds.commands import Caller
from audit.kinds.forms import form_of
from audit.kinds.json_scan import json_strings
from audit.kinds.kind import Example, Source, TextKind
from audit.kinds.roles import is_command_yaml, is_launch_json, is_tool_settings
from audit.kinds.settings_text import ini_values, toml_values
from audit.kinds.texts import Positions
from audit.kinds.yaml_commands import command_of, grouped
from audit.kinds.yaml_events import Scalar, yaml_scalars
from audit.model.codes import Severity
from audit.model.facts import Span
from audit.model.mentions import Mention
from audit.model.regex import regex

CLASS_KEYS: Final = frozenset({"_target_", "class_path", "()", "__class_fullname__", "_recursive_target_"})
"""Keys whose value is imported by the library that reads it: Hydra, jsonargparse, dictConfig."""
_PYTHON_TAG: Final = regex(r"tag:yaml\.org,2002:python/(?:object(?:/apply|/new)?|name|module):(.+)")
_FOLDER_KEYS: Final = frozenset({"script_location", "version_locations"})
_LISTED_COMMANDS: Final = frozenset({"command", "entrypoint"})
_RUN_KEYS: Final = _LISTED_COMMANDS | {"run", "setup", "script", "cmd", "bash_command"}
"""Keys under which clusters, schedulers and launchers hold what they run."""
_RUN_FOLDERS: Final = frozenset({"workdir", "working_dir", "working_directory", "cwd"})
"""Keys under which they hold the folder to run it in."""
_FOLDER: Final = regex(r"[A-Za-z_][\w-]*/?")
_COMMAND: Final = Caller("REF007", "the command", "error")
_LED: Final = regex(r"\$\{[^{}]*\}/|ext://")
"""What may stand before a name: an interpolated folder, or what marks an object in a logging configuration."""
_JSON: Final = regex(r"(?!(?:.*[/_.-])?(?:reports?|results?|coverage)(?:[_.-][^/]*)?\.json$).*\.json[c5]?")
"""JSON but what a program wrote of the tree of its day."""


def value_mention(key: str, value: str, span: Span) -> Mention | None:
    """What one configuration value names, if it looks like a name or a path, whatever leads to it."""
    if below := _LED.match(value):
        value = value[below.end() :]
        span = (span[0], span[1] + below.end(), *span[2:]) if span[0] == span[2] else span
    form = "path" if key in _RUN_FOLDERS and _FOLDER.fullmatch(value) else form_of(value)
    if form is None:
        return None
    certain = form == "name" and key in CLASS_KEYS
    role = f"`{key}`" if key and len(key) < 60 else "the value"
    severity: Severity = "error" if form == "name" else "warning"
    return Mention("REF005", "path" if form == "path" else "value", value, form, role, severity, span, certain)


class YamlValues(TextKind):
    """Class paths, dotted names, file paths, Hydra defaults and Python tags in YAML."""

    name = "yaml"
    codes = ("REF005", "REF007")
    title = "YAML values: Hydra `_target_` and defaults lists, class paths, names, paths, Python tags, what jobs run"
    suffixes = (".yaml", ".yml")
    slots = CLASS_KEYS - {"()"} | {"python"}

    def wants(self, path: str) -> bool:
        return path.endswith(self.suffixes) and not is_command_yaml(path)

    def mentions(self, source: Source) -> Iterator[Mention]:
        text, positions = source.text, source.positions
        for scalars in grouped(yaml_scalars(text, positions), _LISTED_COMMANDS):
            scalar = scalars[0]
            if scalar.key in _RUN_KEYS and not scalar.is_key and (len(scalars) > 1 or " " in scalar.value.strip()):
                yield from command_of(text, scalars, positions, _COMMAND)
                continue
            span = _yaml_span(scalar, text, positions)
            if tagged := _PYTHON_TAG.fullmatch(scalar.tag):
                place = positions.span(scalar.start, max(scalar.end, scalar.start))
                yield Mention("REF005", "value", tagged[1], "name", "the YAML tag", "error", place, True)
            if scalar.is_block or "\n" in scalar.value:
                continue
            if scalar.keys[:1] == ("defaults",):
                if (entry := _default_entry(scalar)) is not None:
                    yield Mention("REF005", "path", entry, "config", "the defaults list", "error", span)
            elif scalar.value and (found := value_mention("" if scalar.is_key else scalar.key, scalar.value, span)):
                yield found

    HOLDS = (
        Example(
            title="a name that every project has, and a list of what is gone",
            before={
                "README.rst": "",
                "shop/old.py": "",
                "shop/plugin/meta.yaml": "readme: README.rst\n",
                "ci/obsolete-files.yaml": "- shop/old.py\n",
            },
            gone=("README.rst", "shop/old.py"),
        ),
        Example(
            title="a class path that resolves, and names that belong to somebody else",
            before={
                "shop/__init__.py": "",
                "shop/store.py": "class Store: ...\n",
                "shop/old.py": "",
                "conf/store.yaml": "_target_: shop.store.Store\nlevel: INFO\n",
                "conf/other.yaml": "_target_: torch.optim.Adam\nhost: shop.example.com\n",
            },
            gone=("shop/old.py",),
        ),
        Example(
            title="an anchor that is used twice, several documents, and a comment that names what is gone",
            before={"shop/__init__.py": "", "shop/old.py": "", "conf/a.yaml": "a: &a {x: 1}\nb: *a\n---\n#shop.old\n"},
            gone=("shop/old.py",),
        ),
    )
    BREAKS = (
        Example(
            title="the folder in which a job runs",
            before={"legacy/a.sh": "", "new/a.sh": "", "job.yaml": "workdir: legacy\nsteps:\n  - cwd: new\n"},
            gone=("legacy/a.sh",),
            finds=(("job.yaml", 1, "legacy"),),
        ),
        Example(
            title="a Hydra target in a module that was removed",
            before={
                "shop/__init__.py": "",
                "shop/old.py": "class Store: ...\n",
                "conf/store.yaml": "size: 3\nstore:\n  _target_: shop.old.Store\nstream: ext://shop.old.out\n",
            },
            gone=("shop/old.py",),
            finds=(("conf/store.yaml", 3, "shop.old"), ("conf/store.yaml", 4, "shop.old")),
        ),
        Example(
            title="a class path that never existed, in a package of this tree: wrong without any base",
            before={"shop/__init__.py": "", "conf/a.yaml": "model:\n  class_path: shop.stroe.Store\n"},
            finds=(("conf/a.yaml", 2, "shop.stroe"),),
        ),
        Example(
            title="a tag that makes YAML construct a class, and a logger named like a module",
            before={
                "shop/__init__.py": "",
                "shop/old.py": "class Store: ...\n",
                "log.yaml": "x: !!python/object:shop.old.Store {}\nloggers:\n  shop.old: {level: INFO}\n",
            },
            gone=("shop/old.py",),
            finds=(("log.yaml", 1, "shop.old"), ("log.yaml", 3, "shop.old")),
        ),
        Example(
            title="a defaults list that selects a configuration file which is gone",
            before={
                "shop/__init__.py": "",
                "conf/train.yaml": "defaults:\n  - store: big\n  - override /db@here: lite\n  - _self_\n",
                "conf/store/big.yaml": "a: 1\n",
                "conf/db/lite.yaml": "a: 1\n",
            },
            gone=("conf/store/big.yaml", "conf/db/lite.yaml"),
            finds=(("conf/train.yaml", 2, "conf/store/big.yaml"), ("conf/train.yaml", 3, "conf/db/lite.yaml")),
        ),
    )


def _yaml_span(scalar: Scalar, text: str, positions: Positions) -> Span:
    quoted = scalar.end - scalar.start >= 2 and text[scalar.start : scalar.start + 1] in "\"'"
    return positions.span(scalar.start + quoted, max(scalar.end - quoted, scalar.start))


def _default_entry(scalar: Scalar) -> str | None:
    """The configuration file that one entry of a Hydra defaults list selects, without its suffix."""
    if scalar.is_key or not scalar.value or "$" in scalar.value or scalar.value == "_self_":
        return None
    group = "" if len(scalar.keys) == 1 else scalar.keys[-1].removeprefix("override ").removeprefix("optional ")
    name = posixpath.join(group.partition("@")[0].strip(), scalar.value.partition("@")[0].removesuffix(".yaml"))
    return name if re.fullmatch(r"[\w/.-]+", name) and name not in ("null", "") else None


class JsonValues(TextKind):
    """Class paths, dotted names and file paths in JSON configuration."""

    name = "json"
    codes = ("REF005",)
    title = "JSON values and keys: class paths, dotted names, paths"
    suffixes = (".json", ".jsonc", ".json5")
    slots = CLASS_KEYS - {"()"}
    max_bytes = 262_144  # a larger one is data that a program wrote

    def wants(self, path: str) -> bool:
        return _JSON.fullmatch(path) is not None and not is_launch_json(path) and not is_tool_settings(path)

    def mentions(self, source: Source) -> Iterator[Mention]:
        is_past = is_written_down(source.text)
        for string in json_strings(source.text):
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
            },
            gone=("shop/old.py",),
            finds=(("a.json", 2, "shop.old"), ("a.json", 3, "shop/old.py")),
        ),
    )


class TomlValues(TextKind):
    """Class paths, dotted names and file paths in TOML that belongs to no tool."""

    name = "toml"
    codes = ("REF005",)
    title = "TOML values: class paths, dotted names, paths"
    suffixes = (".toml",)
    slots = CLASS_KEYS - {"()"}

    def wants(self, path: str) -> bool:
        return path.endswith(self.suffixes) and not is_tool_settings(path)

    def mentions(self, source: Source) -> Iterator[Mention]:
        for each in toml_values(source.text):
            if found := value_mention(each.key, each.value, source.positions.span(each.start, each.end)):
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
    )
    BREAKS = (
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
