"""The command line of the smoke; see the package for what it does and writes."""

import argparse
import difflib
import signal
import sys
import tempfile
import textwrap
import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from smoke.evidence import ScenarioResult, StageResult, to_json, write_whole
from smoke.rules import RulesError, load_scenarios
from smoke.runner import run_scenario
from smoke.scenario import Scenario

SOURCE = Path(__file__).resolve().parent.parent


def main(arguments: Sequence[str]) -> int:
    """Runs what the arguments ask for and returns the exit status."""
    options = _parser().parse_args(arguments)
    try:
        declared = load_scenarios(options.rules)
        chosen = _chosen(declared, options.scenario)
    except RulesError as error:
        return _refuse(*error.problems)
    if options.list:
        for scenario in declared:
            print(f"{scenario.name}: {scenario.text}" if scenario.text else scenario.name)
        return 0
    if options.json is not None and not options.json.parent.is_dir():
        return _refuse(f"--json {options.json}: {options.json.parent} is no directory; create it first")
    if options.keep is not None and options.keep.exists() and any(options.keep.iterdir()):
        return _refuse(f"--keep {options.keep}: is not empty; name a new or an empty directory")
    started = time.monotonic()
    with ExitStack() as stack:
        if options.keep is None:
            root = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="smoke-")))
        else:
            root = options.keep.resolve()
        results = tuple(run_scenario(scenario, root / scenario.name, SOURCE, _show) for scenario in chosen)
    if options.json is not None:
        write_whole(options.json, to_json(results))
    print(_summary(results, time.monotonic() - started))
    return 0 if all(result.outcome == "passed" for result in results) else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m smoke",
        description="Run smoke scenarios over the reference system's command line.",
        epilog="Exit status: 0 all passed, 1 a stage failed, 2 nothing could be run.",
    )
    parser.add_argument("scenario", nargs="*", help="names of scenarios (default: all)")
    parser.add_argument("--list", action="store_true", help="name the scenarios and end")
    parser.add_argument("--rules", type=Path, default=SOURCE / "rules" / "smoke.yaml", metavar="FILE",
                        help="declare the scenarios here instead of in rules/smoke.yaml")  # fmt: skip
    parser.add_argument("--keep", type=Path, metavar="DIR", help="work in this directory and keep it")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the results there as JSON")
    return parser


def _chosen(declared: Sequence[Scenario], names: Sequence[str]) -> list[Scenario]:
    known = {scenario.name: scenario for scenario in declared}
    problems = []
    for name in names:
        if name not in known:
            nearest = difflib.get_close_matches(name, known, n=1, cutoff=0.0)[0]
            problems.append(f"{name}: no such scenario; did you mean {nearest}? (--list names all)")
    if problems:
        raise RulesError(problems)
    return [scenario for scenario in declared if not names or scenario.name in names]


def _show(scenario: str, stage: StageResult) -> None:
    facts = ", ".join(f"{key} {value}" for key, value in stage.facts.items() if not isinstance(value, list))
    said = stage.reason or facts
    print(f"{scenario:10} {stage.name:14} {stage.outcome:8} {stage.seconds:6.1f} s  {said}", flush=True)
    if stage.outcome == "failed" and stage.excerpt:
        print(textwrap.indent(stage.excerpt, "    "), file=sys.stderr, flush=True)


def _summary(results: Sequence[ScenarioResult], seconds: float) -> str:
    outcomes = [stage.outcome for result in results for stage in result.stages]
    counts = ", ".join(f"{outcomes.count(outcome)} {outcome}" for outcome in ("passed", "failed", "blocked"))
    passed = sum(result.outcome == "passed" for result in results)
    return f"{passed} of {len(results)} scenarios passed ({len(outcomes)} stages: {counts}) in {seconds:.0f} s"


def _refuse(*problems: str) -> int:
    for problem in problems:
        print(f"smoke: {problem}", file=sys.stderr)
    return 2


if __name__ == "__main__":
    # Ended politely or by the keyboard, the stage under way and the scratch directory must go too.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        print("smoke: interrupted; nothing was written", file=sys.stderr)
        sys.exit(130)
