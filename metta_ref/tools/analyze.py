"""Analyse the evaluations of a run: python -m metta_ref.tools.analyze run=demo [key=value ...]

Prints mean, interquartile mean and their bootstrap intervals for every evaluated checkpoint in the run's
`stats.duckdb`, ranks and compares them when there are several, and writes the same as `analysis.json` beside it.
"""

import sys
from collections.abc import Iterator
from dataclasses import dataclass

from metta_ref.config import load_run_config, option, run_dir
from metta_ref.tools._main import EXIT_DONE, tool
from metta_ref.tools._writing import write_whole


@dataclass(frozen=True, slots=True)
class AnalyzeConfig:
    """What to analyse, and how finely."""

    run: str = option("", "run whose evaluations are analysed; required")
    metrics: tuple[str, ...] = option(("*",), "names or patterns of metrics, separated by commas")
    ranked_by: str = option("reward", "metric by which checkpoints are ranked and compared")
    baseline: int | None = option(None, "epoch that others are compared with; none: the first measured", minimum=0)
    resamples: int = option(10_000, "of the bootstrap", unit="resamples", minimum=100, maximum=10_000_000)
    seed: int = option(0, "of the bootstrap", minimum=0, maximum=2**63 - 1)
    database: str = option("", "file or postgresql:// URL to read; empty is stats.duckdb of the run")

    def problems(self) -> Iterator[tuple[tuple[str, ...], str]]:
        """Rules between fields, each with the keys that it is about."""
        if not self.run:
            yield ("run",), "run: is missing; name the run to analyse, as in run=demo"


def main(config: AnalyzeConfig) -> int:
    """Analyse, write the JSON, print the table, and return the exit code."""
    load_run_config(config.run)

    from rich.console import Console

    from metta_ref.eval.analysis import analyse
    from metta_ref.eval.eval_stats_db import EvalStatsDB
    from metta_ref.eval.place import parse_place
    from metta_ref.eval.report import to_json, to_rankings, to_table

    directory = run_dir(config.run)
    with EvalStatsDB(parse_place(config.database, directory / "stats.duckdb")) as database:
        analysis = analyse(
            database,
            config.metrics,
            config.seed,
            config.resamples,
            ranked_by=config.ranked_by,
            baseline=None if config.baseline is None else (config.run, config.baseline),
        )
    path = directory / "analysis.json"
    write_whole(path, to_json(analysis))
    # Where no terminal limits the width, a table cut to 80 columns would serve nobody.
    console = Console(width=None if sys.stdout.isatty() else 150)
    console.print(to_table(analysis))
    if analysis.ranking:
        console.print(to_rankings(analysis))
    print(f"analysis: {path}")
    return EXIT_DONE


if __name__ == "__main__":
    sys.exit(tool(main, AnalyzeConfig, __doc__))
