"""What another commit costs when most of its files are known, and how cost grows with the size of a tree.

    python tests/bench/check_history.py [REPOSITORY] [--commits N] [--copies 1 4 16]

Checks N commits in a row in one warm cache, each in a process of its own, and prints the average; then writes
the newest tree several times over, as packages of other names, and prints seconds per thousand files.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path


def git(repository: Path, *arguments: str) -> str:
    """Output of a git command in the repository."""
    command = ["git", "-C", str(repository), *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def seconds(repository: Path, cache: Path, *arguments: str) -> float:
    """Wall seconds of one check in a process of its own."""
    command = [sys.executable, "-m", "audit", "check", str(repository.resolve()), *arguments]
    start = time.perf_counter()
    environment = {**os.environ, "AUDIT_CACHE_DIR": str(cache)}
    done = subprocess.run(command, env=environment, capture_output=True, check=False)
    if done.returncode not in (0, 1):
        raise SystemExit(done.stderr.decode())
    return time.perf_counter() - start


def in_a_row(repository: Path, revision: str, commits: int, scratch: Path) -> None:
    """Print the average time of checking many commits, one after the other."""
    ids = git(repository, "log", "--format=%H", f"--max-count={commits}", revision).split()
    cache = scratch / "history"
    cold = seconds(repository, cache, "--at", ids[-1])
    times = [seconds(repository, cache, "--at", commit) for commit in reversed(ids[:-1])]
    print(
        f"{len(times)} commits in a row: {statistics.mean(times):.3f} s on average, {max(times):.3f} s at most, "
        f"the first one cold {cold:.3f} s"
    )


def growing(repository: Path, revision: str, copies: list[int], scratch: Path) -> None:
    """Print how the time of a cold and of a warm check grows with the number of files."""
    from audit.sources.repository import Repository

    tree = Repository(repository).tree(revision)
    contents = [
        (path, content) for path, content in tree.read_many(p for p in tree.entries if p.endswith(".py")) if content
    ]
    print(f"{'files':>7} {'cold s':>8} {'warm s':>8} {'cold s / 1000':>14} {'warm s / 1000':>14}")
    for count in copies:
        folder = scratch / f"times-{count}"
        for copy in range(count):
            for path, content in contents:
                target = folder / f"copy{copy}" / path
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(content + f"# copy {copy}\n".encode())
        cache = scratch / f"cache-{count}"
        cold, warm = seconds(folder, cache), seconds(folder, cache)
        files = count * len(contents)
        print(f"{files:7} {cold:8.2f} {warm:8.2f} {1000 * cold / files:14.3f} {1000 * warm / files:14.3f}")


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("repository", nargs="?", type=Path, default=Path(__file__).parents[2])
    parser.add_argument("--at", default="HEAD")
    parser.add_argument("--commits", type=int, default=100)
    parser.add_argument("--copies", type=int, nargs="*", default=[1, 4, 16])
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        in_a_row(options.repository, options.at, options.commits, Path(scratch))
        growing(options.repository, options.at, options.copies, Path(scratch))


if __name__ == "__main__":
    main()
