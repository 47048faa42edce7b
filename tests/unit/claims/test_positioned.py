"""Reading YAML with lines: every value knows where it stands, every mistake is said at once."""

from __future__ import annotations

import string

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.config.fields import Fields
from audit.config.positioned import Entry, Listing, Mapping, Mistakes, Node, Scalar, read_yaml

PLAIN = st.none() | st.booleans() | st.integers() | st.text(string.ascii_letters + " :#-'\"{}[]é\n", max_size=12)
DOCUMENTS = st.recursive(
    PLAIN,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(string.ascii_letters, min_size=1, max_size=5), inner, max_size=3)
    ),
    max_leaves=12,
)


def plain(node: Node) -> object:
    if isinstance(node, Mapping):
        return {entry.key: plain(entry.value) for entry in node.entries}
    if isinstance(node, Listing):
        return [plain(item) for item in node.items]
    return node.value


def mistakes_in(data: bytes) -> list[str]:
    mistakes = Mistakes("rules/x.yaml")
    read_yaml(data, mistakes)
    return [str(mistake) for mistake in mistakes.all()]


def test_every_key_and_value_carries_its_line() -> None:
    node = read_yaml(b"claims:\n  - id: a\n    weight: 2\n", Mistakes("x"))

    assert node == Mapping(
        (
            Entry(
                "claims",
                1,
                Listing((Mapping((Entry("id", 2, Scalar("a", 2)), Entry("weight", 3, Scalar(2, 3))), 2),), line=2),
            ),
        ),
        line=1,
    )


@settings(deadline=None, max_examples=60)
@given(DOCUMENTS)
def test_what_was_written_is_read_back(document: object) -> None:
    mistakes = Mistakes("x")
    node = read_yaml(yaml.safe_dump(document, allow_unicode=True).encode(), mistakes)

    assert not mistakes
    assert (None if node is None else plain(node)) == document


@settings(deadline=None, max_examples=60)
@given(st.binary(max_size=60) | st.text(max_size=60).map(str.encode))
def test_no_bytes_raise(data: bytes) -> None:
    mistakes = Mistakes("x")
    node = read_yaml(data, mistakes)

    assert all(1 <= mistake.line <= data.count(b"\n") + data.count(b"\r") + 6 for mistake in mistakes.all())
    assert node is None or isinstance(node, Scalar | Listing | Mapping)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"a: 1\na: 2\n", "rules/x.yaml:2: key 'a' is given twice (first on line 1)"),
        (b"a: [b\n", "rules/x.yaml:2: not valid YAML: expected ',' or ']', but got '<stream end>'"),
        (b"a: 1\nb: \xff", "rules/x.yaml:2: not UTF-8 text (byte 0xff); save the file as UTF-8"),
        (b"a: &x [*x]", "rules/x.yaml:1: an anchor that contains itself"),
        (b"a: !!py/name:os x", "rules/x.yaml:1: the tag !!py/name:os is not allowed; write a plain value"),
        (b"a: !!py/os {}", "rules/x.yaml:1: the tag !!py/os is not allowed; write a plain value"),
        (b"<<: {a: 1}", "rules/x.yaml:1: merge keys (<<) are not supported; write the keys out"),
        (b"1: a", "rules/x.yaml:1: a key must be text, not a number (1); quote it"),
        (b"a: 1\nb: \x00", "rules/x.yaml:2: not valid YAML: character U+0000 is not allowed"),
        (b"[" * 5000, "rules/x.yaml:1: nested too deeply to be a rules file"),
    ],
)  # fmt: skip
def test_each_mistake_is_one_line_that_says_where(data: bytes, message: str) -> None:
    assert mistakes_in(data) == [message]


def test_aliases_share_one_value_however_often_they_are_used() -> None:
    layers = ["a0: &a0 [x]"] + [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 40)]

    assert mistakes_in("\n".join(layers).encode()) == []


def test_all_mistakes_of_a_mapping_are_found_in_one_reading() -> None:
    mistakes = Mistakes("x.yaml")
    node = read_yaml(b"exit: yes\nwithin: -1\nruns: [a]\nhas: []\nweight: cor\n", mistakes)
    assert node is not None
    fields = Fields(node, "a command", mistakes)
    fields.texts("run", required=True)
    fields.integer("exit")
    fields.number("within", above=0)
    fields.texts("has")
    fields.choice("weight", ("core", "supporting"), "core")
    fields.close()

    assert [str(mistake) for mistake in mistakes.all()] == [
        "x.yaml:1: 'exit' must be a whole number, not a boolean (true)",
        "x.yaml:1: a command needs the key 'run'",
        "x.yaml:2: 'within' must be greater than 0, not -1",
        "x.yaml:3: unknown key 'runs' in a command: did you mean 'run'?",
        "x.yaml:4: 'has' is an empty list",
        "x.yaml:5: 'weight' cannot be 'cor': did you mean 'core'?",
    ]


def test_a_list_where_a_mapping_belongs_is_one_mistake() -> None:
    mistakes = Mistakes("x.yaml")
    node = read_yaml(b"\n- a\n", mistakes)
    assert node is not None
    Fields(node, "the file", mistakes).close()

    assert [str(m) for m in mistakes.all()] == ["x.yaml:2: the file must be a mapping of keys to values, not a list"]


def test_two_keys_that_mean_the_same_are_one_too_many() -> None:
    mistakes = Mistakes("x.yaml")
    node = read_yaml(b"node: a\nnodes: [b]\n", mistakes)
    assert node is not None

    assert Fields(node, "pytest", mistakes).first("nodes", "node") is not None
    assert [str(m) for m in mistakes.all()] == [
        "x.yaml:1: pytest has 'nodes' and 'node', which mean the same; keep one"
    ]
