"""How fast `audit check` is beside linters and type checkers on the same tree, in the same run, and how it grows.

    python tests/bench/check_speed.py [REPOSITORY] [--at REV] [--since REV] [--peers FOLDER] [--rounds N]
        [--copies 1 4 19] [--only peers|growth|small]

FOLDER holds the peers' programs (ruff, ty, pyrefly, basedpyright, pylint); a peer that is not there is named and
left out. Every figure is a median over the rounds. Judge the ratios, not the seconds; on a machine that does other
work besides, judge the ratios of CPU time.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from measuring import Cost, measure, median, packages, renamed, texts, write

AUDIT = [sys.executable, "-m", "audit"]
PEERS = {
    "ruff": ["check", "--isolated", "--select", "F,PLE", "--no-cache", "--exit-zero", "."],
    "ty": ["check", "--exit-zero", "."],
    "pyrefly": ["check", "."],
    "basedpyright": ["."],
    "pylint": ["--recursive=y", "--disable=all", "--enable=E0401,E0611", "."],
}
COLD, WARM, AGAIN, ALONE = "audit cold", "audit warm", "audit again", "audit one tree"
FINDS_SOMETHING = (*range(32),)
"""Exit codes of a peer that did its work, whatever it found."""


def beside_peers(options: argparse.Namespace, files: dict[str, str], scratch: Path) -> None:
    """Print one row a tool: medians, and how many times the cost of a cold and of a warm check each has.

    A check is warm where only the commit before was checked in the same cache; to check the same commit again is told
    besides. With a base, a cold check of the tree alone is told too, and what a peer costs on both trees: none compares
    them, so that whoever wants to know what the later one broke runs it on each.
    """
    tree, base, cache = scratch / "tree", scratch / "base", scratch / "cache"
    write(files, tree)
    alone = [*AUDIT, "check", str(options.repository.resolve()), "--format", "concise"]
    check = [*alone, "--since", options.since] if options.since else alone
    before, check = [*check, "--at", f"{options.at}~1"], [*check, "--at", options.at]
    commands = {COLD: [*check, "--no-cache"], WARM: check, AGAIN: check}
    if options.since:
        write(texts(options.repository, options.since), base)
        commands[ALONE] = [*alone, "--at", options.at, "--no-cache"]
    twice = {}
    for name, arguments in PEERS.items():
        program = shutil.which(name, path=str(options.peers))
        if program is None:
            print(f"{name}: not in {options.peers}, left out")
        else:
            commands[name] = [program, *arguments]
            if options.since:
                twice[name] = f"{name}, both"
    measure(check, tree, cache=cache)  # writes byte code
    rounds: dict[str, list[Cost]] = {name: [] for name in (*commands, *twice.values())}
    for _ in range(options.rounds):
        shutil.rmtree(cache)
        measure(before, tree, cache=cache)
        for name, command in commands.items():
            accepted = (0, 1) if name.startswith("audit") else FINDS_SOMETHING
            cost = measure(command, tree, cache=cache, accepted=accepted)
            rounds[name].append(cost)
            if name in twice:
                other = measure(command, base, cache=cache, accepted=accepted)
                rounds[twice[name]].append(
                    Cost(cost.wall + other.wall, cost.cpu + other.cpu, max(cost.peak, other.peak))
                )
    medians = {name: median(costs) for name, costs in rounds.items()}
    cold, warm = medians[COLD], medians[WARM]
    python = sum(path.endswith(".py") for path in files)
    print(f"{python} Python files, {options.rounds} rounds, medians; / cold and / warm: times the cost of that check")
    print(f"{'':18} {'wall s':>8} {'/ cold':>7} {'/ warm':>7} {'CPU s':>8} {'/ cold':>7} {'/ warm':>7} {'peak MiB':>9}")
    for name, cost in medians.items():
        print(
            f"{name:18} {cost.wall:8.2f} {cost.wall / cold.wall:7.2f} {cost.wall / warm.wall:7.2f} "
            f"{cost.cpu:8.2f} {cost.cpu / cold.cpu:7.2f} {cost.cpu / warm.cpu:7.2f} {cost.peak:9.0f}"
        )


def growing(options: argparse.Namespace, files: dict[str, str], scratch: Path) -> None:
    """Print what a cold and a warm check cost as the tree grows, each copy under package names of its own."""
    names = packages(files)
    print(f"{'files':>7} {'cold CPU s':>11} {'/ 1000':>7} {'warm CPU s':>11} {'/ 1000':>7} {'peak MiB':>9}")
    for count in options.copies:
        folder = scratch / f"times-{count}"
        for copy in range(count):
            write(renamed(files, names, f"_{copy}"), folder / f"copy{copy}")
        command = [*AUDIT, "check", str(folder), "--format", "concise"]
        cold, warm = (measure(command, folder, cache=scratch / f"cache-{count}", accepted=(0, 1, 2)) for _ in range(2))
        python = sum(1 for _ in folder.rglob("*.py"))
        print(
            f"{python:7} {cold.cpu:11.2f} {1000 * cold.cpu / python:7.2f} {warm.cpu:11.2f} "
            f"{1000 * warm.cpu / python:7.2f} {max(cold.peak, warm.peak):9.0f}"
        )
        shutil.rmtree(folder)


def small(options: argparse.Namespace, scratch: Path) -> None:
    """Print what a check costs that has nothing to say, and what asking for help costs."""
    folder = scratch / "small"
    write(
        {"shop/__init__.py": "", "shop/store.py": "import json\n", "pyproject.toml": "[project]\nname='shop'\n"}, folder
    )
    commands = {"a small folder": [*AUDIT, "check", str(folder)], "--help": [*AUDIT, "--help"]}
    for name, command in commands.items():
        measure(command, folder, cache=scratch / "small-cache")
        cost = median([measure(command, folder, cache=scratch / "small-cache") for _ in range(options.rounds)])
        print(f"{name:14} {cost.wall:.3f} s wall, {cost.cpu:.3f} s CPU, {cost.peak:.0f} MiB")


def main() -> None:
    """Print the tables that are asked for."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("repository", nargs="?", type=Path, default=Path(__file__).parents[2])
    parser.add_argument("--at", default="HEAD")
    parser.add_argument("--since")
    parser.add_argument("--peers", type=Path, default=Path(sys.executable).parent)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--copies", type=int, nargs="*", default=[1, 4, 19])
    parser.add_argument("--only", choices=["peers", "growth", "small"])
    options = parser.parse_args()
    files = texts(options.repository, options.at)
    with tempfile.TemporaryDirectory() as scratch:
        if options.only in (None, "peers"):
            beside_peers(options, files, Path(scratch))
        if options.only in (None, "growth"):
            growing(options, files, Path(scratch))
        if options.only in (None, "small"):
            small(options, Path(scratch))


if __name__ == "__main__":
    main()
