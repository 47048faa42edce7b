"""Which functions that support tests check something, directly or through others."""

from __future__ import annotations

import ast
from collections.abc import Iterable

from audit.worth.assertions import checks
from audit.worth.functions import Function


def checking_helpers(trees: Iterable[ast.Module], known_before: Iterable[str] = ()) -> frozenset[str]:
    """Names of functions, methods and fixtures that check, besides those known before.

    Two of one name cannot be told apart: one that checks suffices.
    """
    functions = [node for tree in trees for node in ast.walk(tree) if isinstance(node, Function)]
    functions = [node for node in functions if not node.name.startswith("test")]
    known = set(known_before)
    while True:
        found = {node.name for node in functions if node.name not in known and checks(node, known)}
        if not found:
            return frozenset(known)
        known |= found
