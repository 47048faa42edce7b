"""The page of kinds is what the kinds say of themselves."""

from __future__ import annotations

import re
from pathlib import Path

from audit.kinds.page import kinds_page
from audit.kinds.registry import BUILT_IN

PAGE = Path(__file__).parents[3] / "docs" / "kinds.md"


def test_the_page_is_up_to_date() -> None:
    assert PAGE.read_text(encoding="utf-8") == kinds_page(kind() for kind in BUILT_IN)


def test_every_kind_shows_what_it_finds() -> None:
    page = kinds_page(kind() for kind in BUILT_IN)
    for kind in BUILT_IN:
        section = re.split(r"\n## [\w-]+\n\nCodes: ", page.split(f"\n## {kind.name}\n\nCodes: ")[1])[0]
        assert section.count("### Finds: ") == len(kind.BREAKS) > 0
        assert section.count("### Leaves alone: ") == len(kind.HOLDS) > 0
        assert all(f"{path}" in section and target in section for each in kind.BREAKS for path, _, target in each.finds)
