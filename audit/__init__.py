"""Holds a Python repository against reality: what is broken, does it still work, is what was said true."""

__version__ = "0.1.0"
