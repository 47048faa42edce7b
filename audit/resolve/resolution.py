"""What a dotted name means to a file: the answer that a program gives."""

from __future__ import annotations

from typing import Literal

import msgspec

from audit.resolve.index import Node

Status = Literal["found", "missing", "foreign"]


class Resolution(msgspec.Struct, frozen=True):
    """The answer for one dotted name. ``weak`` marks a match under a folder that nothing declares as a root, or one
    of several that may be meant: enough to know that the name is not broken, not enough to judge its symbols."""

    status: Status
    dotted: str
    nodes: tuple[Node, ...] = ()
    weak: bool = False
