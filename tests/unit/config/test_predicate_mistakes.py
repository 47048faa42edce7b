"""What is wrong with a predicate is said in words that tell what to write; each pair below is one mistake."""

from __future__ import annotations

from collections.abc import Callable
from textwrap import dedent

import pytest

from audit.config.claims import load_claims
from audit.model.errors import ConfigError
from audit.model.predicates import AnyPredicate, Command, Exists

MISTAKES = dedent(
    """\
    metric: {json: x, is: 1}
        metric needs 'file', the file that holds the number, or 'run', the command that prints it
    metric: {file: a, is: 1}
        metric needs exactly one of 'json', 'sql', 'log'
    metric: {file: a, json: x}
        metric needs exactly one of 'is' (such as '>= 0.8') and 'between' ([low, high])
    metric: {file: a, json: x, is: .nan}
        'is' must be a number, a text, or a comparison such as '>= 0.8', not nan
    metric: {file: a, json: x, is: '=> 3'}
        'is' compares with no number: '=> 3'; write it such as '>= 0.8'
    metric: {file: a, json: x, between: [2, 1]}
        'between' must be two numbers, the lower first, such as [0.7, 0.9], not [2, 1]
    metric: {file: a, json: x, is: '> 1', tolerance: {abs: 1}}
        'tolerance' goes with a number in 'is' and no comparator
    metric: {file: a, log: 'x=.+', is: 1}
        'log' needs a group around the number, such as 'reward=([0-9.]+)'
    metric: {file: a, log: '(', is: 1}
        'log' is no regular expression: missing ), unterminated subpattern at position 0
    metric: {file: /etc/passwd, log: '(x)', is: 1}
        '/etc/passwd' leaves the repository; give a path relative to its root
    metric: {run: a, sql: x, is: 1}
        'sql' needs 'file', the database
    metric: {file: a, json: x, is: 1, take: lst}
        'take' cannot be 'lst': did you mean 'last'?
    unchanged: {mode: code}
        unchanged needs 'paths', 'symbols', or 'run' alone
    unchanged: {symbol: m.f, mode: bytes}
        'mode: bytes' is for paths; a symbol is compared by 'code' or by 'signature'
    unchanged: {path: a, base: --exec}
        'base' must be a revision, not '--exec'
    red_green: {because: x}
        red_green needs the key 'tests'
    red_green: {tests: ../../x.py}
        '../../x.py' leaves the repository; give a path relative to its root
    pytest: /etc/test_x.py
        '/etc/test_x.py' leaves the repository; give a path relative to its root
    pytest: -pno:cacheprovider
        '-pno:cacheprovider' is an option and no test; name files, folders or node ids
    pytest: {nodes: t, within: .inf}
        'within' must be a number, not a number (inf)
    size: {path: a, lines: 9..3}
        'lines' must be a whole number or text such as '>=6' or '90..110', not '9..3'
    size: {path: a}
        size needs 'lines', 'added' or 'removed', such as 50 or '<=300'
    count: {findings: CLM01, expected: 0}
        unknown code 'CLM01', did you mean 'CLM001'?; audit explain lists them
    count: {files: ../*, expected: 0}
        '../*' leaves the repository; give a path relative to its root
    count: {tests: t, expected: 0, within: a}
        'within' goes with 'findings' and 'occurrences' only
    exists: "a\\0b"
        a text holds a character (NUL or half a surrogate pair) that no name can hold
    exists: "\\ud800"
        a text holds a character (NUL or half a surrogate pair) that no name can hold
    command: {run: x, exit: 300}
        'exit' must be at most 255, not 300
    command: {run: x, creates: a**b}
        'creates' has '**' beside other letters in 'a**b'; write it as 'a/**/b'
    command: {run: x, creates: /etc/*}
        '/etc/*' leaves the repository; give a path relative to its root
    command: {run: python -m a | cat}
        'run' has '|', and no shell reads it; write [sh, -c, '...'] or quote it
    command: {run: cd a && make}
        'run' has '&&', and no shell reads it; write [sh, -c, '...'] or quote it
    command: {run: python -m a >out}
        'run' has '>', and no shell reads it; write [sh, -c, '...'] or quote it
    """
)
LINES = [line.strip() for line in MISTAKES.splitlines()]


@pytest.fixture
def load_one() -> Callable[[str], tuple[AnyPredicate, ...]]:
    """The predicates of one claim, from what stands in its ``expect``."""

    def load(written: str) -> tuple[AnyPredicate, ...]:
        claims = f"claims:\n  - {{id: a, text: t, expect: {{{written}}}}}\n"
        ((statement,),) = [each.statements for each in load_claims([("x.yaml", claims.encode())], may_run=True)]
        return statement.predicates

    return load


@pytest.mark.parametrize(("written", "mistake"), list(zip(LINES[::2], LINES[1::2], strict=True)))
def test_each_mistake_is_told_in_its_own_words(written: str, mistake: str) -> None:
    claims = f"claims:\n  - {{id: a, text: t, expect: {{{written}}}}}\n"
    with pytest.raises(ConfigError) as caught:
        load_claims([("x.yaml", claims.encode())], may_run=True)

    assert list(caught.value.mistakes) == [f"x.yaml:2: {mistake}"]


def test_a_text_is_split_into_words_and_quoted_operators_are_words(load_one) -> None:
    (command,) = load_one("command: {run: python -c 'a | b' \"x>y\" z#1}")

    assert isinstance(command, Command)
    assert command.run == ("python", "-c", "a | b", "x>y", "z#1")


def test_paths_are_read_as_the_tree_spells_them(load_one) -> None:
    assert load_one("exists: [./a, b/, c/./d, ., e.f]") == (Exists(names=("a", "b", "c/d", ".", "e.f")),)


@pytest.mark.parametrize(
    ("claim", "mistake"),
    [
        ('id: "a\\nb", text: t', "the id 'a\\nb' must be one line"),
        ("id: a, text: t, cite: 'x.md:0'", "'cite' names line 0; the first line is 1"),
    ],
)
def test_each_mistake_of_a_claim_itself_is_told(claim: str, mistake: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load_claims([("x.yaml", f"claims:\n  - {{{claim}, expect: {{exists: a}}}}\n".encode())], may_run=True)

    assert list(caught.value.mistakes) == [f"x.yaml:2: {mistake}"]
