"""From a tree of files to a resolved program: the reading half of the pipeline."""

from __future__ import annotations

import fnmatch
import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import Final

import msgspec

from audit.contents import UNREADABLE, Contents
from audit.facts.python import TEMPLATE
from audit.gathering import Wanted
from audit.model.facts import FileFacts
from audit.model.findings import Coverage, Skipped
from audit.model.regex import regex
from audit.model.testdata import is_test_data
from audit.resolve.generated import generated_by_build
from audit.resolve.layout import read_layout, wanted_files
from audit.resolve.program import Program
from audit.resolve.remembered import KnownTree
from audit.sources.tree import Tree
from audit.sources.worktree import blob_id

_FEW: Final = 150
"""How many facts are looked up one by one."""


class Listing(msgspec.Struct, frozen=True, dict=True):
    """The analysed paths of a tree, before anything is parsed; ``blobs`` maps each Python file to its content id.

    ``contents`` holds what had to be read to know the id: the Python files of a work tree.
    """

    tree: Tree
    paths: list[str]
    blobs: dict[str, str]
    contents: dict[str, bytes]
    skipped: list[Skipped]

    def wanted(self) -> list[Wanted]:
        """The facts that the tree is made of."""
        return [self.one(path) for path in self.blobs]

    def one(self, path: str) -> Wanted:
        """The facts of one of its Python files."""
        return Wanted(self.blobs[path], path, self.tree.entries[path].size, facts=True)

    def content_id(self, path: str) -> str:
        """The content id of a file; empty where it is not known without reading the file."""
        return self.blobs.get(path) or self.tree.entries[path].blob

    def load(self, blobs: list[str]) -> Iterator[tuple[str, bytes | None]]:
        """The bytes of contents of this tree, by id."""
        if self.contents:
            return ((blob, self.contents.get(blob)) for blob in blobs)
        return load_from(self.tree, self._path_of, blobs)

    @cached_property
    def _path_of(self) -> dict[str, str]:
        """A path of each content."""
        return {self.content_id(path): path for path in self.paths}


def load_from(tree: Tree, paths: Mapping[str, str], blobs: list[str]) -> Iterator[tuple[str, bytes | None]]:
    """The bytes of contents by id, each of the path that ``paths`` gives for it; None once the file says something
    else, as one of a work tree may after its id was taken."""
    for blob, (path, content) in zip(blobs, tree.read_many([paths[blob] for blob in blobs]), strict=True):
        is_same = content is not None and (tree.entries[path].blob or blob_id(content)) == blob
        yield blob, content if is_same else None


class Facts(Mapping[str, FileFacts]):
    """The facts of a tree's Python files, by path, read when they are asked for. Few are, where a run before looked
    at almost the same tree; where more are, the rest comes in one go."""

    def __init__(self, listing: Listing, contents: Contents) -> None:
        self._listing = listing
        self._contents = contents
        self._found: dict[str, FileFacts] = {}
        self._asked = 0

    def __getitem__(self, path: str) -> FileFacts:
        found = self._found.get(path)
        if found is None:
            found = self._found[path] = self._read(path)
        return found

    def _read(self, path: str) -> FileFacts:
        blob = self._listing.blobs[path]
        found = self._contents.known_facts(blob)
        if found is None:
            self._asked += 1
            if self._asked > _FEW:
                self.read_all()
            else:
                self._contents.read([self._listing.one(path)], self._listing.load)
            found = self._contents.known_facts(blob)
        return UNREADABLE if found is None else found

    def read_all(self) -> None:
        """Read those of all files in one go, for whoever is about to look at most of them."""
        self._contents.read(self._listing.wanted(), self._listing.load)

    def __iter__(self) -> Iterator[str]:
        return iter(self._listing.blobs)

    def __len__(self) -> int:
        return len(self._listing.blobs)

    @property
    def all_readable(self) -> bool:
        """Whether no file was lost of those that were asked for."""
        return all(facts is not UNREADABLE for facts in self._found.values())


class LoadedTree(msgspec.Struct, frozen=True, dict=True):
    """A tree with its facts and its program. ``configured`` and ``outside`` are digests (see
    `audit.resolve.remembered.TreeRecord`)."""

    listing: Listing
    program: Program
    facts: Facts
    configured: str
    outside: str

    @property
    def tree(self) -> Tree:
        """The files."""
        return self.listing.tree

    @property
    def blobs(self) -> dict[str, str]:
        """The content id of each Python file."""
        return self.listing.blobs

    @cached_property
    def errors(self) -> dict[str, str]:
        """Why Python files are not analysed, by path."""
        known = self.program.surveys
        found = {path: known[path].error if path in known else self.facts[path].error for path in self.blobs}
        return {path: error for path, error in found.items() if error}

    @cached_property
    def coverage(self) -> Coverage:
        """How much of the tree is analysed."""
        skipped = [*self.listing.skipped]
        skipped += [
            Skipped(path, error, incomplete=error != TEMPLATE and not is_test_data(path))
            for path, error in self.errors.items()
        ]
        skipped += [Skipped(path, reason) for path, reason in self.program.layout.mistakes]
        return msgspec.structs.replace(coverage_of(self.program), skipped=tuple(sorted(set(skipped))))

    def uses_in(self, path: str, names: frozenset[str]) -> Wanted:
        """How one of the Python files uses some names."""
        size = self.tree.entries[path].size
        return Wanted(self.blobs[path], path, size, names=names, definitions=self.facts[path].definitions)

    def content(self, path: str) -> bytes | None:
        """The bytes of a Python file of which its facts are; None once the file says something else."""
        ((_, content),) = load_from(self.tree, {self.blobs[path]: path}, [self.blobs[path]])
        return content


