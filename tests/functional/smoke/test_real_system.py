"""The shipped scenario on the real reference system, and the independence that makes it evidence."""

import ast
import json
import math
import subprocess
import sys
from pathlib import Path

import pytest

import smoke

ROOT = Path(__file__).parents[3]


@pytest.mark.timeout(300)  # five real processes of seconds each, on cores that other tests share
def test_the_reference_system_goes_all_the_way(tmp_path: Path) -> None:
    written = tmp_path / "smoke.json"
    done = subprocess.run(
        [sys.executable, "-m", "smoke", "agalite", "--json", str(written)], cwd=ROOT, capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (0, "")
    [scenario] = json.loads(written.read_text())["scenarios"]
    assert (scenario["name"], scenario["outcome"]) == ("agalite", "passed")
    facts = {stage["name"]: stage["facts"] for stage in scenario["stages"]}
    assert list(facts) == ["train", "checkpoint", "uninterrupted", "resume", "evaluate", "analyse"]
    assert facts["resume"]["resumed_from"] == facts["train"]["epoch"]
    assert facts["resume"]["step"] == facts["uninterrupted"]["step"] >= 2000
    assert {"policy.safetensors", "optimizer.safetensors", "scalars.json"} <= set(facts["resume"]["equal_state_files"])
    assert facts["evaluate"]["episodes"] == facts["analyse"]["episodes"] == 16
    assert math.isclose(facts["evaluate"]["mean_reward"], facts["analyse"]["mean_reward"], abs_tol=1e-6)
    assert "reward" in facts["analyse"]["metrics"]
    assert [each["metric"] for each in facts["analyse"]["intervals"]] == facts["analyse"]["metrics"]
    assert facts["uninterrupted"]["curve"][-1][0] == facts["uninterrupted"]["step"]


def test_the_smoke_imports_nothing_of_what_it_examines() -> None:
    modules = sorted(Path(smoke.__file__).parent.glob("**/*.py"))
    assert len(modules) >= 8
    allowed = set(sys.stdlib_module_names) | {"yaml", "smoke"}
    for module in modules:
        for node in ast.walk(ast.parse(module.read_text())):
            names: list[str] = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                assert node.level == 0, module
                names = [node.module or ""]
            assert {name.split(".")[0] for name in names} <= allowed, module
