"""Modules that history deleted, as ``retired.yaml``."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Final

from audit.model.drafts import RetiredDraft

_HEAD: Final = """\
# Names that must not be used again. audit check --since REV finds for itself what was deleted after REV; what stands
# here is found without a base too. Add `replacement:` where there is one: audit check offers it, audit fix applies it.
"""


def retired_text(drafts: Sequence[RetiredDraft]) -> str | None:
    """The file, or None where nothing can be declared: a file without a name is a mistake."""
    kept = [draft for draft in drafts if not draft.mention]
    if not kept:
        return None
    lines = [line for draft in kept for line in _entry(draft)]
    others = [draft for draft in drafts if draft.mention]
    if others:
        lines.append("# Deleted too, but still mentioned; declare each once the mention is mended:")
        lines += [f"# - {draft.name}    # at {draft.mention}" for draft in others]
    return _HEAD + "\n".join(lines) + "\n"


def _entry(draft: RetiredDraft) -> list[str]:
    reason = f"{draft.subject} ({draft.commit[:10]})"
    return [
        f"- name: {draft.name}",
        f"  since: {json.dumps(draft.date[:10])}",
        f"  reason: {json.dumps(reason, ensure_ascii=False)}",
    ]
