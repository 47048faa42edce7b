"""In which order to mend root causes, so that the fewest places bring the most modules back first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from audit.model.findings import Mend, Root


def mending_order(roots: Sequence[Root]) -> tuple[Mend, ...]:
    """Steps that together revive every module: each mends all roots that some dead modules need mended.

    A module comes back only when every root that kills it is mended, so a step is the set of roots that still
    keeps some module dead. The next step is always the one that revives most modules for each place to mend:
    greedy, since the best order of all is as hard to find as the smallest set cover.
    """
    places = {root.target: len(root.sites) for root in roots}
    sites = {root.target: root.sites for root in roots}
    killers: dict[str, set[str]] = {}
    for root in roots:
        for module in root.killed:
            killers.setdefault(module, set()).add(root.target)
    steps: list[Mend] = []
    while killers:
        needed = Counter(frozenset(left) for left in killers.values())
        revived = {step: sum(count for other, count in needed.items() if other <= step) for step in needed}
        best = min(
            needed,
            key=lambda step: (-revived[step] / sum(places[target] for target in step), -revived[step], sorted(step)),
        )
        targets = tuple(sorted(best))
        steps.append(Mend(targets, tuple(site for target in targets for site in sites[target]), revived[best]))
        killers = {module: rest for module, left in killers.items() if (rest := left - best)}
    return tuple(steps)
