"""No content breaks a reader: it is read, or refused with a reason; and a mention stands where it says."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.kinds.kind import Kind
from audit.kinds.registry import BUILT_IN
from audit.kinds.texts import MAX_LINE, MAX_MENTIONS, MAX_TEXT, UnreadableError

PATHS = {
    "yaml": ["a.yaml"],
    "json": ["a.json"],
    "toml": ["a.toml"],
    "ini": ["a.ini"],
    "gin": ["a.gin"],
    "registrations": ["a.py", "a.yaml"],
    "entry-points": ["pyproject.toml", "setup.cfg", "setup.py"],
    "shell": ["run.sh", "Makefile", "Dockerfile"],
    "executables": ["bin/run"],
    "workflows": [".github/workflows/a.yml"],
    "launch": [".vscode/launch.json"],
    "tool-settings": ["pyproject.toml", "tox.ini", "pyrightconfig.json"],
    "path-lists": ["CODEOWNERS", "MANIFEST.in"],
    "plain-lists": ["files.txt"],
    "requirements": ["requirements/dev.txt"],
    "build-files": ["meson.build", "CMakeLists.txt", "BUILD", "Snakefile"],
    "build-scripts": ["noxfile.py"],
    "sphinx-extensions": ["docs/conf.py"],
    "management-calls": ["a.py"],
    "cython": ["a.pyx"],
    "setup-script": ["setup.py"],
    "subprocesses": ["a.py"],
    "kept-code": ["a.py"],
    "opened-files": ["a.py"],
    "data-files": ["a.py"],
    "templates": ["a.j2"],
    "markdown": ["a.md"],
    "rst": ["a.rst"],
    "docstrings": ["a.py"],
    "notebooks": ["a.ipynb"],
    "pickles": ["a.pkl"],
}
READERS = [pytest.param(kind(), path, id=f"{kind.name} {path}") for kind in BUILT_IN for path in PATHS[kind.name]]

WORDS = "shop.old shop/old.py shop.old:Store _target_ import ` `` ' \" \\ --- ```python ``` ~~ >>> :mod:` :: = , < > é"
MARKS = '\n|\r\n|    |\t|: |- |[|]|(|)|{|}|#|&a |*a|!!python/name:|.. automodule:: |"""|def f():|[tool.x]|a = |/|..|\f'
CELLS = ['{"cells": [{"cell_type": "code", "source": ["', '"]}]}', "python -m ", "from shop import x"]
PIECES = st.sampled_from([*WORDS.split(" "), *MARKS.split("|"), *CELLS])
TEXTS = st.lists(PIECES | st.text(max_size=8), max_size=40).map("".join)
CONTENTS = TEXTS.map(lambda text: text.encode("utf-8", "surrogatepass")) | st.binary(max_size=200)


@pytest.mark.parametrize("instruction", ["COPY --from=build", "ADD --chown=me --link", "COPY .", "RUN"])
def test_an_instruction_of_an_image_that_says_too_little(instruction: str) -> None:
    shell = next(kind for kind in BUILT_IN if kind.name == "shell")()
    mentions = shell.read("Dockerfile", f"{instruction}\nRUN python -m shop.old\n".encode())
    assert [each.text for each in mentions if each.form == "module"] == ["shop.old"]


@pytest.mark.parametrize(("kind", "path"), READERS)
@settings(max_examples=60, deadline=None)
@given(content=CONTENTS)
def test_any_content_is_read_or_refused(kind: Kind, path: str, content: bytes) -> None:
    assert kind.wants(path)
    try:
        mentions = kind.read(path, content)
    except UnreadableError:
        return  # what is refused has its reason tested below
    lines = content.decode("utf-8-sig", "replace").count("\n") + 1
    for mention in mentions:
        assert mention.text
        assert mention.code in kind.codes
        if mention.span is not None:
            line, column, end_line, end_column = mention.span
            assert 1 <= line <= end_line <= lines
            assert (line, column) <= (end_line, end_column)
            assert column >= 1


NAMES = st.lists(st.sampled_from(["shop", "old", "Store", "x9", "été"]), min_size=2, max_size=4).map(".".join)
FRAMES = [
    ("yaml", "a.yaml", "# é\nkey:\n  - {{deep: {}}}\n", 3),
    ("yaml", "a.yaml", "k: 'x'\nother: \"{}\"\n", 2),
    ("json", "a.json", '{{"é": 1,\n "key": ["{}"]}}\n', 2),
    ("toml", "a.toml", "[table]\nkey = [\n  'a',\n  '{}',\n]\n", 4),
    ("ini", "a.ini", "[a]\nclass =\n  {}\n", 3),
    ("shell", "run.sh", "cd x && \\\n  run --plugin={} -v\n", 2),
    ("shell", "run.sh", "python -m {}\n", 1),
    ("workflows", ".github/workflows/a.yml", "a:\n  run: |\n    é\n    python -m {} x\n", 4),
    ("markdown", "a.md", "# é\n\nSee `{}` there.\n", 3),
    ("rst", "a.rst", "Title\n=====\n\n:class:`~{}`\n", 4),
    ("docstrings", "a.py", 'def f():\n    """é\n\n    :class:`{}`\n    """\n', 4),
]


