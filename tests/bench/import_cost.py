"""What `import metta_ref` costs, beside an interpreter that imports nothing; and that torch is not among it.

    python tests/bench/import_cost.py [--rounds N]

CPU seconds of a process, medians of rounds in turn. Exits with 1 when the import takes 0.1 s or more, or brings torch.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from measuring import Cost, measure, median

LIMIT = 0.1
PROGRAMS = {
    "nothing": "pass",
    "metta_ref": "import metta_ref, sys; sys.exit('torch' in sys.modules)",
    "metta_ref.config": "import metta_ref.config, sys; sys.exit('torch' in sys.modules)",
}


def main() -> int:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=9)
    rounds = parser.parse_args().rounds
    root = Path(__file__).parents[2]
    costs: dict[str, list[Cost]] = {name: [] for name in PROGRAMS}
    with tempfile.TemporaryDirectory() as scratch:
        for _ in range(rounds):
            for name, program in PROGRAMS.items():
                command = [sys.executable, "-c", program]
                costs[name].append(measure(command, root, cache=Path(scratch), accepted=(0,)))
    medians = {name: median(figures) for name, figures in costs.items()}
    for name, cost in medians.items():
        print(f"{name:<18}{cost.cpu:8.3f} s CPU{cost.wall:8.3f} s wall")
    own = medians["metta_ref"].cpu
    print(f"import metta_ref in a process of {own:.3f} s; less than {LIMIT} s is wanted, without torch")
    return int(own >= LIMIT)


if __name__ == "__main__":
    sys.exit(main())
