"""Kind of reference: what templates of Django and Jinja take in, by the names that their loaders look for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from audit.kinds.kind import Example, Source, TextKind
from audit.kinds.texts import blanked
from audit.model.codes import Severity
from audit.model.mentions import Mention
from audit.model.regex import regex

_ALWAYS: Final = (".jinja", ".jinja2", ".j2", ".djhtml")
_BELOW: Final = frozenset({"templates", "jinja2"})
"""Folders whose pages are templates."""
_COMMENT: Final = regex(r"\{#.*?#\}|\{%-?\s*(comment|raw|verbatim)\b.*?%\}.*?\{%-?\s*end\1\b|<!--.*?-->", re.DOTALL)
_TAKEN: Final = regex(
    r"\{%[-+]?\s*(?P<tag>extends|include|import|from|static)\s+(?P<quote>[\"'])(?P<path>[^\"'\n{}]{1,200})(?P=quote)"
    r"(?P<rest>[^%\n]{0,200})"
)
_LOADED: Final = regex(r"\{%[-+]?\s*load\s+(?:[\w\s]{1,200}?\sfrom\s+)?(?P<names>[\w\s]{1,200}?)\s*[-+]?%\}")
_WORD: Final = regex(r"\w+")
_PATH: Final = regex(r"[\w@+-][\w.@+-]*(?:/[\w@+-][\w.@+-]*)*\.[A-Za-z]\w{0,9}")
OF_OTHERS: Final = frozenset(
    {"account", "admin", "allauth", "crispy_forms", "debug_toolbar", "django", "flask_admin", "registration"}
    | {"rest_framework", "security", "socialaccount", "wagtailadmin"}
)
"""Folders of templates that distributions of others bring: a tree that drops its own takes theirs again."""


class Templates(TextKind):
    """Templates and tag libraries that templates load, and static files by the tag that gives their addresses."""

    name = "templates"
    codes = ("REF007",)
    title = "templates of Django and Jinja: `extends`, `include`, `import`, `load`, `static`"
    suffixes = (".html", ".htm", ".txt", ".xml", *_ALWAYS)
    marks = (b"{%",)

    def wants(self, path: str) -> bool:
        return path.endswith(_ALWAYS) or (path.endswith(self.suffixes) and not _BELOW.isdisjoint(path.split("/")[:-1]))

    def mentions(self, source: Source) -> Iterator[Mention]:
        text = _COMMENT.sub(blanked, source.text)
        for found in _TAKEN.finditer(text):
            path, is_static = found["path"], found["tag"] == "static"
            if "ignore missing" in found["rest"] or path.partition("/")[0] in OF_OTHERS or not _PATH.fullmatch(path):
                continue
            span = source.positions.span(*found.span("path"))
            below = "" if "/" in path else "static/" if is_static else "templates/"
            severity: Severity = "warning" if is_static else "error"
            yield Mention("REF007", "path", below + path, "data", f"`{found['tag']}`", severity, span)
        for found in _LOADED.finditer(text):
            for name in _WORD.finditer(found["names"]):
                start = found.start("names")
                span = source.positions.span(start + name.start(), start + name.end())
                yield Mention("REF007", "path", f"templatetags/{name[0]}.py", "data", "`load`", "error", span)

    HOLDS = (
        Example(
            title="templates that are there, of others, that may be missing, in comments, and a page that is none",
            before={
                "shop/templates/shop/old.html": "",
                "shop/templates/admin/old.html": "",
                "shop/templatetags/old_tags.py": "",
                "shop/templates/a.html": (
                    "{% extends 'admin/old.html' %}\n{% load i18n static new_tags %}\n"
                    "{% include 'shop/old.html' ignore missing %}\n{# {% include 'shop/old.html' %} #}\n"
                    "{% comment %}\n{% load old_tags %}\n{% endcomment %}\n{% include name %}\n"
                    "{% include 'new.html' %}\n"
                ),
                "docs/a.html": "{% include 'shop/old.html' %}",
            },
            gone=("shop/templates/shop/old.html", "shop/templates/admin/old.html", "shop/templatetags/old_tags.py"),
            after={"shop/templatetags/new_tags.py": "", "shop/templates/new.html": ""},
        ),
    )
    BREAKS = (
        Example(
            title="templates, tag libraries and a static file that are gone",
            before={
                "shop/templates/shop/old.html": "",
                "shop/templates/lone_old.html": "",
                "shop/templatetags/old_tags.py": "",
                "shop/static/shop/old.css": "",
                "shop/templates/a.html": (
                    "{% extends 'shop/old.html' %}\n{% load i18n old_tags %}\n"
                    '{%- include "lone_old.html" with a=1 %}\n'
                    "{% load one two from old_tags %}\n<link href=\"{% static 'shop/old.css' %}\">\n"
                ),
                "shop/mail.j2": "{% from 'shop/old.html' import one %}\n{% import 'shop/old.html' as old %}\n",
            },
            gone=(
                "shop/templates/shop/old.html",
                "shop/templates/lone_old.html",
                "shop/templatetags/old_tags.py",
                "shop/static/shop/old.css",
            ),
            finds=(
                ("shop/templates/a.html", 1, "shop/templates/shop/old.html"),
                ("shop/templates/a.html", 2, "shop/templatetags/old_tags.py"),
                ("shop/templates/a.html", 3, "shop/templates/lone_old.html"),
                ("shop/templates/a.html", 4, "shop/templatetags/old_tags.py"),
                ("shop/templates/a.html", 5, "shop/static/shop/old.css"),
                ("shop/mail.j2", 1, "shop/templates/shop/old.html"),
                ("shop/mail.j2", 2, "shop/templates/shop/old.html"),
            ),
        ),
    )
