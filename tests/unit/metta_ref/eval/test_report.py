"""An analysis as people read it."""

import io

from rich.console import Console

from metta_ref.eval.analysis import to_tables

REWARD = {
    "metric": "reward",
    "mean": 0.6875,
    "mean_interval": [0.4375, 0.875],
    "iqm": 0.875,
    "iqm_interval": [0.375, 1.0],
    "std": 0.46351,
    "recorded": 11,
    "potential": 16,
}
MEMORY = {"name": "memory", "env": "grid", "episodes": 16, "iqm": 0.875, "iqm_interval": [0.375, 1.0]}
ANALYSIS = {
    "checkpoints": [
        {"run": "demo", "epoch": 8, "samples": 16, "metrics": [REWARD], "tasks": [MEMORY]},
        {"run": "demo", "epoch": 9, "samples": 4, "metrics": [], "tasks": []},
    ],
    "seed": 3,
    "resamples": 1000,
    "ranked_by": "reward",
    "ranking": [],
}


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
