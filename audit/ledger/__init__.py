"""Runs and phases on disk: what was found, so that it can be told again, compared and checked."""
