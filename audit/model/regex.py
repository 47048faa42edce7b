"""Regular expressions that are compiled when they are first used: most runs use few of the hundreds there are."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, AnyStr


class _Lazy:
    """Stands in for a pattern. What was asked of it once is kept: the next use costs no more than a pattern's."""

    def __init__(self, compiled: Callable[[], object]) -> None:
        self._compiled = compiled

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._compiled(), name)
        setattr(self, name, value)
        return value


def regex(source: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
    """What ``re.compile`` gives, later. For methods of the pattern only: functions of `re` do not take it.

    Raises, at its first use:
        re.error: the source is no regular expression.
    """
    if TYPE_CHECKING:
        return re.compile(source, flags)
    return _Lazy(lambda: re.compile(source, flags))