def list_tree(tree: Tree, exclude: Iterable[str] = ()) -> Listing:
    """What of a tree is analysed. Python files of a work tree are read, for their content ids."""
    skipped = list(tree.skipped)
    paths = _analysed_paths(tree, tuple(exclude), skipped)
    python = [path for path in paths if path.endswith((".py", ".pyi"))]
    contents: dict[str, bytes] = {}
    blobs: dict[str, str] = {}
    if python and not tree.entries[python[0]].blob:
        for path, content in tree.read_many(python):
            if content is None:
                skipped.append(Skipped(path, tree.entries[path].why_unread, incomplete=True))
                continue
            blobs[path] = blob_id(content)
            contents[blobs[path]] = content
    else:
        blobs = {path: tree.entries[path].blob for path in python}
    return Listing(tree, paths, blobs, contents, skipped)


def load_tree(
    listing: Listing,
    contents: Contents,
    *,
    base: Program | None = None,
    source_roots: Iterable[str] = (),
    known: KnownTree | None = None,
) -> LoadedTree:
    """Index every Python file of a tree. What it says is asked of ``contents`` when somebody needs it. ``known`` tells
    what has been found out about the tree already."""
    known = known or KnownTree()
    tree, paths = listing.tree, listing.paths
    configuration = dict(tree.read_many(wanted_files(paths)))
    python = [path for path in paths if path.endswith((".py", ".pyi"))]
    configured = _digest((python, configuration, *source_roots))
    layout = known.layout(configured) or read_layout(paths, configuration.get, source_roots)
    ignores = [path for path in paths if path.rpartition("/")[2] == ".gitignore"]
    ignored = [(path, content) for path, content in tree.read_many(ignores) if content is not None]
    outside = _digest((ignored, tree.submodules))
    facts = Facts(listing, contents)
    program = Program(
        [path for path in paths if path in listing.blobs or not path.endswith((".py", ".pyi"))],
        layout,
        facts.__getitem__,
        base,
        generated_by_build(ignored),
        elsewhere=tree.submodules,
        content_ids=listing.blobs,
    )
    return LoadedTree(listing, program, facts, configured, outside)


def _digest(value: object) -> str:
    return hashlib.sha256(repr(value).encode(errors="surrogatepass")).hexdigest()


def coverage_of(program: Program, folder: str = "") -> Coverage:
    """How much of a folder (ending in ``/``; "" for all) was looked at, what was skipped left aside."""
    names = {path: name for path, name in program.index.names.items() if path.startswith(folder)}
    sources = [path for path in names if path.endswith(".py")]
    analysed = {names[path] for path in sources if not program.survey(path).error}
    return Coverage(
        python_files=len(sources),
        modules=len(analysed),
        other_files=sum(1 for path in program.index.paths if not path.endswith(".py") and path.startswith(folder)),
        modules_found=len({names[path] for path in sources}),
    )


_INSTALLED: Final = regex(r"(?:.*?/)?(?:node_modules|bower_components|site-packages)/")


def _analysed_paths(tree: Tree, exclude: tuple[str, ...], skipped: list[Skipped]) -> list[str]:
    environments = tuple(f"{path.rpartition('/')[0]}/" for path in tree.entries if path.endswith("/pyvenv.cfg"))
    skipped += [Skipped(folder.rstrip("/"), "a virtual environment") for folder in environments]
    installed = {path[: found.end()] for path in tree.entries if (found := _INSTALLED.match(path))}
    skipped += [Skipped(folder.rstrip("/"), "packages that were installed") for folder in sorted(installed)]
    environments += tuple(installed)
    pattern = re.compile("|".join(_as_regex(glob) for glob in exclude)) if exclude else None
    paths = []
    for path in tree.entries:
        if environments and path.startswith(environments):
            continue
        if pattern is not None and pattern.fullmatch(path):
            skipped.append(Skipped(path, "excluded by configuration"))
            continue
        paths.append(path)
    return paths


def _as_regex(glob: str) -> str:
    """A path glob as a pattern: ``**`` crosses folders, and naming a folder means all below it."""
    folder = glob.rstrip("/")
    return f"(?:{fnmatch.translate(folder)}|{fnmatch.translate(folder + '/*')})"
