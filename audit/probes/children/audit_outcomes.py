"""A pytest plug-in that writes what became of each test as JSON lines, while the tests run.

Loaded with ``-p audit_outcomes``; the file is named by the variable ``AUDIT_OUTCOMES``. Lines come as
they happen, so that a run that dies tells how far it came; only a run that closed its session has the line
``finished``. Nothing is ever read from pytest's prose.
"""

from __future__ import annotations

import json
import os
from typing import Any

import pytest

MESSAGE = 600


def pytest_configure(config: pytest.Config) -> None:
    """Start the recorder, where a file is named."""
    path = os.environ.get("AUDIT_OUTCOMES")
    if path:
        config.pluginmanager.register(Recorder(path, str(config.rootpath)), "audit-outcomes-recorder")


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config: pytest.Config) -> None:
    """Run in this one process whatever the repository's options say: workers would hide the collection."""
    if hasattr(config.option, "numprocesses"):
        config.option.numprocesses = 0
        config.option.dist = "no"
        config.option.tx = []


class Recorder:
    """Writes one JSON line an event."""

    def __init__(self, path: str, root: str) -> None:
        self._stream = open(path, "a", encoding="utf-8", buffering=1)  # noqa: PTH123, SIM115 - kept open
        self._root = root
        self._missing: dict[str, str] = {}

    def _write(self, **event: Any) -> None:
        self._stream.write(json.dumps(event) + "\n")

    def pytest_deselected(self, items: list[pytest.Item]) -> None:
        self._write(deselected=len(items))

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        self._write(selected=len(session.items))

    def pytest_exception_interact(self, node: pytest.Item | pytest.Collector, call: Any) -> None:
        """Remember the module that an ImportError, or its cause, could not find."""
        error = call.excinfo.value if call.excinfo is not None else None
        while error is not None:
            if isinstance(error, ModuleNotFoundError) and error.name:
                self._missing[node.nodeid] = error.name
                return
            error = error.__cause__ or error.__context__

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self._outcome(report.nodeid, "error", report)
        elif report.skipped:
            self._outcome(report.nodeid, "skipped", report)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        expected = hasattr(report, "wasxfail")
        if report.skipped:
            self._outcome(report.nodeid, "xfailed" if expected else "skipped", report)
        elif report.failed:
            self._outcome(report.nodeid, "failed" if report.when == "call" else "error", report)
        elif report.when == "call":
            self._outcome(report.nodeid, "xpassed" if expected else "passed", report)

    def _outcome(self, node: str, outcome: str, report: Any) -> None:
        message = ""
        if outcome in ("failed", "error"):
            crash = getattr(report.longrepr, "reprcrash", None)
            text = crash.message if crash is not None else str(report.longrepr or "")
            message = text[-MESSAGE:] if outcome == "error" else text[:MESSAGE]
        self._write(node=node, outcome=outcome, message=message)

    def pytest_unconfigure(self) -> None:
        for node, name in self._missing.items():
            self._write(node=node, missing=name)
        self._stream.close()

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self, exitstatus: int) -> None:
        self._write(finished=int(exitstatus))
