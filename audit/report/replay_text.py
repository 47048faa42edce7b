"""A replay for a terminal: what is different first, then what could not be asked, then what is the same."""

from __future__ import annotations

from typing import Final

from audit.model.replays import Replay, ReplayedStatement
from audit.report.terminal_text import Style, printable

_COLOURS: Final = {"same": "green", "different": "red", "unknown": "yellow"}
_ORDER: Final = ("different", "unknown", "same")


def render_replay_text(replay: Replay, paint: Style) -> str:
    """One block a claim, and what came of the whole in the last line."""
    lines = [f"{replay.name}, asked again on {replay.commit[:12]} ({replay.how})", ""]
    for sameness in _ORDER:
        for each in replay.statements:
            if each.sameness == sameness:
                lines += _statement(each, paint)
    counts = ", ".join(
        f"{sum(each.sameness == sameness for each in replay.statements)} {sameness}" for sameness in reversed(_ORDER)
    )
    return "\n".join([*lines, "", f"{paint(replay.sameness, _COLOURS[replay.sameness])}: {counts}"]) + "\n"


def _statement(each: ReplayedStatement, paint: Style) -> list[str]:
    now = each.now if each.now is not None else "not asked"
    verdicts = f"{each.before} -> {now}"
    lines = [f"{paint(each.sameness, _COLOURS[each.sameness])} {printable(f'{each.id}: {verdicts}: {each.text}')}"]
    return [*lines, *(f"  {printable(said)}" for said in (*each.differences, each.obstacle) if said)]
