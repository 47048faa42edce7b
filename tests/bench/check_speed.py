"""How fast `audit check` is beside linters and type checkers on the same tree, in the same run.

    python tests/bench/check_speed.py [REPOSITORY] [--at REV] [--since REV] [--peers FOLDER] [--rounds N]

FOLDER holds the peers' programs (ruff, ty, pyrefly, basedpyright, pylint); a peer that is not there is
named and left out. Every figure is a median over the rounds; judge the ratios, not the seconds.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

PEERS = {
    "ruff": ["check", "--isolated", "--select", "F,PLE", "--no-cache", "--exit-zero", "."],
    "ty": ["check", "--exit-zero", "."],
    "pyrefly": ["check", "."],
    "basedpyright": ["."],
    "pylint": ["--recursive=y", "--disable=all", "--enable=E0401,E0611", "."],
}


def measure(command: list[str], folder: Path, environment: dict[str, str]) -> tuple[float, float, float]:
    """Wall seconds, CPU seconds and peak MiB of one run of a command and its children."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    process = subprocess.Popen(
        command, cwd=folder, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    _, _, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return wall, cpu, usage.ru_maxrss / 1024


def export(repository: Path, revision: str, folder: Path) -> int:
    """Write the Python and configuration files of a commit below ``folder``; returns how many Python files."""
    from audit.sources.repository import Repository

    tree = Repository(repository).tree(revision)
    wanted = [path for path in tree.entries if path.endswith((".py", ".pyi", ".toml", ".cfg", ".ini", ".json"))]
    for path, content in tree.read_many(wanted):
        if content is not None:
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
    return sum(path.endswith(".py") for path in wanted)


def main() -> None:
    """Print one row a tool: medians, and how many times the warm check's wall time each took."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("repository", nargs="?", type=Path, default=Path(__file__).parents[2])
    parser.add_argument("--at", default="HEAD")
    parser.add_argument("--since")
    parser.add_argument("--peers", type=Path, default=Path(sys.executable).parent)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        tree, cache = Path(scratch, "tree"), Path(scratch, "cache")
        files = export(options.repository, options.at, tree)
        environment = {**os.environ, "AUDIT_CACHE_DIR": str(cache)}
        check = [sys.executable, "-m", "audit", "check", str(options.repository.resolve()), "--at", options.at]
        check += ["--since", options.since] if options.since else []
        commands = {"audit cold": [*check, "--no-cache"], "audit warm": check}
        for name, arguments in PEERS.items():
            program = shutil.which(name, path=str(options.peers))
            if program is None:
                print(f"{name}: not in {options.peers}, left out")
            else:
                commands[name] = [program, *arguments]
        measure(check, tree, environment)
        rounds: dict[str, list[tuple[float, float, float]]] = {name: [] for name in commands}
        for _ in range(options.rounds):
            for name, command in commands.items():
                rounds[name].append(measure(command, tree, environment))
    medians = {name: [statistics.median(column) for column in zip(*runs, strict=True)] for name, runs in rounds.items()}
    print(f"{files} Python files, {options.rounds} rounds, medians")
    print(f"{'tool':14} {'wall s':>8} {'cpu s':>8} {'peak MiB':>9} {'/ cold':>8} {'/ warm':>8}")
    cold, warm = medians["audit cold"][0], medians["audit warm"][0]
    for name, (wall, cpu, peak) in medians.items():
        print(f"{name:14} {wall:8.2f} {cpu:8.2f} {peak:9.0f} {wall / cold:8.2f} {wall / warm:8.2f}")


if __name__ == "__main__":
    main()
