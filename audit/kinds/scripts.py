"""Kinds of reference in what is run: shell scripts, build files, workflows."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby
from typing import Final

from audit.kinds.commands import COMMAND_WORDS, Caller, command_mentions
from audit.kinds.forms import form_of
from audit.kinds.kind import Example, Source, TextKind
from audit.kinds.roles import is_command_yaml
from audit.kinds.texts import Positions
from audit.kinds.yaml_events import Scalar, yaml_scalars
from audit.model.mentions import Mention

_SCRIPT_NAMES: Final = re.compile(
    r"(?:GNU)?[Mm]akefile(?:\..+)?|\.?[Jj]ustfile|Dockerfile.*|.*\.[Dd]ockerfile|Containerfile.*|Procfile|Vagrantfile"
    r"|.*\.(?:sh|bash|zsh|ksh|fish|mk|just|bats|ps1|bat|cmd)|\.envrc|crontab|Jenkinsfile|Earthfile|Tiltfile"
)
_EXEC_FORM: Final = re.compile(r"^([ \t]*(?:[A-Za-z]+[ \t]+)+)(\[.*\])[ \t]*$", re.MULTILINE)
_INSTRUCTION: Final = re.compile(
    r"^([ \t]*)(?:RUN|CMD|ENTRYPOINT|COPY|ADD|HEALTHCHECK|SHELL|WORKDIR|ENV|ARG)\b(?:[ \t]+--[\w-]+=\S+)*",
    re.MULTILINE,
)
_RULE: Final = re.compile(r"^([\w./%-]+)(:{1,2})(?![=/\w])", re.MULTILINE)
_COMMAND_KEYS: Final = frozenset(
    {"run", "script", "before_script", "after_script", "cmd", "cmds", "commands", "install", "before_install", "shell"}
    | {"pre-command", "test", "build", "postCreateCommand", "postStartCommand", "bash", "powershell", "pwsh"}
)
_ARGUMENT_KEYS: Final = frozenset({"entry", "args", "command", "entrypoint"})
_COMMAND = Caller("REF007", "the command", "error")


class ShellScripts(TextKind):
    """Commands and paths in shell scripts, Makefile, justfile, Dockerfile, Procfile."""

    name = "shell"
    codes = ("REF007",)
    title = "commands and paths in shell scripts, Makefile, justfile, Dockerfile, Procfile, crontab"
    slots = COMMAND_WORDS

    def wants(self, path: str) -> bool:
        return _SCRIPT_NAMES.fullmatch(path.rpartition("/")[2]) is not None

    def mentions(self, source: Source) -> Iterator[Mention]:
        text, name = source.text, source.name.lower()
        if "docker" in name or "container" in name or "earth" in name:
            text = _EXEC_FORM.sub(lambda found: found[1] + re.sub(r"[\[\],]", " ", found[2]), text)
            text = _INSTRUCTION.sub(lambda found: " " * len(found[0]), text)
        elif "make" in name or "just" in name or name.endswith(".mk"):
            text = _RULE.sub(lambda found: " " * len(found[1]) + ";" * len(found[2]), text)
        return command_mentions(text, 0, source.positions, _COMMAND)

    HOLDS = (
        Example(
            title="a comment, a message, a removal, and a module of somebody else",
            before={
                "shop/__init__.py": "",
                "shop/old.py": "",
                "run.sh": "# python -m shop.old\necho shop/old.py\nrm -f shop/old.py\npython -m http.server\n",
            },
            gone=("shop/old.py",),
        ),
    )
    BREAKS = (
        Example(
            title="a module, a script, a test and a served application that are gone",
            before={
                "shop/__init__.py": "",
                "shop/old.py": "app = 1\n",
                "tests/test_old.py": "",
                "Makefile": (
                    "run:\n\t@python -m shop.old --fast\n\tpython shop/old.py\n"
                    "\tuv run pytest \\\n\t  tests/test_old.py::test_a -q\n\tuvicorn shop.old:app --port 80\n"
                ),
            },
            gone=("shop/old.py", "tests/test_old.py"),
            finds=(
                ("Makefile", 2, "shop.old"),
                ("Makefile", 3, "shop/old.py"),
                ("Makefile", 5, "tests/test_old.py"),
                ("Makefile", 6, "shop.old"),
            ),
        ),
        Example(
            title="the exec form of a Dockerfile, and a module that a package of this tree never had",
            before={
                "shop/__init__.py": "",
                "shop/old.py": "",
                "Dockerfile": (
                    'FROM python:3.11\nCOPY shop/old.py /app/\nCMD ["python", "-m", "shop.old"]\n'
                    "RUN python -m shop.nix\n"
                ),
            },
            gone=("shop/old.py",),
            finds=(("Dockerfile", 2, "shop/old.py"), ("Dockerfile", 3, "shop.old"), ("Dockerfile", 4, "shop.nix")),
        ),
        Example(
            title="a command inside quotes, a setting in the environment, and code on the command line",
            before={
                "shop/__init__.py": "",
                "shop/old.py": "",
                "go.sh": (
                    "bash -c 'cd x && python -m shop.old'\nDJANGO_SETTINGS_MODULE=shop.old pytest\n"
                    'python -c "import shop.old"\n'
                ),
            },
            gone=("shop/old.py",),
            finds=(("go.sh", 1, "shop.old"), ("go.sh", 2, "shop.old"), ("go.sh", 3, "shop.old")),
        ),
    )


class Workflows(TextKind):
    """Commands and paths in CI workflows, compose files and pre-commit hooks."""

    name = "workflows"
    codes = ("REF007",)
    title = "commands and paths in CI workflows, compose files, pre-commit hooks, Taskfiles"
    slots = COMMAND_WORDS

    def wants(self, path: str) -> bool:
        return path.endswith((".yaml", ".yml")) and is_command_yaml(path)

    def mentions(self, source: Source) -> Iterator[Mention]:
        text, positions = source.text, source.positions

        def together(scalar: Scalar) -> tuple[int, int]:
            in_list = scalar.key in _ARGUMENT_KEYS and scalar.listed and not scalar.is_key
            return (scalar.listed, 0) if in_list else (0, scalar.start)

        for (listed, _), group in groupby(yaml_scalars(text, positions), together):
            scalars = list(group)
            first = scalars[0]
            if listed:
                yield from _joined(text, [(each.start, each.end) for each in scalars], positions)
            elif first.is_key:
                continue
            elif first.key in _COMMAND_KEYS | _ARGUMENT_KEYS:
                start = text.find("\n", first.start) + 1 if first.is_block else first.start
                inner = text[start : first.end]
                if not first.is_block and inner[:1] in "\"'" and inner[:1] == inner[-1:]:
                    start, inner = start + 1, inner[1:-1]
                yield from command_mentions(inner, start, positions, _COMMAND)
            elif not first.is_block:
                span = positions.span(first.start, first.end)
                form = form_of(first.value)
                if form is not None:
                    kind = "path" if form == "path" else "setting"
                    yield Mention("REF007", kind, first.value, form, f"`{first.key}`", "warning", span)

    HOLDS = (
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


def _joined(text: str, parts: list[tuple[int, int]], positions: Positions) -> Iterator[Mention]:
    """One command whose words are items of a list: what stands between them is blanked."""
    start, source = parts[0][0], ""
    for begin, end in parts:
        source += " " * (begin - start - len(source)) + text[begin:end].replace("\n", " ")
    yield from command_mentions(source, start, positions, _COMMAND)
