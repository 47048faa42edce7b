"""The stand-in system on PYTHONPATH, and the shipped rules with limits that a test can wait for."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

HERE = Path(__file__).parent
SHIPPED_RULES = HERE.parents[2] / "rules" / "smoke.yaml"


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    """The shipped scenario `lstm` with 5 seconds for each stage."""
    declared = yaml.safe_load(SHIPPED_RULES.read_text())
    [scenario] = [scenario for scenario in declared["scenarios"] if scenario["name"] == "lstm"]
    for stage in scenario["stages"]:
        stage["timeout"] = 5
    path = tmp_path / "smoke.yaml"
    path.write_text(yaml.safe_dump({"scenarios": [scenario]}, sort_keys=False))
    return path


@pytest.fixture
def install_fake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[dict[str, str]], None]:
    """Puts the stand-in where commands find it; faults have keys as in {"train demo": "hang"}."""

    def install(faults: dict[str, str]) -> None:
        package = tmp_path / "fake" / "metta_ref"
        (package / "tools").mkdir(parents=True)
        shutil.copy(HERE / "fake_system.py", package / "fake_system.py")
        (package / "__init__.py").touch()
        (package / "tools" / "__init__.py").touch()
        (package / "fault.json").write_text(json.dumps(faults))
        for tool in ("train", "resume", "sim", "analyze"):
            (package / "tools" / f"{tool}.py").write_text(f"from metta_ref.fake_system import main\nmain({tool!r})\n")
        monkeypatch.setenv("PYTHONPATH", str(package.parent))

    return install
