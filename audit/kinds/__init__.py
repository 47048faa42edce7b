"""Kinds of reference outside Python code: each reads one sort of file into mentions, and proves it by examples."""
