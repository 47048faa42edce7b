"""Whatever is quoted in a report stays text: it breaks no table, makes no tag, and ends no code block."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from audit.model.verdicts import ChainLink
from audit.report.markdown_text import chain_diagram, code, escaped, fenced, folded_list, place, table

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


@settings(deadline=None)
@given(st.text(st.sampled_from("ab `|<>[]\\#&-1.!~=+)@:/w$"), min_size=1, max_size=20).map(lambda text: f"{text}x"))
def test_prose_that_opens_an_item_of_a_list_opens_no_other_block(text: str) -> None:
    tokens = MARKDOWN.parse(f"- {escaped(text)}")

    assert [token.type for token in tokens if token.block and token.type.endswith("_open")] == [
        "bullet_list_open", "list_item_open", "paragraph_open",
    ]  # fmt: skip
    inline = next(token for token in tokens if token.type == "inline")
    assert {child.type for child in inline.children or ()} <= {"text", "code_inline", "text_special"}


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("see https://example.org/a?b|c now", "see `https://example.org/a?b\\|c` now"),
        ("www.example.org", "`www.example.org`"),
        ("thanks @team and me@example.org", "thanks `@team` and `me@example.org`"),
        ("1. first", "1\\. first"),
        ("# title", "\\# title"),
        ("a ~~b~~ &lt; $x$", "a \\~\\~b\\~\\~ \\&lt; \\$x\\$"),
    ],
)
def test_what_a_forge_would_make_of_it_by_itself_is_made_literal(text, shown) -> None:
    assert escaped(text) == shown


@pytest.mark.parametrize(
    ("cited", "link"),
    [
        ("a/b.py:3", "[`a/b.py:3`](../a/b.py#L3)"),
        ("a/b.py", "[`a/b.py`](../a/b.py)"),
        ("my docs/(old).md:1", "[`my docs/(old).md:1`](../my%20docs/%28old%29.md#L1)"),
        ("/home/me/a.md:3", "`/home/me/a.md:3`"),
        ("../a.md:3", "`../a.md:3`"),
        ("javascript:alert(1)", "`javascript:alert(1)`"),
    ],
)
def test_a_place_of_the_tree_is_a_link_from_the_folder_of_reports(cited, link) -> None:
    assert place(cited) == link


def test_a_chain_is_a_diagram_whose_last_node_is_what_is_gone() -> None:
    links = [
        ChainLink(importer="a.train", imported="a.bridge", site="a/train.py:3"),
        ChainLink(importer="a.bridge", imported='a."gone"', site="a/bridge.py:1"),
    ]

    assert chain_diagram(links) == [
        "```mermaid",
        "flowchart LR",
        '    n0["a.train"]',
        '    n1["a.bridge"]',
        '    n2["a.#34;gone#34;"]',
        '    n0 -- "a/train.py:3" --> n1',
        '    n1 -- "a/bridge.py:1" --> n2',
        "    style n2 stroke:#c00,stroke-width:3px,stroke-dasharray:4",
        "```",
    ]


@given(st.text(min_size=1))
def test_no_name_ends_its_label_in_a_diagram_or_gives_a_directive(name: str) -> None:
    node = chain_diagram([ChainLink(importer=name, imported="gone", site="a.py:1")])[2]

    assert re.fullmatch(r'    n0\["(?:[\w ./:()-]|#\d+;)+"\]', node)


def test_what_is_folded_is_counted() -> None:
    assert folded_list(["- a", "- b", "- c"], 1, "line") == [
        "- a", "", "<details>", "<summary>2 more lines</summary>", "", "- b", "- c", "", "</details>",
    ]  # fmt: skip
    assert folded_list(["- a"], 1, "line") == ["- a"]
