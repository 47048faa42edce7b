"""Failures that a user can act on: each is one message and exit code 2, never a traceback."""

from __future__ import annotations


class AuditError(Exception):
    """Something was wrong with the input or the environment, so that nothing could be judged."""


class UsageError(AuditError):
    """The command line asks for something that cannot be: an unknown path, revision, code or format."""


class SourceError(AuditError):
    """The tree or its history cannot be read: no repository, a shallow clone, a missing object."""


class ConfigError(AuditError):
    """One or more mistakes in configuration files; ``mistakes`` holds each as ``file:line: message``."""

    def __init__(self, mistakes: list[str] | tuple[str, ...]) -> None:
        self.mistakes = tuple(mistakes)
        super().__init__("\n".join(self.mistakes))
