"""Imports modules, each in a process forked from a parent that has the third-party modules loaded already.

Called with a job file and a result file. The job is JSON: ``roots`` (folders that lead ``sys.path``),
``warm`` (modules to load before forking), ``modules`` (pairs of a module to import in a process of its own,
and the root that leads its ``sys.path``), ``seconds`` (limit for each import, and for all the loading) and
``jobs`` (how many at once). Results are JSON lines, written as they come, so that a death of this process
loses only what was still running; loading that hangs or crashes is such a death.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import select
import signal
import sys
import time
import traceback

MESSAGE = 2000


def main(job_path: str, result_path: str) -> None:
    """Run the job; see the module for the two files."""
    with open(job_path, encoding="utf-8") as stream:  # noqa: PTH123 - pathlib is not loaded for the modules
        job = json.load(stream)
    del sys.path[0]  # this script's folder
    first_party = {name.partition(".")[0] for name, _ in job["modules"]}
    with open(result_path, "a", encoding="utf-8", buffering=1) as results:  # noqa: PTH123 - see above
        signal.alarm(int(job["seconds"]))
        warm(job["warm"], first_party)
        signal.alarm(0)
        sys.path[:0] = job["roots"]
        gc.collect()
        gc.freeze()
        serve(job, results.write)


def warm(names: list[str], first_party: set[str]) -> None:
    """Load third-party modules; one that fails does so again, and is reported, where a module asks for it."""
    for name in names:
        try:
            importlib.import_module(name)
        except BaseException:  # noqa: BLE001, S112 - whatever foreign code raises here says nothing yet
            continue
    for name in list(sys.modules):
        if name.partition(".")[0] in first_party:
            del sys.modules[name]


def serve(job, write) -> None:  # type: ignore[no-untyped-def]  # plain JSON in, a bound method out
    """Fork a process for each module, at most ``jobs`` at once, and write what became of each."""
    waiting = list(reversed(job["modules"]))
    running: dict[int, tuple[str, int, float]] = {}
    while waiting or running:
        while waiting and len(running) < job["jobs"]:
            module, root = waiting.pop()
            descriptor, pid = start(module, root)
            running[descriptor] = (module, pid, time.monotonic() + job["seconds"])
        nearest = min(deadline for _, _, deadline in running.values())
        ready, _, _ = select.select(list(running), [], [], max(0.0, nearest - time.monotonic()))
        now = time.monotonic()
        for descriptor in [d for d, (_, _, deadline) in running.items() if d in ready or deadline <= now]:
            module, pid, _ = running.pop(descriptor)
            result = finish(descriptor, pid, hung=descriptor not in ready)
            write(json.dumps({"module": module, **result}) + "\n")


def start(module: str, root: str) -> tuple[int, int]:
    """Fork a process that imports ``module``; the descriptor to read its result from, and its id."""
    reader, writer = os.pipe()
    pid = os.fork()
    if pid:
        os.close(writer)
        return reader, pid
    os.close(reader)
    os.setpgid(0, 0)
    null = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(null, standard)
    sys.path.insert(0, root)
    result = json.dumps(attempt(module)).encode() + b"\n"
    while result:
        result = result[os.write(writer, result) :]
    os._exit(0)


def attempt(module: str) -> dict[str, object]:
    """Import one module and say what left the import."""
    try:
        importlib.import_module(module)
    except BaseException as error:  # noqa: BLE001 - SystemExit and KeyboardInterrupt are results too
        return {"outcome": "raised", **explain(error)}
    return {"outcome": "imported"}


def explain(error: BaseException) -> dict[str, object]:
    """The exception as JSON, with the places that it passed, from the module to where it was raised.

    Frames of the import machinery and of this file are left out. ``variable`` names the environment
    variable that was asked for and is not set.
    """
    passed = traceback.extract_tb(error.__traceback__)
    in_environ = isinstance(error, KeyError) and passed[-1].filename in ("<frozen os>", os.__file__)
    frames = [
        (frame.filename, frame.lineno)
        for frame in passed
        if not frame.filename.startswith("<frozen") and frame.filename not in (__file__, importlib.__file__)
    ]
    if isinstance(error, SyntaxError) and error.filename:
        frames.append((error.filename, error.lineno))
    return {
        "error": type(error).__name__,
        "message": str(error)[:MESSAGE],
        "missing": (getattr(error, "name", None) or "") if isinstance(error, ImportError) else "",
        "not_found": isinstance(error, ModuleNotFoundError),
        "os_error": isinstance(error, OSError),
        "variable": str(error.args[0]) if in_environ else "",
        "frames": frames,
    }


def finish(descriptor: int, pid: int, hung: bool) -> dict[str, object]:
    """Collect a process and what it wrote; whatever it has started is killed with it."""
    written = b""
    # The result is one line: waiting for the end would wait for whoever inherited the pipe.
    while not hung and not written.endswith(b"\n") and (piece := os.read(descriptor, 65536)):
        written += piece
    os.close(descriptor)
    with contextlib.suppress(ProcessLookupError, PermissionError):  # it ended by itself and left nobody
        os.killpg(pid, signal.SIGKILL)
    _, status = os.waitpid(pid, 0)
    if hung:
        return {"outcome": "hung"}
    if written:
        result: dict[str, object] = json.loads(written)
        return result
    code = os.waitstatus_to_exitcode(status)
    how = f"signal {signal.Signals(-code).name}" if code < 0 else f"exit status {code}"
    return {"outcome": "died", "message": how}


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
