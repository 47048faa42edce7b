"""Drafted contracts as ``importlinter.toml``."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Sequence
from typing import Final

from audit.model.drafts import ContractDraft

_HEAD: Final = """\
# What may import what. Every contract here holds today; audit check tells when one no longer does, with the lines
# of each import that breaks it. Delete what was never meant: a rule that nobody wants is a rule that gets switched off.
# import-linter reads this file too: lint-imports --config {path}
"""
_WIDTH: Final = 116


def contract_text(drafts: Sequence[ContractDraft], roots: Sequence[str], path: str) -> str:
    """The file; ``roots`` are the root packages that the contracts speak of."""
    blocks = [
        _HEAD.format(path=path),
        "\n".join(
            [
                "[tool.importlinter]",
                f"root_packages = {_listing(roots)}",
                "# An import under `if TYPE_CHECKING:` never runs, so it breaks no contract.",
                "exclude_type_checking_imports = true",
                "",
            ]
        ),
        *(_contract(draft) for draft in drafts),
    ]
    return "\n".join(blocks)


def _contract(draft: ContractDraft) -> str:
    lines = [f"# {line}" for line in textwrap.wrap(draft.why, _WIDTH)]
    lines += ["[[tool.importlinter.contracts]]", f"name = {_text(draft.name)}", f"type = {_text(draft.type)}"]
    lines += [f"{key} = {_listing(values)}" for key, values in draft.options]
    if draft.type == "layers" and any(key == "containers" for key, _ in draft.options):
        lines.append("# exhaustive = true    # every new part must then be given its place here")
    return "\n".join([*lines, ""])


def _listing(values: Sequence[str]) -> str:
    """A list on one line where it fits; in a long item the parts of a layer are wrapped."""
    line = f"[{', '.join(map(_text, values))}]"
    if len(line) <= _WIDTH - 20:
        return line
    items = []
    for value in values:
        if len(value) <= _WIDTH - 6:
            items.append(f"  {_text(value)},")
        else:
            wrapped = textwrap.wrap(value, _WIDTH - 4, break_long_words=False, break_on_hyphens=False)
            items += ['  """', *(f"  {part}" for part in wrapped), '  """,']
    return "\n".join(["[", *items, "]"])


def _text(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)
