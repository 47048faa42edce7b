"""Whole training beside Stable-Baselines3, sb3-contrib and a loop that calls its LSTM for each step.

    python tests/bench/training_speed.py [--peer-python PYTHON] [--rounds N] [--num-envs N] [--horizon N] ...

All contestants have the same task, network, batch and passes over it, one thread, and a process of their own; they
take turns, and a figure is the median of the rounds. Peers are imported by this interpreter, or by PYTHON (also named
by the variable PEER_PYTHON). Judge the ratios of CPU time. Exits with 1 when a target is missed on the batched task,
and with 2 when a peer is not there.
"""

from __future__ import annotations

import argparse
import os
import sys
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
from racing import Contestant, Settings, race


@dataclass(frozen=True)
class Peer:
    """A program of `contestants/`, whom it is to be compared with, and how many times faster that one is to be."""

    program: str
    kind: str
    rival: str
    target: float


OWN = ("memoryless", "lstm", "agalite")
PEERS = {
    "SB3 PPO": Peer("sb3.py", "ppo", "memoryless", 1.0),
    "SB3 RecurrentPPO": Peer("sb3.py", "recurrent", "lstm", 5.0),
    "LSTM step by step": Peer("per_step.py", "lstm", "lstm", 3.0),
}
TASKS = {"batched": "cart-poles in one array", "CartPole-v1": "Gymnasium's CartPole-v1, one after another"}


def compare(settings: Settings, python: str, rounds: int) -> tuple[bool, bool]:
    """Print the table of one task; whether all targets were met, and whether all peers were there."""
    contestants: dict[str, Contestant] = {}
    for name in OWN:
        contestants[name] = Contestant(sys.executable, "own.py", name, settings)
    for name, peer in PEERS.items():
        try:
            contestants[name] = Contestant(
                python if peer.program == "sb3.py" else sys.executable, peer.program, peer.kind, settings
            )
        except ModuleNotFoundError:
            print(f"{name}: not installed for {python}; install it, or name an interpreter with --peer-python")
    costs = race(contestants, rounds)
    met = True
    print(f"\n{TASKS[settings.env]}: medians of {rounds} rounds of {settings.steps} steps")
    print(settings)
    columns = ("training", "CPU s", "wall s", "steps/CPU s", "times the CPU, the wall time of", "target")
    print("{:<18}{:>8}{:>8}{:>13}  {:<32}{:>7}".format(*columns))
    for name, (cpu, wall) in costs.items():
        beside, target = "", ""
        if name in PEERS:
            peer = PEERS[name]
            own_cpu, own_wall = costs[peer.rival]
            beside, target = f"{cpu / own_cpu:6.2f} {wall / own_wall:6.2f}  {peer.rival}", f"{peer.target:.1f}"
            met &= cpu / own_cpu >= peer.target
        print(f"{name:<18}{cpu:>8.3f}{wall:>8.3f}{settings.steps / cpu:>13.0f}  {beside:<32}{target:>7}")
    for version in sorted({contestant.version for contestant in contestants.values()}):
        print(f"  {version}")
    for contestant in contestants.values():
        contestant.close()
    return met, contestants.keys() >= PEERS.keys()


def main() -> int:
    """Compare on each task."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--peer-python", default=os.environ.get("PEER_PYTHON", sys.executable))
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--num-envs", type=int, default=64)
    parser.add_argument("--horizon", type=int, default=128)
    parser.add_argument("--epochs", type=int, default=4)
    parser.add_argument("--minibatches", type=int, default=4)
    parser.add_argument("--hidden", type=int, default=64)
    parser.add_argument("--updates", type=int, default=1, help="of a round")
    given = vars(parser.parse_args())
    python, rounds = given.pop("peer_python"), given.pop("rounds")
    results = {task: compare(Settings(env=task, **given), python, rounds) for task in TASKS}
    met, _ = results["batched"]
    complete = all(there for _, there in results.values())
    if not complete:
        print("\na peer is missing")
        return 2
    print("\nall targets met" if met else "\na target was missed")
    return int(not met)


if __name__ == "__main__":
    sys.exit(main())
