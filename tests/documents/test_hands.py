"""Documents in ten hands, each with what is read from it: tense, and what must be so or why nothing can be judged.

Beside each document stands what is expected of it, a line a statement. A statement that is no claim has no reason.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from audit.claims.markdown import read_document

HANDS = sorted((Path(__file__).parent / "hands").glob("*.md"))


@pytest.mark.parametrize("document", HANDS, ids=lambda path: path.stem)
def test_a_document_is_read_as_its_author_meant_it(document: Path) -> None:
    dossier = read_document(document.name, document.read_bytes(), may_run=False)

    read = [
        f"{each.id} {each.tense}: {'; '.join(map(str, each.predicates)) or each.obstacle or 'no claim'}"
        for each in dossier.statements
    ]

    assert "\n".join(read) + "\n" == document.with_suffix(".expected").read_text()
