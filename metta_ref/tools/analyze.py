"""Analyse the evaluations of a run: python -m metta_ref.tools.analyze run=demo [key=value ...]

Prints mean, interquartile mean and their bootstrap intervals for every evaluated checkpoint in the run's
`stats.duckdb`, ranks and compares them when there are several, and writes the same as `analysis.json` beside it.
With baseline and margin it is a gate: the exit code is 1 when the run's newest evaluated checkpoint is worse than the
baseline by more than the margin, and 2 when the episodes are too few to tell.
"""

import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from metta_ref.config import ConfigError, Rules, config_digest, load_run_config, option, run_dir, write_whole
from metta_ref.tools._main import EXIT_DONE, EXIT_FAILED, EXIT_REFUSED, tool
from metta_ref.tools._progress import LOG

if TYPE_CHECKING:
    from metta_ref.eval.analysis import Analysis
    from metta_ref.eval.records import PolicyKey

_BASELINE = re.compile(r"(?P<epoch>\d+)|(?P<run>[A-Za-z0-9][A-Za-z0-9._-]*)(#epoch-(?P<of>\d+))?")


@dataclass(frozen=True, slots=True)
class AnalyzeConfig:
    """What to analyse, and how finely."""

    run: str = option(
        "", "run whose evaluations are analysed; required", required="name the run to analyse, as in run=demo"
    )
    metrics: tuple[str, ...] = option(("*",), "names or patterns of metrics, separated by commas")
    ranked_by: str = option("reward", "metric by which checkpoints are ranked and compared")
    baseline: str = option("", "what others are compared with: EPOCH, RUN or RUN#epoch-N; empty: the first measured")
    margin: float | None = option(None, "fail when the newest is worse than the baseline by more than this", minimum=0)
    resamples: int = option(10_000, "of the bootstrap", unit="resamples", minimum=100, maximum=10_000_000)
    seed: int = option(0, "of the bootstrap", minimum=0, maximum=2**63 - 1)
    plots: tuple[str, ...] = option((), "figures to draw beside the analysis, in plots/", choices=("svg", "png"))
    runs: tuple[str, ...] = option((), "whose learning is drawn, seeds of equal settings as one; empty is run")
    database: str = option("", "file or postgresql:// URL to read; empty is stats.duckdb of the run")

    def problems(self) -> Rules:
        """Rules between settings."""
        if self.baseline and not _BASELINE.fullmatch(self.baseline):
            yield f"baseline={self.baseline}: write EPOCH, RUN or RUN#epoch-NUMBER"
        if self.margin is not None and not self.baseline:
            yield f"margin={self.margin:g}: of what? name a baseline as well"


def main(config: AnalyzeConfig) -> int:
    """Analyse, write the JSON, print the table, and return the exit code."""
    load_run_config(config.run)
    groups = _alike(config.runs or (config.run,))

    from rich.console import Console

    from metta_ref.eval.analysis import analyse
    from metta_ref.eval.eval_stats_db import EvalStatsDB
    from metta_ref.eval.place import parse_place
    from metta_ref.eval.report import to_json, to_tables
    from metta_ref.eval.statistics import Bootstrap

    directory = run_dir(config.run)
    with EvalStatsDB(parse_place(config.database, directory / "stats.duckdb")) as database:
        analysis = analyse(
            database,
            config.metrics,
            Bootstrap(config.seed, config.resamples),
            config.ranked_by,
            _baseline(config, database.checkpoints()),
        )
    path = directory / "analysis.json"
    write_whole(path, to_json(analysis))
    # Where no terminal limits the width, a table cut to 80 columns would serve nobody.
    console = Console(width=None if sys.stdout.isatty() else 150)
    console.print(*to_tables(analysis))
    print(f"analysis: {path}")
    for kind in config.plots:
        print(f"plots: {', '.join(map(str, _draw(analysis, groups, directory / 'plots', kind)))}")
    return EXIT_DONE if config.margin is None else _gate(analysis, config.run, config.margin)


def _baseline(config: AnalyzeConfig, there: "Sequence[PolicyKey]") -> "PolicyKey | None":
    """The checkpoint that the setting names; a run alone names the only one of it."""
    chosen = _BASELINE.fullmatch(config.baseline)
    if not config.baseline or chosen is None:
        return None
    run, epoch = chosen["run"] or config.run, chosen["epoch"] or chosen["of"]
    if epoch is not None:
        return run, int(epoch)
    epochs = [number for name, number in there if name == run]
    if len(epochs) != 1:
        known = f"epochs {', '.join(map(str, epochs))} of it were" if epochs else "nothing of it was"
        raise ConfigError([f"baseline={run}: {known} evaluated; name one, as in baseline={run}#epoch-NUMBER"])
    return run, epochs[0]


def _alike(runs: Sequence[str]) -> list[dict[str, Path]]:
    """Runs in groups that differ in nothing but the seed, each run with its log."""
    groups: dict[str, dict[str, Path]] = {}
    for run in runs:
        digest = config_digest(replace(load_run_config(run), seed=0))
        groups.setdefault(digest, {})[run] = run_dir(run) / LOG
    return list(groups.values())


def _draw(analysis: "Analysis", groups: Sequence[Mapping[str, Path]], directory: Path, kind: str) -> list[Path]:
    """Write the figures and return their paths."""
    from metta_ref.eval.curves import load_curve
    from metta_ref.eval.plots import draw

    figures = draw(analysis, [load_curve(group) for group in groups], kind)
    directory.mkdir(exist_ok=True)
    paths = [directory / f"{name}.{kind}" for name in figures]
    for path, content in zip(paths, figures.values(), strict=True):
        write_whole(path, content)
    return paths


def _gate(analysis: "Analysis", run: str, margin: float) -> int:
    """Say whether the newest measured checkpoint of the run passed, and return the exit code."""
    from metta_ref.eval.statistics import judge

    newest = max((one.policy for one in analysis.checkpoints if one.metrics and one.policy[0] == run), default=None)
    compared = [one for one in analysis.comparisons if one.policy == newest]
    if not newest or not compared:
        raise ConfigError([f"run={run}: no checkpoint of it has a simulation in common with the baseline to compare"])
    found, outcome = compared[0], judge(compared[0], margin)
    difference = "none" if found.difference is None else f"{found.difference:+.6g}"
    print(
        f"gate run={run} epoch={newest[1]} outcome={outcome} difference={difference} margin={margin:g} "
        f"detectable={found.detectable} pairs={found.pairs}"
    )
    if outcome == "undecided":
        print("undecided: play more equal episodes: evaluate both with the same seeds", file=sys.stderr)
    return {"passed": EXIT_DONE, "regressed": EXIT_FAILED, "undecided": EXIT_REFUSED}[outcome]


if __name__ == "__main__":
    sys.exit(tool(main, AnalyzeConfig, __doc__))
