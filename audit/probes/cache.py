"""Remembers what probes saw, by tree, command and environment, so that the same question is not run twice.

Only what ended well is remembered: a failure may have been that of a network, a disk or a neighbour, and is
looked at again. Entries are written in one step and never changed, so that runs side by side cannot disturb
each other; an entry that is damaged is as good as none.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import sys
import tempfile
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final, TypeVar

import msgspec

from audit.model.evidence import (
    CommandRun,
    ImportRun,
    MetricReading,
    Observation,
    RedGreenRun,
    Run,
    SmokeRun,
    TestRun,
    TwoRuns,
)
from audit.probes.environment import PASSED, Interpreter, installation
from audit.probes.snapshot import Snapshot

_MOST_ENTRIES: Final = 2000
_Seen = TypeVar("_Seen", bound=Observation)


class ProbeCache:
    """Observations by request. ``folder`` None means that nothing is remembered; ``hits`` counts answers.

    ``fingerprint`` says what an observation depends on besides the request, and is asked when it is needed.
    """

    def __init__(self, folder: Path | None, fingerprint: Callable[[], str]) -> None:
        self._folder = folder / "probes" if folder is not None else None
        self._fingerprint = fingerprint
        self.hits = 0

    def get(self, request: tuple[Any, ...], kind: type[_Seen]) -> _Seen | None:
        """What was seen when the same was asked of the same tree in the same environment; None if never."""
        if self._folder is None:
            return None
        try:
            found = msgspec.msgpack.decode((self._folder / self._name(request)).read_bytes(), type=kind)
        except (OSError, msgspec.MsgspecError):
            return None
        self.hits += 1
        return found

    def put(self, request: tuple[Any, ...], seen: Observation) -> None:
        """Remember what was seen, if it ended well; a folder that cannot be written costs time and nothing else."""
        if self._folder is None or not ended_well(seen):
            return
        # Written beside its place first: a reader sees all of an entry, or none.
        with contextlib.suppress(OSError):
            self._folder.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=self._folder, prefix=".")
            try:
                with os.fdopen(handle, "wb") as file:
                    file.write(msgspec.msgpack.encode(seen))
                Path(name).replace(self._folder / self._name(request))
            except BaseException:
                Path(name).unlink(missing_ok=True)
                raise
            self._forget_oldest(self._folder)

    def _name(self, request: tuple[Any, ...]) -> str:
        asked = msgspec.json.encode([self._fingerprint(), *request])
        return hashlib.sha256(asked).hexdigest()

    def _forget_oldest(self, folder: Path) -> None:
        entries = [entry for entry in os.scandir(folder) if not entry.name.startswith(".")]
        if len(entries) > _MOST_ENTRIES:
            entries.sort(key=lambda entry: entry.stat().st_mtime_ns)
            for entry in entries[: len(entries) - _MOST_ENTRIES // 2]:
                Path(entry.path).unlink(missing_ok=True)


def ended_well(seen: Observation) -> bool:
    """Whether an observation is a fact about the tree beyond doubt, and will be the same the next time."""
    match seen:
        case CommandRun(run=run) | SmokeRun(run=run):
            return _succeeded(run)
        case ImportRun(run=run, attempts=attempts):
            told = all(each.outcome in ("imported", "raised") and not each.os_error for each in attempts)
            return _succeeded(run) and told
        case TestRun(run=run, finished=finished):
            return finished and _succeeded(run)
        case MetricReading(run=run, problem=problem):
            return not problem and (run is None or _succeeded(run))
        case TwoRuns(before=before, after=after):
            return _succeeded(before) and _succeeded(after)
        case RedGreenRun(before=before, after=after):
            red = before.finished and not before.run.timed_out and not before.run.problem
            return red and after.finished and _succeeded(after.run)


def _succeeded(run: Run) -> bool:
    return run.exit == 0 and not run.timed_out and not run.problem


def fingerprint(
    snapshot: Snapshot, interpreter: Interpreter, settings: Iterable[object], variables: Mapping[str, str]
) -> str:
    """Everything that an observation depends on but the request: the tree with its ignored built modules, the
    interpreter with what is installed in it, the settings of the sandbox, the variables that pass to probes, and
    the code of the probes."""
    digest = hashlib.sha256()

    def add(*parts: object) -> None:
        digest.update("\0".join(map(str, parts)).encode(errors="surrogateescape") + b"\1")

    add(_own_code(), sys.platform, *settings, snapshot.tree, snapshot.head, snapshot.prefix)
    for name in snapshot.built:
        add(name, hashlib.sha256((snapshot.root / name).read_bytes()).hexdigest())
    for name in sorted(variables):
        if name in PASSED or name.startswith("LC_"):
            add(name, variables[name])
    program = Path(interpreter.path)
    add(program, program.resolve(), _stamp(program))
    for folder in installation(interpreter.path):
        for packages in sorted(folder.glob("lib*/python3*/site-packages")):
            for entry in sorted(os.scandir(packages), key=lambda entry: entry.name):
                if entry.name.endswith((".dist-info", ".egg-info", ".pth", ".egg-link")):
                    add(entry.name, _stamp(Path(entry.path)))
    return digest.hexdigest()


def _stamp(path: Path) -> str:
    try:
        status = path.stat()
    except OSError:
        return "absent"
    return f"{status.st_size} {status.st_mtime_ns}"


@cache
def _own_code() -> str:
    """A digest of the code that makes observations: what another version of it saw is not believed."""
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parent.rglob("*.py")):
        digest.update(path.read_bytes())
    digest.update(Path(sys.modules["audit.model.evidence"].__file__ or "").read_bytes())
    return digest.hexdigest()
