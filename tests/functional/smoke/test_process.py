"""One command: its output bounded, its end certain."""

import os
import re
import signal
import sys
from pathlib import Path

from smoke.process import Completed, run


def python(code: str, directory: Path, timeout: float = 20.0) -> Completed:
    return run([sys.executable, "-c", code], directory, {"PATH": os.environ["PATH"]}, timeout)


def test_a_flood_of_output_keeps_its_two_ends(tmp_path: Path) -> None:
    done = python("print('first'); print('x' * 3_000_000); print('last')", tmp_path)
    assert (done.exit, done.timed_out, done.leftovers, done.stderr) == (0, False, False, "")
    assert done.stdout.startswith("first\nxxx")
    assert done.stdout.endswith("xxx\nlast\n")
    gap = re.search(r"\n\.\.\. (\d+) bytes left out \.\.\.\n", done.stdout)
    assert gap
    assert len(done.stdout) - len(gap[0]) + int(gap[1]) == len("first\n") + 3_000_001 + len("last\n")
    assert len(done.stdout) < 600_000


def test_streams_are_told_apart_and_both_count_for_the_digest(tmp_path: Path) -> None:
    out, err = python("print('a')", tmp_path), python("import sys; print('a', file=sys.stderr)", tmp_path)
    assert (out.stdout, out.stderr, err.stdout, err.stderr) == ("a\n", "", "", "a\n")
    assert out.digest != err.digest
    assert out.digest == python("print('a')", tmp_path).digest


def test_a_command_that_ignores_being_asked_is_killed(tmp_path: Path) -> None:
    stubborn = (
        "import signal, time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\nprint('up', flush=True)\ntime.sleep(60)"
    )
    done = python(stubborn, tmp_path, timeout=1.0)
    assert (done.exit, done.timed_out, done.stdout) == (-signal.SIGKILL, True, "up\n")


def test_a_descendant_that_left_the_group_is_noticed_by_the_output_it_holds(tmp_path: Path) -> None:
    """It escapes the kill, so it must not pass for a clean end, nor be waited for."""
    escape = (
        "import subprocess, sys\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'], start_new_session=True)\n"
        "print(child.pid)"
    )
    done = python(escape, tmp_path)
    os.kill(int(done.stdout), signal.SIGKILL)
    assert (done.exit, done.timed_out, done.leftovers) == (0, False, True)
