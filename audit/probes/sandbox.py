"""A scratch place in which copies of one snapshot are run, each with its own home, and then removed."""

from __future__ import annotations

import os
import shutil
import stat
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from audit.model.evidence import Run
from audit.probes.cache import fingerprint
from audit.probes.environment import Interpreter, choose_interpreter, clean_environment, installation
from audit.probes.normalise import digest, normalise
from audit.probes.process import Ended, Limits, run_process
from audit.probes.snapshot import Snapshot, lay_over, take_snapshot, write_copy

GIBIBYTE: Final = 2**30
_GPU: Final = Path("/dev/nvidiactl")

_PYTHONS: Final = frozenset({"python", "python3", f"python3.{sys.version_info.minor}"})


def default_memory() -> int:
    """Address space of a probe in bytes, unless told otherwise.

    Numeric libraries reserve more than they use; CUDA reserves for all memory of the device and the host.
    """
    return (1024 if _GPU.exists() else 64) * GIBIBYTE


class Checkout:
    """One copy of the tree with a home of its own; what runs here cannot write to the audited tree.

    ``tree`` is the copy of the audited folder and ``home`` the scratch home.
    """

    def __init__(self, sandbox: Sandbox, place: Path, snapshot: Snapshot) -> None:
        self._sandbox = sandbox
        self._place = place
        self.home = place / "home"
        self.home.mkdir(parents=True)
        self._top = place / "tree"
        self.tree = self._top / snapshot.prefix
        self.environment = clean_environment(
            os.environ,
            interpreter=sandbox.interpreter.path,
            root=sandbox.root,
            tree=self.tree,
            home=self.home,
            source_roots=sandbox.source_roots,
        )
        write_copy(snapshot, self._top, self.environment)
        pythons = installation(sandbox.interpreter.path)
        self._folders = {str(folder): "<python>" for folder in pythons} | {
            str(sandbox.scratch): "<scratch>",
            str(place): "<scratch>",
            f"{self.tree}/": "",
            str(self.tree): ".",
        }

    def lay_over(self, paths: Sequence[str]) -> None:
        """Give this copy of another commit the files that the audited tree has at these paths, or has not."""
        lay_over(self._sandbox.snapshot, self._top, self.environment, paths)

    def run(
        self,
        command: Sequence[str],
        *,
        seconds: float,
        shown: Sequence[str] | None = None,
        extra: dict[str, str] | None = None,
    ) -> Run:
        """Run a command; see `observe`."""
        return self.observe(command, seconds=seconds, shown=shown, extra=extra)[0]

    def observe(
        self,
        command: Sequence[str],
        *,
        seconds: float,
        shown: Sequence[str] | None = None,
        extra: dict[str, str] | None = None,
    ) -> tuple[Run, str]:
        """Run a command in the copy; ``shown`` is how a user would type it, ``extra`` adds variables.

        ``python`` and ``pytest`` mean the sandbox's interpreter. A program that cannot be started is a
        run with a ``problem``. The second value is its output as it was, times and numbers included.

        Raises:
            ProbeInterruptedError: the sandbox was told to stop.
        """
        limits = Limits(seconds, self._sandbox.memory)
        typed = tuple(shown or command)
        try:
            ended = run_process(
                self._resolved(command),
                cwd=self.tree,
                environment=self.environment | (extra or {}),
                limits=limits,
                stop=self._sandbox.stop,
            )
        except FileNotFoundError:
            return Run(command=typed, limit=seconds, problem=f"there is no program '{command[0]}'"), ""
        return self._observed(typed, ended, seconds), ended.stdout

    def _resolved(self, command: Sequence[str]) -> list[str]:
        python = self._sandbox.interpreter.path
        if command[0] in _PYTHONS:
            return [python, *command[1:]]
        if command[0] in ("pytest", "py.test"):
            return [python, "-m", "pytest", *command[1:]]
        return list(command)

    def _observed(self, typed: tuple[str, ...], ended: Ended, limit: float) -> Run:
        stdout, stderr = self.normalised(ended.stdout), self.normalised(ended.stderr)
        return Run(
            command=typed,
            exit=ended.exit,
            signal=ended.signal,
            timed_out=ended.timed_out,
            seconds=round(ended.seconds, 2),
            limit=limit,
            stdout=stdout,
            stderr=stderr,
            digest=digest(stdout),
        )

    def normalised(self, text: str) -> str:
        """``text`` without what differs between two runs; paths in the copy become relative."""
        return normalise(text, self._folders)


class Sandbox:
    """Holds the snapshot, the interpreter and the scratch folder of one audit; use it as a context.

    Leaving the context, in whatever way, stops what still runs and removes the scratch folder.
    ``source_roots`` are folders, relative to ``root``, that hold its packages: these can be imported though nobody
    has installed them. ``stop`` is set by whoever wants all running probes to end.
    """

    def __init__(
        self,
        root: Path,
        revision: str | None = None,
        *,
        source_roots: Sequence[str] = (),
        memory: int | None = None,
    ) -> None:
        self.root = root.resolve()
        self.source_roots = tuple(source_roots)
        self.memory = memory or default_memory()
        self.stop = threading.Event()
        self._revision = revision
        self._places = 0
        self._others: dict[str, Snapshot] = {}
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        self.scratch = Path(tempfile.mkdtemp(prefix="audit-")).resolve()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop.set()
        remove_tree(self.scratch)

    @cached_property
    def interpreter(self) -> Interpreter:
        """The repository's own Python, or the one that runs the audit."""
        return choose_interpreter(self.root, sys.executable)

    @cached_property
    def snapshot(self) -> Snapshot:
        """The frozen tree; taken when first asked for.

        Raises:
            SourceError: git cannot read the tree.
        """
        return take_snapshot(self.root, self._revision, self.scratch)

    @cached_property
    def fingerprint(self) -> str:
        """What observations depend on besides what is asked: see `audit.probes.cache.fingerprint`."""
        return fingerprint(self.snapshot, self.interpreter, (self.memory, *self.source_roots), os.environ)

    def _snapshot_of(self, revision: str) -> Snapshot:
        if revision not in self._others:
            scratch = self.scratch / f"base-{len(self._others)}"
            scratch.mkdir()
            self._others[revision] = take_snapshot(self.root, revision, scratch)
        return self._others[revision]

    @contextmanager
    def checkout(self, revision: str | None = None) -> Iterator[Checkout]:
        """A fresh copy of the tree, or of another commit, removed at the end: no probe sees what another wrote.

        Raises:
            SourceError: git cannot read the tree.
        """
        with self._lock:
            self._places += 1
            place = self.scratch / f"probe-{self._places}"
            snapshot = self.snapshot if revision is None else self._snapshot_of(revision)
        try:
            yield Checkout(self, place, snapshot)
        finally:
            remove_tree(place)


def remove_tree(folder: Path) -> None:
    """Remove a scratch folder even where a probe has taken away the permission to write in it."""

    def unlock(function: Callable[[str], object], path: str, _error: object) -> None:
        parent = Path(path).parent
        parent.chmod(parent.stat().st_mode | stat.S_IRWXU)
        if Path(path).is_dir() and not Path(path).is_symlink():
            Path(path).chmod(stat.S_IRWXU)
            remove_tree(Path(path))
        elif Path(path).exists() or Path(path).is_symlink():
            function(path)

    if folder.exists():
        shutil.rmtree(folder, onerror=unlock)
