"""Whatever is quoted in a report stays text: it breaks no table, makes no tag, and ends no code block."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from audit.report.markdown_text import chain_diagram, code, counted, escaped, fenced, table

TEXT = st.text(st.sampled_from("ab _*`|<>[]\\\n#&-1.!~"), max_size=20)
MARKDOWN = MarkdownIt("commonmark").enable("table")


def cells(markdown: list[str]) -> list[str]:
    """The plain text of each cell of a table, as a Markdown reader sees it."""
    found = []
    for token in MARKDOWN.parse("\n".join(markdown)):
        if token.type == "inline":
            found.append("".join(child.content for child in token.children or () if child.type != "html_inline"))
            assert all(child.type in ("text", "code_inline", "text_special") for child in token.children or ())
    return found


@settings(deadline=None)
@given(TEXT)
def test_a_code_cell_shows_exactly_its_text_on_one_line(text: str) -> None:
    row = cells(table(("Head", "Other"), [(code(f"x{text}"), "end")]))

    assert row == ["Head", "Other", " ".join(f"x{text}".split()), "end"]


@settings(deadline=None)
@given(TEXT.map(lambda text: text.replace("`", "'").replace("&", "+").replace("\\", "/")))
def test_prose_in_a_cell_is_read_back_as_it_was(text: str) -> None:
    row = cells(table(("Head", "Other"), [(escaped(f"x {text}"), "end")]))

    assert row == ["Head", "Other", " ".join(f"x {text}".split()), "end"]


@settings(deadline=None)
@given(TEXT.map(lambda text: f"first\n{text}\nlast"))
@example("first\n```\ninner\n````\nlast")
def test_a_code_block_ends_where_its_text_ends(text: str) -> None:
    tokens = MARKDOWN.parse("\n".join([*fenced(text), "after"]))

    assert [token.type for token in tokens] == ["fence", "paragraph_open", "inline", "paragraph_close"]
    assert tokens[0].content.rstrip("\n") == text.rstrip()


def test_inline_code_in_prose_stays_code() -> None:
    assert escaped("`a_b|c` of snake_case and *stars*") == "`a_b\\|c` of snake_case and \\*stars\\*"


def test_a_chain_is_a_diagram_whose_last_node_is_what_is_gone() -> None:
    links = [("a.train", "a.bridge", "a/train.py:3"), ("a.bridge", 'a."gone"', "a/bridge.py:1")]

    assert chain_diagram(links) == [
        "```mermaid",
        "flowchart LR",
        '    n0["a.train"]',
        '    n1["a.bridge"]',
        '    n2["a.#quot;gone#quot;"]',
        '    n0 -- "a/train.py:3" --> n1',
        '    n1 -- "a/bridge.py:1" --> n2',
        "    style n2 stroke:#c00,stroke-width:3px,stroke-dasharray:4",
        "```",
    ]


@pytest.mark.parametrize(("number", "text"), [(0, "0 tests"), (1, "1 test"), (2, "2 tests")])
def test_nouns_follow_their_number(number, text) -> None:
    assert counted(number, "test") == text
