"""Analyse the evaluations of a run: python -m metta_ref.tools.analyze run=demo [key=value ...]

Prints mean, interquartile mean and their bootstrap intervals for every evaluated checkpoint in the run's
`stats.duckdb`, ranks and compares them when there are several, and writes the same as `analysis.json` beside it.
"""

import json
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from metta_ref.config import METRICS, ConfigError, Rules, config_digest, load_run_config, option, run_dir, write_whole
from metta_ref.tools._main import EXIT_DONE, tool

_BASELINE = re.compile(r"(?P<run>[A-Za-z0-9][A-Za-z0-9._-]*)(#epoch-(?P<epoch>\d+))?")


@dataclass(frozen=True, slots=True)
class AnalyzeConfig:
    run: str = option("", "run whose evaluations are analysed", required="name the run to analyse, as in run=demo")
    metrics: tuple[str, ...] = option(("*",), "names or patterns of metrics, separated by commas")
    ranked_by: str = option("reward", "metric by which checkpoints are ranked and compared")
    baseline: str = option("", "what others are compared with: RUN or RUN#epoch-N; empty is the first measured")
    resamples: int = option(10_000, "of the bootstrap", unit="resamples", minimum=100, maximum=10_000_000)
    seed: int = option(0, "of the bootstrap", minimum=0, maximum=2**63 - 1)
    plots: tuple[str, ...] = option((), "figures to draw beside the analysis, in plots/", choices=("svg", "png"))
    runs: tuple[str, ...] = option((), "whose learning is drawn, seeds of equal settings as one; empty is run")
    database: str = option("", "file or postgresql:// URL to read; empty is stats.duckdb of the run")

    def problems(self) -> Rules:
        if self.baseline and not _BASELINE.fullmatch(self.baseline):
            yield f"baseline={self.baseline}: write RUN, for the newest of it, or RUN#epoch-NUMBER"


def main(config: AnalyzeConfig) -> int:
    load_run_config(config.run)

    from rich.console import Console

    from metta_ref.eval.analysis import analyse, to_tables
    from metta_ref.eval.connection import parse_place
    from metta_ref.eval.eval_stats_db import EvalStatsDB
    from metta_ref.eval.statistics import Bootstrap

    directory = run_dir(config.run)
    with EvalStatsDB(parse_place(config.database, directory / "stats.duckdb")) as database:
        baseline, bootstrap = _baseline(config, database.checkpoints()), Bootstrap(config.seed, config.resamples)
        analysis = analyse(database, config.metrics, bootstrap, config.ranked_by, baseline)
    path = directory / "analysis.json"
    write_whole(path, json.dumps(analysis, indent=2, allow_nan=False) + "\n")
    # Where no terminal limits the width, a table cut to 80 columns would serve nobody.
    console = Console(width=None if sys.stdout.isatty() else 150)
    console.print(*to_tables(analysis))
    print(f"analysis: {path}")
    if config.plots:
        from metta_ref.eval.plots import draw, load_curve

        alike: dict[str, dict[str, Path]] = {}  # runs that differ in nothing but the seed are one learning curve
        for run in config.runs or (config.run,):
            digest = config_digest(replace(load_run_config(run), seed=0))
            alike.setdefault(digest, {})[run] = run_dir(run) / METRICS
        curves = [load_curve(logs) for logs in alike.values()]
        (directory / "plots").mkdir(exist_ok=True)
        for kind in config.plots:
            for name, figure in draw(analysis, curves, kind).items():
                print(f"plot: {write_whole(directory / 'plots' / f'{name}.{kind}', figure)}")
    return EXIT_DONE


def _baseline(config: AnalyzeConfig, there: Sequence[tuple[str, int]]) -> tuple[str, int] | None:
    named = _BASELINE.fullmatch(config.baseline)
    if named is None:
        return None
    epochs = [int(named["epoch"])] if named["epoch"] else [epoch for run, epoch in there if run == named["run"]]
    if not epochs:
        raise ConfigError([f"baseline={named['run']}: nothing of it was evaluated; evaluate it in the same database"])
    return named["run"], max(epochs)


if __name__ == "__main__":
    sys.exit(tool(main, AnalyzeConfig, __doc__))
