"""Kinds of reference in what is run: shell scripts, build files, service units, scripts without a suffix."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from typing import Final

from audit.kinds.commands import COMMAND_WORDS, Caller, command_mentions
from audit.kinds.kind import Example, Source, TextKind
from audit.kinds.own_files import without_made_files
from audit.kinds.python_code import read_code
from audit.model.mentions import Form, Mention
from audit.model.regex import regex

_SCRIPT_NAMES: Final = regex(
    r"(?:GNU)?[Mm]akefile(?:\..+)?|\.?[Jj]ustfile|Dockerfile.*|.*\.[Dd]ockerfile|Containerfile.*|Procfile(?:\..+)?|Vagrantfile"
    r"|.*\.(?:sh|bash|zsh|ksh|fish|mk|just|bats|ps1|bat|cmd|sbatch|slurm|pbs|service|timer)|\.envrc|crontab|Jenkinsfile|Earthfile|Tiltfile"
)
_EXEC_FORM: Final = regex(r"^([ \t]*(?:[A-Za-z]+[ \t]+)+)(\[.*\])[ \t]*$", re.MULTILINE)
_INSTRUCTION: Final = regex(
    r"^([ \t]*)(?:RUN|CMD|ENTRYPOINT|HEALTHCHECK|SHELL|WORKDIR|ENV|ARG)\b(?:[ \t]+--[\w-]+=\S+)*",
    re.MULTILINE,
)
_COPY: Final = regex(r"^[ \t]*(?:COPY|ADD)[ \t]+(\S.*)$", re.MULTILINE)
_MOUNT: Final = regex(r"--mount=type=bind,(?!\S*\bfrom=)(?:[\w-]+(?:=[^\s,]*)?,)*(?:source|src)=([^\s,]+)")
"""A file of the tree that one instruction sees where it runs; ``from`` says another image's."""
_UNIT: Final = regex(r"^(?:Exec\w+=[-@:+!|]*|Environment=)", re.MULTILINE)
_VARIABLE: Final = regex(r"\$\((\w+)\)")
_RULE: Final = regex(r"^([\w./%-]+)(:{1,2})(?![=/\w])", re.MULTILINE)
_SILENT_COMMENT: Final = regex(r"^[ \t]+[@+-]+(?=[ \t]*#)", re.MULTILINE)
"""What says of a line of a recipe how it is run, where that is a comment."""
_GROOVY: Final = regex(r"'{3}|\"{3}|(?<=['\"]),")
"""What stands around the lines of a shell in Groovy, and between its arguments."""
_SHELL: Final = regex(r"\b(?:ba|da|z|k|fi)?sh\b")
_COMMAND = Caller("REF007", "the command", "error")


def _copied(text: str) -> Iterator[str]:
    """The files of an image that its instructions copy to another place than they had: not those of the tree."""
    for line in _COPY.finditer(text):
        words = [word for word in line[1].split() if not word.startswith("--")]
        target = words[-1] if words else ""
        for source in words[:-1]:
            path = posixpath.join(target, posixpath.basename(source)) if target.endswith("/") else target
            if path.removeprefix("./") != source.removeprefix("./"):
                yield path


def _bound(source: Source) -> Iterator[Mention]:
    """The files that instructions see for as long as they run."""
    for mount in _MOUNT.finditer(source.text):
        span = source.positions.span(*mount.span(1))
        yield Mention("REF007", "path", mount[1], "path", _COMMAND.role, _COMMAND.severity, span)


