"""Records a run that has ended."""

from __future__ import annotations

import platform
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import msgspec

from audit import __version__
from audit.codebase import ResolvedCodebase
from audit.config.settings import load_settings
from audit.ledger.records import record_of_check, record_of_smoke, record_of_verification, without_places
from audit.ledger.store import Ledger
from audit.model.evidence import SmokeRun
from audit.model.findings import CheckResult
from audit.model.records import RunCommand, RunContext, RunRecord
from audit.model.verdicts import Verification
from audit.parts import Part
from audit.recording.place import Place, place_of
from audit.sources.repository import Repository
from audit.verdict.standing import contract_line, root_cause, standing


def record_check(part: Part, result: CheckResult, *, exit_code: int, arguments: Sequence[str]) -> None:
    """Record a run of `audit check`.

    Raises:
        UsageError: the ledger cannot be used.
        SourceError: git cannot be asked.
    """
    codebase = part.codebase
    place = place_of(codebase.repository, codebase.configuration.settings, codebase.commit, part.folder)
    if place.path is None:
        return
    context = _context("check", place, codebase, arguments, exit_code)
    context = msgspec.structs.replace(context, tree=None if result.dirty else place.identity.tree, dirty=result.dirty)
    record = record_of_check(
        result,
        context,
        findings=[standing(finding) for finding in result.findings],
        roots=[root_cause(root) for root in result.roots],
        contracts=[contract_line(contract) for contract in result.contracts],
    )
    _append(place.path, record, codebase.root)


def record_verification(
    codebase: ResolvedCodebase, result: Verification, *, exit_code: int, arguments: Sequence[str]
) -> None:
    """Record a run of `audit verify`, of a phase or not.

    Raises:
        UsageError: the ledger cannot be used.
        SourceError: git cannot be asked.
    """
    place = place_of(codebase.repository, codebase.configuration.settings)
    if place.path is None:
        return
    context = _context("verify", place, codebase, arguments, exit_code)
    context = msgspec.structs.replace(
        context,
        tree=result.tree,
        dirty=result.dirty,
        phase=result.phase,
        environment={**context.environment, "interpreter": result.interpreter},
    )
    _append(place.path, record_of_verification(result, context), codebase.root)


def record_smoke(
    repository: Repository, at: str | None, observed: SmokeRun, *, exit_code: int, arguments: Sequence[str]
) -> None:
    """Record a run of `audit smoke`.

    Raises:
        UsageError: the ledger cannot be used.
        ConfigError: the settings have mistakes.
        SourceError: git cannot be asked.
    """
    tree = repository.tree(at)
    place = place_of(repository, load_settings(tree.read), tree.commit)
    if place.path is None:
        return
    context = RunContext(
        command="smoke",
        tool_version=__version__,
        repository=place.name,
        when=_now(),
        commit=tree.commit,
        tree=None if tree.dirty else place.identity.tree,
        dirty=tree.dirty,
        arguments=tuple(arguments),
        environment=_environment(),
        exit=exit_code,
    )
    _append(place.path, record_of_smoke(observed, context), repository.root)


def _context(
    command: RunCommand, place: Place, codebase: ResolvedCodebase, arguments: Sequence[str], exit_code: int
) -> RunContext:
    return RunContext(
        command=command,
        tool_version=__version__,
        repository=place.name,
        when=_now(),
        commit=codebase.commit,
        since=codebase.since,
        configuration=sha256(msgspec.json.encode(codebase.configuration)).hexdigest()[:16],
        arguments=tuple(arguments),
        environment=_environment(),
        exit=exit_code,
    )


def _append(path: Path, record: RunRecord, root: Path) -> None:
    places = {str(root): "", str(Path.cwd()): "", str(Path.home()): "~"}
    outside = [Path(word) for word in (*record.context.arguments, *record.documents) if Path(word).is_absolute()]
    places |= {str(word.parent): "<elsewhere>" for word in outside if str(word) not in places}
    if not path.parent.exists() and path.is_relative_to(root):
        path.parent.mkdir(parents=True)
        (path.parent / ".gitignore").write_text("*\n")  # a ledger in the tree is not part of what is audited
    with Ledger(path, write=True) as ledger:
        ledger.append(without_places(record, places))


def _environment() -> dict[str, str]:
    return {"python": platform.python_version(), "platform": f"{sys.platform} {platform.machine()}"}


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
