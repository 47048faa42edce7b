"""Kind of reference: management commands of Django that Python code calls by name."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from audit.kinds.kind import Example, Source, TextKind
from audit.kinds.python_strings import strings_of
from audit.model.mentions import Mention
from audit.model.regex import regex

_CALL: Final = regex(r"\bcall_command\(\s*[\"'](\w+)[\"']")


class ManagementCalls(TextKind):
    """Commands in `call_command`; those behind `manage.py` are read wherever commands are."""

    name = "management-calls"
    codes = ("REF004",)
    title = "management commands of Django that Python code calls: `call_command`"
    suffixes = (".py",)
    marks = (b"call_command(",)

    def excerpt(self, content: bytes) -> bytes:
        """Its strings: what else it says names no command."""
        return strings_of(content)

    def wants(self, path: str) -> bool:
        return path.endswith(self.suffixes)

    def mentions(self, source: Source) -> Iterator[Mention]:
        for found in _CALL.finditer(source.text):
            span = source.positions.span(*found.span(1))
            yield Mention("REF004", "string", found[1], "management", "`call_command`", "error", span)

    HOLDS = (
        Example(
            title="a command that another application has, one of Django that was overridden, and one of others",
            before={
                "shop/__init__.py": "",
                "shop/management/commands/count.py": "class Command: ...\n",
                "shop/management/commands/migrate.py": "class Command: ...\n",
                "shop/management/commands/reindex.py": "from haystack.management.commands.reindex import Command\n",
                "other/management/commands/count.py": "class Command: ...\n",
                "shop/use.py": 'call_command("count")\ncall_command("migrate")\ncall_command("reindex")\n',
            },
            gone=(
                "shop/management/commands/count.py",
                "shop/management/commands/migrate.py",
                "shop/management/commands/reindex.py",
            ),
        ),
    )
    BREAKS = (
        Example(
            title="a command that is gone",
            before={
                "shop/__init__.py": "",
                "shop/management/commands/count.py": "class Command: ...\n",
                "shop/management/commands/_base.py": "",
                "shop/use.py": 'call_command(\n    "count", "--all")\nmanagement.call_command(\'count\')\n',
            },
            gone=("shop/management/commands/count.py", "shop/management/commands/_base.py"),
            finds=(
                ("shop/use.py", 2, "shop.management.commands.count"),
                ("shop/use.py", 3, "shop.management.commands.count"),
            ),
        ),
    )
