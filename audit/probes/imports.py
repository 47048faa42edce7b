"""Imports modules one by one, each in a process of its own that starts from warm third-party modules."""

from __future__ import annotations

import ast
import json
import os
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Final

import msgspec

from audit.model.evidence import ImportAttempt, ImportRun, Run
from audit.model.findings import Site
from audit.model.parsing import parsed
from audit.probes.normalise import digest
from audit.probes.sandbox import Checkout, Sandbox

SERVER: Final = Path(__file__).parent / "children" / "import_server.py"
SECONDS: Final = 60.0
"""Time limit of one import."""

_STARTUP_SECONDS: Final = 120.0


def probe_imports(sandbox: Sandbox, modules: Sequence[tuple[str, str]], *, jobs: int = 2) -> ImportRun:
    """Import every module, given as (dotted name, root folder relative to the audited folder).

    A module that hangs or dies in a process forked from warm modules is tried again in a cold one, because
    the warmth itself may be to blame; the second answer counts.

    Raises:
        ProbeInterruptedError: the sandbox was told to stop.
    """
    started = time.monotonic()
    with sandbox.checkout() as checkout:
        names = [name for name, _ in modules]
        warm = third_party(_sources(checkout.tree, modules), {name.partition(".")[0] for name in names})
        run, results = _serve(checkout, modules, warm, jobs, "warm")
        again = [(name, root) for name, root in modules if _doubtful(results.get(name))]
        if again and warm:
            run, second = _serve(checkout, again, [], jobs, "cold")
            results |= second
        attempts = tuple(_attempt(name, results[name], checkout) for name in names if name in results)
    problem = "" if len(attempts) == len(modules) else "the import server ended early"
    seconds = round(time.monotonic() - started, 2)
    return ImportRun(
        run=msgspec.structs.replace(
            run,
            seconds=seconds,
            digest=digest("\n".join(f"{each.module} {each.outcome} {each.error}" for each in attempts)),
            problem=run.problem or problem,
        ),
        attempts=attempts,
    )


def _doubtful(result: dict[str, Any] | None) -> bool:
    return result is None or result["outcome"] in ("hung", "died")


def _serve(
    checkout: Checkout, modules: Sequence[tuple[str, str]], warm: Sequence[str], jobs: int, name: str
) -> tuple[Run, dict[str, dict[str, Any]]]:
    """One run of the import server, and the results that it wrote, by module."""
    job, results = checkout.home / f"{name}-job.json", checkout.home / f"{name}-results.jsonl"
    folders = list(dict.fromkeys(str(checkout.tree / root) for _, root in modules))
    content = {
        "roots": folders,
        "warm": list(warm),
        "modules": [[module, str(checkout.tree / root)] for module, root in modules],
        "seconds": SECONDS,
        "jobs": jobs,
    }
    job.write_text(json.dumps(content))
    run = checkout.run(
        ["python", str(SERVER), str(job), str(results)],
        seconds=_STARTUP_SECONDS + SECONDS * (1 + len(modules) / jobs),
        shown=("python", "-c", "import ..."),
    )
    return run, _read_results(results)


def _read_results(path: Path) -> dict[str, dict[str, Any]]:
    """Results by module; a last line that was cut off by the death of the server is left out."""
    if not path.exists():
        return {}
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    parsed = [json.loads(line) for line in lines if line.endswith("\n")]
    return {line["module"]: line for line in parsed}


def _attempt(module: str, result: dict[str, Any], checkout: Checkout) -> ImportAttempt:
    frames = tuple(Site(checkout.normalised(os.path.normpath(path)), line) for path, line in result.get("frames", ()))
    return ImportAttempt(
        module=module,
        outcome=result["outcome"],
        error=result.get("error", ""),
        message=checkout.normalised(result.get("message", "")),
        missing=result.get("missing", ""),
        not_found=result.get("not_found", False),
        variable=result.get("variable", ""),
        os_error=result.get("os_error", False),
        frames=frames,
    )


def _sources(tree: Path, modules: Iterable[tuple[str, str]]) -> Iterable[bytes]:
    for name, root in modules:
        stem = tree / root / name.replace(".", "/")
        for path in (stem.with_suffix(".py"), stem / "__init__.py"):
            if path.is_file():
                yield path.read_bytes()


def third_party(sources: Iterable[bytes], first_party: set[str]) -> list[str]:
    """The modules of others that the sources import when they are imported, most used first.

    Imports in functions are left out: they do not run. A source that does not parse is reported by the
    import itself, and has nothing to say here.
    """
    counted: dict[str, int] = {}
    for source in sources:
        try:
            body = parsed(source).body
        except SyntaxError:
            continue
        for name in _eager_imports(body):
            if name.partition(".")[0] not in first_party:
                counted[name] = counted.get(name, 0) + 1
    return sorted(counted, key=lambda name: (-counted[name], name))


def _eager_imports(body: Sequence[ast.stmt]) -> Iterable[str]:
    for statement in body:
        if isinstance(statement, ast.Import):
            yield from (alias.name for alias in statement.names)
        elif isinstance(statement, ast.ImportFrom):
            if statement.module and not statement.level:
                yield statement.module
        elif not isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef):
            for field in ("body", "orelse", "finalbody"):
                yield from _eager_imports(getattr(statement, field, ()))
