"""Frozen values that the stages exchange; no IO and no import of any stage."""
