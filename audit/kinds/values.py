"""What one value of a configuration names, whatever format it stands in."""

from __future__ import annotations

from typing import Final

from audit.kinds.forms import form_of, without_call
from audit.model.codes import Severity
from audit.model.facts import Span
from audit.model.mentions import Mention
from audit.model.regex import regex

CLASS_KEYS: Final = frozenset({"_target_", "class_path", "()", "__class_fullname__", "_recursive_target_"})
"""Keys whose value is imported by the library that reads it: Hydra, jsonargparse, dictConfig."""
_RUN_FOLDERS: Final = frozenset({"workdir", "working_dir", "working_directory", "cwd"})
"""Keys under which they hold the folder to run it in."""
_FOLDER: Final = regex(r"[A-Za-z_][\w-]*/?")
_HANDLER: Final = regex(r"((?:\./)?[\w.-]+(?:/[\w.-]+)*/\w+)\.[^\W\d]\w*")
"""What a function of a cloud provider starts with: the path of a module without its suffix, and a name in it."""
_LED: Final = regex(r"\$\{[^{}]*\}/|ext://|[A-Z][A-Z0-9_]*=(?=[\"'])")
"""What may stand before a name: an interpolated folder, what marks an object in a logging configuration, or the
variable that a program is given."""


def value_mention(key: str, value: str, span: Span) -> Mention | None:
    """What one configuration value names, if it looks like a name or a path, whatever leads to it."""
    if below := _LED.match(value):
        value = value[below.end() :]
        span = (span[0], span[1] + below.end(), *span[2:]) if span[0] == span[2] else span
        if value[:1] in "\"'" and value[:1] == value[-1:]:
            value, span = value[1:-1], (span[0], span[1] + 1, span[2], span[3] - 1)
    if key in ("handler", "Handler") and (handler := _HANDLER.fullmatch(value)):
        return Mention("REF005", "path", f"{handler[1]}.py", "path", f"`{key}`", "error", span)
    if (named := without_call(value)) != value:
        span = (*span[:3], span[3] - len(value) + len(named)) if span[0] == span[2] else span
        value = named
    form = "path" if key in _RUN_FOLDERS and _FOLDER.fullmatch(value) else form_of(value)
    if form is None:
        return None
    certain = form == "name" and key in CLASS_KEYS
    role = f"`{key}`" if key and len(key) < 60 else "the value"
    severity: Severity = "error" if form == "name" else "warning"
    return Mention("REF005", "path" if form == "path" else "value", value, form, role, severity, span, certain)
