"""Pure functions from facts to findings, one kind of check a module."""
