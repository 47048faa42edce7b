"""Which paths a tree keeps out of version control by its ``.gitignore`` files, as git itself reads them."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from pathlib import Path, PurePosixPath
from typing import Final

from audit.sources.git import Git
from audit.sources.tree import Tree

_NAME: Final = ".gitignore"
_NO_RULES_OF_ONES_OWN: Final = ("-c", "core.excludesFile=/dev/null")


def ignored_paths(tree: Tree, paths: Iterable[str]) -> frozenset[str]:
    """Those of ``paths`` that the tree ignores; a folder is asked about, and answered, with a slash at its end.

    A tree of a bare repository has no files for git to look at: its rules are laid out in a scratch folder.

    Raises:
        SourceError: git is missing.
    """
    rules = [path for path in tree.entries if PurePosixPath(path).name == _NAME and _is_plain(path)]
    asked = [path for path in paths if _is_plain(path)]
    if not rules or not asked:
        return frozenset()
    with tempfile.TemporaryDirectory(prefix="audit-ignores-") as scratch:
        _lay_out(Path(scratch), tree, rules)
        return frozenset(_asked_of_git(Git(Path(scratch)), asked))


def _is_plain(path: str) -> bool:
    """Whether a path leads to where it says: a tree object can hold any name."""
    return not {"", ".", ".."} & set(path.rstrip("/").split("/")) and ".git" not in path.split("/")


def _lay_out(folder: Path, tree: Tree, rules: list[str]) -> None:
    for part in (".git/objects", ".git/refs"):
        (folder / part).mkdir(parents=True)
    (folder / ".git/HEAD").write_text("ref: refs/heads/main\n")
    for path, content in tree.read_many(rules):
        try:
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(content or b"")
        except OSError:
            continue  # no disk can hold a path like that, so no build ever ran there


def _asked_of_git(git: Git, paths: list[str]) -> list[str]:
    asked = "\0".join(paths).encode(errors="surrogateescape")
    answer = git.given(asked, *_NO_RULES_OF_ONES_OWN, "check-ignore", "-z", "--stdin")
    return answer.decode(errors="surrogateescape").split("\0")[:-1]
