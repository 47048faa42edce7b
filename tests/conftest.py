"""Settings of the whole suite."""

from __future__ import annotations

from hypothesis import settings

# A loaded machine is no fault: examples have no deadline, tests have a timeout of their own.
settings.register_profile("suite", deadline=None)
settings.load_profile("suite")
