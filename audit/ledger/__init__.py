"""Phases on disk: what was reported, so that it can be reported again and compared."""
