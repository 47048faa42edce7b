"""Work in other processes: what it gives, and that none of it outlives who asked for it."""

from __future__ import annotations

import os
import subprocess
import sys

from audit.parallel import MAX_TICKETS, Background, Tickets

MORE_THAN_A_PIPE_HOLDS = 1_000_000

ABANDONED = f"""
import os
from audit.parallel import Background

workers = [Background(lambda: bytes({MORE_THAN_A_PIPE_HOLDS})) for _ in range(3)]
os._exit(3)
"""


def test_the_work_is_done_elsewhere_and_its_result_comes_back() -> None:
    assert Background(lambda: b"x" * MORE_THAN_A_PIPE_HOLDS).result() == b"x" * MORE_THAN_A_PIPE_HOLDS


def test_work_of_a_process_that_dies_is_done_here() -> None:
    here = os.getpid()
    assert Background(lambda: b"done" if os.getpid() == here else os._exit(9)).result() == b"done"


def test_nothing_outlives_a_process_that_never_asked_for_the_result() -> None:
    # the output ends only when the last process that holds it is gone
    done = subprocess.run([sys.executable, "-c", ABANDONED], capture_output=True, timeout=30, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (3, b"", b"")


def test_every_ticket_is_given_out_once_whoever_asks() -> None:
    tickets = Tickets(MAX_TICKETS)
    helpers = [Background(lambda: bytes(tickets)) for _ in range(3)]
    here = bytes(tickets)
    assert sorted(here + b"".join(helper.result() for helper in helpers)) == list(range(MAX_TICKETS))
