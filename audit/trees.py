"""From a tree of files to a resolved program: the reading half of the pipeline."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterable, Iterator

import msgspec

from audit.facts.cache import FactCache
from audit.facts.extract import facts_of
from audit.model.facts import FileFacts
from audit.model.findings import Coverage, Skipped
from audit.model.testdata import is_test_data
from audit.resolve.generated import generated_by_build
from audit.resolve.layout import read_layout, wanted_files
from audit.resolve.program import Program
from audit.sources.tree import Tree
from audit.sources.worktree import blob_id


class LoadedTree(msgspec.Struct, frozen=True):
    """A tree with its facts and its program; ``blobs`` maps each analysed path to its content id."""

    tree: Tree
    program: Program
    facts: dict[str, FileFacts]
    blobs: dict[str, str]
    coverage: Coverage


def load_tree(
    tree: Tree,
    cache: FactCache,
    *,
    jobs: int = 0,
    base: Program | None = None,
    source_roots: Iterable[str] = (),
    exclude: Iterable[str] = (),
) -> LoadedTree:
    """Read, parse and index every Python file of a tree."""
    skipped = list(tree.skipped)
    paths = _analysed_paths(tree, tuple(exclude), skipped)
    python = [path for path in paths if path.endswith((".py", ".pyi"))]
    contents: dict[str, bytes] = {}
    blobs: dict[str, str] = {}
    if python and not tree.entries[python[0]].blob:
        for path, content in tree.read_many(python):
            if content is None:
                skipped.append(Skipped(path, "cannot be read: vanished, too large or not permitted", incomplete=True))
                continue
            blobs[path] = blob_id(content)
            contents[blobs[path]] = content
    else:
        blobs = {path: tree.entries[path].blob for path in python}
    by_blob = {blob: path for path, blob in blobs.items()}

    def load(wanted: list[str]) -> Iterator[tuple[str, bytes | None]]:
        if contents:
            yield from ((blob, contents[blob]) for blob in wanted)
        else:
            found = dict(tree.read_many([by_blob[blob] for blob in wanted]))
            yield from ((blob, found.get(by_blob[blob])) for blob in wanted)

    read = facts_of(by_blob, load, cache, jobs)
    facts = {path: read[blob] for path, blob in blobs.items()}
    skipped += [
        Skipped(path, found.error, incomplete=not is_test_data(path)) for path, found in facts.items() if found.error
    ]
    configuration = dict(tree.read_many(wanted_files(paths)))
    layout = read_layout(paths, configuration.get, source_roots)
    skipped += [Skipped(path, reason) for path, reason in layout.mistakes]
    ignores = [path for path in paths if path.rpartition("/")[2] == ".gitignore"]
    program = Program(
        [path for path in paths if path in blobs or not path.endswith((".py", ".pyi"))],
        layout,
        facts.__getitem__,
        base,
        generated_by_build((path, content) for path, content in tree.read_many(ignores) if content is not None),
    )
    return LoadedTree(tree, program, facts, blobs, _coverage(program, facts, paths, skipped))


def _coverage(program: Program, facts: dict[str, FileFacts], paths: list[str], skipped: list[Skipped]) -> Coverage:
    names = program.index.names
    sources = [path for path in names if path.endswith(".py")]
    analysed = {names[path] for path in sources if not facts[path].error}
    return Coverage(
        python_files=len(sources),
        modules=len(analysed),
        other_files=sum(1 for path in paths if not path.endswith(".py")),
        skipped=tuple(sorted(set(skipped))),
        modules_found=len({names[path] for path in sources}),
    )


def _analysed_paths(tree: Tree, exclude: tuple[str, ...], skipped: list[Skipped]) -> list[str]:
    environments = tuple(f"{path.rpartition('/')[0]}/" for path in tree.entries if path.endswith("/pyvenv.cfg"))
    skipped += [Skipped(folder.rstrip("/"), "a virtual environment") for folder in environments]
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
