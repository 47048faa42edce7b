"""Vectorised environments behind one interface, in this process or in worker processes."""

from metta_ref.envs.factory import make_env, task_configs
from metta_ref.envs.interface import Info, StepResult, VectorEnv
from metta_ref.envs.parallel import ParallelEnv
from metta_ref.envs.workers import WorkerError

__all__ = ["Info", "ParallelEnv", "StepResult", "VectorEnv", "WorkerError", "make_env", "task_configs"]
