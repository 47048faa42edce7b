"""Stopped in the middle: no process, no scratch folder, no lock and no half report is left."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest


def processes_with(word: str) -> list[str]:
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            command = (folder / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if word.encode() in command:
            found.append(folder.name)
    return found


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="processes are listed through /proc")
@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_nothing_is_left(shop, environment, number, status) -> None:
    duration = f"64{os.getpid()}"
    claims = (
        "claims:\n"
        f"  - {{id: a, text: t, expect: {{command: {{run: [sleep, '{duration}']}}}}}}\n"
        f"  - {{id: b, text: t, expect: {{command: {{run: [setsid, sleep, '{duration}'], within: 900}}}}}}\n"
    )
    shop.write({"rules/claims/shop.yaml": claims})
    running = subprocess.Popen(
        [sys.executable, "-m", "audit", "verify", "--phase", "1", "--jobs", "2"],
        cwd=shop.root,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    while len(processes_with(duration)) < 2:
        assert running.poll() is None
        time.sleep(0.05)
    running.send_signal(number)
    _, errors = running.communicate()

    assert running.returncode == status
    assert "Traceback" not in errors
    assert processes_with(duration) == []
    assert list(Path(environment["TMPDIR"]).iterdir()) == []
    assert not (shop.root / "reports").exists()
    assert not list((shop.root / ".git").glob("*.lock"))
