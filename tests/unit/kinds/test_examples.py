"""Every kind is held to the examples that it carries itself, alone and among all others, as plug-ins hold theirs."""

from __future__ import annotations

from typing import ClassVar

import pytest

from audit.kinds.kind import Example, Kind
from audit.kinds.registry import BUILT_IN
from audit.kinds.yaml_values import YamlValues
from audit.testing import check_examples


@pytest.mark.parametrize("kind", BUILT_IN, ids=lambda kind: kind.name)
def test_a_kind_finds_exactly_what_its_examples_list(kind: type[Kind]) -> None:
    check_examples(kind(), *(each() for each in BUILT_IN if each is not kind))


class Unproven(YamlValues):
    """A kind with every mistake that its examples can have."""

    name = "unproven"
    codes = ("REF008", "REF999")
    HOLDS: ClassVar[tuple[Example, ...]] = (
        Example(title="other files", before={"a.toml": ""}),
        Example(title="broken", before={"a.yaml": "_target_: [\n"}),
        Example(title="a finding", before={"old.py": "", "a.yaml": "file: old.py\n"}, gone=("old.py",)),
    )
    BREAKS: ClassVar[tuple[Example, ...]] = (
        Example(title="nothing", before={"a.yaml": "a: 1\n"}),
        Example(title="another line", before={"a.yaml": "a: 1\n"}, finds=(("a.yaml", 1, "shop.old"),)),
    )


def test_whatever_is_wrong_with_examples_is_told() -> None:
    with pytest.raises(AssertionError) as told:
        check_examples(Unproven())
    assert [line.removeprefix("unproven: ") for line in str(told.value).splitlines()] == [
        "'nothing' is in BREAKS and finds nothing",
        "REF999 is no code of audit explain",
        "'other files' holds no file that it wants",
        "'broken' skips a.yaml: not YAML: line 2: did not find expected node content",
        "'a finding' finds ('a.yaml', 1, 'old.py')",
        "'a finding' gives REF005, which is not in its codes",
        "'another line' does not find ('a.yaml', 1, 'shop.old')",
    ]


def test_names_of_kinds_are_unique() -> None:
    names = [kind.name for kind in BUILT_IN]
    assert len(names) == len(set(names)) > 10
