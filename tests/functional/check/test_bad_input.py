"""Bad input to `audit check`: one clear message, exit code 2, nothing lost or half-written."""

from __future__ import annotations

import json
import re

import pytest

from audit.kinds.texts import UnreadableError, text_of


def told(done) -> tuple[str, int]:
    """What a user sees of a refused call."""
    assert done.stdout == ""
    return done.stderr, done.returncode


def test_a_path_that_does_not_exist(audit, tmp_path) -> None:
    missing = tmp_path / "nowhere"
    expected = f"audit: {missing} does not exist; give the folder of a repository\n"
    assert told(audit("check", missing)) == (expected, 2)


def test_a_file_instead_of_a_folder(audit, tmp_path) -> None:
    file = tmp_path / "file.py"
    file.write_text("")
    assert told(audit("check", file)) == (f"audit: {file} is a file; give the folder of a repository\n", 2)


@pytest.mark.parametrize("option", ["--since", "--at"])
def test_history_is_asked_of_a_plain_folder(audit, tmp_path, option) -> None:
    (tmp_path / "a.py").write_text("")
    expected = f"audit: {option} needs a git repository, and {tmp_path} is a plain folder\n"
    assert told(audit("check", tmp_path, option, "HEAD")) == (expected, 2)


@pytest.mark.parametrize("option", ["--since", "--at"])
@pytest.mark.parametrize("revision", ["no-such-branch", "0000000000", "--output=x"])
def test_an_unknown_revision(shop, audit, option, revision) -> None:
    message, code = told(audit("check", shop.root, f"{option}={revision}"))
    assert (
        message
        == f"audit: {option} {revision}: no such commit in {shop.root}; git log --oneline shows the commits there are\n"
    )
    assert code == 2


def test_a_shallow_clone_cannot_be_compared(shop, audit, tmp_path) -> None:
    shop.git("clone", "--quiet", "--depth", "1", f"file://{shop.root}", str(tmp_path / "shallow"))
    expected = (
        "audit: this clone is shallow, so nothing can be compared with --since: "
        "run git fetch --unshallow (in CI: fetch-depth: 0) and try again\n"
    )
    assert told(audit("check", tmp_path / "shallow", "--since", "HEAD")) == (expected, 2)


def test_a_bare_repository_needs_a_commit(shop, audit, tmp_path) -> None:
    bare = tmp_path / "bare.git"
    shop.git("clone", "--quiet", "--bare", str(shop.root), str(bare))
    expected = f"audit: {bare} is a bare repository without a work tree; name a commit with --at REV\n"
    assert told(audit("check", bare)) == (expected, 2)


def test_every_mistake_of_the_rules_is_told_at_once(shop, audit) -> None:
    shop.write(
        {
            "rules/retired.yaml": "- nam: shop.store\n- name: 7\n",
            "pyproject.toml": "[tool.audit]\nstrikt = true\n",
        }
    )
    message, code = told(audit("check", shop.root))
    lines = message.splitlines()
    assert code == 2
    assert any(line.startswith("audit: pyproject.toml:2: ") and "'strict'" in line for line in lines)
    assert any(line.startswith("audit: rules/retired.yaml:1: ") and "'name'" in line for line in lines)
    assert any(line.startswith("audit: rules/retired.yaml:2: ") for line in lines)


def test_yaml_that_does_not_parse_is_told_with_its_line(shop, audit) -> None:
    shop.write({"rules/retired.yaml": "- name: [shop\n"})
    message, code = told(audit("check", shop.root))
    assert message.startswith("audit: rules/retired.yaml:")
    assert code == 2


def test_an_unknown_code_is_told_with_the_nearest(shop, audit) -> None:
    message, code = told(audit("check", shop.root, "--select", "REF0001"))
    assert message == "audit: no code starts with 'REF0001', did you mean 'REF001'?; see audit explain\n"
    assert code == 2


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"def broken(:\n", "does not parse: line 1: invalid syntax"),
        (b"# coding: latin-9000\n", "does not parse: unknown encoding: latin-9000"),
        (b"name = '\xff'\n", "does not parse: line 1: "),
        (b"<<<<<<< HEAD\na = 1\n=======\n", "does not parse: line 1: a merge conflict stands there"),
        (b"a = 1\0\n", "holds null bytes: not Python source"),
    ],
)
def test_a_file_that_cannot_be_read_as_python_leaves_the_check_incomplete(repository, audit, content, reason) -> None:
    repository.write({"app/__init__.py": "", "app/good.py": "import app\n", "app/bad.py": content})
    done = audit("check", repository.root)
    assert done.stdout == "no findings (2 of 3 modules analysed; 1 not: see audit roots)\n"
    assert done.stderr.startswith(f"audit: could not check app/bad.py: {reason}")
    assert done.returncode == 2
    assert f"  app/bad.py: {reason}" in audit("roots", repository.root).stdout


