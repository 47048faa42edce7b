"""The page on claims cannot drift: its examples are read, and every predicate has its line."""

from __future__ import annotations

import re
from pathlib import Path

from markdown_it import MarkdownIt

from audit.config.claims import load_claims
from audit.config.predicates import PREDICATES

PAGE = (Path(__file__).parents[3] / "docs" / "claims.md").read_text()

EXAMPLES = [token.content for token in MarkdownIt().parse(PAGE) if token.type == "fence" and token.info == "yaml"]


def test_the_example_file_is_valid() -> None:
    example = EXAMPLES[0]
    (dossier,) = load_claims([("example.yaml", example.encode())], may_run=False)

    assert [statement.id for statement in dossier.statements] == ["imports-clean", "training-starts"]


def test_every_other_example_is_a_list_of_predicates() -> None:
    lines = [line.removeprefix("- ") for example in EXAMPLES[1:-1] for line in example.splitlines() if line[:1] == "-"]
    claims = "".join(f"  - {{id: c{number}, text: t, expect: {{{line}}}}}\n" for number, line in enumerate(lines))
    (dossier,) = load_claims([("page.yaml", f"claims:\n{claims}".encode())], may_run=False)

    assert [statement.kind for statement in dossier.statements] == ["metric"] * 4


def test_the_waivers_are_valid() -> None:
    claim = "claims: [{id: training-starts, text: t, expect: {exists: x}}]\n"
    (dossier,) = load_claims([("page.yaml", (claim + EXAMPLES[-1]).encode())], may_run=False)

    assert [str(waiver) for waiver in dossier.waivers] == [
        "claim training-starts", "finding REF001 shop.policy_record", "finding 0f1e2d3c4b5a6978"
    ]  # fmt: skip


def test_every_predicate_has_a_line_with_a_valid_example() -> None:
    rows = re.findall(r"^\| `(\w+)` \|.*\| `(.+)` \|$", PAGE, re.MULTILINE)
    claims = "".join(f"  - {{id: {name}, text: t, expect: {{{example}}}}}\n" for name, example in rows)
    (dossier,) = load_claims([("page.yaml", f"claims:\n{claims}".encode())], may_run=False)

    assert {name for name, _ in rows} == set(PREDICATES)
    assert all(statement.kind == statement.id for statement in dossier.statements)
