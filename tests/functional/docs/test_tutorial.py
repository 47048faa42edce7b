"""The tutorial shows what its commands say, and whoever follows it word by word comes to its end."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

DOCS = Path(__file__).parents[3] / "docs"
PAGE = (DOCS / "tutorial.md").read_text(encoding="utf-8")
SMALL = """\
```text note.txt
one
two
three
```

```console
$ cat note.txt
stale
$ cat note.txt
one
...
```
"""


def test_every_output_is_what_its_command_says_now() -> None:
    done = subprocess.run(
        [sys.executable, DOCS / "tutorial.py", "--check"], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_a_stale_output_is_written_again_and_what_is_left_out_stays_so(
    tmp_path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(DOCS))
    from tutorial import replayed  # a script beside the page, no module of a package

    folder = tmp_path / "folder"
    folder.mkdir()
    assert replayed(SMALL, folder) == SMALL.replace("stale\n", "one\ntwo\nthree\n")


def test_it_leads_through_a_red_audit_to_a_green_one() -> None:
    codes = re.findall(r"^exit code (\d)$", PAGE, re.MULTILINE)
    assert codes == ["1", "1"]
    assert PAGE.index("REFUTED: ") < PAGE.index("3 fixed in 3 files; 0 left") < PAGE.index("\nVERIFIED: ")


def test_its_snippets_for_continuous_integration_are_sound() -> None:
    workflow, hooks = (
        yaml.safe_load(text) for text in re.findall(r"^```yaml\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
    )
    steps = workflow["jobs"]["audit"]["steps"]
    assert steps[0]["with"] == {"fetch-depth": 0}
    assert [step["run"].split()[:2] for step in steps if step.get("run", "").startswith("audit ")] == [
        ["audit", "check"],
        ["audit", "verify"],
    ]
    (offered,) = yaml.safe_load((DOCS.parent / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    assert [hook["id"] for hook in hooks["repos"][0]["hooks"]] == [offered["id"]]