@pytest.mark.parametrize(("kind", "path", "frame", "line"), FRAMES)
@settings(max_examples=25, deadline=None)
@given(name=NAMES)
def test_a_mention_stands_where_it_says(kind: str, path: str, frame: str, line: int, name: str) -> None:
    reader = next(each() for each in BUILT_IN if each.name == kind)
    text = frame.format(name)
    [mention] = [each for each in reader.read(path, text.encode()) if each.text == name]
    assert mention.span is not None
    start_line, column, end_line, end_column = mention.span
    assert (start_line, end_line) == (line, line)
    assert text.split("\n")[line - 1][column - 1 : end_column - 1] == name


@settings(max_examples=60, deadline=None)
@given(
    before=st.lists(st.text(alphabet='ab "\\\té𝒳', max_size=6), max_size=3),
    as_list=st.booleans(),
    indent=st.sampled_from([None, 1]),
    ascii_only=st.booleans(),
)
def test_a_line_of_a_notebook_is_found_in_its_file(
    before: list[str], as_list: bool, indent: int | None, ascii_only: bool
) -> None:
    lines = [*(f"# {line}" for line in before), "import shop.old"]
    source: object = [f"{line}\n" for line in lines] if as_list else "\n".join(lines)
    cells = [{"cell_type": "markdown", "source": ["x"]}, {"cell_type": "code", "source": source}]
    text = json.dumps({"cells": cells}, indent=indent, ensure_ascii=ascii_only)

    reader = next(kind() for kind in BUILT_IN if kind.name == "notebooks")
    [mention] = reader.read("a.ipynb", text.encode())

    assert (mention.text, mention.cell, mention.cell_line) == ("shop.old", 2, len(lines))
    assert mention.span is not None
    line, column, _, end_column = mention.span
    assert text.split("\n")[line - 1][column - 1 : end_column - 1] == "import shop.old"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:0", "Git LFS pointer"),
        (b"a" * (MAX_TEXT + 1), "larger than"),
        (b"a\0b", "binary"),
        (b"\xff\xfea", "not UTF-8"),
        (b"x\n" + b"a" * (MAX_LINE + 1), "minified"),
        (b"see a/b.py\n\n" * (MAX_MENTIONS + 1), "generated"),
    ],
)
def test_a_file_beyond_the_limits_is_refused_with_a_reason(content: bytes, reason: str) -> None:
    reader = next(kind() for kind in BUILT_IN if kind.name == "markdown")
    with pytest.raises(UnreadableError, match=reason):
        reader.read("a.md", content)


@pytest.mark.parametrize(
    ("kind", "path", "text", "reason"),
    [
        ("yaml", "a.yaml", "a: [", "not YAML: line 2"),
        ("yaml", "a.yaml", "a:\n\t- b", "not YAML: line 2"),
        ("yaml", "a.yaml", "[" * 500, "nested deeper than 100"),
        ("json", "a.json", '{"a": ', "ends too early"),
        ("json", "a.json", '{"a"]', "stray ]"),
        ("json", "a.json", "[" * 500, "nested deeper than 200"),
        ("toml", "a.toml", "a = \n", "not TOML: 1"),
        ("ini", "a.ini", "neither\n", "not INI: line 1"),
        ("entry-points", "pyproject.toml", "[project\n", "cannot be read as configuration"),
        ("notebooks", "a.ipynb", "{}", "has no cells"),
        ("notebooks", "a.ipynb", "<html>", "not JSON: line 1"),
        ("build-scripts", "noxfile.py", "def", "not Python"),
    ],
)
def test_a_damaged_file_is_refused_with_its_place(kind: str, path: str, text: str, reason: str) -> None:
    reader = next(each() for each in BUILT_IN if each.name == kind)
    with pytest.raises(UnreadableError, match=reason):
        reader.read(path, text.encode())


def test_aliases_are_never_expanded() -> None:
    bomb = "a: &a [shop.old]\n" + "".join(
        f"{chr(98 + i)}: &{chr(98 + i)} [{', '.join(['*' + chr(97 + i)] * 9)}]\n" for i in range(20)
    )
    reader = next(kind() for kind in BUILT_IN if kind.name == "yaml")
    assert [mention.text for mention in reader.read("a.yaml", bomb.encode())] == ["shop.old"]