@pytest.mark.parametrize("encoding", ["latin-1", "cp1252", "shift_jis", "koi8-r"])
def test_a_file_is_read_in_the_encoding_that_it_declares(repository, audit, encoding) -> None:
    said = "é" if encoding in ("latin-1", "cp1252") else "я"
    code = f"# coding: {encoding}\nimport subprocess; subprocess.run([PYTHON, '-m', 'app.old'])  # {said}\n".encode(
        encoding
    )
    repository.write({"app/__init__.py": "", "app/old.py": "", "run.py": b"import subprocess\n"})
    repository.commit("Start")
    (repository.root / "app/old.py").unlink()
    repository.write({"run.py": code})
    done = audit("check", repository.root, "--since", "HEAD", "--format", "json")
    document = json.loads(done.stdout)
    assert [(each["path"], each["line"], each["target"]) for each in document["findings"]] == [("run.py", 2, "app.old")]
    assert document["coverage"]["skipped"] == []


def test_an_encoding_that_changes_the_text_is_not_followed() -> None:
    with pytest.raises(UnreadableError, match="not UTF-8 text"):
        text_of(b"# coding: unicode_escape\nname = 'app\\x2eold \xe9'\n")


def test_findings_elsewhere_outweigh_a_file_that_cannot_be_read(shop, audit) -> None:
    shop.write({"shop/bad.py": "def broken(:\n"})
    assert audit("check", shop.root).returncode == 1


def test_a_file_kept_broken_as_test_data_does_not_spoil_the_check(repository, audit) -> None:
    repository.write({"app/__init__.py": "", "tests/data/broken.py": "def broken(:\n"})
    done = audit("check", repository.root)
    assert (done.stdout, done.returncode) == ("no findings (1 of 2 modules analysed; 1 not: see audit roots)\n", 0)


def test_a_symlink_loop_is_noted_and_not_followed(repository, audit) -> None:
    repository.write({"app/__init__.py": "", "app/run.py": "import app\n"})
    (repository.root / "app/up").symlink_to("..")
    (repository.root / "self").symlink_to("self")
    done = audit("check", repository.root)
    assert (done.stdout, done.returncode) == ("no findings (2 of 2 modules analysed)\n", 0)
    noted = audit("roots", repository.root).stdout
    assert "  app/up: symbolic link loop, not followed\n" in noted
    assert "  self: symbolic link loop, not followed\n" in noted


def test_nothing_to_analyse_is_never_a_pass(repository, audit) -> None:
    repository.write({"README.md": "# Nothing here\n"})
    done = audit("check", repository.root)
    assert done.stdout == "no findings (0 of 0 modules analysed)\n"
    assert done.stderr == "audit: no Python module was analysed, so nothing was checked; is this the right folder?\n"
    assert done.returncode == 2


def test_output_into_a_missing_folder(shop, audit, tmp_path) -> None:
    target = tmp_path / "missing" / "result.json"
    expected = f"audit: cannot write {target}: there is no folder {target.parent}\n"
    assert told(audit("check", shop.root, "--output", target)) == (expected, 2)


def test_output_onto_a_folder(shop, audit, tmp_path) -> None:
    folder = tmp_path / "results"
    folder.mkdir()
    expected = f"audit: cannot write {folder}: it is a folder; name a file in it\n"
    assert told(audit("check", shop.root, "--output", folder)) == (expected, 2)
    assert list(folder.iterdir()) == []


def test_a_base_that_is_later_than_what_is_audited(shop, audit) -> None:
    expected = "audit: --since HEAD is later than HEAD~1, which is audited; name an older commit\n"
    assert told(audit("check", shop.root, "--since", "HEAD", "--at", "HEAD~1")) == (expected, 2)
    assert audit("check", shop.root, "--since", "HEAD", "--at", "HEAD").stderr == ""


