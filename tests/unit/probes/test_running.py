"""What the probes of imports, tests and smoke see, on small repositories that go wrong in every way."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import audit.probes.imports
from audit.model.evidence import FailedTest, SmokeStage
from audit.probes.imports import probe_imports, third_party
from audit.probes.normalise import normalise
from audit.probes.smoke import probe_smoke
from audit.probes.tests import probe_tests

BAD = {
    "pkg/__init__.py": "",
    "pkg/ok.py": "import json, sys\nassert 'pkg.state' not in sys.modules\n",
    "pkg/state.py": "import json\njson.touched = True\n",
    "pkg/fresh.py": "import json\nassert not hasattr(json, 'touched')\n",
    "pkg/gone.py": "import pkg.chain\n",
    "pkg/chain.py": "\nfrom pkg.nowhere import x\n",
    "pkg/third.py": "import not_installed\n",
    "pkg/syntax.py": "def f(:\n",
    "pkg/leaves.py": "raise SystemExit(0)\n",
    "pkg/variable.py": "import os\nos.environ['NOT_SET']\n",
    "pkg/file.py": "open('/nowhere/at/all')\n",
    "pkg/quits.py": "import os\nos._exit(0)\n",
    "pkg/crashes.py": "import os, signal\nos.kill(os.getpid(), signal.SIGSEGV)\n",
    "pkg/talks.py": "print('x' * 200000)\n",
    "pkg/hangs.py": "import time\ntime.sleep(1000)\n",
    "pkg/leaks.py": "import os, time\nif os.fork() == 0:\n    time.sleep(1000)\n",
}


@pytest.fixture
def attempts(folder, sandbox, monkeypatch):
    """Imports the modules of drawn files."""

    def imported(files: dict[str, str], *names: str):
        monkeypatch.setattr(audit.probes.imports, "SECONDS", 2.0)
        modules = [(name, ".") for name in names or (path[:-3].replace("/", ".") for path in files)]
        modules = [(name.removesuffix(".__init__"), root) for name, root in modules]
        return {each.module: each for each in probe_imports(sandbox(folder(files)), modules).attempts}

    return imported


def test_every_module_is_tried_whatever_the_others_do(attempts) -> None:
    seen = attempts(BAD)

    assert {name: (each.outcome, each.error or each.message) for name, each in seen.items()} == {
        "pkg": ("imported", ""),
        "pkg.ok": ("imported", ""),
        "pkg.state": ("imported", ""),
        "pkg.fresh": ("imported", ""),
        "pkg.gone": ("raised", "ModuleNotFoundError"),
        "pkg.chain": ("raised", "ModuleNotFoundError"),
        "pkg.third": ("raised", "ModuleNotFoundError"),
        "pkg.syntax": ("raised", "SyntaxError"),
        "pkg.leaves": ("raised", "SystemExit"),
        "pkg.variable": ("raised", "KeyError"),
        "pkg.file": ("raised", "FileNotFoundError"),
        "pkg.quits": ("died", "exit status 0"),
        "pkg.crashes": ("died", "signal SIGSEGV"),
        "pkg.talks": ("imported", ""),
        "pkg.hangs": ("hung", ""),
        "pkg.leaks": ("imported", ""),
    }
    assert [str(frame) for frame in seen["pkg.gone"].frames] == ["pkg/gone.py:1", "pkg/chain.py:2"]
    assert (seen["pkg.gone"].missing, seen["pkg.gone"].not_found) == ("pkg.nowhere", True)
    assert [str(frame) for frame in seen["pkg.syntax"].frames] == ["pkg/syntax.py:1"]
    assert seen["pkg.variable"].variable == "NOT_SET"
    assert seen["pkg.file"].os_error


def test_an_installed_module_that_kills_the_server_costs_no_verdict(folder, attempts, install) -> None:
    """Loading it ahead of the modules ends the server: everything is then tried again without it."""
    files = {"own/a.py": "X = 1\n", "own/b.py": "import trap\n"}
    install(folder(files), "trap.py", "import os\nos._exit(1)\n")

    assert {name: each.outcome for name, each in attempts(files).items()} == {"own.a": "imported", "own.b": "died"}


def test_each_module_is_led_by_its_own_root(folder, sandbox) -> None:
    root = folder(
        {"one/helper.py": "X = 1\n", "two/helper.py": "raise ValueError('two')\n", "two/other.py": "import helper\n"}
    )
    observed = probe_imports(sandbox(root), [("helper", "one"), ("other", "two")])

    assert [(each.module, each.outcome, each.message) for each in observed.attempts] == [
        ("helper", "imported", ""),
        ("other", "raised", "two"),
    ]


def test_what_is_loaded_ahead_are_the_eager_imports_of_others() -> None:
    eager = b"import torch.nn, own.x\nfrom yaml import load\nfrom . import y\n"
    guarded = b"try:\n    import ujson\nexcept ImportError: ...\n"
    lazy = b"def f():\n    import lazy\n"

    assert third_party([eager + guarded + lazy, b"import yaml", b"def f(:"], {"own"}) == ["yaml", "torch.nn", "ujson"]


TESTS = """\
import pytest
def test_passes(): pass
def test_fails(): assert 1 == 2
@pytest.mark.skip
def test_skipped(): pass
@pytest.mark.xfail
def test_expected(): assert 0
@pytest.mark.xfail
def test_unexpected(): pass
@pytest.fixture
def broken(): raise RuntimeError("no")
def test_error(broken): pass
@pytest.fixture
def untidy():
    yield
    raise RuntimeError("late")
