"""Kind of reference: values of YAML that name classes, files and commands, templates of such YAML included."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from typing import Final

from audit.kinds.commands import Caller
from audit.kinds.kind import Example, Source, TextKind
from audit.kinds.roles import is_command_yaml
from audit.kinds.texts import Positions
from audit.kinds.value_commands import is_command
from audit.kinds.values import CLASS_KEYS, value_mention
from audit.kinds.yaml_commands import command_of, grouped
from audit.kinds.yaml_events import Scalar, yaml_scalars
from audit.model.facts import Span
from audit.model.mentions import Mention
from audit.model.regex import regex

_PYTHON_TAG: Final = regex(r"tag:yaml\.org,2002:python/(?:object(?:/apply|/new)?|name|module):(.+)")
_LISTED_COMMANDS: Final = frozenset({"command", "entrypoint"})
_COMMAND: Final = Caller("REF007", "the command", "error")
_ENTRY: Final = regex(r"[\w.-]+\s*=\s*([^\W\d]\w*(?:\.[^\W\d]\w*)*:[^\W\d][\w.]*)")
"""An entry point, as a recipe of conda lists it."""
_TEMPLATED: Final = regex(r"^[ \t]*(?:\{\{[^{}\n]*\}\}|\{%[^%\n]*%\})[ \t]*$|\{%[^%\n]*%\}|\{#[^#\n]*#\}", re.MULTILINE)
_FILLED_IN: Final = regex(r"(?<![\"'\w])\{\{[^{}\n]*\}\}")
"""What a template fills in, where no quotes make it a text of YAML."""


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
        text, positions = _filled_in(source.text), source.positions
        for scalars in grouped(yaml_scalars(text, positions), _LISTED_COMMANDS):
            scalar = scalars[0]
            if not scalar.is_key and (len(scalars) > 1 or _is_command(scalar)):
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
            elif scalar.key == "entry_points" and (listed := _ENTRY.fullmatch(scalar.value)):
                yield Mention("REF005", "value", listed[1], "name", "the entry point", "error", span, True)
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
            title="what starts functions and flows, and a recipe that is a template",
            before={
                "shop/__init__.py": "",
                "shop/old.py": "",
                "serverless.yml": "functions:\n  a:\n    handler: shop/old.main\n",
                "prefect.yaml": "deployments:\n  - entrypoint: ./shop/old.py:flow\n",
                "recipe/meta.yaml": (
                    '{% set name = "shop" %}\npackage:\n  name: {{ name }}\n  version: {{ version }}.0\nbuild:\n'
                    "  entry_points:\n    - shop = shop.old:main\ntest:\n  imports:\n    - shop.old\n"
                    "  commands:\n    - python -m shop.old\n    - shop --help  # [not win]\n"
                ),
            },
            gone=("shop/old.py",),
            finds=(
                ("prefect.yaml", 2, "shop/old.py"),
                ("recipe/meta.yaml", 7, "shop.old"),
                ("recipe/meta.yaml", 10, "shop.old"),
                ("recipe/meta.yaml", 12, "shop.old"),
                ("serverless.yml", 3, "shop/old.py"),
            ),
        ),
        Example(
            title="arguments of a container: an application that a function makes, and lines for a shell",
            before={
                "shop/__init__.py": "",
                "shop/old.py": "",
                "web.yaml": (
                    'containers:\n  - command: ["gunicorn"]\n    args: ["shop.old:create(1)", "-b", ":80"]\n'
                    '  - command: ["sh", "-c"]\n    args:\n      - |\n        cd x\n        cat shop/old.py\n'
                ),
                "render.yaml": (
                    "services:\n  - startCommand: gunicorn shop.old:app\n    buildCommand: cat shop/old.py\n"
                ),
            },
            gone=("shop/old.py",),
            finds=(
                ("render.yaml", 2, "shop.old"),
                ("render.yaml", 3, "shop/old.py"),
                ("web.yaml", 3, "shop.old"),
                ("web.yaml", 8, "shop/old.py"),
            ),
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


def _is_command(scalar: Scalar) -> bool:
    """Whether a scalar is what something runs: an argument of several lines is what a shell is given."""
    is_script = scalar.is_block and scalar.listed and scalar.key == "args"
    return is_script or is_command(scalar.key, scalar.value.strip())


def _filled_in(text: str) -> str:
    """A template of YAML as YAML of the same length: control lines blanked, what is filled in a word."""
    if "{{" not in text and "{%" not in text:
        return text
    text = _TEMPLATED.sub(lambda found: " " * len(found[0]), text)
    return _FILLED_IN.sub(lambda found: "x" * len(found[0]), text)


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
