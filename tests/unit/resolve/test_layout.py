"""Where modules are imported from, as packaging and tools say it; whatever those files hold, reading goes on."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.resolve.generated import generated_by_build
from audit.resolve.layout import Layout, read_layout
from audit.resolve.reading import EntryPoint

CODE = ("lib/core/__init__.py", "lib/core/a.py", "tests/test_a.py")


def layout(files: dict[str, str], code: tuple[str, ...] = CODE) -> Layout:
    contents = {path: text.encode() for path, text in files.items()}
    return read_layout((*code, *contents), contents.get)


DECLARATIONS = {
    "setuptools, package-dir": ("pyproject.toml", '[tool.setuptools.package-dir]\n"" = "lib"\n'),
    "setuptools, find": ("pyproject.toml", '[tool.setuptools.packages.find]\nwhere = ["lib"]\n'),
    "setup.cfg, package_dir": ("setup.cfg", "[options]\npackage_dir =\n    = lib\n"),
    "setup.cfg, find": ("setup.cfg", "[options.packages.find]\nwhere = lib\n"),
    "setup.py, package_dir": ("setup.py", "setup(package_dir={'': 'lib'})\n"),
    "setup.py, package_dir of a package": ("setup.py", "setup(package_dir={'core': 'lib/core'})\n"),
    "setup.cfg, package_dir of a package": ("setup.cfg", "[options]\npackage_dir =\n    core = lib/core\n"),
    "setuptools, package-dir of a package": ("pyproject.toml", '[tool.setuptools.package-dir]\ncore = "lib/core/"\n'),
    "setup.py, find_packages": ("setup.py", "setup(packages=find_packages('lib'))\n"),
    "setup.py, where": ("setup.py", "setup(packages=find_packages(where='lib'))\n"),
    "hatch": ("pyproject.toml", '[tool.hatch.build.targets.wheel]\npackages = ["lib/core"]\n'),
    "poetry": ("pyproject.toml", '[tool.poetry]\npackages = [{include = "core", from = "lib"}]\n'),
    "pdm": ("pyproject.toml", '[tool.pdm.build]\npackage-dir = "lib"\n'),
    "maturin": ("pyproject.toml", '[tool.maturin]\npython-source = "lib"\n'),
    "pytest": ("pyproject.toml", '[tool.pytest.ini_options]\npythonpath = ["lib"]\n'),
    "pytest.ini": ("pytest.ini", "[pytest]\npythonpath = lib other\n"),
    "mypy": ("mypy.ini", "[mypy]\nmypy_path = lib\n"),
    "pyright": ("pyrightconfig.json", '{"extraPaths": ["lib"], // the code\n}'),
    "pyright, environments": ("pyrightconfig.json", '{"executionEnvironments": [{"root": "lib"}]}'),
    "ruff": ("ruff.toml", 'src = ["lib"]\n'),
    "ty": ("ty.toml", '[environment]\nroot = ["./lib"]\n'),
    "pyrefly": ("pyrefly.toml", 'search-path = ["lib"]\n'),
}


@pytest.mark.parametrize("tool", DECLARATIONS)
def test_a_root_is_declared_in_the_words_of_any_tool(tool: str) -> None:
    name, text = DECLARATIONS[tool]
    found = layout({name: text})
    assert "lib" in found.declared
    assert "lib" in found.roots
    assert found.mistakes == ()


def test_a_folder_that_holds_no_code_is_no_root() -> None:
    assert layout({"pytest.ini": "[pytest]\npythonpath = elsewhere ../outside /abs ~/home\n"}).declared == frozenset()


def test_an_import_sorter_does_not_make_a_package_a_root() -> None:
    assert layout({"ruff.toml": 'src = ["lib/core", "lib"]\n'}).declared == {"lib"}


def test_the_folder_beside_packaging_files_is_a_root() -> None:
    code = ("a/src/one/__init__.py", "b/two/__init__.py", "c/notes.txt", "d/single.py", "e/setup.py")
    files = dict.fromkeys(("a/pyproject.toml", "b/setup.cfg", "c/pyproject.toml", "d/pyproject.toml"), "")
    assert layout({**files, "e/setup.py": ""}, code).roots == ("", "a/src", "b", "d")


def test_commands_are_read_with_their_lines() -> None:
    found = layout(
        {
            "pyproject.toml": '[project.scripts]\ncore = "core.a:main"\n\n[project.entry-points.x]\ny = "core.b"\n',
            "setup.cfg": "[options.entry_points]\nconsole_scripts =\n    old = core.c:main\n",
            "setup.py": "setup(entry_points={'console_scripts': [\n    'older = core.d:main',\n]})\n",
        }
    )
    assert found.entry_points == (
        EntryPoint("core", "core.a:main", "pyproject.toml", 2, is_command=True),
        EntryPoint("y", "core.b", "pyproject.toml", 5),
        EntryPoint("old", "core.c:main", "setup.cfg", 3, is_command=True),
        EntryPoint("older", "core.d:main", "setup.py", 2, is_command=True),
    )


def test_what_is_installed_from_elsewhere_is_told_from_what_the_tree_ships() -> None:
    found = layout(
        {
            "pyproject.toml": '[project]\nname = "One"\ndependencies = ["two >= 2", "Three_Four[extra]"]\n',
            "requirements-dev.txt": "# for the developers\n-r other.txt\none\nfive==5\n",
        }
    )
    assert {"two", "three-four", "five"} <= found.dependencies
    assert "one" not in found.dependencies


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("pyproject.toml", "[project\n"),
        ("setup.cfg", "no section\n"),
        ("pyrightconfig.json", "{"),
        ("pyrightconfig.json", "[" * 100_000),
    ],
)
def test_a_file_that_cannot_be_read_is_noted_and_the_rest_is_read(name: str, text: str) -> None:
    found = layout({name: text, "pytest.ini": "[pytest]\npythonpath = lib\n"})
    ((path, reason),) = found.mistakes
    assert path == name
    assert reason.startswith("cannot be read as configuration: ")
    assert found.declared == {"lib"}


WRONG = st.recursive(
    st.booleans() | st.integers() | st.text("ab./~$ -é", max_size=5) | st.just("../up"),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text("ab.", max_size=3), inner, max_size=2),
    max_leaves=4,
)
PLACES = (
    "project",
    "project.name",
    "project.dependencies",
    "project.optional-dependencies.dev",
    "project.scripts",
    "project.entry-points.x",
    "dependency-groups.dev",
    "tool",
    "tool.poetry.dependencies",
    "tool.poetry.group.dev.dependencies",
    "tool.poetry.packages",
    "tool.poetry.scripts",
    "tool.setuptools.package-dir",
    "tool.setuptools.packages",
    "tool.setuptools.packages.find.where",
    "tool.setuptools_scm.write_to",
    "tool.hatch.build.targets",
    "tool.hatch.build.targets.wheel.packages",
    "tool.hatch.build.targets.wheel.sources",
    "tool.hatch.build.hooks.vcs.version-file",
    "tool.pdm.version.write_to",
    "tool.pdm.build.package-dir",
    "tool.maturin",
    "tool.maturin.python-source",
    "tool.pytest.ini_options.pythonpath",
    "tool.pyright",
    "tool.pyright.executionEnvironments",
    "tool.pyright.extraPaths",
    "tool.ruff.src",
    "tool.mypy.mypy_path",
    "tool.ty.environment.extra-paths",
    "tool.pyrefly.search-path",
)


def toml(value: object) -> str:
    """A value as inline TOML, which differs from JSON in its tables only."""
    match value:
        case dict():
            return (
                "{"
                + ", ".join(f"{json.dumps(key, ensure_ascii=False)} = {toml(inner)}" for key, inner in value.items())
                + "}"
            )
        case list():
            return "[" + ", ".join(toml(inner) for inner in value) + "]"
    return json.dumps(value, ensure_ascii=False)


@pytest.mark.parametrize("place", PLACES)
@given(WRONG)
@settings(max_examples=15, deadline=None)
def test_values_of_the_wrong_kind_are_passed_over(place: str, value: object) -> None:
    found = layout({"pyproject.toml": f"{place} = {toml(value)}\n"})
    assert found.mistakes == ()
    assert set(found.roots) <= {"", "lib", "lib/core", "tests"}


def test_what_a_setup_script_computes_is_passed_over() -> None:
    found = layout({"setup.py": "setup(package_dir={1: 'lib', NAME: 'tests', '': WHERE}, packages=NAMES)\n"})
    assert (found.mistakes, found.declared) == ((), {"lib", "tests"})


def test_a_setup_script_names_the_files_in_folders_that_it_builds() -> None:
    found = layout({"setup.py": "open('lib/core/made.py', 'w').write(read('single.py'))\n"})
    assert found.built == {"made"}


@given(
    st.sampled_from(["pyproject.toml", "setup.cfg", "setup.py", "tox.ini", "pyrightconfig.json", "ruff.toml"]),
    st.binary(max_size=60),
)
@settings(max_examples=150, deadline=None)
def test_any_bytes_are_read_or_noted(name: str, content: bytes) -> None:
    found = read_layout((*CODE, name), {name: content}.get)
    assert "" in found.roots


def test_modules_that_a_build_makes_are_known_from_ignore_files() -> None:
    made = generated_by_build(
        [
            (".gitignore", b"# made\n_version.py\n/gen/out.py\n**/stamp.py\nbuild/\npkg/made/\n!kept.py\n*.py\n\xff\n"),
            ("sub/.gitignore", b"/here.py\n"),
        ]
    )
    assert {
        path: made(path) for path in ("_version.py", "a/b/_version.py", "gen/out.py", "x/stamp.py")
    } == dict.fromkeys(("_version.py", "a/b/_version.py", "gen/out.py", "x/stamp.py"), True)
    assert made("pkg/made/deep.py")
    assert made("sub/here.py")
    for path in ("here.py", "build/x.py", "kept.py", "a.py", "pkg/other.py", "a/gen/out.py"):
        assert not made(path), path