def test_a_project_within_a_repository_is_read_alone_and_says_so(shop, audit) -> None:
    shop.write({"shop/pyproject.toml": "[tool.audit]\nstrict = true\n"})
    done = audit("check", shop.root / "shop")
    assert done.stderr == (
        "audit: only what lies in shop/ is read; what it imports from the rest of the repository is taken for "
        "third-party\n"
    )


def test_a_baseline_that_is_no_text(shop, audit, tmp_path) -> None:
    (tmp_path / "baseline.json").write_bytes(b"\xff\xfe\x00")
    expected = f"audit: {tmp_path / 'baseline.json'}: this is no UTF-8 text; write one with audit baseline write\n"
    assert told(audit("check", shop.root, "--baseline", tmp_path / "baseline.json")) == (expected, 2)
    assert told(audit("baseline", "show", "--file", tmp_path / "baseline.json")) == (expected, 2)


def test_a_baseline_of_nothing_is_neither_written_nor_emptied(audit, tmp_path) -> None:
    (tmp_path / "empty").mkdir()
    file = tmp_path / "baseline.json"
    file.write_text('[\n  {"code": "REF001", "referrer": "shop.use", "target": "shop.store"}\n]\n')
    before = file.read_text()
    expected = "audit: no Python module was analysed, so the baseline stays as it is; is this the right folder?\n"
    for command in ("write", "prune"):
        assert told(audit("baseline", command, tmp_path / "empty", "--file", file)) == (expected, 2)
    assert file.read_text() == before


def test_a_baseline_that_is_missing_or_malformed(shop, audit, tmp_path) -> None:
    missing, malformed = tmp_path / "missing.json", tmp_path / "malformed.json"
    malformed.write_text('[\n  {"code": "REF001"},\n  nonsense\n]\n')
    message, code = told(audit("check", shop.root, "--baseline", missing))
    assert (message, code) == (
        f"audit: {missing}: No such file or directory; write one with audit baseline write\n",
        2,
    )
    message, code = told(audit("check", shop.root, "--baseline", malformed))
    assert [line.split(": ")[1] for line in message.splitlines()] == [f"{malformed}:2", f"{malformed}:3"]
    assert code == 2


def test_an_unknown_option_is_a_usage_error(audit) -> None:
    assert audit("check", "--no-such-option").returncode == 2


_LACKING = (
    "; the clone lacks objects (it was made with --filter?) or is damaged: git fsck tells which,"
    " a full clone has them all"
)


@pytest.mark.parametrize("named", ["HEAD~2:pkg/store.py", "HEAD~2^{tree}", "HEAD~1^{tree}", "HEAD~2:pkg"])
@pytest.mark.parametrize("damage", ["missing", "overwritten"])
def test_a_clone_without_all_its_objects_cannot_be_compared(repository, audit, named, damage) -> None:
    repository.write({"pkg/__init__.py": "", "pkg/store.py": "def a(): ...\n", "use.py": "import pkg.store\n"})
    repository.commit("Add")
    repository.git("rm", "--quiet", "pkg/store.py")
    repository.commit("Remove")
    repository.write({"more.py": ""})
    repository.commit("Go on")
    name = repository.git("rev-parse", named)
    file = repository.root / ".git" / "objects" / name[:2] / name[2:]
    file.unlink()
    if damage == "overwritten":
        file.write_bytes(b"no object")
    message, code = told(audit("check", repository.root, "--since", "HEAD~2", "--no-cache"))
    assert code == 2
    assert re.fullmatch(rf"audit: git [a-z-]+ failed in \S+: (?:fatal|error): .*{re.escape(_LACKING)}\n", message), (
        message
    )


def test_a_partial_clone_cannot_be_compared(shop, audit, tmp_path) -> None:
    shop.git("config", "uploadpack.allowFilter", "true")
    shop.git("clone", "--quiet", "--filter=blob:none", f"file://{shop.root}", str(tmp_path / "partial"))
    message, code = told(audit("check", tmp_path / "partial", "--since", "HEAD~1", "--no-cache"))
    assert code == 2
    assert message.endswith(f"{_LACKING}\n"), message
