"""An analysis as people and programs read it."""

import io
import json

from rich.console import Console

from metta_ref.eval.analysis import Analysis, CheckpointAnalysis, MetricAnalysis, TaskAnalysis, to_json, to_tables
from metta_ref.eval.statistics import Estimate

REWARD = MetricAnalysis(
    metric="reward",
    mean=Estimate(0.6875, 0.4375, 0.875),
    iqm=Estimate(0.875, 0.375, 1.0),
    std=0.46351,
    recorded=11,
    potential=16,
)
MEMORY = TaskAnalysis("memory", "grid", 16, Estimate(0.875, 0.375, 1.0))
ANALYSIS = Analysis(
    checkpoints=(
        CheckpointAnalysis(("demo", 8), 16, 16, (("memory", "grid"),), (REWARD,), (MEMORY,)),
        CheckpointAnalysis(("demo", 9), 0, 4, (("memory", "grid"),)),
    ),
    seed=3,
    resamples=1000,
    ranked_by="reward",
)


TABLE = """\
┏━━━━━━┳━━━━━━━┳━━━━━━━━━━━━━━━━━━┳━━━━━━━━┳━━━━━━━━━━━━━━━━━┳━━━━━━━┳━━━━━━━━━━━━━━┳━━━━━━━━┳━━━━━━━━━━┳━━━━━━━━━━━┳━━━━━━━━━┓
┃ run  ┃ epoch ┃ metric           ┃   mean ┃   mean interval ┃   iqm ┃ iqm interval ┃    std ┃ recorded ┃ potential ┃ samples ┃
┡━━━━━━╇━━━━━━━╇━━━━━━━━━━━━━━━━━━╇━━━━━━━━╇━━━━━━━━━━━━━━━━━╇━━━━━━━╇━━━━━━━━━━━━━━╇━━━━━━━━╇━━━━━━━━━━╇━━━━━━━━━━━╇━━━━━━━━━┩
│ demo │     8 │ reward           │ 0.6875 │ 0.4375 to 0.875 │ 0.875 │   0.375 to 1 │ 0.4635 │       11 │        16 │      16 │
│ demo │     9 │ no episode ended │        │                 │       │              │        │          │         0 │       4 │
└──────┴───────┴──────────────────┴────────┴─────────────────┴───────┴──────────────┴────────┴──────────┴───────────┴─────────┘
Intervals of 95%: percentile bootstrap of episodes within simulations, 1000 resamples, seed 3. Recorded: samples with a value
of this metric. Potential: samples with a value of any metric.
"""  # noqa: E501 - a table as wide as it is


def test_the_table_says_what_every_figure_rests_on() -> None:
    console = Console(width=150, file=io.StringIO())
    with console.capture() as captured:
        console.print(*to_tables(ANALYSIS))
    assert [line.rstrip() for line in captured.get().splitlines()] == TABLE.splitlines()


def test_the_json_holds_everything() -> None:
    assert json.loads(to_json(ANALYSIS)) == {
        "schema_version": 1,
        "seed": 3,
        "resamples": 1000,
        "confidence": 0.95,
        "ranked_by": "reward",
        "ranking": [],
        "comparisons": [],
        "checkpoints": [
            {
                "run": "demo",
                "epoch": 8,
                "episodes": 16,
                "samples": 16,
                "simulations": [{"name": "memory", "env": "grid"}],
                "metrics": [
                    {
                        "metric": "reward",
                        "mean": 0.6875,
                        "mean_interval": [0.4375, 0.875],
                        "iqm": 0.875,
                        "iqm_interval": [0.375, 1.0],
                        "std": 0.46351,
                        "recorded": 11,
                        "potential": 16,
                    }
                ],
                "tasks": [
                    {"name": "memory", "env": "grid", "episodes": 16, "iqm": 0.875, "iqm_interval": [0.375, 1.0]}
                ],
            },
            {
                "run": "demo",
                "epoch": 9,
                "episodes": 0,
                "samples": 4,
                "simulations": [{"name": "memory", "env": "grid"}],
                "metrics": [],
                "tasks": [],
            },
        ],
    }