class ShellScripts(TextKind):
    """Commands and paths in shell scripts, Makefile, justfile, Dockerfile, Procfile."""

    name = "shell"
    codes = ("REF007",)
    title = "commands and paths in shell scripts, Makefile, justfile, Dockerfile, Procfile, crontab, sbatch, systemd"
    slots = COMMAND_WORDS

    def wants(self, path: str) -> bool:
        return _SCRIPT_NAMES.fullmatch(path.rpartition("/")[2]) is not None

    def mentions(self, source: Source) -> Iterator[Mention]:
        text, name = source.text, source.name.lower()
        if "docker" in name or "container" in name or "earth" in name:
            text = _EXEC_FORM.sub(lambda found: found[1] + re.sub(r"[\[\],]", " ", found[2]), text)
            copied = frozenset(_copied(text))
            bound = [*_bound(source)]
            text = _INSTRUCTION.sub(lambda found: f"{'cd;':{len(found[0])}}", text)  # each starts where all start
            found = without_made_files(text, command_mentions(text, 0, source.positions, _COMMAND))
            return (each for each in (*bound, *found) if each.form != "path" or each.text not in copied)
        if "make" in name or "just" in name or name.endswith(".mk"):
            text = _RULE.sub(lambda found: " " * len(found[1]) + ";" * len(found[2]), text)
            text = _VARIABLE.sub(r"${\1}", text)
            text = _SILENT_COMMENT.sub(lambda found: " " * len(found[0]), text)
        elif "jenkins" in name:
            text = _GROOVY.sub(lambda found: " " * len(found[0]), text)
        elif name.endswith((".service", ".timer")):
            text = _UNIT.sub(lambda found: " " * len(found[0]), text)
        return without_made_files(text, command_mentions(text, 0, source.positions, _COMMAND))

    HOLDS = (
        Example(
            title="a file of an image, copied there from elsewhere",
            before={
                "run.sh": "",
                "docker/run.sh": "",
                "Dockerfile": 'FROM python:3.11\nCOPY --chmod=755 docker/run.sh /run.sh\nENTRYPOINT ["/run.sh"]\n',
            },
            gone=("run.sh",),
        ),
        Example(
            title="a template of projects to come",
            before={
                "manage.py": "",
                "shop/project_template/Dockerfile": "FROM python:3.11\nRUN python manage.py migrate\n",
            },
            gone=("manage.py",),
        ),
        Example(
            title="what a command writes, and what is searched for",
            before={
                "shop/old.py": "",
                "run.sh": "tool -o shop/old.py\ntool --output=shop/old.py\ntool > shop/old.py\n"
                "ln -s a shop/old.py\ngrep -r shop/old.py .\n",
                "out/a.py": "",
                "setup.cfg": "",
                "make.sh": "mkdir -p out\ngenerate\npython out/a.py\necho '[build]' >> setup.cfg\ncat setup.cfg\n",
            },
            gone=("shop/old.py", "out/a.py", "setup.cfg"),
        ),
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
            title="an option that is written with its module, and the environment of a unit",
            before={
                "shop/__init__.py": "",
                "shop/old.py": "",
                "run.sh": "python -u -mshop.old -mshop.old\npython run.py -mshop.old\n",
                "shop.service": "[Service]\nEnvironment=DJANGO_SETTINGS_MODULE=shop.old\n",
            },
            gone=("shop/old.py",),
            finds=(("run.sh", 1, "shop.old"), ("shop.service", 2, "shop.old")),
        ),
        Example(
            title="lines for a shell in a pipeline, and the processes of a developer",
            before={
                "shop/__init__.py": "",
                "shop/old.py": "",
                "Jenkinsfile": (
                    "pipeline { steps {\n  sh '''\n    cat shop/old.py\n  '''\n"
                    '  sh(script: "python -m shop.old", returnStdout: true)\n} }\n'
                ),
                "Procfile.dev": "web: uvicorn shop.old:app --reload\n",
            },
            gone=("shop/old.py",),
            finds=(("Jenkinsfile", 3, "shop/old.py"), ("Jenkinsfile", 5, "shop.old"), ("Procfile.dev", 1, "shop.old")),
        ),
        Example(
            title="what follows a comment that make does not show, in which a quotation mark stands alone",
            before={
                "shop/old.py": "",
                "Makefile": (
                    "run:\n\t@# it isn't fast\n\tpython shop/old.py\n\t-@ # it isn't small\n\tcat shop/old.py\n"
                ),
            },
            gone=("shop/old.py",),
            finds=(("Makefile", 3, "shop/old.py"), ("Makefile", 5, "shop/old.py")),
        ),
        Example(
            title="files that are searched and edited",
            before={
                "shop/old.py": "",
                "run.sh": "V=$(grep -o -E '[0-9. ]+' shop/old.py | head -1)\nsed -i 's/a/b/' shop/old.py\n",
            },
            gone=("shop/old.py",),
            finds=(("run.sh", 1, "shop/old.py"), ("run.sh", 2, "shop/old.py")),
        ),
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
                    "RUN --mount=type=cache,target=/c --mount=type=bind,source=shop/old.py,target=/old.py \\\n"
                    "    --mount=type=bind,target=/b,src=shop/old.py --mount=type=bind,from=x,source=shop/old.py make\n"
                ),
            },
            gone=("shop/old.py",),
            finds=(
                ("Dockerfile", 2, "shop/old.py"),
                ("Dockerfile", 3, "shop.old"),
                ("Dockerfile", 4, "shop.nix"),
                ("Dockerfile", 5, "shop/old.py"),
                ("Dockerfile", 6, "shop/old.py"),
            ),
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


class ExecutableScripts(TextKind):
    """Commands and paths in scripts without a suffix, which say in their first line what runs them."""

    name = "executables"
    codes = ("REF007",)
    title = "commands and paths in shell scripts without a suffix, imports in Python scripts without one"
    marks = (b"#!",)
    slots = COMMAND_WORDS | {"import"}

    def wants(self, path: str) -> bool:
        name = path.rpartition("/")[2]
        return "." not in name.lstrip(".") and _SCRIPT_NAMES.fullmatch(name) is None

    def mentions(self, source: Source) -> Iterator[Mention]:
        first = source.text.partition("\n")[0]
        if not first.startswith("#!"):
            return
        if "python" in first:
            for name in read_code(source.text) or ():
                form: Form = "module" if name.bare else "name"
                start = source.positions.offset(name.span[0], name.span[1] - 1)
                span = source.positions.span(start, source.positions.offset(name.span[2], name.span[3] - 1))
                is_import = name.kind == "import"
                yield Mention("REF007", name.kind, name.name, form, "the script", "error", span, is_import)
        elif _SHELL.search(first):
            yield from without_made_files(source.text, command_mentions(source.text, 0, source.positions, _COMMAND))

    HOLDS = (
        Example(
            title="a text without a suffix, a script of another language, a script that runs what exists",
            before={
                "shop/__init__.py": "",
                "shop/old.py": "",
                "NOTES": "python -m shop.old\n",
                "bin/a": "#!/usr/bin/env ruby\nsystem 'python -m shop.old'\n",
                "bin/b": "#!/bin/sh\npython -m shop\n# python -m shop.old\n",
            },
            gone=("shop/old.py",),
        ),
    )
    BREAKS = (
        Example(
            title="a shell script and a Python script without a suffix",
            before={
                "shop/__init__.py": "",
                "shop/old.py": "def main(): ...\n",
                "bin/a": "#!/bin/bash -e\nset -x\npython -m shop.old\n",
                "bin/b": "#!/usr/bin/env python3\nfrom shop.old import main\n\nmain()\n",
            },
            gone=("shop/old.py",),
            finds=(("bin/a", 3, "shop.old"), ("bin/b", 2, "shop.old")),
        ),
    )
