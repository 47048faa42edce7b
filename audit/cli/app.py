"""The application with all its commands, for what documents it and what calls it from Python."""

from __future__ import annotations

from audit.cli.commands import application

app = application()
