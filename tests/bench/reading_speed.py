"""How long `audit verify` takes for one document with static predicates, and how much of that is reading it.

    python tests/bench/reading_speed.py DOCUMENT REPOSITORY [--at REV] [--since REV] [--rounds N]

CPU seconds (user and system) of the whole program, warm caches, as a median over the rounds; 2 s is the limit for
a document of 400 lines. The reading alone is measured in this process.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import subprocess
import sys
import time
from pathlib import Path

from audit.claims.markdown import read_document


def program(arguments: list[str]) -> float:
    """CPU seconds of one run of the program."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-m", "audit", "verify", *arguments], stdout=subprocess.DEVNULL, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def reading(document: Path) -> float:
    """CPU seconds of reading the document into statements."""
    content = document.read_bytes()
    start = time.process_time()
    read_document(document.name, content, may_run=False)
    return time.process_time() - start


def main() -> None:
    """Print the medians of both."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("document", type=Path)
    parser.add_argument("repository", type=Path)
    parser.add_argument("--at", default="HEAD")
    parser.add_argument("--since")
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    since = ["--since", given.since] if given.since else []
    arguments = [str(given.repository), str(given.document), "--at", given.at, *since]
    program(arguments)  # fills the caches
    whole = statistics.median(program(arguments) for _ in range(given.rounds))
    alone = statistics.median(reading(given.document) for _ in range(given.rounds))
    lines = len(given.document.read_bytes().splitlines())
    print(f"{lines} lines: verify {whole:.2f} s of CPU, of which reading {alone:.2f} s")


if __name__ == "__main__":
    main()
