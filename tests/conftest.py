"""Settings of the whole suite."""

from __future__ import annotations

import os

from hypothesis import settings

# A loaded machine is no fault: examples have no deadline, tests have a timeout of their own.
settings.register_profile("suite", deadline=None)
settings.load_profile("suite")

# Tests that are about the ledger name one; no other leaves anything in the home of whoever runs it.
os.environ["AUDIT_LEDGER"] = "off"
