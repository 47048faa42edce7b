"""What is looked at of Python source for names that its strings hold."""

import ast
from pathlib import Path

import pytest

import audit
from audit.kinds.data_files import DataFiles
from audit.kinds.python_strings import strings_of
from audit.kinds.words import packed_words

SOURCES = sorted(Path(audit.__file__).parent.glob("kinds/*.py"))


@pytest.mark.parametrize(
    ("source", "kept"),
    [
        ("run(store)\nx = 1\n", ""),
        ("run(store, 'a b') # or\nrun(\n    shelf)\n", "'a b') # or"),
        ('def f():\n    """Long\n    text."""\n    return shelf, "short"\n', 'Long\n    text.\n"short"'),
        ('x = f"""long {shelf}"""\n', "long {shelf}"),
    ],
)
def test_only_what_strings_hold_is_kept(source: str, kept: str) -> None:
    assert strings_of(source.encode()) == kept.encode()


@pytest.mark.parametrize(
    "source",
    [
        '# the mark """ begins\nx = shelf\ny = """a"""\nz = 1  # """\n',
        'x = \'"""\'\ny = shelf\nz = \'"""\'\n',
        "x = '''\nlong\n'''\n",
        "x = 'a\\\n  b\\\n  c'\n",
        'x = """never ends\n',
    ],
    ids=["in a comment", "in a string", "other quotes", "a string over lines", "no end"],
)
def test_where_quotes_may_deceive_all_is_kept(source: str) -> None:
    assert strings_of(source.encode()) == source.encode()


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_every_word_of_a_string_is_kept(path: Path) -> None:
    content = path.read_bytes()
    values = [
        node.value
        for node in ast.walk(ast.parse(content))
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and node.value in content.decode()
    ]
    said = set(packed_words("\n".join(values).encode()).split())
    assert values
    assert said <= set(packed_words(strings_of(content)).split())


def test_of_data_files_what_stands_before_an_ending_is_looked_at() -> None:
    content = b"shelf = 1\n" + b"#" * 300 + b"\njoin(HERE, 'ui', 'main.css')\nopen(shelf)\nrun('old.py')\n"
    words = set(packed_words(DataFiles().excerpt(content)).split())
    assert {b"ui", b"main", b"css"} <= words
    assert DataFiles().excerpt(b"run(shelf, 'old')\n") == b""
