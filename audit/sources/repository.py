"""Opens what the user points at: a git work tree, a folder in one, a bare repository, or a plain folder."""

from __future__ import annotations

from pathlib import Path

from audit.model.errors import SourceError, UsageError
from audit.model.findings import Retirement
from audit.sources.committree import CommitTree
from audit.sources.git import Git
from audit.sources.history import History
from audit.sources.tree import Tree
from audit.sources.worktree import WorkTree


class Repository:
    """The place under audit. ``git`` is None for a plain folder; ``prefix`` is the audited folder's path
    inside its repository, ending in ``/``, or empty for the whole; ``common`` the folder that all work trees
    share: git's own, or the place itself outside git.

    Raises:
        UsageError: the path does not exist or is no folder.
        SourceError: git refuses to read the repository.
    """

    def __init__(self, path: Path) -> None:
        if not path.exists():
            raise UsageError(f"{path} does not exist; give the folder of a repository")
        if not path.is_dir():
            raise UsageError(f"{path} is a file; give the folder of a repository")
        self.root = path.resolve()
        self.prefix = ""
        self.bare = False
        self.git: Git | None = None
        self.shallow = False
        git = Git(self.root)
        self.common = self.root
        facts = git.answer(
            "rev-parse",
            "--is-bare-repository",
            "--is-inside-git-dir",
            "--is-shallow-repository",
            "--git-common-dir",
            "--show-prefix",
        )
        if facts is not None:
            bare, inside, shallow, common, self.prefix = facts.split("\n")[:5]
            self.common = (self.root / common).resolve()
            self.bare = "true" in (bare, inside)
            self.shallow = shallow == "true"
            self.git = git
        elif _looks_like_git(self.root):
            git.run("rev-parse", "--git-dir")  # raises with git's own reason, such as dubious ownership

    @property
    def top(self) -> Path:
        """The folder of the whole repository, which may lie above the audited one."""
        return self.root.parents[self.prefix.count("/") - 1] if self.prefix else self.root

    def tree(self, at: str | None = None) -> Tree:
        """The files at a revision, or on disk when ``at`` is None.

        Raises:
            UsageError: an unknown revision, or no revision for a bare repository.
        """
        if at is not None:
            return CommitTree(self._need_git("--at"), self.commit(at, "--at"), self.prefix.rstrip("/"))
        if self.bare:
            raise UsageError(f"{self.root} is a bare repository without a work tree; name a commit with --at REV")
        return WorkTree(self.root, self.git)

    def base(self, since: str, option: str = "--since", *, at: str | None = None) -> Tree:
        """The files at the base revision; ``option`` is where it was named, for messages.

        Raises:
            SourceError: the clone is shallow, so that history before its edge is missing.
            UsageError: an unknown revision, a plain folder, or a base that is later than the revision ``at``: then
                everything that was added since would look retired.
        """
        git = self._need_git(option)
        if self.shallow:
            raise SourceError(
                f"this clone is shallow, so nothing can be compared with {option.rstrip(':')}: "
                "run git fetch --unshallow (in CI: fetch-depth: 0) and try again"
            )
        base = self.commit(since, option)
        audited = base if at is None else self.commit(at, "--at")
        if audited != base and git.answer("merge-base", "--is-ancestor", audited, base) is not None:
            raise UsageError(f"{option} {since} is later than {at}, which is audited; name an older commit")
        return CommitTree(git, base, self.prefix.rstrip("/"))

    def commit(self, revision: str, option: str) -> str:
        """The full commit id of a revision."""
        git = self._need_git(option)
        found = None if revision.startswith("-") else git.object_id(f"{revision}^{{commit}}")
        if found is None:
            hint = "; git log --oneline shows the commits there are"
            if self.shallow:
                hint = " (the clone is shallow: run git fetch --unshallow)"
            raise UsageError(f"{option} {revision}: no such commit in {self.root}{hint}")
        return found

    def history(self, base: Tree, now: Tree) -> History | None:
        """What happened between two trees; None where one of them has no commit."""
        if self.git is None or base.commit is None or now.commit is None:
            return None
        return History(self.git, base.commit, now.commit, self.prefix)

    def first_parents(self, since: str, at: str) -> tuple[Retirement, ...]:
        """The commits after ``since`` up to ``at`` along first parents, oldest first."""
        git = self._need_git("--since")
        span = f"{self.commit(since, '--since')}..{self.commit(at, '--at')}"
        log = git.text("log", "--first-parent", "--reverse", "--format=%H%x1f%cI%x1f%s", span)
        # a subject may hold any byte but the end of a line, also those at which `splitlines` would part it
        return tuple(Retirement(*line.split("\x1f", 2)) for line in log.split("\n") if line)

    def ancestor(self, commit: str, steps: int) -> str:
        """The commit ``steps`` first parents before another, or the first of that line where it is shorter."""
        git = self._need_git("--since")
        listed = git.text("rev-list", "--first-parent", f"--max-count={steps + 1}", commit)
        return listed.splitlines()[-1]

    def addresses(self) -> list[str]:
        """The addresses of its remotes."""
        if self.git is None:
            return []
        lines = self.git.text("config", "--get-regexp", r"^remote\..*\.url$", check=False).splitlines()
        return [line.partition(" ")[2] for line in lines]

    def last_change(self, path: str) -> str | None:
        """The commit that last changed what a path of the root holds; None when it is not committed, or was changed
        since. One that only moved the file changed nothing."""
        if self.git is None or not self.has_commits():
            return None
        only = f":(top,literal){self.prefix}{path}"
        if not self.bare and self.git.run("status", "--porcelain", "--ignored", "--", only):
            return None
        log = ("log", "-1", "--format=%H")
        content = self.git.text(*log, "--follow", "--find-renames=100%", "--diff-filter=AM", "HEAD", "--", only)
        return content or self.git.text(*log, "HEAD", "--", only) or None

    def has_commits(self) -> bool:
        """Whether there is a commit to read the tree from."""
        return self.git is not None and self.git.answer("rev-parse", "--verify", "--quiet", "HEAD^{commit}") is not None

    def stamps(self) -> dict[str, tuple[int, int]]:
        """Size and time of change of every file on disk: what tells that something changed."""
        found: dict[str, tuple[int, int]] = {}
        for path in self.tree().entries:
            try:
                status = (self.root / path).stat()
            except OSError:
                continue  # it went between listing and looking, which the next look notices
            found[path] = (status.st_size, status.st_mtime_ns)
        return found

    def _need_git(self, option: str) -> Git:
        if self.git is None:
            raise UsageError(f"{option} needs a git repository, and {self.root} is a plain folder")
        return self.git


def _looks_like_git(root: Path) -> bool:
    return any((folder / ".git").exists() for folder in (root, *root.parents)) or (
        (root / "HEAD").is_file() and (root / "objects").is_dir()
    )
