"""What `audit init` has to say: the files as a diff, and how the audit judges them."""

from __future__ import annotations

from collections.abc import Mapping

from audit.model.drafts import RulesJudged
from audit.report.phase_view import counted

_NAMED = 3


def render_new_files(files: Mapping[str, str]) -> str:
    """New files as one diff that ``git apply`` accepts."""
    blocks = []
    for name, text in files.items():
        lines = text.splitlines()
        head = [f"diff --git a/{name} b/{name}", "new file mode 100644", "--- /dev/null", f"+++ b/{name}"]
        blocks += [*head, f"@@ -0,0 +1,{len(lines)} @@", *(f"+{line}" for line in lines)]
    return "".join(f"{line}\n" for line in blocks)


def render_judged(judged: RulesJudged, *, baseline: bool) -> str:
    """What audit check and audit verify say now, and what to do about it."""
    lines = []
    if judged.standing:
        named = "; ".join(judged.standing[:_NAMED])
        more = f"; and {len(judged.standing) - _NAMED} more" if len(judged.standing) > _NAMED else ""
        accept = (
            "audit baseline write accepts what stands"
            if baseline
            else "audit init --baseline would have accepted what stands"
        )
        lines.append(f"audit check: {counted(len(judged.standing), 'finding')} stood before: {named}{more}")
        lines.append(f"  mend, or accept for now: {accept}")
    elif judged.unchecked:
        lines.append(
            f"audit check: nothing is wrong, but not all could be checked: {'; '.join(judged.unchecked[:_NAMED])}"
        )
        lines.append("  mend that, or leave it out: exclude = [...] under [tool.audit]")
    else:
        accepted = f" ({judged.accepted} accepted by the baseline)" if judged.accepted else ""
        lines.append(f"audit check: no findings{accepted}; {counted(judged.modules, 'module')} analysed")
    if judged.not_verified:
        lines.append(f"audit verify: not verified: {', '.join(judged.not_verified)}")
    else:
        lines.append(f"audit verify: all of {counted(judged.claims, 'claim')} verified")
    return "".join(f"{line}\n" for line in lines)
