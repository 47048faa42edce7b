"""Settings of the whole suite."""

from __future__ import annotations

import os
import signal

from hypothesis import settings

# A loaded machine is no fault: examples have no deadline, tests have a timeout of their own.
settings.register_profile("suite", deadline=None)
settings.load_profile("suite")

# Tests that are about the ledger name one; no other leaves anything in the home of whoever runs it.
os.environ["AUDIT_LEDGER"] = "off"

# Who runs the suite in the background ignores interrupts, and so would every program that a test interrupts.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
