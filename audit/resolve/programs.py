"""Programs of a tree, and the options that they take: what the base had of them and the tree has not."""

from __future__ import annotations

import posixpath
from functools import cached_property
from typing import Final

from audit.model.facts import ANY
from audit.model.testdata import is_test
from audit.resolve.program import Program

_OF_DJANGO: Final = frozenset(
    {"changepassword", "check", "clearsessions", "collectstatic", "compilemessages", "createcachetable", "test"}
    | {"createsuperuser", "dbshell", "diffsettings", "dumpdata", "findstatic", "flush", "inspectdb", "loaddata"}
    | {"makemessages", "makemigrations", "migrate", "ogrinspect", "optimizemigration", "ping_google", "runserver"}
    | {"remove_stale_contenttypes", "sendtestemail", "shell", "showmigrations", "sqlflush", "sqlmigrate", "testserver"}
    | {"sqlsequencereset", "squashmigrations", "startapp", "startproject", "help", "version"}
)
"""Management commands that are there whatever the tree holds."""


class Programs:
    """Compares a tree with its base."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._base = program.base

    @cached_property
    def lost(self) -> dict[str, str | None]:
        """The commands that packaging declared at the base and declares no more, each with the one that starts the
        same now."""
        if self._base is None:
            return {}
        then, now = _commands(self._base), _commands(self._program)
        others = self._program.distributions
        return {
            name: next((new for new, started in now.items() if started == target and new not in then), None)
            for name, target in then.items()
            if name not in now and not others.has(name)
        }

    @cached_property
    def lost_options(self) -> frozenset[str]:
        """The options that a file of the base defined and that nothing defines now: no call, no field and no parameter,
        which libraries make options of. Where nothing defines any by now, a library does it that nobody knows here; and
        each of them adds one that helps."""
        if self._base is None:
            return frozenset()
        lost: set[str] = set()
        for path in self._base.index.names:
            is_same = self._base.content_ids.get(path, path) == self._program.content_ids.get(path)
            if path.endswith(".py") and not is_same:
                lost.update(self._dropped(path))
        defines_any = False
        for path in self._program.index.names if lost else ():
            facts = self._program.facts(path)
            defines_any |= bool(facts.options) and not is_test(path)
            lost.difference_update(facts.options.split())
            for each in facts.definitions if lost else ():
                names = (each.name.rpartition(".")[2], *(parameter.name for parameter in each.parameters or ()))
                lost.difference_update(f"--{name.replace('_', '-')}" for name in names)
                lost.difference_update(f"--{name}" for name in names)
        return frozenset(lost - {"--help"}) if defines_any else frozenset()

    @cached_property
    def lost_management(self) -> dict[str, tuple[str, str]]:
        """The management commands of the base that no application of the tree has: the name -> the module then, and no
        symbol. One that took another's place, or the framework's, may have brought that to light."""
        if self._base is None:
            return {}
        now = {name for path in self._program.index.names if (name := _management_command(path))}
        found: dict[str, tuple[str, str]] = {}
        for path, module in self._base.index.names.items():
            name = _management_command(path)
            if name and name not in now and name not in _OF_DJANGO and not _takes_over(self._base, path, name):
                found[name] = (module, "")
        return found

    @property
    def words(self) -> tuple[str, ...]:
        """The names of all that is lost."""
        return (*self.lost, *self.lost_options, *self.lost_management)

    def _dropped(self, path: str) -> set[str]:
        """The options of a file of the base, unless it computes by now what some are called."""
        before = set(self._base.facts(path).options.split()) if self._base is not None else set()
        after = self._program.facts(path).options.split() if path in self._program.index.names else ()
        return set() if ANY in after and ANY not in before else before - {ANY}

    def is_own(self, path: str, called: str) -> bool:
        """Whether what a command in a file runs is a program of the tree: a script, ``-m module`` or a command; code
        that hands options on by itself (no name) runs one."""
        if not called:
            return True
        if called.startswith("-m "):
            return self._program.absolute(path, called.removeprefix("-m ")).status == "found"
        if not called.endswith(".py"):
            # of a command that is gone for good no option need be told besides
            return called in _commands(self._program) or self.lost.get(called) is not None
        folder = path.rpartition("/")[0]
        near = (posixpath.normpath(posixpath.join(each, called)) for each in (folder, ""))
        return any(each in self._program.index.names for each in near)


def _management_command(path: str) -> str:
    """The name of the command of Django that a file holds; empty for other files."""
    folder, _, file = path.rpartition("/")
    if not folder.endswith("management/commands") or not file.endswith(".py") or file.startswith("_"):
        return ""
    return file.removesuffix(".py")


def _takes_over(program: Program, path: str, name: str) -> bool:
    """Whether a command is built upon one of the same name."""
    return any(each.module.endswith(f"management.commands.{name}") for each in program.facts(path).imports)


def _commands(program: Program) -> dict[str, str]:
    return {each.name: each.target for each in program.layout.entry_points if each.is_command}
