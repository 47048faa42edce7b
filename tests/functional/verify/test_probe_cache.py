"""What ran well is not run again on the same tree; what failed, hung or met another tree is."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from audit.verification import verify

COUNTING = "import sys; open({log!r}, 'a').write('x'); {then}"


@pytest.fixture
def counted(shop, tmp_path, audit):
    """Makes the shop's one claim a command that leaves a line each time it runs; verifies it, and counts lines."""
    log = tmp_path / "runs.log"

    def prepare(then: str = "", **command) -> None:
        run = [sys.executable, "-c", COUNTING.format(log=str(log), then=then or "print('done')")]
        claim = {"id": "a", "text": "t", "expect": {"command": {"run": run, **command}}}
        shop.write({"rules/claims/shop.yaml": json.dumps({"claims": [claim]})})

    def verify(*arguments: object) -> subprocess.CompletedProcess[str]:
        return audit(shop.root, "verify", *arguments)

    def runs() -> int:
        return len(log.read_text())

    return prepare, verify, runs


def test_the_same_question_about_the_same_tree_is_asked_once(shop, counted) -> None:
    prepare, verify, runs = counted
    prepare()

    first, second = verify(), verify()
    assert (first.returncode, second.returncode, runs()) == (0, 0, 1)
    assert first.stdout == second.stdout
    assert (first.stderr, second.stderr) == (
        "",
        "audit: 1 probe was answered from the cache, because nothing has changed; --no-cache runs everything again\n",
    )
    assert (verify("--no-cache").stderr, runs()) == ("", 2)

    shop.write({"shop/store.py": "def load(path): ...\n"})
    verify()
    assert runs() == 3
    assert (verify("--memory", "32").stderr, runs()) == ("", 4)


@pytest.mark.parametrize(
    ("then", "command", "code"),
    [("sys.exit(3)", {}, 1), ("import time; time.sleep(60)", {"within": 0.5}, 1), ("sys.exit(3)", {"exit": 3}, 0)],
)
def test_what_did_not_end_well_is_looked_at_again(counted, then, command, code) -> None:
    prepare, verify, runs = counted
    prepare(then, **command)

    assert [verify().returncode, verify().returncode, runs()] == [code, code, 2]


def test_runs_side_by_side_and_damaged_entries_do_no_harm(shop, counted, environment) -> None:
    prepare, verify, runs = counted
    prepare()
    command = [sys.executable, "-m", "audit", "verify"]
    beside = [
        subprocess.Popen(command, cwd=shop.root, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        for _ in range(3)
    ]
    assert all(b"Traceback" not in each.communicate()[1] for each in beside)
    assert [each.returncode for each in beside] == [0, 0, 0]

    (entry,) = Path(environment["AUDIT_CACHE_DIR"], "probes").iterdir()
    entry.write_bytes(b"\x93damaged")
    before = runs()
    assert (verify().returncode, runs()) == (0, before + 1)


@pytest.mark.parametrize("part", [".", "shop"])
def test_what_lies_in_the_audited_repository_is_no_memory(shop, counted, part) -> None:
    prepare, _, runs = counted
    prepare()
    planted = shop.root / "cache"
    told: list[str] = []
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("AUDIT_CACHE_DIR", str(planted))
        for _ in range(2):
            verify(shop.root / part, [shop.root / "rules/claims/shop.yaml"], run=True, note=told.append)

    assert runs() == 2
    assert not planted.exists()
    assert told == [f"the cache {planted} lies in what is audited and was not used; put AUDIT_CACHE_DIR elsewhere"] * 2


def test_claims_that_share_something_run_alone(shop, tmp_path, audit) -> None:
    lock = tmp_path / "lock"
    alone = f"import os, time; os.mkdir({str(lock)!r}); time.sleep(0.2); os.rmdir({str(lock)!r})"
    claims = [
        {
            "id": f"c{n}",
            "text": "t",
            "exclusive": True,
            "expect": {"command": {"run": ["python", "-c", f"{alone}; {n}"]}},
        }
        for n in range(3)
    ]
    shop.write({"rules/claims/shop.yaml": json.dumps({"claims": claims})})

    done = audit(shop.root, "verify", "--jobs", "4")
    assert (done.returncode, done.stderr) == (0, "")


def test_a_probe_that_takes_long_is_told_of_when_it_ends(shop, monkeypatch) -> None:
    monkeypatch.setattr("audit.verification.running.LONG_SECONDS", 0.0)
    told: list[str] = []

    verify(shop.root, run=True, use_cache=False, note=told.append)

    assert sorted(re.sub(r"\d+ s$", "N s", line) for line in told) == [
        "command python -m shop.trainer ended after N s",
        "imports of 7 modules ended after N s",
        "pytest tests/test_scores.py ended after N s",
    ]
