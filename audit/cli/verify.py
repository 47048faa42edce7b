"""``audit verify``: is what was said true?"""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from audit.cli.common import (
    At,
    NoCache,
    NoLedger,
    Output,
    Since,
    colours_wanted,
    columns,
    emit,
    failures_told,
    paint,
    recorded,
    refuse_unwritable,
)

if TYPE_CHECKING:
    from audit.codebase import ResolvedCodebase
    from audit.model.verdicts import Verification


class Format(StrEnum):
    """How a result is written."""

    text = "text"
    json = "json"
    markdown = "markdown"
    html = "html"


def verify(
    documents: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="[DOC.md|claims.yaml]...",
            help="What to verify; a folder is the repository to audit. Default: its own rules/claims.",
            show_default=False,
        ),
    ] = None,
    phase: Annotated[
        int | None, typer.Option(min=0, metavar="N", help="Write reports/phase-N.md, .json and .html.")
    ] = None,
    run: Annotated[
        bool | None,
        typer.Option("--run/--no-run", help="Run code for foreign claims too, or for none.", show_default=False),
    ] = None,
    at: At = None,
    since: Since = None,
    only: Annotated[list[str] | None, typer.Option(metavar="ID", help="Only this claim and what it needs.")] = None,
    format: Annotated[Format, typer.Option("--format", help="How to write the result.")] = Format.text,  # noqa: A002  # the option's name is a contract
    output: Output = None,
    no_cache: NoCache = False,
    no_ledger: NoLedger = False,
    jobs: Annotated[int, typer.Option("--jobs", "-j", min=0, help="Probes at once; 0: one a core, up to four.")] = 0,
    memory: Annotated[
        int | None, typer.Option(min=1, metavar="GIB", help="Address space of a probe; default: 64, with a GPU 1024.")
    ] = None,
    exit_zero: Annotated[bool, typer.Option("--exit-zero", help="Exit with 0 even with a refuted claim.")] = False,
) -> None:
    """Hold claims against the tree: the repository's own (rules/claims), or those of documents.

    The repository's own claims may run its code, in a copy; those of a document only with --run.

    Exit code 0: every claim verified. 1: one is refuted, or holds only partly. 2: something could not be told.
    """
    with failures_told(), ended_politely(), progress_line() as progress:
        from audit.ledger.phases import write_phase  # keeps --help fast
        from audit.parts import project_of
        from audit.report.phase import render_files
        from audit.verdict.overall import exit_code
        from audit.verification import verify as verify_claims

        refuse_unwritable(output)
        root, named = split_arguments(documents or [])
        project, folder = project_of(root, at)
        if folder:
            _note(f"{folder} has no configuration of its own, so the whole repository {project.root} is read", progress)
            root = project.root
        result = verify_claims(
            root,
            named,
            run=run,
            at=at,
            since=since,
            phase=phase,
            ids=only or (),
            jobs=jobs,
            memory=memory * 2**30 if memory is not None else None,
            use_cache=not no_cache,
            progress=progress,
            note=lambda text: _note(text, progress),
            record=(lambda *_: None) if no_ledger else _record,
        )
        progress("")
        written: Sequence[Path] = ()
        if phase is not None:
            written = write_phase(root, phase, render_files(result))
        emit(_rendered(result, format, to_file=output is not None), output)
        for path in written:
            typer.echo(f"audit: wrote {path}", err=True)
        code = exit_code(result.statements, result.document_findings)
    raise typer.Exit(0 if exit_zero and code == 1 else code)


def _note(text: str, progress: Callable[[str], None]) -> None:
    """A line on stderr that stays; the one that is written over makes room for it."""
    progress("")
    typer.echo(f"audit: {text}", err=True)


def _record(codebase: ResolvedCodebase, result: Verification) -> None:
    from audit.recording.writing import record_verification  # keeps --help fast
    from audit.verdict.overall import exit_code

    code = exit_code(result.statements, result.document_findings)
    recorded(lambda: record_verification(codebase, result, exit_code=code, arguments=sys.argv[1:]))


def split_arguments(arguments: Sequence[Path]) -> tuple[Path, list[Path]]:
    """The repository to audit, which is the one folder among the arguments or else here, and the documents.

    A document that is not there is looked for in the repository.

    Raises:
        UsageError: more than one folder is named.
    """
    from audit.model.errors import UsageError  # keeps --help fast

    folders = [path for path in arguments if path.is_dir()]
    if len(folders) > 1:
        raise UsageError(f"name one repository, not {len(folders)}: {', '.join(map(str, folders))}")
    root = folders[0] if folders else Path()
    named = [path for path in arguments if path not in folders]
    return root, [root / path if not path.exists() and (root / path).is_file() else path for path in named]


def _rendered(result: Verification, style: Format, *, to_file: bool) -> str:
    from audit.report.phase import render_report  # keeps --help fast
    from audit.report.terminal_text import plain
    from audit.report.verify_text import render_verification_text

    if style is not Format.text:
        return render_report(result, style.value)
    if to_file:
        return render_verification_text(result)
    return render_verification_text(result, paint if colours_wanted() else plain, width=columns())


@contextmanager
def ended_politely() -> Iterator[None]:
    """Let SIGTERM and SIGHUP unwind like an interrupt: no probe, scratch folder or half a report is left."""

    def leave(number: int, _frame: object) -> None:
        raise SystemExit(128 + number)

    before = {number: signal.signal(number, leave) for number in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def progress_line() -> Iterator[Callable[[str], None]]:
    """One line on stderr that is written over, where stderr is a terminal; elsewhere nothing."""
    shown = sys.stderr.isatty()

    def show(text: str) -> None:
        if shown:
            sys.stderr.write(f"\r\x1b[K{text}")
            sys.stderr.flush()

    try:
        yield show
    finally:
        show("")
