"""What happens in the demonstration, commit by commit.

A small reinforcement-learning package moves from a policy store to plain checkpoint files. The evaluation is
converted well. The store is then deleted while a bridge still imports it; the trainer reaches that bridge
through the kickstarter, so training cannot start. The engineering document says that all is done.
"""

from __future__ import annotations

from textwrap import dedent
from typing import Final

import msgspec

DOCUMENT: Final = "phase_6_engineering.md"
PHASE: Final = 6
DELETED_MODULE: Final = "colony.agent.policy_store"


class Commit(msgspec.Struct, frozen=True):
    """One commit: its subject, the files it writes (path to text), and the paths it deletes."""

    subject: str
    written: dict[str, str]
    deleted: tuple[str, ...] = ()


_BASE: Final = Commit(
    "Add training, evaluation and the policy store",
    {
        ".gitignore": "__pycache__/\n.audit_cache/\n",
        "pyproject.toml": dedent("""\
            [project]
            name = "colony"
            version = "0.6.0"
            requires-python = ">=3.11"

            [tool.pytest.ini_options]
            pythonpath = ["."]
            addopts = "--import-mode=importlib"
            """),
        "colony/__init__.py": '"""Agents that learn to live together."""\n',
        "colony/agent/__init__.py": "",
        "colony/agent/policy_store.py": dedent('''\
            """Keeps policies by name."""


            class PolicyStore:
                """Loads each policy once."""

                def __init__(self, folder: str) -> None:
                    self.folder = folder
                    self.loaded: dict[str, list[float]] = {}

                def policy(self, name: str) -> list[float]:
                    return self.loaded.setdefault(name, [0.0, 0.0])
            '''),
        "colony/agent/store_bridge.py": dedent('''\
            """Offers the policies of the store as checkpoints."""

            from colony.agent.policy_store import PolicyStore


            class StoreBridge:
                def __init__(self, folder: str) -> None:
                    self.store = PolicyStore(folder)

                def checkpoint(self, name: str) -> list[float]:
                    return self.store.policy(name)
            '''),
        "colony/rl/__init__.py": "",
        "colony/rl/kickstarter.py": dedent('''\
            """Pulls a student towards a teacher while it is young."""

            from colony.agent.store_bridge import StoreBridge


            class Kickstarter:
                def __init__(self, folder: str, teacher: str) -> None:
                    self.teacher = StoreBridge(folder).checkpoint(teacher)

                def loss(self, student: list[float]) -> float:
                    return sum((a - b) ** 2 for a, b in zip(self.teacher, student, strict=True))
            '''),
        "colony/rl/trainer.py": dedent('''\
            """Trains a policy."""

            from colony.rl.kickstarter import Kickstarter


            def train(folder: str, steps: int) -> list[float]:
                kickstarter = Kickstarter(folder, "teacher")
                policy = [1.0, -1.0]
                for _ in range(steps):
                    if kickstarter.loss(policy) > 1e-6:
                        policy = [0.5 * weight for weight in policy]
                return policy
            '''),
        "colony/tools/__init__.py": "",
        "colony/tools/train.py": dedent('''\
            """The command that starts training: python -m colony.tools.train"""

            from colony.rl.trainer import train

            if __name__ == "__main__":
                print("trained", train("checkpoints", steps=20))
            '''),
        "colony/eval/__init__.py": "",
        "colony/eval/stats_db.py": dedent('''\
            """Scores of policies, by policy name."""


            class StatsDB:
                def __init__(self) -> None:
                    self.scores: dict[str, list[float]] = {}

                def record(self, policy: str, score: float) -> None:
                    self.scores.setdefault(policy, []).append(score)

                def average(self, policy: str) -> float:
                    scores = self.scores[policy]
                    return sum(scores) / len(scores)
            '''),
        "colony/eval/ranking.py": dedent('''\
            """Orders policies by their averages."""


            def ranking(averages: dict[str, float]) -> list[str]:
                return sorted(averages, key=lambda policy: (-averages[policy], policy))
            '''),
        "colony/eval/report.py": dedent('''\
            """Writes a ranking as text."""

            from colony.eval.ranking import ranking


            def report(averages: dict[str, float]) -> str:
                return "\\n".join(f"{policy} {averages[policy]:.2f}" for policy in ranking(averages))
            '''),
        "tests/rl/test_trainer.py": dedent("""\
            from colony.rl.trainer import train


            def test_training_moves_towards_the_teacher():
                assert max(map(abs, train("checkpoints", steps=20))) < 0.01


            def test_no_steps_leave_the_policy_alone():
                assert train("checkpoints", steps=0) == [1.0, -1.0]
            """),
    },
)

_EVALUATION: Final = Commit(
    "Address evaluation scores by checkpoint path and epoch",
    {
        "colony/eval/stats_db.py": dedent('''\
            """Scores of checkpoints, by their path and epoch."""


            class StatsDB:
                def __init__(self) -> None:
                    self.scores: dict[tuple[str, int], list[float]] = {}

                def record(self, checkpoint_path: str, epoch: int, score: float) -> None:
                    self.scores.setdefault((checkpoint_path, epoch), []).append(score)

                def count(self, checkpoint_path: str, epoch: int) -> int:
                    return len(self.scores.get((checkpoint_path, epoch), []))

                def average(self, checkpoint_path: str, epoch: int) -> float:
                    scores = self.scores[checkpoint_path, epoch]
                    return sum(scores) / len(scores)
            '''),
        "tests/eval/test_stats_db.py": dedent("""\
            import pytest

            from colony.eval.stats_db import StatsDB


            @pytest.fixture
            def db():
                db = StatsDB()
                db.record("runs/a", 1, 2.0)
                db.record("runs/a", 1, 4.0)
                db.record("runs/a", 2, 9.0)
                return db


            def test_the_average_is_over_one_epoch(db):
                assert db.average("runs/a", 1) == 3.0


            def test_epochs_are_apart(db):
                assert db.average("runs/a", 2) == 9.0


            def test_scores_are_counted(db):
                assert db.count("runs/a", 1) == 2


            def test_an_unknown_epoch_has_no_scores(db):
                assert db.count("runs/a", 3) == 0


            def test_an_unknown_epoch_has_no_average(db):
                with pytest.raises(KeyError):
                    db.average("runs/a", 3)


            def test_checkpoints_are_apart(db):
                db.record("runs/b", 1, 7.0)
                assert db.average("runs/a", 1) == 3.0
            """),
    },
)

_DELETION: Final = Commit("Remove the policy store", {}, ("colony/agent/policy_store.py",))

_REPORT: Final = Commit(
    "Report on phase 6",
    {
        DOCUMENT: dedent("""\
            # Phase 6: checkpoint files instead of the policy store

            ## Completed

            - ✅ All import errors resolved
            - ✅ Deleted `colony/agent/policy_store.py`
            - ✅ Evaluation addresses scores directly: `tests/eval/test_stats_db.py`: 6 tests passing

            ## Result

            **Zero Import Errors**: All modules import successfully.

            ## Next

            The kickstarter will read checkpoint files itself.
            """),
    },
)

STORY: Final = (_BASE, _EVALUATION, _DELETION, _REPORT)
"""The commits in order; the first is the base that the audit compares with."""