def test_teardown(untidy): pass
def test_slow(): pass
@pytest.mark.parametrize("n", [1, 2])
def test_each(n): pass
"""


def test_the_outcome_vector_is_that_of_pytest_whatever_it_prints(folder, sandbox) -> None:
    options = "[pytest]\naddopts = -q --no-header -k 'not slow' --tb=no\n"
    observed = probe_tests(sandbox(folder({"tests/test_a.py": TESTS, "pytest.ini": options})), ["tests"])

    assert observed.vector == {
        "collected": 10,
        "passed": 4,
        "failed": 1,
        "errors": 2,
        "skipped": 1,
        "xfailed": 1,
        "xpassed": 1,
        "deselected": 1,
    }
    assert observed.finished
    assert observed.files == {"tests/test_a.py": 8}
    assert [(each.node.partition("::")[2], each.outcome) for each in observed.failures] == [
        ("test_error", "error"),
        ("test_fails", "failed"),
        ("test_teardown", "error"),
    ]
    assert observed.run.command == ("python", "-m", "pytest", "tests")


def test_a_test_file_that_cannot_be_imported_names_what_is_missing(folder, sandbox) -> None:
    root = folder(
        {"tests/test_a.py": "import pkg.b\n", "pkg/b.py": "import pkg.gone\n", "tests/test_b.py": "def test(): pass\n"}
    )
    observed = probe_tests(sandbox(root), ["tests"])

    assert (observed.errors, observed.passed) == (1, 0)
    assert [(each.node, each.outcome, each.missing) for each in observed.failures] == [
        ("tests/test_a.py", "error", "pkg.gone")
    ]


def test_a_test_that_ends_the_process_is_not_a_finished_run(folder, sandbox) -> None:
    source = "import os\ndef test_a(): pass\ndef test_b(): os._exit(0)\n"
    observed = probe_tests(sandbox(folder({"test_a.py": source})), ["test_a.py"])

    assert (observed.finished, observed.passed, observed.collected) == (False, 1, 2)


def test_workers_that_the_options_ask_for_do_not_hide_the_collection(folder, sandbox) -> None:
    root = folder({"test_a.py": "def test_a(): pass\ndef test_b(): pass\n", "pytest.ini": "[pytest]\naddopts = -n 2\n"})
    observed = probe_tests(sandbox(root), ["test_a.py"])

    assert (observed.collected, observed.passed, observed.finished) == (2, 2, True)


def test_no_test_and_no_such_test_are_told_by_exit_status(folder, sandbox) -> None:
    opened = sandbox(folder({"test_a.py": "X = 1\n"}))
    empty, missing = probe_tests(opened, ["test_a.py"]), probe_tests(opened, ["test_b.py"])

    assert (empty.run.exit, empty.collected, missing.run.exit, missing.collected) == (5, 0, 4, 0)


REPORT = {
    "schema_version": 1,
    "scenarios": [
        {
            "name": "demo",
            "outcome": "failed",
            "stages": [
                {
                    "name": "train", "outcome": "passed", "command": ["x"], "exit": 0, "seconds": 1.5,
                    "digest": "d", "excerpt": "e", "reason": "", "facts": {"epoch": 1},
                },
                {
                    "name": "resume", "outcome": "blocked", "command": [], "exit": None, "seconds": None,
                    "digest": None, "excerpt": None, "reason": "needs train", "facts": {},
                },
            ],
        }
    ],
}  # fmt: skip


def smoke_that_writes(content: str) -> dict[str, str]:
    source = f"import sys\nopen(sys.argv[-1], 'w').write({content!r})\nprint(sys.argv[1])\nsys.exit(1)\n"
    return {"smoke/__init__.py": "", "smoke/__main__.py": source}


def test_the_report_of_the_smoke_is_read(folder, sandbox) -> None:
    observed = probe_smoke(sandbox(folder(smoke_that_writes(json.dumps(REPORT)))), ["demo"])

    assert (observed.run.exit, observed.run.stdout, observed.unreadable) == (1, "demo\n", "")
    assert observed.scenarios[0].stages == (
        SmokeStage(
            name="train",
            outcome="passed",
            command=("x",),
            exit=0,
            seconds=1.5,
            digest="d",
            excerpt="e",
            facts={"epoch": 1},
        ),
        SmokeStage(name="resume", outcome="blocked", reason="needs train"),
    )


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("{", "its report cannot be read: Input data was truncated"),
        ('{"schema_version": 2, "scenarios": []}', "its report has the unknown version 2"),
        ('{"schema_version": 1}', "its report cannot be read: Object missing required field `scenarios`"),
    ],
)
def test_a_report_that_cannot_be_read_is_told(folder, sandbox, content, reason) -> None:
    assert probe_smoke(sandbox(folder(smoke_that_writes(content))), []).unreadable == reason


def test_a_smoke_without_a_report_is_told(folder, sandbox) -> None:
    silent = probe_smoke(sandbox(folder({"smoke/__init__.py": "", "smoke/__main__.py": ""})), [])

    assert (silent.unreadable, silent.run.exit) == ("it wrote no report", 0)


def test_a_smoke_that_is_installed_elsewhere_does_not_speak_for_the_tree(folder, sandbox) -> None:
    observed = probe_smoke(sandbox(folder({"a.txt": ""})), [])

    assert observed.run.problem == "the tree has no smoke package, so there is no scenario to run"


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("wrote /tmp/audit-x/tree/out/a.json", "wrote out/a.json"),
        ("took 12.5 s at 1,234.5 steps/s", "took <time> at <rate> steps/s"),
        ("steps_per_second=2390 elapsed: 1.5", "steps_per_second=<time> elapsed: <time>"),
        ("train    passed   9.5 s", "train    passed  <time>"),
        ("in /tmp/audit-x/home/tmp/smoke-a1b2/data", "in <scratch>/tmp/data"),
        ("steps/s: 99.1, 3 passed in 0.12s", "steps/s: <rate>, 3 passed in <time>"),
        ("2025-08-27T18:00:01.5Z 18:00:01 \x1b[31mred\x1b[0m", "<time> <time> red"),
        ("<X object at 0x7f3a2b1c0d> pid 4711", "<X object at <address>> pid <pid>"),
        ("epoch-00000004 has 1000 steps, return 0.25", "epoch-00000004 has 1000 steps, return 0.25"),
    ],
)
def test_only_what_differs_between_runs_is_replaced(text, normal) -> None:
    folders = {"/tmp/audit-x/tree/": "", "/tmp/audit-x/tree": ".", "/tmp/audit-x": "<scratch>"}

    assert normalise(text, folders) == normal
    assert normalise(normal, folders) == normal


def test_failures_carry_their_message(folder, sandbox) -> None:
    observed = probe_tests(sandbox(folder({"test_a.py": "def test_a(): assert 1 == 2, 'why'\n"})), ["test_a.py"])

    assert observed.failures == (
        FailedTest(node="test_a.py::test_a", outcome="failed", message="AssertionError: why\nassert 1 == 2"),
    )
    assert not Path("test_a.py").exists()
