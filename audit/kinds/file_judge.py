"""Judges what mentions call by a path or an address: which file or folder each means that is gone."""

from __future__ import annotations

import posixpath
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from typing import Final, Protocol

from audit.kinds.folders import within_own
from audit.kinds.forms import CONVENTIONAL, without_location
from audit.kinds.paths import GonePaths
from audit.model.findings import Retirement
from audit.model.hosting import hosted_file, repository_at
from audit.model.mentions import DRAWN, Gone, Mention
from audit.resolve.program import Program

PATH_FORMS: Final = ("address", "document", "file", "data", "path", "config")
_PROSE: Final = ("REF008", "REF009")
_MOST: Final = 0.5
_NEARLY_ALL: Final = 0.9


class Past(Protocol):
    """What history is asked about a path."""

    def removed(self, path: str, *, here: bool = False) -> Retirement | None:
        """The commit that deleted the path; ``here``: only one that follows the base."""

    def comes_and_goes(self, path: str) -> bool:
        """Whether the path was deleted over and over again."""

    def renames(self) -> dict[str, str]:
        """Old path -> new path between base and tree."""


class FileJudge:
    """Answers for one tree. ``ignored`` tells which paths the tree keeps out of version control, folders with a slash
    at their end; ``remotes`` the addresses of its remotes."""

    def __init__(
        self,
        program: Program,
        paths: GonePaths,
        past: Past | None,
        ignored: Callable[[Iterable[str]], frozenset[str]],
        remotes: Callable[[], Iterable[str]],
    ) -> None:
        self._program = program
        self._paths = paths
        self._past = past
        self._ignored = ignored
        self._remotes = remotes

    def gone(self, path: str, mention: Mention) -> Gone | None:
        """What a mention in a file means that is gone; None when it is there or not ours to judge."""
        target = self._target(path, mention)
        if target is None and mention.kind == "link" and mention.form == "path":
            return self._left_behind(path, mention.text)
        return self._gone_path(target) if target is not None else None

    def _left_behind(self, path: str, text: str) -> Gone | None:
        """What a link leads to no longer because the document that holds it moved to another folder, alone."""
        old = self._moved.get(path, path)
        leads = self._paths.led(old, text) if old.rpartition("/")[0] != path.rpartition("/")[0] else None
        if leads is None or self._paths.leads(path, text):
            return None
        if leads in self._paths.gone:
            return self._gone_path(leads)
        here = posixpath.normpath(posixpath.join(path.rpartition("/")[0], without_location(text)))
        return Gone(here, "", retired=False, existed_at_base=True)

    @cached_property
    def _moved(self) -> dict[str, str]:
        """Where what moved lay at the base."""
        renames = self._past.renames() if self._past is not None else {}
        return {new: old for old, new in renames.items()}

    def _target(self, path: str, mention: Mention) -> str | None:
        match mention.form:
            case "address":
                return self._hosted_here(mention.text)
            case "document":
                return self._paths.find_document(path, mention.text)
            case "file":
                return self._paths.find_file(path, mention.text)
            case "data":
                return self._paths.find_data(path, mention.text, mention.beside)
        if "/" not in mention.text and self._program.absolute("", mention.text).status == "found":
            return None  # a package that moved below another source root
        if mention.code in _PROSE and mention.kind != "link" and mention.text in CONVENTIONAL:
            return None
        if mention.form == "path" and mention.kind != DRAWN and mention.beside:
            known, below = self._in_folders(path, mention)
            if known:
                return below
        find = self._paths.find if mention.form == "path" else self._paths.find_config
        is_route = mention.code in _PROSE and mention.kind != "link" and mention.text.startswith("/")
        target = find("" if is_route else path, mention.text)  # ``/api`` is no folder beside a document
        if target is not None and is_route and "." not in target.rpartition("/")[2]:
            target = target if target == mention.text.strip("/") else None  # nor one that ends so
        if target is None and mention.kind == DRAWN:
            target = self._paths.find_drawn(path, mention.text, mention.beside)
        if target is not None and (
            self._is_below_a_root(path, mention, target) or self._is_of_own_folder(path, mention)
        ):
            return None
        if target is not None and mention.code == "REF005" and mention.text in CONVENTIONAL:
            return target if target.rpartition("/")[0] == path.rpartition("/")[0] else None  # of any project
        return target

    def _in_folders(self, path: str, mention: Mention) -> tuple[bool, str | None]:
        """Whether the folders in which a command runs tell what its path means, and what of that is gone."""
        for folder in mention.beside:
            below = posixpath.normpath(posixpath.join(path.rpartition("/")[0], folder, mention.text))
            from_root = posixpath.normpath(posixpath.join(folder, mention.text))
            if self._paths.is_there(below) or self._paths.is_there(from_root):
                return True, None
            if from_root in self._paths.gone:
                return True, from_root
        # another project, unpacked or made there, has a file of such a name too
        of_any_project = mention.code == "REF007" and mention.text in CONVENTIONAL
        return of_any_project and not any(self._paths.knows(path, folder) for folder in mention.beside), None

    def _hosted_here(self, address: str) -> str | None:
        """What an address leads to in this very repository, where it is hosted, and is gone."""
        file = hosted_file(address)
        if file is None or file.path not in self._paths.gone or file.repository not in self._hosted:
            return None
        return file.path

    @cached_property
    def _hosted(self) -> frozenset[str]:
        """The names that this repository itself has where it is hosted: by its packaging, and by its remotes."""
        return frozenset(filter(None, map(repository_at, (*self._program.layout.homes, *self._remotes()))))

    def _is_below_a_root(self, path: str, mention: Mention, target: str) -> bool:
        """Whether what a docstring calls by a path lies at that path below some source root, as a package does that
        moved to ``src``: code speaks of its neighbours from there."""
        if mention.code != "REF008" or mention.kind == "link" or not path.endswith((".py", ".pyi")):
            return False
        return any(root and self._paths.is_there(f"{root}/{target}") for root in self._program.index.roots)

    def _is_of_own_folder(self, path: str, mention: Mention) -> bool:
        """Whether a document draws what the folder holds in which it lies, or is the folder's own page and calls it by
        its name."""
        if mention.code != "REF008" or not any(map(self._paths.is_there, within_own(path, mention.text))):
            return False
        *_, folder, name = ("", *path.split("/"))
        is_page = name.lower().startswith(("readme.", "index."))
        return mention.kind == DRAWN or (is_page and mention.text.strip("./") == folder)

    @cached_property
    def _unversioned(self) -> frozenset[str]:
        """Paths that version control held once, and that the tree leaves to whoever builds it now."""
        return frozenset(self._paths.spelt[each] for each in self._ignored(self._paths.spelt))

    def _may_be_built(self, path: str) -> bool:
        """Whether a path is left to a build. Of folders that every project ignores (``lib/``, ``build/``) modules are
        none that a build makes."""
        stem, suffix = posixpath.splitext(path)
        return self._program.may_build(stem) if suffix in (".py", ".pyi") else path in self._unversioned

    def _gone_path(self, target: str) -> Gone | None:
        past = self._past
        if self._may_be_built(target) or (past is not None and past.comes_and_goes(target)):
            return None
        retirement = past.removed(target) if past is not None else None
        renames = past.renames() if past is not None else {}
        replacement = renames.get(target) or _moved_folder(target.rstrip("/"), renames)
        return Gone(target, "", "", True, retirement, replacement, None, existed_at_base=True)


def _moved_folder(folder: str, renames: Mapping[str, str]) -> str | None:
    """The folder in which most of what moved out of another lies as it lay there, and all the rest somewhere below;
    nearly all, where git takes files that are equal for one another."""
    moved = [(old[len(folder) :], new) for old, new in renames.items() if old.startswith(f"{folder}/")]
    homes = Counter(new.removesuffix(tail) for tail, new in moved if new.endswith(tail))
    for home, count in homes.most_common(1):
        is_whole = all(new.startswith(f"{home}/") for _, new in moved)
        if count > len(moved) * (_MOST if is_whole else _NEARLY_ALL):
            return home
    return None
