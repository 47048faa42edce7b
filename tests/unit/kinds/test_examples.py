"""Every kind is held to the examples that it carries itself, alone and among all others."""

from __future__ import annotations

import pytest

from audit.kinds.kind import Example, Kind
from audit.kinds.registry import BUILT_IN
from audit.model.codes import CODES
from tests.unit.kinds.trees import after, migrate, places

EXAMPLES = [
    pytest.param(kind, example, id=f"{kind.name}: {example.title}")
    for kind in BUILT_IN
    for example in (*kind.HOLDS, *kind.BREAKS)
]


@pytest.mark.parametrize(("kind", "example"), EXAMPLES)
def test_an_example_is_found_exactly(kind: type[Kind], example: Example) -> None:
    before = example.before if example.gone or example.after else None
    expected = sorted(example.finds, key=lambda place: (place[0], place[1] or 0, place[2]))

    alone = migrate(before, after(example), kinds=(kind(),))
    among_all = migrate(before, after(example), kinds=tuple(each() for each in BUILT_IN))

    assert places(alone.findings) == expected
    assert places(among_all.findings) == expected
    assert {finding.code for finding in alone.findings} <= set(kind.codes)
    assert alone.skipped == ()
    assert alone.files > 0, "an example must hold a file that its kind wants"


@pytest.mark.parametrize("kind", BUILT_IN, ids=lambda kind: kind.name)
def test_a_kind_proves_itself(kind: type[Kind]) -> None:
    assert kind.HOLDS, "what must not be found belongs to the proof"
    assert kind.BREAKS, "a kind without an example of what it finds proves nothing"
    assert all(example.finds for example in kind.BREAKS)
    assert not any(example.finds for example in kind.HOLDS)
    assert set(kind.codes) <= set(CODES)


def test_names_of_kinds_are_unique() -> None:
    names = [kind.name for kind in BUILT_IN]
    assert len(names) == len(set(names)) > 10
