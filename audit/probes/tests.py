"""Runs tests with pytest and reads what became of each from a plug-in, never from pytest's prose."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import msgspec

from audit.model.evidence import FailedTest, RedGreenRun, Run, TestRun
from audit.probes.environment import REDIRECT
from audit.probes.normalise import digest
from audit.probes.sandbox import Checkout, Sandbox

SECONDS: Final = 600.0
"""Time limit of a run of tests that gives none itself."""

_PLUGIN: Final = "audit_outcomes"
_PLUGIN_FOLDER: Final = REDIRECT.parent


def probe_tests(sandbox: Sandbox, nodes: Sequence[str], seconds: float | None = None) -> TestRun:
    """Run the tests of pytest node ids in a fresh copy, with the repository's own pytest options.

    Raises:
        ProbeInterruptedError: the sandbox was told to stop.
    """
    with sandbox.checkout() as checkout:
        return _run_tests(checkout, nodes, seconds)


def probe_red_green(
    sandbox: Sandbox, nodes: Sequence[str], base: str, files: Sequence[str], seconds: float | None = None
) -> RedGreenRun:
    """Run the same tests in a copy of the base, over which ``files`` of the tree are laid, and in the tree.

    ``files`` are what the tests are made of, also those that the base has and the tree has not: they are
    removed from the copy, so that the base differs from the tree in what is tested and in nothing else.

    Raises:
        ProbeInterruptedError: the sandbox was told to stop.
        SourceError: git cannot read the base.
    """
    with sandbox.checkout() as checkout:
        after = _run_tests(checkout, nodes, seconds)
    with sandbox.checkout(base) as checkout:
        checkout.lay_over(files)
        before = _run_tests(checkout, nodes, seconds)
    return RedGreenRun(before=before, after=after, laid_over=tuple(files))


def _run_tests(checkout: Checkout, nodes: Sequence[str], seconds: float | None) -> TestRun:
    events = checkout.home / "outcomes.jsonl"
    path = checkout.environment["PYTHONPATH"]
    run = checkout.run(
        ["python", "-m", "pytest", "-q", "-p", _PLUGIN, *nodes],
        seconds=seconds or SECONDS,
        shown=("python", "-m", "pytest", *nodes),
        extra={"AUDIT_OUTCOMES": str(events), "PYTHONPATH": f"{path}:{_PLUGIN_FOLDER}"},
    )
    return _tallied(run, _events(events), checkout)


def _events(path: Path) -> list[dict[str, Any]]:
    """The plug-in's lines; a last line that a death cut off is left out."""
    if not path.exists():
        return []
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    return [json.loads(line) for line in lines if line.endswith("\n")]


def _tallied(run: Run, events: list[dict[str, Any]], checkout: Checkout) -> TestRun:
    """Count each test once, but as passed and as an error when only its teardown failed, as pytest does."""
    called: dict[str, str] = {}
    failures: dict[tuple[str, str], str] = {}
    missing = {event["node"]: event["missing"] for event in events if "missing" in event}
    for event in events:
        outcome = event.get("outcome")
        if outcome in ("failed", "error"):
            failures[event["node"], outcome] = checkout.normalised(event["message"])
        if outcome is not None and outcome != "error" and called.get(event["node"]) != "failed":
            called[event["node"]] = outcome
    counts = Counter(called.values())
    listed = sorted(f"{node} {outcome}" for node, outcome in called.items()) + sorted(map(" ".join, failures))
    deselected = sum(event.get("deselected", 0) for event in events)
    return TestRun(
        run=msgspec.structs.replace(run, digest=digest("\n".join(listed))),
        finished=any("finished" in event for event in events),
        passed=counts["passed"],
        failed=counts["failed"],
        errors=sum(outcome == "error" for _, outcome in failures),
        skipped=counts["skipped"],
        xfailed=counts["xfailed"],
        xpassed=counts["xpassed"],
        deselected=deselected,
        collected=deselected + sum(event.get("selected", 0) for event in events),
        failures=tuple(
            FailedTest(
                node=node,
                outcome="error" if outcome == "error" else "failed",
                message=message,
                missing=missing.get(node, ""),
            )
            for (node, outcome), message in sorted(failures.items())
        ),
        files=dict(sorted(Counter(node.partition("::")[0] for node in called).items())),
        outcomes=called,
    )
