"""Drafted claims as a claims file; what does not hold, or was not tried, stands in it as a comment."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Sequence
from typing import Any, Final

from audit.model.drafts import ClaimDraft, JudgedClaim

_HEAD: Final = """\
# What must be true of this repository. audit verify judges each claim and shows what it rests on; audit verify
# --phase 1 writes the report. Every claim here holds today. One that stands as a comment says why it is one:
# take the '# ' off the lines below it to have it judged.
claims:
"""


def claims_text(claims: Sequence[JudgedClaim]) -> str:
    """The file: claims that hold first, then the others as comments."""
    kept = [each.draft for each in claims if not each.obstacle]
    others = [each for each in claims if each.obstacle]
    return "\n".join([_HEAD + "\n".join(map(_claim, kept)), *map(_comment, others)])


def only_claim(draft: ClaimDraft) -> str:
    """A claims file with one claim, to try it."""
    return f"claims:\n{_claim(draft)}"


def _claim(draft: ClaimDraft) -> str:
    lines = [f"# {line}" for line in textwrap.wrap(draft.why, 110)]
    lines += [f"- id: {draft.id}", f"  text: {_flow(draft.text)}"]
    if draft.weight != "core":
        lines.append(f"  weight: {draft.weight}")
    lines.append(f"  expect: {_flow(draft.expect)}")
    return "".join(f"  {line}\n" for line in lines)


def _comment(judged: JudgedClaim) -> str:
    said = textwrap.wrap(f"Not judged: {judged.obstacle}", 110)
    return "".join(f"  # {line}\n" for line in said) + "".join(
        f"  # {line[2:]}\n" if not line.startswith("  #") else f"{line}\n" for line in _claim(judged.draft).splitlines()
    )


def _flow(value: Any) -> str:
    """A value in YAML's flow style, which JSON is; words that YAML reads as text need no quotes."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_flow(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(_flow, value)) + "]"
    return json.dumps(value, ensure_ascii=False)
