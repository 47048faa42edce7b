"""What another commit costs when most of its contents are known.

    python tests/bench/check_history.py [REPOSITORY] [--at REV] [--commits N]

Checks N commits in a row, oldest first, in one cache that knows only the first of them, each in a process of its
own as a pipeline would, and prints the average.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from measuring import measure


def newest(repository: Path, revision: str, count: int) -> list[str]:
    """The ids of the newest commits, oldest first."""
    command = ["git", "-C", str(repository), "log", "--format=%H", f"--max-count={count}", revision]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()[::-1]


def main() -> None:
    """Check the commits and print the averages."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("repository", nargs="?", type=Path, default=Path(__file__).parents[2])
    parser.add_argument("--at", default="HEAD")
    parser.add_argument("--commits", type=int, default=100)
    options = parser.parse_args()
    first, *others = newest(options.repository, options.at, options.commits + 1)
    with tempfile.TemporaryDirectory() as scratch:
        cache = Path(scratch, "cache")
        command = [
            sys.executable,
            "-m",
            "audit",
            "check",
            str(options.repository.resolve()),
            "--format",
            "concise",
            "--at",
        ]
        # an early commit may hold no module yet, which is exit code 2
        cold = measure([*command, first], Path(scratch), cache=cache, accepted=(0, 1, 2))
        costs = [measure([*command, commit], Path(scratch), cache=cache, accepted=(0, 1, 2)) for commit in others]
    print(f"the first commit: {cold.wall:.3f} s wall, {cold.cpu:.3f} s CPU")
    print(
        f"{len(costs)} commits in a row: {statistics.mean(cost.wall for cost in costs):.3f} s wall on average, "
        f"{max(cost.wall for cost in costs):.3f} s at most; {statistics.mean(cost.cpu for cost in costs):.3f} s CPU"
    )


if __name__ == "__main__":
    main()
