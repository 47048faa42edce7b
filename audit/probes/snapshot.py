"""Names the tree under audit by a git tree id, and writes copies of it, without touching the repository.

A work tree is added to a scratch index and a scratch object folder: the user's index, objects and files are
only read. The id is a true git tree id, so anyone can recompute it.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import Final

import msgspec

from audit.model.errors import SourceError

REPORTS: Final = "reports"
"""Folder left out of the id of a tree, because it holds what is written about that tree."""

_NEVER: Final = ("__pycache__/", ".venv/", "venv/", "node_modules/", ".audit_cache/", ".git/")
_BUILT: Final = ("*.so", "*.pyd", "*.py", "*.pyi")


class Snapshot(msgspec.Struct, frozen=True, kw_only=True):
    """A tree, frozen.

    ``tree`` is the id of all of it and ``identity`` that without ``reports/``, both of the whole
    repository; ``prefix`` is the audited folder in it. ``stores`` are the object folders that hold it.
    ``built`` are ignored modules that a build left beside the sources of a work tree.
    """

    root: Path
    tree: str
    identity: str
    head: str | None
    dirty: bool
    prefix: str
    stores: tuple[Path, ...]
    object_format: str
    shallow: Path | None
    built: tuple[str, ...] = ()


def take_snapshot(root: Path, revision: str | None, scratch: Path) -> Snapshot:
    """Freeze the tree of ``root`` at a revision, or as it lies on disk when there is none.

    Raises:
        SourceError: git cannot read the tree.
    """
    repository = _Repository(root, scratch)
    head = repository.text("rev-parse", "--verify", "-q", f"{revision or 'HEAD'}^{{commit}}", check=False)
    committed = repository.without_reports(f"{head}^{{tree}}") if head else ""
    if revision is None:
        repository.text("add", "-A", "--", ":/")
        tree = repository.text("write-tree", "--missing-ok")
    else:
        tree = repository.text("rev-parse", f"{head}^{{tree}}")
    identity = repository.without_reports(tree)
    return Snapshot(
        root=root,
        tree=tree,
        identity=identity,
        head=head or None,
        dirty=identity != committed,
        prefix=repository.prefix,
        stores=repository.stores,
        object_format=repository.object_format,
        shallow=repository.shallow,
        built=repository.built() if revision is None else (),
    )


def write_copy(snapshot: Snapshot, target: Path, environment: Mapping[str, str]) -> None:
    """Write the files of a snapshot into a new folder that is a small git repository of its own.

    Its objects are borrowed from the audited repository, its HEAD is the audited commit, and its index is
    the snapshot. ``environment`` keeps the user's hooks and filters out.
    """
    target.mkdir(parents=True)

    def git(*arguments: str) -> None:
        _git(["git", "-C", str(target), *arguments], environment)

    git("init", "-q", "--template=", f"--object-format={snapshot.object_format}")
    folder = target / ".git"
    (folder / "objects" / "info").mkdir(parents=True, exist_ok=True)
    (folder / "objects" / "info" / "alternates").write_text("".join(f"{store}\n" for store in snapshot.stores))
    if snapshot.shallow is not None:
        shutil.copy(snapshot.shallow, folder / "shallow")
    if snapshot.head is not None:
        git("update-ref", "--no-deref", "HEAD", snapshot.head)
    git("read-tree", "--reset", "-u", snapshot.tree)
    _redirect_links(snapshot.root, target / snapshot.prefix)
    for name in snapshot.built:
        source, copy = snapshot.root / name, target / snapshot.prefix / name
        if copy.parent.is_dir() and not copy.exists():
            shutil.copy(source, copy)


def lay_over(snapshot: Snapshot, target: Path, environment: Mapping[str, str], paths: Sequence[str]) -> None:
    """Make files of a copy what they are in a snapshot; a path that the snapshot has not is removed.

    ``paths`` are relative to the audited folder.
    """
    store = target / ".git" / "objects" / "info" / "alternates"
    lines = dict.fromkeys([*store.read_text().splitlines(), *map(str, snapshot.stores)])
    store.write_text("".join(f"{line}\n" for line in lines))
    git = ["git", "--literal-pathspecs", "-C", str(target)]
    held = set(_git([*git, "ls-tree", "-r", "-z", "--name-only", snapshot.tree], environment).split("\0"))
    names = [f"{snapshot.prefix}{path}" for path in paths]
    for name in names:
        (target / name).unlink(missing_ok=True)
    if wanted := [name for name in names if name in held]:
        _git([*git, "checkout", "-q", snapshot.tree, "--", *wanted], environment)
    _redirect_links(snapshot.root, target / snapshot.prefix)


def _redirect_links(root: Path, copy: Path) -> None:
    """Lead links with an absolute path into the audited tree into the copy: writing through one stays in it."""
    for folder, folders, files in os.walk(copy):
        for name in (*folders, *files):
            path = Path(folder) / name
            if path.is_symlink() and (aim := path.readlink()).is_relative_to(root):
                path.unlink()
                path.symlink_to(copy / aim.relative_to(root))


class _Repository:
    """Git commands that read the audited repository and write to the scratch folder only."""

    def __init__(self, root: Path, scratch: Path) -> None:
        self._root = root
        self._scratch = scratch
        objects = scratch / "objects"
        (objects / "info").mkdir(parents=True, exist_ok=True)
        self._environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
        self._environment |= {"GIT_OPTIONAL_LOCKS": "0", "LC_ALL": "C"}
        inside = _try_git(["git", "-C", str(root), "rev-parse", "--git-dir"], self._environment)
        if not inside:
            self._make_private(scratch / "repository")
        self.object_format = self.text("rev-parse", "--show-object-format")
        self._folder = root / self.text("rev-parse", "--absolute-git-dir")
        store = (root / self.text("rev-parse", "--git-path", "objects")).resolve()
        shallow = Path(self.text("rev-parse", "--git-path", "shallow"))
        index = Path(self.text("rev-parse", "--git-path", "index"))
        bare = self.text("rev-parse", "--is-bare-repository") == "true"
        self.prefix = "" if bare else self.text("rev-parse", "--show-prefix")
        self.stores = (store, objects)
        self.shallow = root / shallow if (root / shallow).is_file() else None
        if (root / index).is_file():
            # Starting from the user's index spares hashing every file that did not change. Its time is kept:
            # git tells by it which files may have changed within the moment in which they were added.
            shutil.copy2(root / index, scratch / "index")
        self._environment |= {
            "GIT_INDEX_FILE": str(scratch / "index"),
            "GIT_OBJECT_DIRECTORY": str(objects),
            "GIT_ALTERNATE_OBJECT_DIRECTORIES": str(store),
        }

    def _make_private(self, folder: Path) -> None:
        """A plain folder is read through an empty repository in the scratch folder."""
        _git(["git", "init", "-q", "--template=", "--bare", str(folder)], self._environment)
        (folder / "info").mkdir(exist_ok=True)
        (folder / "info" / "exclude").write_text("".join(f"{name}\n" for name in _NEVER))
        self._environment |= {"GIT_DIR": str(folder), "GIT_WORK_TREE": str(self._root)}

    def text(self, *arguments: str, check: bool = True) -> str:
        command = ["git", "-C", str(self._root), "-c", "core.fsmonitor=false", *arguments]
        return (_git if check else _try_git)(command, self._environment)

    def without_reports(self, tree: str) -> str:
        """The id of a tree without its ``reports/``."""
        # An empty folder plays the work tree: git rm needs one, and a bare repository has none.
        empty = self._scratch / "empty"
        empty.mkdir(exist_ok=True)
        spare = self._environment | {
            "GIT_DIR": str(self._folder),
            "GIT_WORK_TREE": str(empty),
            "GIT_INDEX_FILE": str(self._scratch / "spare-index"),
        }
        git = ["git", "-C", str(empty)]
        _git([*git, "read-tree", tree], spare)
        _git([*git, "rm", "-rqf", "--cached", "--ignore-unmatch", "--", f"{self.prefix}{REPORTS}"], spare)
        # A clone may lack large files: naming a tree needs none of their contents.
        return _git([*git, "write-tree", "--missing-ok"], spare)

    def built(self) -> tuple[str, ...]:
        """Ignored modules that lie in a folder with tracked files, relative to the audited folder."""
        listed = self.text("ls-files", "-z").split("\0")
        folders = {str(PurePosixPath(name).parent) for name in listed}
        ignored = self.text("ls-files", "-z", "-o", "-i", "--exclude-standard", "--", *_BUILT).split("\0")
        return tuple(sorted(name for name in ignored if name and str(PurePosixPath(name).parent) in folders))


def _git(command: list[str], environment: Mapping[str, str]) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=dict(environment))
    if done.returncode != 0:
        said = done.stderr.strip().splitlines()
        reasons = [line for line in said if line.startswith(("error: ", "fatal: "))] or said
        raise SourceError(f"git cannot read the tree: {reasons[0] if reasons else done.returncode}")
    return done.stdout.strip("\n")


def _try_git(command: list[str], environment: Mapping[str, str]) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=dict(environment))
    return done.stdout.strip("\n") if done.returncode == 0 else ""
