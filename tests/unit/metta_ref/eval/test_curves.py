"""Learning curves from the logs of runs: seeds of equal settings as one."""

import json
from pathlib import Path

import pytest

from metta_ref.config import ConfigError
from metta_ref.eval.plots import SERIES, load_curve
from metta_ref.eval.statistics import Values


def log(path: Path, scores: list[float | None], *, entropy: float = 1.0, end: str = "") -> Path:
    """A log with an update every 10 steps."""
    updates = [
        dict.fromkeys(SERIES, 0.5) | {"agent_step": 10 * number, "score": score, "entropy": entropy, "epoch": number}
        for number, score in enumerate(scores, 1)
    ]
    path.write_text("".join(json.dumps(update) + "\n" for update in updates) + end)
    return path


def series(values: Values, name: str) -> list[float]:
    return values[:, list(SERIES).index(name)].tolist()


def test_one_run_is_its_own_mean(tmp_path: Path) -> None:
    curve = load_curve({"ant": log(tmp_path / "ant.jsonl", [None, 0.5, 1.0], end='{"agent_step": 40, "sc')})
    assert (curve.runs, curve.steps.tolist()) == (("ant",), [10.0, 20.0, 30.0])
    for values in (curve.mean, curve.low, curve.high):
        assert series(values, "score") == pytest.approx([float("nan"), 0.5, 1.0], nan_ok=True)
        assert series(values, "entropy") == [1.0] * 3


def test_seeds_are_averaged_as_far_as_all_came(tmp_path: Path) -> None:
    """A return that one seed does not have yet is left out of the mean, not taken for nothing."""
    runs = {f"ant-{seed}": [None if seed == 0 else 0.2, seed, 5.0 + seed, 9.0][: 3 + seed % 2] for seed in range(5)}
    paths = {run: log(tmp_path / run, scores, entropy=2.0) for run, scores in runs.items()}
    curve = load_curve(paths)
    assert curve.runs == tuple(runs)
    assert curve.steps.tolist() == [10.0, 20.0, 30.0]
    assert series(curve.mean, "score") == pytest.approx([0.2, 2.0, 7.0])
    assert series(curve.low, "score") == [0.2, 0.0, 5.0]
    assert series(curve.high, "score") == [0.2, 4.0, 9.0]
    assert series(curve.low, "entropy") == series(curve.high, "entropy") == [2.0] * 3


def test_the_range_is_of_the_seeds_that_have_a_return(tmp_path: Path) -> None:
    curve = load_curve({run: log(tmp_path / run, [score]) for run, score in (("ant-0", None), ("ant-1", 0.2))})
    assert series(curve.low, "score") == series(curve.high, "score") == [0.2]


def test_a_long_log_is_averaged_to_what_a_picture_can_show(tmp_path: Path) -> None:
    curve = load_curve({"ant": log(tmp_path / "ant.jsonl", [0.0, 1.0] * 400)})
    assert curve.steps.size == 200
    assert set(series(curve.mean, "score")) == {0.5}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "missing; train the run"),
        ("", "holds no update yet"),
        ('{"agent_step": 10', "holds no update yet"),
        ('{"epoch": 1}\n', r"holds a line that no update wrote \(Object missing required field `agent_step`\)"),
        ("nonsense\n", "holds a line that no update wrote"),
        ("[]\n", "holds a line that no update wrote"),
        ('{"agent_step": null}\n', "holds a line that no update wrote"),
    ],
)
def test_what_is_no_log_is_refused(tmp_path: Path, content: str | None, message: str) -> None:
    path = tmp_path / "metrics.jsonl"
    if content is not None:
        path.write_text(content)
    with pytest.raises(ConfigError, match=f"{path}: {message}"):
        load_curve({"ant": path})
