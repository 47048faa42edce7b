"""Kind of reference: CI workflows, compose files, pre-commit hooks and other YAML that says what to run."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from typing import Final

from audit.kinds.commands import COMMAND_WORDS, Caller, command_mentions
from audit.kinds.forms import form_of
from audit.kinds.kind import Example, Source, TextKind
from audit.kinds.own_files import without_made_files
from audit.kinds.regexes import paths_in_regex
from audit.kinds.roles import is_command_yaml
from audit.kinds.yaml_commands import ARGUMENT_KEYS, command_of, grouped
from audit.kinds.yaml_events import Scalar, yaml_scalars
from audit.model.mentions import Mention
from audit.model.regex import regex

_COMMAND_KEYS: Final = frozenset(
    {"run", "script", "before_script", "after_script", "cmd", "cmds", "commands", "install", "before_install", "shell"}
    | {"before_deploy", "after_success", "after_failure", "after_install", "before_build", "after_build", "before_test"}
    | {"after_test", "build_script", "test_script", "deploy_script", "on_success", "on_failure", "on_finish"}
    | {"pre-command", "test", "build", "postCreateCommand", "postStartCommand", "bash", "powershell", "pwsh"}
)
_RUN_KEYS: Final = _COMMAND_KEYS | ARGUMENT_KEYS
_PATH_KEYS: Final = frozenset(
    {"working-directory", "working_directory", "directory", "context", "workdir", "path", "paths", "dockerfile"}
    | {"local", "changes", "ignore", "hooks", "target_directory", "custom_dir", "base_path"}
)
"""Keys whose value may be a bare folder."""
_REGEX_KEYS: Final = frozenset({"files", "exclude"})
_ASSIGNMENT: Final = regex(r"[A-Z_][A-Z0-9_]*=\S+$")
_FOLDER: Final = regex(r"[A-Za-z_][\w-]*/?")
_QUOTED: Final = regex(r"'([^']+)'")
_DOCS: Final = "docs"
"""Where MkDocs looks for pages unless it is told otherwise."""
_TOLD: Final = regex(r"^docs_dir:[ \t]*[\"']?([\w./-]+)", re.MULTILINE)
_OF_PAGES: Final = frozenset({"nav", "extra_css", "extra_javascript"})
"""Keys of MkDocs whose values lie below that folder."""
_COMMAND = Caller("REF007", "the command", "error")


class Workflows(TextKind):
    """Commands and paths in CI workflows, compose files and pre-commit hooks."""

    name = "workflows"
    codes = ("REF007",)
    title = "commands and paths in CI workflows, compose files, pre-commit hooks, Taskfiles"
    suffixes = (".yaml", ".yml")
    slots = COMMAND_WORDS

    def wants(self, path: str) -> bool:
        return path.endswith(self.suffixes) and is_command_yaml(path)

    def mentions(self, source: Source) -> Iterator[Mention]:
        return without_made_files(source.text, self._mentions(source))

    def _mentions(self, source: Source) -> Iterator[Mention]:
        text, positions = source.text, source.positions
        for scalars in grouped(yaml_scalars(text, positions), ARGUMENT_KEYS):
            first = scalars[0]
            if first.is_key:
                continue
            if first.key in _RUN_KEYS:
                yield from command_of(text, scalars, positions, _COMMAND)
            elif not first.is_block:
                yield from self._setting(first, source)
            elif first.key in _REGEX_KEYS and source.name.startswith(".pre-commit"):
                for start, end, path in paths_in_regex(text[first.start : first.end]):
                    span = positions.span(first.start + start, first.start + end)
                    yield Mention("REF007", "path", path, "path", f"`{first.key}`", "warning", span)

    def _setting(self, scalar: Scalar, source: Source) -> Iterator[Mention]:
        """A value that is no command: a path, a pattern, a folder or file to mount, a variable."""
        value, positions = scalar.value, source.positions
        if "environment" in scalar.keys or _ASSIGNMENT.match(value):
            yield from command_mentions(value, scalar.start, positions, _COMMAND)
            return
        for start, written, text in _paths(scalar, source):
            shift = scalar.start + max(source.text[scalar.start : scalar.end].find(value), 0) + start
            role = f"`{scalar.key}`"
            form = "path" if _FOLDER.fullmatch(text) and scalar.key in _PATH_KEYS else form_of(text)
            if form is not None:
                kind = "path" if form == "path" else "setting"
                span = positions.span(shift, shift + len(written))
                yield Mention("REF007", kind, text, form, role, "warning", span)

    HOLDS = (
        Example(
            title="a folder that a step makes and others work in, which was committed by mistake once, and a log",
            before={
                "work/pipeline/main.py": "",
                "log.txt": "",
                ".github/workflows/ci.yml": (
                    "jobs:\n  a:\n    steps:\n      - run: |\n          mkdir -p work\n          cd work\n"
                    "      - run: shop --log-file log.txt create --dir pipeline\n        working-directory: work\n"
                    "      - run: tar -cf logs.tar log.txt work/pipeline/main.py\n"
                    "        working-directory: work/pipeline\n"
                ),
            },
            gone=("work/pipeline/main.py", "log.txt"),
        ),
        Example(
            title="an action, a branch and an image that look like paths, and a step's name",
            before={
                "shop/__init__.py": "",
                "shop/old.py": "",
                ".github/workflows/ci.yml": (
                    "on: {push: {branches: [shop/old]}}\njobs:\n  a:\n    steps:\n      - uses: shop/old@v4\n"
                    "      - name: run shop.old\n        run: |\n          # python -m shop.old\n          true\n"
                ),
            },
            gone=("shop/old.py",),
        ),
    )
    BREAKS = (
        Example(
            title="pages, styles, scripts, hooks and templates of MkDocs",
            before={
                "docs/old.md": "",
                "docs/css/old.css": "",
                "docs/js/old.js": "",
                "hooks/old.py": "",
                "theme/main.html": "",
                "mkdocs.yml": (
                    "nav:\n  - Old: old.md\nextra_css:\n  - css/old.css\nextra_javascript:\n  - path: js/old.js\n"
                    "hooks:\n  - hooks/old.py\ntheme:\n  custom_dir: theme\n"
                ),
                "pages/gone.md": "",
                "site/mkdocs.yml": "docs_dir: ../pages\nnav:\n  - gone.md\n  - https://x.org/old.md\n",
            },
            gone=(
                "docs/old.md",
                "docs/css/old.css",
                "docs/js/old.js",
                "hooks/old.py",
                "theme/main.html",
                "pages/gone.md",
            ),
            finds=(
                ("mkdocs.yml", 2, "docs/old.md"),
                ("mkdocs.yml", 4, "docs/css/old.css"),
                ("mkdocs.yml", 6, "docs/js/old.js"),
                ("mkdocs.yml", 8, "hooks/old.py"),
                ("mkdocs.yml", 10, "theme"),
                ("site/mkdocs.yml", 1, "pages"),
                ("site/mkdocs.yml", 3, "pages/gone.md"),
            ),
        ),
        Example(
            title="a workflow that starts a removed module on the third line of a block, and watches its path",
            before={
                "shop/__init__.py": "",
                "shop/old.py": "",
                ".github/workflows/ci.yml": (
                    "on:\n  push:\n    paths:\n      - shop/old.py\njobs:\n  a:\n    steps:\n      - run: |\n"
                    "          pip install .\n          cd x\n          python -m shop.old\n"
                    "      - run: python shop/old.py\n"
                ),
            },
            gone=("shop/old.py",),
            finds=(
                (".github/workflows/ci.yml", 4, "shop/old.py"),
                (".github/workflows/ci.yml", 11, "shop.old"),
                (".github/workflows/ci.yml", 12, "shop/old.py"),
            ),
        ),
        Example(
            title="commands that are lists of arguments, in flow and in block style",
            before={
                "shop/__init__.py": "",
                "shop/old.py": "",
                "docker-compose.yml": (
                    'services:\n  a:\n    command: ["python", "-m", "shop.old"]\n  b:\n    entrypoint:\n'
                    "      - python\n      - -m\n      - shop.old\n"
                ),
            },
            gone=("shop/old.py",),
            finds=(("docker-compose.yml", 3, "shop.old"), ("docker-compose.yml", 8, "shop.old")),
        ),
        Example(
            title="phases of a build that are named in ways of their own, and a pattern of several lines",
            before={
                "shop/__init__.py": "",
                "shop/old.py": "",
                "appveyor.yml": "test_script:\n  - python -m shop.old\n",
                ".pre-commit-config.yaml": "exclude: |\n  (?x)^(\n    shop/old\\.py|\n    new/.*\n  )$\n",
            },
            gone=("shop/old.py",),
            finds=((".pre-commit-config.yaml", 3, "shop/old.py"), ("appveyor.yml", 2, "shop.old")),
        ),
        Example(
            title="a pre-commit hook whose script is gone",
            before={
                "tools/check.py": "",
                ".pre-commit-config.yaml": (
                    "repos:\n  - repo: local\n    hooks:\n      - entry: python tools/check.py\n"
                ),
            },
            gone=("tools/check.py",),
            finds=((".pre-commit-config.yaml", 4, "tools/check.py"),),
        ),
    )


def _paths(scalar: Scalar, source: Source) -> Iterator[tuple[int, str, str]]:
    """The paths and names within one value: where each begins in it, how it is written, and what that means."""
    value, file = scalar.value, source.name
    if file.startswith(".pre-commit") and scalar.key in _REGEX_KEYS:
        yield from ((start, value[start:end], path) for start, end, path in paths_in_regex(value))
    elif scalar.key == "volumes":
        yield 0, value.partition(":")[0], value.partition(":")[0]
    elif file.startswith("mkdocs") and not _OF_PAGES.isdisjoint(scalar.keys) and "://" not in value:
        told = _TOLD.search(source.text)
        yield 0, value, posixpath.join(told[1] if told is not None else _DOCS, value)
    elif "hashFiles(" in value:
        yield from ((found.start(1), found[1], found[1]) for found in _QUOTED.finditer(value))
    else:
        yield 0, value, value
