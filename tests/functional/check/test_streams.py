"""What is said reaches whoever reads it, and the exit code is right whatever becomes of the reader."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

FULL = Path("/dev/full")


def start(root: Path, *arguments: str, **more: object) -> subprocess.Popen[bytes]:
    """`audit` as a shell starts it, with stdout where ``more`` says."""
    environment = {**os.environ, "AUDIT_LEDGER": "off", **more.pop("environment", {})}  # type: ignore[dict-item]  # a mapping
    command = [sys.executable, "-c", "from audit.cli.main import run; run()", *arguments]
    return subprocess.Popen(command, cwd=root, env=environment, stderr=subprocess.PIPE, **more)  # type: ignore[call-overload,no-any-return]  # the options are those of Popen


def test_a_reader_that_has_gone_does_not_turn_findings_into_a_pass(shop) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    process = start(shop.root, "check", "--since", "HEAD~1", stdout=writer)
    os.close(writer)
    assert (process.communicate()[1], process.returncode) == (b"", 1)


def test_a_reader_that_leaves_an_explanation_ends_it_as_shells_have_it(shop) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    process = start(shop.root, "explain", stdout=writer)
    os.close(writer)
    assert (process.communicate()[1], process.returncode) == (b"", 141)


@pytest.mark.parametrize("command", [("watch",), ("demo",)])
def test_an_interrupt_is_told_and_leaves_nothing(shop, tmp_path, command) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    process = start(
        shop.root, *command, stdout=subprocess.PIPE, start_new_session=True, environment={"TMPDIR": str(scratch)}
    )
    assert process.stdout is not None
    process.stdout.readline()
    os.killpg(process.pid, signal.SIGINT)
    assert process.communicate()[1].splitlines()[-1] == b"audit: interrupted"
    assert process.returncode == 130
    assert list(scratch.iterdir()) == []


@pytest.mark.skipif(not FULL.exists(), reason="this system has no /dev/full to write to")
@pytest.mark.parametrize("command", ["check", "explain", "roots"])
def test_a_full_disk_is_told_in_one_line(shop, command) -> None:
    with FULL.open("wb") as full:
        process = start(shop.root, command, stdout=full)
        assert process.communicate()[1] == b"audit: cannot write: No space left on device\n"
    assert process.returncode == 2


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_a_pipe_is_given_utf_8_whatever_the_locale(shop, encoding) -> None:
    (shop.root / "shop/café.py").write_text("from shop.gone import 𝒙\n", encoding="utf-8")
    process = start(
        shop.root, "check", "--format", "json", stdout=subprocess.PIPE, environment={"PYTHONIOENCODING": encoding}
    )
    said, _ = process.communicate()
    assert "shop/café.py" in [each["path"] for each in json.loads(said.decode("utf-8"))["findings"]]


def test_a_name_that_the_locale_cannot_write_is_told_with_what_to_do(shop) -> None:
    (shop.root / "shop/café.py").write_text("")
    plain = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    process = start(shop.root, "check", stdout=subprocess.PIPE, environment=plain)
    expected = (
        b"audit: a name of this repository cannot be written in ascii, the encoding of this locale; "
        b"set PYTHONUTF8=1, or a locale of UTF-8\n"
    )
    assert process.communicate() == (b"", expected)
    assert process.returncode == 2
