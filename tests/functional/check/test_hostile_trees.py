"""`audit check` on trees that no project means to have: it ends, says what it left out, and runs nothing."""

from __future__ import annotations

import json
import os
from itertools import pairwise
from xml.dom import minidom

import pytest

ODD_NAMES = [b"two\nlines.py", b"\xff\xfe.py", "\u202eabc.py".encode(), b"-rf.py", b"tab\t.py", b"x" * 240 + b".py"]


@pytest.fixture
def oddly_named(repository):
    """A repository whose file names hold what hardly any file name holds."""
    repository.write({"pkg/__init__.py": ""})
    for name in ODD_NAMES:
        (repository.root / os.fsdecode(name)).write_bytes(b"import pkg.gone\n")
    repository.commit("Add files of odd names")
    return repository


@pytest.mark.parametrize("commit", [(), ("--at", "HEAD")], ids=["work tree", "commit"])
def test_odd_names_are_escaped_on_their_lines(oddly_named, audit, commit) -> None:
    done = audit("check", oddly_named.root, "--format", "concise", *commit)
    assert (done.stderr, done.returncode) == ("", 1)
    assert done.stdout.splitlines() == [
        "-rf.py:1:1: IMP001 pkg.gone",
        r"tab\t.py:1:1: IMP001 pkg.gone",
        r"two\nlines.py:1:1: IMP001 pkg.gone",
        f"{'x' * 240}.py:1:1: IMP001 pkg.gone",
        r"\u202eabc.py:1:1: IMP001 pkg.gone",
        r"\udcff\udcfe.py:1:1: IMP001 pkg.gone",
        "6 findings in 6 files: 6 errors, 0 warnings (7 of 7 modules analysed)",
    ]


def test_odd_names_survive_every_format(oddly_named, audit) -> None:
    document = json.loads(audit("check", oddly_named.root, "--format", "json").stdout)
    assert {os.fsencode(finding["path"]) for finding in document["findings"]} == set(ODD_NAMES)
    log = json.loads(audit("check", oddly_named.root, "--format", "sarif").stdout)
    uris = [
        result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] for result in log["runs"][0]["results"]
    ]
    assert "two%0Alines.py" in uris
    assert "%FF%FE.py" in uris
    suite = minidom.parseString(audit("check", oddly_named.root, "--format", "junit").stdout)
    assert len(suite.getElementsByTagName("failure")) == len(ODD_NAMES)
    assert audit("check", oddly_named.root, "--format", "github").stdout.count("::error ") == len(ODD_NAMES)


def test_what_is_neither_file_nor_folder_is_noted_and_never_opened(audit, tmp_path) -> None:
    (tmp_path / "pkg").mkdir()
    (tmp_path / "pkg/__init__.py").write_text("")
    os.mkfifo(tmp_path / "pkg/pipe.py")
    os.mkfifo(tmp_path / "settings.yaml")
    (tmp_path / "out").symlink_to("/")
    (tmp_path / "passwords.py").symlink_to("/etc/passwd")
    (tmp_path / "nothing.py").symlink_to("nowhere")
    assert audit("check", tmp_path).returncode == 0
    left_out = audit("roots", tmp_path).stdout.partition("Not analysed:\n")[2].splitlines()[:-1]
    assert left_out == [
        "  nothing.py: symbolic link to nothing, not followed",
        "  out: symbolic link that leads out of the tree, not followed",
        "  passwords.py: symbolic link that leads out of the tree, not followed",
        "  pkg/pipe.py: neither a file nor a folder",
        "  settings.yaml: neither a file nor a folder",
    ]


def test_git_settings_of_the_environment_name_no_other_repository(shop, audit, tmp_path, monkeypatch) -> None:
    expected = audit("check", shop.root).stdout
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "elsewhere"))
    monkeypatch.setenv("GIT_WORK_TREE", str(tmp_path))
    monkeypatch.setenv("GIT_INDEX_FILE", str(tmp_path / "index"))
    assert audit("check", shop.root).stdout == expected


DEEP = {
    "calls.py": "x = " + "f(" * 3000 + ")" * 3000 + "\n",
    "sum.py": "import sys\nx = " + " + ".join(["'a'"] * 20000) + "\nsys.path.insert(0, x)\n",
    "setup.py": "x = " + "(" * 5000 + ")" * 5000 + "\n",
    "pyrightconfig.json": "[" * 100_000,
    "deep.json": "[" * 100_000 + "]" * 100_000,
    "deep.yaml": "[" * 20_000,
    "deep.toml": "x = " + "[" * 10_000 + "]" * 10_000,
    "deep.ipynb": '{"cells": [' + "[" * 50_000,
    "odd.ipynb": '{"cells": [{"cell_type": "code", "source": [1, null, {}]}, 3], "nbformat": "x"}',
    "laughs.yaml": "a: &a [x, x]\n"
    + "".join(f"{b}: &{b} [*{a}, *{a}, *{a}, *{a}]\n" for a, b in pairwise("abcdefghijkl")),
    "tag.yaml": "a: !!python/object/apply:os.mkdir [pwned]\n",
    "wide.md": "[" * 50_000 + "\n" + ">" * 5000 + " a\n" + "`" * 9999,
}


def test_what_nests_too_deeply_is_left_out_and_the_rest_is_checked(repository, audit) -> None:
    repository.write({"pkg/__init__.py": "", "use.py": "import pkg.gone\n", **DEEP})
    repository.commit("Add deep nesting")
    document = json.loads(audit("check", repository.root, "--format", "json").stdout)
    assert [finding["target"] for finding in document["findings"]] == ["pkg.gone"]
    skipped = {each["path"] for each in document["coverage"]["skipped"]}
    assert {"setup.py", "pyrightconfig.json"} <= skipped
    assert skipped <= set(DEEP)
    assert not (repository.root / "pwned").exists()


@pytest.mark.parametrize(
    "template",
    [
        "{% if cookiecutter.cli %}\nimport click\n{% endif %}\n",
        "import re\nfrom {{cookiecutter.package}} import __version__\n",
        "class {{ model.name | title }}:\n    pass\n",
    ],
)
def test_a_template_is_noted_and_leaves_the_check_complete(repository, audit, template) -> None:
    repository.write({"pkg/__init__.py": "", "hooks/post_gen.py": template})
    done = audit("check", repository.root)
    assert (done.stdout, done.returncode) == (
        "no findings (1 of 2 modules analysed; 1 not: see audit roots)\n",
        0,
    )
    assert (
        "  hooks/post_gen.py: a template, no Python until it is filled in\n" in audit("roots", repository.root).stdout
    )


def test_a_sparse_checkout_is_refused_because_what_it_leaves_out_is_not_gone(shop, audit) -> None:
    whole = audit("check", shop.root, "--at", "HEAD").stdout
    shop.git("sparse-checkout", "set", "--no-cone", "/shop/bridge.py")
    done = audit("check", shop.root)
    assert (done.stdout, done.returncode) == ("", 2)
    assert done.stderr.startswith("audit: this is a sparse checkout, which leaves out ")
    assert done.stderr.endswith("run git sparse-checkout disable, or audit a whole commit with --at HEAD\n")
    assert audit("check", shop.root, "--at", "HEAD").stdout == whole
