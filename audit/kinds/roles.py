"""Which program reads a configuration file, told by its name: workflows, tool settings, editor launch files."""

from __future__ import annotations

import re
from typing import Final

from audit.model.regex import regex

_COMMAND_YAML: Final = regex(
    r"""(?:^|.*/)(?:
        \.github/workflows/[^/]+ | \.github/actions/.+ | \.gitea/workflows/[^/]+ | action\.ya?ml
      | \.gitlab-ci\.ya?ml | \.gitlab/.+ | \.circleci/.+ | \.buildkite/.+ | \.woodpecker/.+ | \.woodpecker\.ya?ml
      | azure-pipelines[^/]*\.ya?ml | bitbucket-pipelines\.ya?ml | \.travis\.ya?ml | \.?appveyor\.ya?ml
      | \.drone\.ya?ml | cloudbuild\.ya?ml | \.readthedocs\.ya?ml | \.pre-commit-(?:config|hooks)\.ya?ml
      | (?:docker-)?compose[^/]*\.ya?ml | Taskfile[^/]*\.ya?ml | \.?codecov\.ya?ml | mkdocs\.ya?ml | lefthook\.ya?ml
      | \.github/[^/]+\.ya?ml
    )""",
    re.VERBOSE | re.IGNORECASE,
)
_TOOL_SETTINGS: Final = frozenset(
    {"pyproject.toml", "setup.cfg", "tox.ini", "pytest.ini", ".pytest.ini", "mypy.ini", ".mypy.ini", ".coveragerc"}
    | {"ruff.toml", ".ruff.toml", "pyrightconfig.json", ".flake8", ".pylintrc", "pylintrc", "ty.toml", "pyrefly.toml"}
    | {".importlinter", ".bandit", ".isort.cfg", "basedpyright.json", "uv.toml", "hatch.toml", "Pipfile", "pixi.toml"}
    | {".bumpversion.cfg", ".bumpversion.toml"}
)
_COMMAND_JSON: Final = ("package.json", "composer.json")


def is_command_yaml(path: str) -> bool:
    """Whether a YAML file is a workflow, a compose file or another list of commands."""
    return _COMMAND_YAML.fullmatch(path) is not None


def is_tool_settings(path: str) -> bool:
    """Whether a file holds settings of development tools."""
    return path.rpartition("/")[2] in _TOOL_SETTINGS or path.endswith(".tx/config")


def is_launch_json(path: str) -> bool:
    """Whether a JSON file tells an editor or a container what to run."""
    name = path.rpartition("/")[2]
    folder = path.rpartition("/")[0].rpartition("/")[2]
    return (
        (folder == ".vscode" and name in ("launch.json", "tasks.json", "settings.json"))
        or name.endswith(".code-workspace")
        or name == "devcontainer.json"
        or name in _COMMAND_JSON
    )
